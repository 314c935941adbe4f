"""What is read ahead of a question: how far, how it ends, and what it never costs."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch.nn.modules import module as torch_module
from transformers import DynamicCache

from mmdesk.core.messages import Message, Picture, assistant_message, user_message
from mmdesk.core.requests import LoadModel, Prefill
from mmdesk.engine import asking, prefix_cache, reading
from mmdesk.engine.local import LocalChatEngine
from mmdesk.engine.prompt import tokenizer_of
from mmdesk.engine.reading import PromptReader
from tests.unit.engine.conftest import PictureMaker
from tests.unit.engine.conversing import ask, talk

SLICE = 16
LONG = "word " * 40


@pytest.fixture
def engine(llava: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalChatEngine]:
    monkeypatch.setattr(reading, "_SLICE", {"cpu": SLICE})
    engine = LocalChatEngine()
    engine.load(LoadModel(llava, dtype="float32"), lambda event: None)
    yield engine
    engine.close()


def never() -> bool:
    return False


def prefill(
    engine: LocalChatEngine,
    *turns: str | tuple[str, tuple[Picture, ...]],
    pictures: tuple[Picture, ...] = (),
    cancelled: Callable[[], bool] = never,
) -> None:
    engine.prefill(Prefill((*talk(*turns), user_message("", pictures))), cancelled)


def reader(engine: LocalChatEngine) -> PromptReader:
    assert engine._loaded is not None
    return engine._loaded.reader


def answer(engine: LocalChatEngine, messages: tuple[Message, ...]) -> tuple[int, ...]:
    run = ask(engine, messages)[0].run
    assert run is not None
    return run.tokens


def check_as_cold(engine: LocalChatEngine, messages: tuple[Message, ...]) -> None:
    """Compare with what the engine answers once it has forgotten everything."""
    warm = answer(engine, messages)
    reader(engine).forget()
    assert warm == answer(engine, messages)


@contextmanager
def layers() -> Iterator[list[tuple[str, int]]]:
    """Collect which layers run, and over how many tokens."""
    seen: list[tuple[str, int]] = []

    def note(module: torch.nn.Module, inputs: tuple[object, ...], _output: object) -> None:
        if type(module).__name__ in {"LlamaDecoderLayer", "CLIPEncoderLayer"}:
            hidden = inputs[0]
            assert isinstance(hidden, torch.Tensor)
            seen.append((type(module).__name__, hidden.shape[1]))

    handle = torch_module.register_module_forward_hook(note)
    try:
        yield seen
    finally:
        handle.remove()


def test_only_what_is_behind_the_beginning_is_read_for_the_first_token(
    engine: LocalChatEngine, picture: PictureMaker
) -> None:
    messages = talk(("What?", (picture("red"),)))
    prefill(engine, pictures=(picture("red"),))
    with layers() as seen:
        ask(engine, messages, max_tokens=1)
    assert {kind for kind, _ in seen} == {"LlamaDecoderLayer"}
    assert engine._loaded is not None
    tokenizer = tokenizer_of(engine._loaded.processor)
    behind = tokenizer("What?<|end|><|assistant|>", add_special_tokens=False)["input_ids"]
    assert {tokens for _, tokens in seen} == {len(behind)}
    check_as_cold(engine, messages)


def test_it_ends_within_a_slice(engine: LocalChatEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "_ASK_EVERY_S", 0.0)
    with layers() as seen:
        # In the third slice of two layers.
        prefill(engine, LONG, "Yes.", cancelled=lambda: len(seen) >= 5)
    assert [tokens for _, tokens in seen] == [SLICE] * 5
    with layers() as seen:
        ask(engine, talk(LONG, "Yes.", "Why?"), max_tokens=1)
    prompt = ask(engine, talk(LONG, "Yes.", "Why?"), max_tokens=1)[0].usage
    assert prompt is not None
    assert seen[0][1] == prompt.prompt_tokens - 2 * SLICE, "what was read is known"
    check_as_cold(engine, talk(LONG, "Yes.", "Why?"))


def test_it_ends_within_a_picture(
    engine: LocalChatEngine, picture: PictureMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "_ASK_EVERY_S", 0.0)
    with layers() as seen:
        prefill(engine, pictures=(picture("red"),), cancelled=lambda: bool(seen))
    assert [kind for kind, _ in seen] == ["CLIPEncoderLayer"], "the first of two"
    check_as_cold(engine, talk(("What?", (picture("red"),))))


def test_what_is_known_is_not_read_again(engine: LocalChatEngine) -> None:
    answer(engine, talk(LONG))
    prefill(engine, LONG, "Yes.")
    with layers() as seen:
        prefill(engine, LONG, "Yes.")
        engine.prefill(Prefill(()), never)
    assert seen == []


def test_a_follow_up_goes_on_from_the_answer(engine: LocalChatEngine) -> None:
    first = ask(engine, talk(LONG))[0].text
    with layers() as seen:
        prefill(engine, LONG, first)
    prompt = ask(engine, talk(LONG, first, "Why?"), max_tokens=1)[0].usage
    assert prompt is not None
    assert 0 < sum(tokens for _, tokens in seen[::2]) < prompt.prompt_tokens / 2
    check_as_cold(engine, talk(LONG, first, "Why?"))


def test_no_more_is_read_than_can_be_kept(
    llava: Path, monkeypatch: pytest.MonkeyPatch, engine: LocalChatEngine
) -> None:
    prefill(engine, LONG)
    whole = reader(engine).nbytes
    assert whole > 0
    reader(engine).forget()
    monkeypatch.setattr(reader(engine)._kept, "_size", whole)
    prefill(engine, LONG * 4)
    assert 0 < reader(engine).nbytes <= whole
    check_as_cold(engine, talk(LONG * 4, "Yes.", "Why?"))


def test_what_the_conversation_needs_stays(
    engine: LocalChatEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without room for both, the last question may be edited, but is known until it is sent."""
    shown = talk(LONG, "Yes.", LONG)
    answer(engine, shown)
    monkeypatch.setattr(reader(engine)._kept, "_size", reader(engine).nbytes)
    prefill(engine, LONG, "Yes.")
    with layers() as seen:
        ask(engine, shown, max_tokens=1)
    assert seen[0][1] == 1, "only the last token is read again"


