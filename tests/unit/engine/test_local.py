"""Loading and answering with real architectures of two families."""

from __future__ import annotations

import json
import shutil
import weakref
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from transformers import AutoModelForImageTextToText, AutoProcessor

from mmdesk.core.conversations import StopReason
from mmdesk.core.errors import DeviceUnavailable, EngineEmpty, PromptTooLong
from mmdesk.core.events import Event, LoadStage, ModelLoading, TextDelta, TurnProgress, TurnStage
from mmdesk.core.requests import LoadModel
from mmdesk.engine.local import LocalChatEngine
from mmdesk.models.hardware import usable_cores
from tests.unit.engine.conftest import PictureMaker
from tests.unit.engine.conversing import ask, streamed, talk, trimmed
from tests.unit.engine.tiny_models import CONTEXT

QUESTION = "What color is the circle? 图片里有什么?"


@pytest.fixture(params=["llava", "idefics"])
def loaded(request: pytest.FixtureRequest) -> tuple[Path, LocalChatEngine]:
    path: Path = request.getfixturevalue(request.param)
    engine = LocalChatEngine()
    engine.load(LoadModel(path), lambda event: None)
    return path, engine


def reference(path: Path, messages: list[dict[str, object]], tokens: int) -> str:
    """What transformers itself answers, greedily."""
    model: Any = AutoModelForImageTextToText.from_pretrained(path)
    processor = AutoProcessor.from_pretrained(path)
    inputs = processor.apply_chat_template(
        messages, add_generation_prompt=True, tokenize=True, return_dict=True, return_tensors="pt"
    )
    with torch.inference_mode():
        output = model.generate(**inputs, do_sample=False, max_new_tokens=tokens)
    answer = output[0, inputs["input_ids"].shape[1] :]
    return str(processor.tokenizer.decode(answer, skip_special_tokens=True))


def test_the_stream_equals_transformers_own_answer(
    loaded: tuple[Path, LocalChatEngine], picture: PictureMaker
) -> None:
    path, engine = loaded
    red, blue = picture("red"), picture("blue", (200, 40))
    finished, events = ask(engine, talk((QUESTION, (red, blue))), max_tokens=60)
    content = [{"type": "image", "image": Image.open(file.path)} for file in (red, blue)]
    content.append({"type": "text", "text": QUESTION})
    expected = reference(path, [{"role": "user", "content": content}], 60)
    assert trimmed(finished.text) == trimmed(expected)
    assert streamed(events) == finished.text


def test_loading_tells_its_stages(llava: Path) -> None:
    events: list[Event] = []
    engine = LocalChatEngine()
    info = engine.load(LoadModel(llava), events.append)
    loading = [event for event in events if isinstance(event, ModelLoading)]
    stages = list(dict.fromkeys(event.stage for event in loading))
    assert stages == list(LoadStage)
    fractions = [event.fraction for event in loading if event.fraction is not None]
    assert fractions == sorted(fractions)
    assert fractions[0] == 0
    assert fractions[-1] == 1
    assert len(fractions) > 20
    assert (info.name, info.path, info.context_length) == ("tiny-llava", llava, CONTEXT)
    assert info.parameters == sum(
        parameter.numel()
        for parameter in AutoModelForImageTextToText.from_pretrained(llava).parameters()
    )


def test_threads_leave_a_core_to_the_window(llava: Path) -> None:
    engine = LocalChatEngine()
    engine.load(LoadModel(llava), lambda event: None)
    assert torch.get_num_threads() == max(1, usable_cores() - 1)
    engine.load(LoadModel(llava, threads=2), lambda event: None)
    assert torch.get_num_threads() == 2
    engine.load(LoadModel(llava), lambda event: None)


def test_a_wanted_dtype_is_taken(llava: Path) -> None:
    engine = LocalChatEngine()
    info = engine.load(LoadModel(llava, dtype="bfloat16"), lambda event: None)
    assert info.dtype == "bfloat16"
    assert ask(engine, talk("Hi"))[0].usage
    assert engine.load(LoadModel(llava), lambda event: None).dtype == "float32"


@pytest.mark.skipif(torch.cuda.is_available(), reason="has the device")
def test_a_device_that_is_not_there(llava: Path) -> None:
    with pytest.raises(DeviceUnavailable, match="cuda"):
        LocalChatEngine().load(LoadModel(llava, device="cuda"), lambda event: None)


