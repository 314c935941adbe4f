"""Ask one family's tiny checkpoint through the engine's public path, and say what it did."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from PIL import Image

from mmdesk.core.conversations import StopReason
from mmdesk.core.errors import GenerationError, ModelError
from mmdesk.core.events import Event, TextDelta, TurnFailed, TurnFinished
from mmdesk.core.messages import Message, Picture
from mmdesk.core.requests import LoadModel
from mmdesk.engine.generation import generating_part
from mmdesk.engine.local import LocalChatEngine
from mmdesk.engine.prompt import without_deprecations
from tests.unit.engine.conversing import ask, streamed, talk, trimmed
from tests.unit.engine.families.family import Family
from tests.unit.engine.pictures import draw_picture

QUESTIONS = ("What color is the circle?", "图片里有什么?", "Where is it?")
COLORS = ("red", "green", "blue")
TOKENS = 8
SIZE = (64, 48)

Turns = tuple[tuple[Picture, ...], ...]
"""The pictures of the three questions."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one family did: the cells of its row in the support table."""

    none: str
    one: str
    three: str
    streamed: str
    cancelled: str
    regenerated: str


YES, NO = "yes", "no"
PICTURE_NEEDED = "needs a picture"
ONE_AT_A_TIME = "one a question"
IMPOSSIBLE = Outcome(*["-"] * 6)


def examine(family: Family, folder: Path) -> Outcome:
    """Make the family's checkpoint in ``folder``, hold conversations with it, and judge them.

    Raises:
        AssertionError: it did something that no model may do, such as losing a picture.
    """
    path = family.make(folder / family.model_type)
    engine = LocalChatEngine()
    try:
        engine.load(LoadModel(path), lambda event: None)
    except ModelError:
        assert family.why_not, "this family is said to work"
        return IMPOSSIBLE
    try:
        assert not family.why_not, f"it works, but the table would say: {family.why_not}"
        _check_classes(engine, family)
        return _outcome(engine, family, tuple(draw_picture(folder, name, SIZE) for name in COLORS))
    finally:
        engine.close()


def _outcome(engine: LocalChatEngine, family: Family, pictures: tuple[Picture, ...]) -> Outcome:
    first = pictures[:1]
    none = _converse(engine, ((), (), ()))
    one = _converse(engine, (first, (), ()))
    later = _converse(engine, ((), first, ())) if none else one
    spread = _converse(engine, ((pictures[0],), (pictures[1],), (pictures[2],)))
    together = _converse(engine, (pictures, (), ()))
    assert one, "a model of pictures takes a picture"
    assert later, "also in a later question"
    assert none or family.style != "chat", "a chat model answers without pictures"
    _check_the_picture_counts(engine, family, pictures[0], pictures[1])
    if family.style == "chat":
        shown = pictures if family.multi_image else first
        _check_equals_transformers(engine, shown)
    if family.multi_image:
        assert spread, "three questions with a picture each"
        assert together, "three pictures in one question"
        _check_every_picture_counts(engine, family, pictures)
    return Outcome(
        none=YES if none else PICTURE_NEEDED,
        one=YES,
        three=YES if together else ONE_AT_A_TIME if spread else NO,
        streamed=_streamed(engine, talk((QUESTIONS[0], first))),
        cancelled=_cancelled(engine, talk((QUESTIONS[0], first))),
        regenerated=_regenerated(engine, talk((QUESTIONS[0], first))),
    )


def _check_classes(engine: LocalChatEngine, family: Family) -> None:
    """The table names real classes: those that transformers chose for the saved files."""
    loaded = engine._loaded
    assert loaded is not None
    assert loaded.model.config.model_type == family.model_type
    assert type(loaded.processor).__name__ == family.processor


def _converse(engine: LocalChatEngine, pictures: Turns) -> bool:
    """Hold a conversation of three turns; say whether all three questions were answered.

    One that isn't was refused in a sentence: any other error is a bug.
    """
    turns: list[str | tuple[str, tuple[Picture, ...]]] = []
    for question, shown in zip(QUESTIONS, pictures, strict=True):
        turns.append((question, shown))
        try:
            finished, events = ask(engine, talk(*turns), max_tokens=TOKENS)
        except GenerationError as error:
            _check_sentence(error)
            return False
        _check_answer(finished, events)
        turns.append(finished.text)
    return True


def _check_sentence(error: GenerationError) -> None:
    assert error.message
    assert error.hint


def _check_answer(finished: TurnFinished, events: list[Event]) -> None:
    assert streamed(events) == finished.text
    assert not any(isinstance(event, TurnFinished | TurnFailed) for event in events)
    assert finished.stop_reason in (StopReason.STOP, StopReason.LENGTH)
    usage = finished.usage
    assert usage is not None
    assert usage.prompt_tokens > 0
    assert 0 < usage.completion_tokens <= TOKENS
    assert usage.ttft_ms > 0
    tokens = sum(event.tokens for event in events if isinstance(event, TextDelta))
    assert tokens <= usage.completion_tokens


def _check_the_picture_counts(
    engine: LocalChatEngine, family: Family, picture: Picture, other: Picture
) -> None:
    """Another picture of the same size gives other logits, and takes its place in the prompt."""
    question = QUESTIONS[0]
    logits, tokens = _first_logits(engine, talk((question, (picture,))))
    others, same_tokens = _first_logits(engine, talk((question, (other,))))
    assert not torch.equal(logits, others), "the picture does not count"
    assert tokens == same_tokens
    if family.style == "chat":
        bare = _first_logits(engine, talk(question))[1]
        assert tokens > bare, "the picture has no place in the prompt"