def test_a_failure_is_left_to_the_question(
    engine: LocalChatEngine, caplog: pytest.LogCaptureFixture
) -> None:
    messages = talk(LONG, "Yes.", "Why?")
    prefill(engine, LONG, cancelled=counting(4))
    assert reader(engine).nbytes > 0
    with failing_at(3), caplog.at_level(logging.INFO):
        prefill(engine, LONG, "Yes.")
    assert "out of memory, say" in caplog.text
    assert reader(engine).nbytes > 0, "what was read before is kept"
    check_as_cold(engine, messages)


def test_what_cannot_be_taken_back_is_forgotten_after_a_failure(
    engine: LocalChatEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with linear attention: here with layers that mmdesk can't cut."""
    monkeypatch.setattr(prefix_cache, "new_cache", lambda model: DynamicCache(config=model.config))
    prefill(engine, LONG, cancelled=counting(4))
    before = reader(engine).nbytes
    assert before > 0
    with failing_at(3):
        prefill(engine, LONG, "Yes.")
    assert reader(engine).nbytes == before, "it was a copy that failed"
    reader(engine).forget()
    with failing_at(3):
        prefill(engine, LONG, "Yes.")
    assert reader(engine).nbytes == 0
    check_as_cold(engine, talk(LONG, "Yes.", "Why?"))


@contextmanager
def failing_at(layer: int) -> Iterator[None]:
    """Let a layer of the decoder fail, counted from here."""
    calls = itertools.count()

    def fail(module: torch.nn.Module, _inputs: object) -> None:
        if type(module).__name__ == "LlamaDecoderLayer" and next(calls) == layer:
            raise RuntimeError("out of memory, say")

    handle = torch_module.register_module_forward_pre_hook(fail)
    try:
        yield
    finally:
        handle.remove()
    assert next(calls) > layer


def counting(most: int) -> Callable[[], bool]:
    """Return a check that says no so often."""
    asked = itertools.count()
    return lambda: next(asked) >= most


@pytest.mark.parametrize(
    "messages",
    [
        (user_message(""),),
        (user_message("What?"), user_message("")),
        (assistant_message("It is red."), user_message("")),
        (*talk("word " * 3000, "Yes."), user_message("")),
    ],
    ids=["nothing", "an answer failed", "begins with an answer", "too long"],
)
def test_whatever_is_asked_for(engine: LocalChatEngine, messages: tuple[Message, ...]) -> None:
    engine.prefill(Prefill(messages), never)
    check_as_cold(engine, talk("What?"))


def test_a_lost_picture_is_the_questions_to_tell(
    engine: LocalChatEngine, picture: PictureMaker, tmp_path: Path
) -> None:
    lost = replace(picture("red"), sha256="0" * 64, path=tmp_path / "lost.png")
    prefill(engine, pictures=(lost,))
    prefill(LocalChatEngine(), pictures=(lost,))
    check_as_cold(engine, talk("What?"))


def test_where_the_models_frame_lies_is_known_before_the_answer(
    engine: LocalChatEngine, picture: PictureMaker
) -> None:
    wide = picture("green", (171, 50))
    engine.prefill(Prefill((user_message("", (wide,)),)), lambda: False)
    assert engine._loaded is not None
    assert (171, 50) in engine._loaded.sight._measured