def test_greedy_is_the_same_every_time(engine: LocalChatEngine, picture: PictureMaker) -> None:
    messages = talk((QUESTION, (picture("red"),)))
    answers = {ask(engine, messages, seed=seed)[0].text for seed in (None, 1, 2, None)}
    assert len(answers) == 1


def test_greedy_whatever_the_checkpoint_recommends(
    llava: Path, tmp_path: Path, engine: LocalChatEngine, recwarn: pytest.WarningsRecorder
) -> None:
    model = Path(shutil.copytree(llava, tmp_path / "model"))
    own = json.loads((model / "generation_config.json").read_text())
    own |= {"do_sample": True, "temperature": 2.0, "top_k": 5, "top_p": 0.5, "max_length": 30}
    (model / "generation_config.json").write_text(json.dumps(own))
    sampling = LocalChatEngine()
    sampling.load(LoadModel(model), lambda event: None)
    answers = {ask(sampling, talk(QUESTION), max_tokens=40)[0].text for _ in range(3)}
    assert answers == {ask(engine, talk(QUESTION), max_tokens=40)[0].text}
    assert not recwarn.list


def test_same_seed_same_answer(engine: LocalChatEngine) -> None:
    def answer(seed: int) -> str:
        return ask(engine, talk(QUESTION), temperature=1.0, top_p=0.9, seed=seed)[0].text

    assert answer(7) == answer(7)
    assert len({answer(seed) for seed in range(5)}) > 1


def test_without_a_seed_answers_differ(engine: LocalChatEngine) -> None:
    answers = {ask(engine, talk(QUESTION), temperature=1.5)[0].text for _ in range(5)}
    assert len(answers) > 1


def test_a_tiny_nucleus_is_greedy(engine: LocalChatEngine) -> None:
    narrow, _ = ask(engine, talk(QUESTION), temperature=1.0, top_p=1e-6, seed=1)
    assert narrow.text == ask(engine, talk(QUESTION))[0].text


def test_the_answer_ends_at_max_tokens(engine: LocalChatEngine) -> None:
    finished, events = ask(engine, talk(QUESTION), max_tokens=17)
    assert finished.stop_reason is StopReason.LENGTH
    assert finished.usage is not None
    assert finished.usage.completion_tokens == 17
    assert sum(event.tokens for event in events if isinstance(event, TextDelta)) <= 17


def test_an_end_token_ends_the_answer_unseen(
    llava: Path, tmp_path: Path, engine: LocalChatEngine
) -> None:
    """Make a token that the model surely says its end token."""
    whole, _ = ask(engine, talk(QUESTION), max_tokens=40)
    tokenizer = AutoProcessor.from_pretrained(llava).tokenizer
    model = Path(shutil.copytree(llava, tmp_path / "model"))
    own = json.loads((model / "generation_config.json").read_text())
    tokens = tokens_of(llava, QUESTION, 40)
    end = next(token for number, token in enumerate(tokens) if number >= 3)
    first = tokens.index(end)
    (model / "generation_config.json").write_text(json.dumps(own | {"eos_token_id": [2, end]}))
    ending = LocalChatEngine()
    ending.load(LoadModel(model), lambda event: None)
    finished, events = ask(ending, talk(QUESTION), max_tokens=40)
    assert finished.stop_reason is StopReason.STOP
    assert finished.usage is not None
    assert finished.usage.completion_tokens == first + 1
    assert finished.text == streamed(events) == tokenizer.decode(tokens[:first])
    assert whole.text.startswith(finished.text.rstrip("\N{REPLACEMENT CHARACTER}"))


def tokens_of(path: Path, question: str, count: int) -> list[int]:
    model: Any = AutoModelForImageTextToText.from_pretrained(path)
    processor = AutoProcessor.from_pretrained(path)
    message = {"role": "user", "content": [{"type": "text", "text": question}]}
    inputs = processor.apply_chat_template(
        [message], add_generation_prompt=True, tokenize=True, return_dict=True, return_tensors="pt"
    )
    with torch.inference_mode():
        output = model.generate(**inputs, do_sample=False, max_new_tokens=count)
    return [int(token) for token in output[0, inputs["input_ids"].shape[1] :]]