def _check_equals_transformers(engine: LocalChatEngine, pictures: tuple[Picture, ...]) -> None:
    """The answer is the one that processor and ``generate`` give without mmdesk's help."""
    loaded = engine._loaded
    assert loaded is not None
    processor: Any = loaded.processor
    # Opened here: transformers reads files with torchvision's own library, which may be missing.
    images = [Image.open(picture.path) for picture in pictures]
    content: list[dict[str, Any]] = [{"type": "image", "image": image} for image in images]
    content.append({"type": "text", "text": QUESTIONS[0]})
    asked = [{"role": "user", "content": content}]
    with without_deprecations():
        inputs = processor.apply_chat_template(
            asked,
            add_generation_prompt=True, tokenize=True, return_dict=True, return_tensors="pt",
        )  # fmt: skip
        prompt = processor.apply_chat_template(asked, add_generation_prompt=True, tokenize=False)
    # The template itself may begin the answer with a thought's tag.
    opening = "<think>\n" if prompt.rstrip().endswith("<think>") else ""
    model: Any = loaded.model
    with torch.inference_mode():
        output = model.generate(**inputs, do_sample=False, max_new_tokens=TOKENS)
    answer = output[0, inputs["input_ids"].shape[1] :]
    expected = processor.tokenizer.decode(answer, skip_special_tokens=True)
    finished, _ = ask(engine, talk((QUESTIONS[0], pictures)), max_tokens=TOKENS)
    assert trimmed(finished.text) == trimmed(opening + expected)


def _check_every_picture_counts(
    engine: LocalChatEngine, family: Family, pictures: tuple[Picture, ...]
) -> None:
    """Each of three pictures, replaced by a fourth, changes the logits; so does their order.

    A model that knows no chat gets the last question alone, with the pictures that it is about.
    """
    chats = family.style == "chat"
    gray = draw_picture(pictures[0].path.parent, "gray", SIZE)
    variants = [pictures, pictures[::-1]]
    variants += [(*pictures[:n], gray, *pictures[n + 1 :]) for n in range(len(pictures))]
    for spread in (False, True) if chats else (False,):
        seen = [_first_logits(engine, _asked(variant, spread))[0] for variant in variants]
        for number, logits in enumerate(seen[1:]):
            assert not torch.equal(seen[0], logits), f"variant {number}, spread: {spread}"
    counts = range(0 if chats else 1, 4)
    tokens = [_first_logits(engine, _asked(pictures[:n], False))[1] for n in counts]
    # One picture may take more than two: LLaVA-OneVision cuts only a single one into tiles.
    assert tokens[-2] < tokens[-1], f"a picture without a place in the prompt: {tokens}"


def _asked(pictures: tuple[Picture, ...], spread: bool) -> tuple[Message, ...]:
    if not spread:
        return talk((QUESTIONS[0], pictures))
    turns: list[Any] = []
    for question, picture in zip(QUESTIONS, pictures, strict=True):
        turns += [(question, (picture,)), "Yes."]
    return talk(*turns[:-1])


def _first_logits(
    engine: LocalChatEngine, messages: tuple[Message, ...]
) -> tuple[torch.Tensor, int]:
    """Return the logits (vocabulary,) of the first token, and the tokens of the prompt."""
    with _watched(engine) as seen:
        finished, _ = ask(engine, messages, max_tokens=1)
    assert finished.usage is not None
    return seen[0], finished.usage.prompt_tokens


@contextmanager
def _watched(engine: LocalChatEngine) -> Iterator[list[torch.Tensor]]:
    """Collect what the output embeddings say about the last token of each step."""
    assert engine._loaded is not None
    head: Any = generating_part(engine._loaded.model).get_output_embeddings()
    seen: list[torch.Tensor] = []
    handle = head.register_forward_hook(
        lambda module, inputs, output: seen.append(output[0, -1].clone())
    )
    try:
        yield seen
    finally:
        handle.remove()


def _streamed(engine: LocalChatEngine, messages: tuple[Message, ...]) -> str:
    """Sample, as greedy random weights may repeat the first byte of a character for ever."""
    finished, events = ask(engine, messages, max_tokens=32, temperature=1.0, seed=1)
    assert finished.text == streamed(events)
    # One delta may be all text at once, and another what the end of the answer set free.
    return YES if sum(isinstance(event, TextDelta) for event in events) > 2 else NO


def _cancelled(engine: LocalChatEngine, messages: tuple[Message, ...]) -> str:
    """Cancel when the first token is there; none may follow it."""
    asked = 0

    def cancelled() -> bool:
        nonlocal asked
        asked += 1
        return asked > 1

    finished, events = ask(engine, messages, max_tokens=400, cancelled=cancelled)
    assert finished.text == streamed(events)
    assert finished.usage is not None
    stopped = finished.stop_reason is StopReason.CANCELLED and finished.usage.completion_tokens == 1
    return YES if stopped else NO


def _regenerated(engine: LocalChatEngine, messages: tuple[Message, ...]) -> str:
    """Ask again, greedily, after another conversation went through the same model."""
    first, _ = ask(engine, messages, max_tokens=TOKENS)
    ask(engine, talk(QUESTIONS[1], "Yes.", (QUESTIONS[0], messages[0].pictures)), max_tokens=2)
    again, _ = ask(engine, messages, max_tokens=TOKENS)
    assert first.text
    return YES if again.text == first.text else NO
