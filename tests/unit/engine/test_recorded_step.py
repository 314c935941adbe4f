"""Answers by a recorded step are those of the plain one, whatever becomes of the recording.

Without CUDA a step is recorded by running it again; all around it is what runs on a GPU.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from mmdesk.core.conversations import StopReason
from mmdesk.core.events import TextDelta
from mmdesk.core.requests import LoadModel
from mmdesk.engine import recorded_step
from mmdesk.engine.answering import free_caches
from mmdesk.engine.decoding import decoder_of
from mmdesk.engine.fixed_step import FixedStep
from mmdesk.engine.local import LocalChatEngine
from mmdesk.engine.recorded_step import RecordedStep
from tests.unit.engine.conversing import ask, talk
from tests.unit.engine.recording import Rehearsal

QUESTION = "What color is the circle in the picture?"
LONG = "How many triangles are there? " * 4
TOKENS = 24


class OutOfMemory:
    """Fails as an arena that is too large does, as often as told, then records."""

    times = 0

    def __call__(self, step: FixedStep) -> Callable[[], None]:
        if OutOfMemory.times:
            OutOfMemory.times -= 1
            raise torch.OutOfMemoryError("CUDA out of memory")
        return Rehearsal()(step)


class Broken:
    """Fails as the capture of something that waits for the device does."""

    def __call__(self, step: FixedStep) -> Callable[[], None]:
        raise RuntimeError("operation not permitted when stream is capturing")


@pytest.fixture(autouse=True)
def small_rooms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorded_step, "_LEAST_ROOM", 32)


@pytest.fixture(scope="module")
def desk(llava: Path) -> Iterator[LocalChatEngine]:
    """Loaded apart from the engine that others share: weights move together here."""
    engine = LocalChatEngine()
    engine.load(LoadModel(llava, dtype="float32"), lambda event: None)
    yield engine
    engine.close()


def with_decoder(desk: LocalChatEngine, recorder: Any) -> RecordedStep | None:
    """Have answers written by a recorder's recordings; None is transformers' own loop."""
    loaded = desk._loaded
    assert loaded is not None
    loaded.reader.forget()
    decode = None if recorder is None else decoder_of(loaded.model, "float32", recorder)
    object.__setattr__(loaded, "decode", decode)
    return decode._recorded if decode is not None else None


def tokens(desk: LocalChatEngine, *turns: str, **settings: Any) -> tuple[int, ...]:
    run = ask(desk, talk(*turns), **({"max_tokens": TOKENS} | settings))[0].run
    assert run is not None
    return run.tokens


CONVERSATION: list[tuple[tuple[str, ...], dict[str, Any]]] = [
    ((QUESTION,), {}),
    ((QUESTION, "Red.", LONG), {}),
    ((QUESTION, "Red.", LONG, "Three.", QUESTION), {"max_tokens": 60}),
    ((QUESTION, "Red.", "And now?"), {}),
    ((LONG,), {"temperature": 1.2, "top_p": 0.9, "seed": 5}),
    ((LONG,), {"temperature": 1.2, "top_p": 0.9, "seed": 5}),
    ((QUESTION,), {"max_tokens": 1}),
    ((QUESTION, "Red.", LONG, "Three.", QUESTION), {}),
]


def test_a_conversation_is_the_same(desk: LocalChatEngine) -> None:
    with_decoder(desk, None)
    expected = [tokens(desk, *turns, **settings) for turns, settings in CONVERSATION]
    step = with_decoder(desk, Rehearsal)
    assert step is not None
    found = [tokens(desk, *turns, **settings) for turns, settings in CONVERSATION]
    assert found == expected
    assert len(step.rooms) > 1
    free_caches(desk._loaded)  # type: ignore[arg-type]
    assert step.rooms == ()
    assert tokens(desk, QUESTION) == expected[0]
    assert step.rooms != (), "recorded anew"


def test_processors_of_the_checkpoint_see_every_token(
    desk: LocalChatEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert desk._loaded is not None
    monkeypatch.setattr(desk._loaded.model.generation_config, "repetition_penalty", 1.3)
    with_decoder(desk, None)
    expected = tokens(desk, QUESTION, max_tokens=60)
    with_decoder(desk, Rehearsal)
    assert tokens(desk, QUESTION, max_tokens=60) == expected


@pytest.mark.parametrize("recorder", [Rehearsal, Broken])
def test_stop_ends_it_at_once_and_what_was_said_is_kept(
    desk: LocalChatEngine, recorder: Any
) -> None:
    with_decoder(desk, None)
    expected = tokens(desk, QUESTION)
    with_decoder(desk, recorder)
    tokens(desk, QUESTION)
    told = 0

    def count(event: object) -> None:
        nonlocal told
        told += isinstance(event, TextDelta) and event.tokens

    finished, _ = ask(
        desk, talk(QUESTION), emit=count, cancelled=lambda: told >= 5, max_tokens=TOKENS
    )
    assert finished.stop_reason is StopReason.CANCELLED
    assert finished.run is not None
    assert finished.run.tokens == expected[: len(finished.run.tokens)]
    assert 5 <= len(finished.run.tokens) < TOKENS
    assert tokens(desk, QUESTION) == expected


def test_an_answer_that_fails_leaves_what_was_read(desk: LocalChatEngine) -> None:
    with_decoder(desk, None)
    expected = tokens(desk, QUESTION)
    with_decoder(desk, Rehearsal)
    tokens(desk, QUESTION)

    def fail(event: object) -> None:
        if isinstance(event, TextDelta):
            raise RuntimeError("the pipe is gone")

    with pytest.raises(RuntimeError, match="pipe"):
        ask(desk, talk(QUESTION), emit=fail, max_tokens=TOKENS)
    assert tokens(desk, QUESTION) == expected


def test_what_cannot_be_recorded_is_written_plainly_for_good(
    desk: LocalChatEngine, caplog: pytest.LogCaptureFixture
) -> None:
    with_decoder(desk, None)
    expected = [tokens(desk, QUESTION), tokens(desk, LONG)]
    step = with_decoder(desk, Broken)
    assert step is not None
    with caplog.at_level(logging.INFO, "mmdesk.engine.recorded_step"):
        assert [tokens(desk, QUESTION), tokens(desk, LONG)] == expected
    assert step.rooms == ()
    assert [each.levelname for each in caplog.records] == ["INFO"], "it is said once"
    assert "not permitted" in caplog.text


def test_without_memory_for_it_the_next_answer_tries_again(desk: LocalChatEngine) -> None:
    with_decoder(desk, None)
    expected = tokens(desk, QUESTION)
    step = with_decoder(desk, OutOfMemory)
    assert step is not None
    OutOfMemory.times = 1
    assert tokens(desk, QUESTION) == expected
    assert step.rooms == ()
    assert tokens(desk, QUESTION) == expected
    assert step.rooms != ()


def test_weights_take_no_more_memory_than_before(desk: LocalChatEngine) -> None:
    assert desk._loaded is not None
    model = desk._loaded.model
    with_decoder(desk, Rehearsal)
    tokens(desk, QUESTION)
    layer = model.get_decoder().layers[0]
    attention, mlp = layer.self_attn, layer.mlp
    for parts in ((attention.q_proj, attention.k_proj, attention.v_proj), (mlp.gate_proj,)):
        storages = {each.weight.untyped_storage().data_ptr() for each in parts}
        assert len(storages) == 1
    stored = {
        each.untyped_storage().data_ptr(): each.untyped_storage().nbytes()
        for each in model.parameters()
    }
    assert sum(stored.values()) == sum(each.nbytes for each in model.parameters())