@pytest.mark.parametrize("after", [1, 5])
def test_cancel_within_one_token(engine: LocalChatEngine, after: int) -> None:
    asked = 0

    def cancelled() -> bool:
        nonlocal asked
        asked += 1
        return asked > after

    finished, events = ask(engine, talk(QUESTION), max_tokens=400, cancelled=cancelled)
    assert finished.stop_reason is StopReason.CANCELLED
    assert finished.usage is not None
    assert finished.usage.completion_tokens == after
    assert finished.text == streamed(events)


def test_cancelled_before_it_began(engine: LocalChatEngine) -> None:
    finished, events = ask(engine, talk(QUESTION), cancelled=lambda: True)
    assert finished.stop_reason is StopReason.CANCELLED
    assert finished.text == ""
    assert not any(isinstance(event, TextDelta) for event in events)


def test_a_turn_tells_its_stages_and_cost(engine: LocalChatEngine, picture: PictureMaker) -> None:
    messages = talk((QUESTION, (picture("red"), picture("blue"))))
    finished, events = ask(engine, messages, max_tokens=10)
    progress = [event for event in events if isinstance(event, TurnProgress)]
    assert [(event.stage, event.done, event.total) for event in progress] == [
        (TurnStage.PICTURES, 0, 2),
        (TurnStage.PICTURES, 1, 2),
        (TurnStage.PREFILL, 0, 0),
    ]
    assert finished.usage is not None
    assert finished.usage.ttft_ms > 0
    assert finished.usage.tokens_per_second > 0
    assert finished.model == "tiny-llava"


def test_a_prompt_that_is_too_long_is_said_before_generation(
    engine: LocalChatEngine, picture: PictureMaker
) -> None:
    events: list[Event] = []
    with pytest.raises(PromptTooLong) as caught:
        ask(engine, talk(("word " * 3000, (picture("red"),) * 3)), emit=events.append)
    assert caught.value.fields["limit"] == CONTEXT
    assert caught.value.fields["pictures"] == 3
    assert caught.value.fields["picture_tokens"] == 3 * 16
    assert caught.value.fields["tokens"] > CONTEXT  # type: ignore[operator]
    assert all(event.stage is TurnStage.PICTURES for event in events)
    assert ask(engine, talk("Short."))[0].usage, "the engine works afterwards"


def test_a_long_prompt_leaves_what_fits(engine: LocalChatEngine) -> None:
    """max_tokens is clipped to the context instead of running past its positions."""
    length = ask(engine, talk("a" * 1000), max_tokens=1)[0].usage
    per_letter = ask(engine, talk("a" * 1100), max_tokens=1)[0].usage
    assert length is not None
    assert per_letter is not None
    step = (per_letter.prompt_tokens - length.prompt_tokens) / 100
    letters = 1000 + int((CONTEXT - 20 - length.prompt_tokens) / step)
    finished, _ = ask(engine, talk("a" * letters), max_tokens=500)
    assert finished.usage is not None
    assert finished.stop_reason is StopReason.LENGTH
    assert finished.usage.prompt_tokens + finished.usage.completion_tokens == CONTEXT
    with pytest.raises(PromptTooLong):
        ask(engine, talk("a" * (letters + 10)), max_tokens=500)


def test_an_empty_engine_says_so(llava: Path) -> None:
    engine = LocalChatEngine()
    with pytest.raises(EngineEmpty):
        ask(engine, talk("Hi"))
    engine.load(LoadModel(llava), lambda event: None)
    engine.close()
    engine.close()
    with pytest.raises(EngineEmpty):
        ask(engine, talk("Hi"))


def test_the_old_model_is_gone_before_the_new_one_comes(llava: Path, idefics: Path) -> None:
    """Otherwise both would have to fit."""
    engine = LocalChatEngine()
    engine.load(LoadModel(llava), lambda event: None)
    assert ask(engine, talk(QUESTION), max_tokens=2)[0].usage
    assert engine._loaded is not None
    model = weakref.ref(engine._loaded.model)
    weights = weakref.ref(next(engine._loaded.model.parameters()))
    alive: list[bool] = []

    def look(event: Event) -> None:
        alive.append(model() is not None or weights() is not None)

    engine.load(LoadModel(idefics), look)
    assert len(alive) > 3
    assert not any(alive)
    assert ask(engine, talk(QUESTION), max_tokens=2)[0].usage
