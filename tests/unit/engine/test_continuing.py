"""An answer goes on where it stopped, within a character or a thought, and whatever is asked."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import BatchFeature, PreTrainedTokenizerBase

from mmdesk.core.conversations import Run, StopReason
from mmdesk.core.events import Event, TextDelta, TurnFinished
from mmdesk.core.messages import Message, Picture
from mmdesk.core.requests import AnswerQuestion, Begun, GenerationSettings, LoadModel
from mmdesk.engine.continuing import inputs_with
from mmdesk.engine.generation import generating_part
from mmdesk.engine.local import LocalChatEngine
from mmdesk.engine.prompt import tokenizer_of
from mmdesk.paths import starter
from tests.unit.engine.conftest import PictureMaker
from tests.unit.engine.conversing import ask, streamed, talk
from tests.unit.engine.families import llava_next
from tests.unit.engine.tiny_models import make_llava

QUESTION = talk("What color is the circle? 图片里有什么?")
SAID = "图片里有三个红色的圆形 😀, and 👩‍👩‍👧 é\n"


def go_on(
    engine: LocalChatEngine,
    begun: Begun,
    messages: tuple[Message, ...] = QUESTION,
    **settings: Any,
) -> TurnFinished:
    events: list[Event] = []
    chosen = GenerationSettings(**({"max_tokens": 24} | settings))
    request = AnswerQuestion("turn", messages, chosen, begun=begun)
    finished = engine.answer(request, events.append, lambda: False)
    assert finished.text == streamed(events)
    return finished


def run_of(finished: TurnFinished) -> Run:
    assert finished.run is not None
    return finished.run


def begun_by(finished: TurnFinished) -> Begun:
    return Begun(finished.text, run_of(finished).tokens)


def loaded_tokenizer(engine: LocalChatEngine) -> PreTrainedTokenizerBase:
    assert engine._loaded is not None
    return tokenizer_of(engine._loaded.processor)


@contextmanager
def saying(engine: LocalChatEngine, tokens: Sequence[int]) -> Iterator[None]:
    """Have a model say what is given, then its end."""
    assert engine._loaded is not None
    head: Any = generating_part(engine._loaded.model).get_output_embeddings()
    remaining = iter([*tokens, loaded_tokenizer(engine).eos_token_id])

    def say(_module: Any, _inputs: Any, logits: torch.Tensor) -> torch.Tensor:
        said = torch.zeros_like(logits)
        said.view(-1, said.shape[-1])[-1, next(remaining)] = 1.0
        return said

    handle = head.register_forward_hook(say)
    decode = engine._loaded.decode
    object.__setattr__(engine._loaded, "decode", None)  # its step calls no modules
    try:
        yield
    finally:
        object.__setattr__(engine._loaded, "decode", decode)
        handle.remove()


def loaded(path: Path) -> LocalChatEngine:
    engine = LocalChatEngine()
    engine.load(LoadModel(path, dtype="float32"), lambda event: None)
    return engine


@pytest.fixture(scope="module")
def engine(llava: Path) -> Iterator[LocalChatEngine]:
    engine = loaded(llava)
    yield engine
    engine.close()


@pytest.fixture(params=["byte level", "byte fallback"])
def speaker(
    request: pytest.FixtureRequest, engine: LocalChatEngine, tmp_path: Path
) -> Iterator[LocalChatEngine]:
    if request.param == "byte level":
        yield engine
        return
    other = loaded(llava_next.FAMILY.make(tmp_path / "model"))
    yield other
    other.close()


def test_a_character_cut_in_the_middle(speaker: LocalChatEngine) -> None:
    tokens = loaded_tokenizer(speaker)(SAID, add_special_tokens=False)["input_ids"]
    within = 0
    for stop in range(1, len(tokens)):
        with saying(speaker, tokens):
            begun, _ = ask(speaker, QUESTION, max_tokens=stop)
        assert SAID.startswith(begun.text), "no half of a character"
        within += str(loaded_tokenizer(speaker).decode(tokens[:stop])).endswith("\ufffd")
        with saying(speaker, tokens[stop:]):
            more = go_on(speaker, begun_by(begun), max_tokens=100)
        assert begun.text + more.text == SAID
        assert run_of(more).tokens == tuple(tokens)
        assert (run_of(more).begun, more.stop_reason) == (stop, StopReason.STOP)
    assert within > 5


def test_what_ends_within_a_character_says_so(engine: LocalChatEngine) -> None:
    tokens = loaded_tokenizer(engine)("图", add_special_tokens=False)["input_ids"][:-1]
    with saying(engine, tokens):
        finished, _ = ask(engine, QUESTION)
    assert finished.text == "\N{REPLACEMENT CHARACTER}"


def test_the_starter_goes_on(picture: PictureMaker) -> None:
    engine = loaded(starter())
    shown: Picture = picture("red", (160, 160))
    for question in ("Describe the picture.", "左上角是什么颜色？"):
        messages = talk((question, (shown,)))
        whole, _ = ask(engine, messages, max_tokens=80)
        assert whole.stop_reason is StopReason.STOP
        for stop in range(1, len(run_of(whole).tokens), 3):
            begun, _ = ask(engine, messages, max_tokens=stop)
            for known in (begun_by(begun), Begun(begun.text)):
                more = go_on(engine, known, messages, max_tokens=80)
                assert begun.text + more.text == whole.text
                assert run_of(more).tokens == run_of(whole).tokens
    engine.close()


def test_stopped_twice(engine: LocalChatEngine) -> None:
    whole, _ = ask(engine, QUESTION, max_tokens=30)
    first, _ = ask(engine, QUESTION, max_tokens=7)
    second = go_on(engine, begun_by(first), max_tokens=9)
    text = first.text + second.text
    third = go_on(engine, Begun(text, run_of(second).tokens), max_tokens=14)
    assert run_of(third).tokens == run_of(whole).tokens
    assert run_of(third).begun == 16
    assert text + third.text == whole.text


def test_whatever_there_is_of_each_token_grows(engine: LocalChatEngine) -> None:
    loaded = engine._loaded
    assert loaded is not None
    prompt = loaded.prompts.build(QUESTION, 9, lambda done, total: None)
    ids = prompt.inputs["input_ids"]
    kinds = torch.ones_like(ids, dtype=torch.int32)
    more = {"mm_token_type_ids": kinds, "moe_mm_token_type_ids": kinds, "qformer_input_ids": ids}
    inputs = BatchFeature({**prompt.inputs, **more})
    grown = inputs_with(loaded.model, replace(prompt, inputs=inputs), (7, 8))
    assert grown["input_ids"][0].tolist() == [*ids[0].tolist(), 7, 8]
    assert grown["attention_mask"][0].tolist() == [1] * (prompt.tokens + 2)
    for name in ("mm_token_type_ids", "moe_mm_token_type_ids"):
        assert grown[name][0].tolist() == [1] * prompt.tokens + [0, 0]
    assert grown["qformer_input_ids"] is ids
    assert prompt.inputs["input_ids"] is ids, "the prompt stays as it is for another try"
    before_the_end = inputs_with(loaded.model, replace(prompt, closing=1), (7, 8))
    assert before_the_end["input_ids"][0, -3:].tolist() == [7, 8, int(ids[0, -1])]


def test_its_cost_is_that_of_the_new_part(engine: LocalChatEngine) -> None:
    first, _ = ask(engine, QUESTION, max_tokens=7)
    more = go_on(engine, begun_by(first), max_tokens=5)
    assert first.usage is not None
    assert more.usage is not None
    assert more.usage.completion_tokens == 5
    assert more.usage.prompt_tokens == first.usage.prompt_tokens + 7


def test_nothing_begun_is_an_answer_like_any(engine: LocalChatEngine) -> None:
    whole, _ = ask(engine, QUESTION)
    assert go_on(engine, Begun("")).text == whole.text


@pytest.mark.parametrize(
    "text", ["Yes", "Yes ", "图片里", "```py\n", "\n", "<image></s>", "\ufffd"]
)
def test_a_text_without_its_tokens(
    engine: LocalChatEngine, picture: PictureMaker, text: str
) -> None:
    shown = talk(("What?", (picture("red"),)))
    finished = go_on(engine, Begun(text), shown, max_tokens=6)
    run = run_of(finished)
    assert len(run.tokens) == run.begun + 6
    read = loaded_tokenizer(engine).decode(list(run.tokens[: run.begun]))
    assert str(read).replace("\N{ZERO WIDTH SPACE}", "") == text


IMPOSSIBLE = {
    "beyond the vocabulary": (10**9,),
    "beyond any": (2**70,),
    "negative": (-1,),
    "of a picture": ("<image>",),
    "of another text": ("N", "o"),
    "too few": ("Y",),
    "of another turn": ("Y", "e", "s", "<|end|>", "<|user|>"),
    "of another turn, unseen": ("Y", "<|user|>", "e", "s"),
}


@pytest.mark.parametrize("case", IMPOSSIBLE)
def test_tokens_that_it_can_not_have_written(engine: LocalChatEngine, case: str) -> None:
    """An imported conversation may say anything."""
    tokenizer = loaded_tokenizer(engine)
    tokens: tuple[Any, ...] = tuple(
        tokenizer.convert_tokens_to_ids(each) if isinstance(each, str) else each
        for each in IMPOSSIBLE[case]
    )
    told = go_on(engine, Begun("Yes", tokens))
    assert told.text == go_on(engine, Begun("Yes")).text
    assert not set(tokens) & set(run_of(told).tokens[: run_of(told).begun]) - set(
        tokenizer("Yes", add_special_tokens=False)["input_ids"]
    )


def test_an_answer_that_has_ended(engine: LocalChatEngine) -> None:
    first, _ = ask(engine, QUESTION, max_tokens=7)
    end = loaded_tokenizer(engine).eos_token_id
    assert isinstance(end, int)
    tokens = (*run_of(first).tokens, end)
    finished = go_on(engine, Begun(first.text, tokens))
    assert (finished.stop_reason, finished.text) == (StopReason.STOP, "")
    assert (run_of(finished).tokens, run_of(finished).begun) == (tokens, 8)


def test_a_context_that_is_full(tmp_path: Path) -> None:
    engine = loaded(make_llava(tmp_path / "small", context=120))
    whole, _ = ask(engine, QUESTION, max_tokens=500)
    assert whole.stop_reason is StopReason.LENGTH
    tokens = run_of(whole).tokens
    first, _ = ask(engine, QUESTION, max_tokens=len(tokens) - 3)
    more = go_on(engine, begun_by(first), max_tokens=500)
    assert first.text + more.text == whole.text
    assert (more.stop_reason, len(run_of(more).tokens)) == (StopReason.LENGTH, len(tokens))
    again = go_on(engine, begun_by(whole), max_tokens=500)
    assert (again.stop_reason, again.text) == (StopReason.LENGTH, "")
    assert run_of(again).tokens == tokens
    engine.close()


def changed(model: Path, folder: Path, **generation: object) -> LocalChatEngine:
    copy = Path(shutil.copytree(model, folder / "model"))
    own = json.loads((copy / "generation_config.json").read_text())
    (copy / "generation_config.json").write_text(json.dumps(own | generation))
    return loaded(copy)


def test_rules_for_the_first_token_are_for_no_later_one(
    llava: Path, tmp_path: Path, engine: LocalChatEngine
) -> None:
    tokens = run_of(ask(engine, QUESTION)[0]).tokens
    later = next(each for each in tokens if each != tokens[0])
    ruled = changed(llava, tmp_path, begin_suppress_tokens=[later], repetition_penalty=1.3)
    whole, _ = ask(ruled, QUESTION)
    expected = run_of(whole).tokens
    assert later in expected
    for stop in (expected.index(later), 3, 9):
        begun, _ = ask(ruled, QUESTION, max_tokens=stop)
        more = go_on(ruled, begun_by(begun), max_tokens=24 - stop)
        assert run_of(more).tokens == expected
    ruled.close()


@pytest.fixture
def thinker(llava: Path, tmp_path: Path) -> Iterator[LocalChatEngine]:
    """A model whose template opens a thought."""
    copy = Path(shutil.copytree(llava, tmp_path / "thinker"))
    template = copy / "chat_template.jinja"
    template.write_text(template.read_text() + "<think>\n")
    engine = loaded(copy)
    yield engine
    engine.close()


def test_a_thought_is_opened_once(thinker: LocalChatEngine) -> None:
    whole, _ = ask(thinker, QUESTION)
    assert whole.text.startswith("<think>\n")
    begun, _ = ask(thinker, QUESTION, max_tokens=7)
    more = go_on(thinker, begun_by(begun), max_tokens=17)
    assert begun.text + more.text == whole.text
    assert run_of(more).tokens == run_of(whole).tokens
    untold = go_on(thinker, Begun("", run_of(begun).tokens), max_tokens=17)
    assert (untold.text, untold.run) == (more.text, more.run), "tokens say enough"
    anew = go_on(thinker, Begun("<think>\n"))
    assert "<think>\n" + anew.text == whole.text


@pytest.mark.parametrize(
    ("said", "cut"),
    [
        ("Yes", "\n</think>\n\nYes"),
        ("<think>So", "So"),
        (" <think>So</think>Yes", "So</think>Yes"),
        ("<think>\n\nSo", "\nSo"),
    ],
)
def test_what_another_model_said_is_no_thought(
    thinker: LocalChatEngine, said: str, cut: str
) -> None:
    finished = go_on(thinker, Begun(said), max_tokens=6)
    run = run_of(finished)
    tokenizer = loaded_tokenizer(thinker)
    assert tokenizer.decode(list(run.tokens[: run.begun])) == cut
    again = go_on(thinker, Begun(said + finished.text, run.tokens), max_tokens=6)
    assert str(tokenizer.decode(list(run_of(again).tokens))).startswith(cut)


def test_a_thought_that_nobody_heard_of_yet_is_opened(thinker: LocalChatEngine) -> None:
    tokens = loaded_tokenizer(thinker)("图片", add_special_tokens=False)["input_ids"]
    with saying(thinker, tokens):
        begun, events = ask(thinker, QUESTION, max_tokens=1)
    assert begun.text == ""
    assert not any(isinstance(event, TextDelta) for event in events)
    with saying(thinker, tokens[1:]):
        more = go_on(thinker, begun_by(begun))
    assert more.text == "<think>\n图片"
