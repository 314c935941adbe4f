"""In every family a stopped answer, gone on with, is the answer that was never stopped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mmdesk.core.conversations import Run, StopReason
from mmdesk.core.events import Event, TurnFinished
from mmdesk.core.messages import Message, Picture
from mmdesk.core.requests import AnswerQuestion, Begun, GenerationSettings, LoadModel
from mmdesk.engine.detokenizer import ByteLevelDetokenizer, detokenizer_for
from mmdesk.engine.local import LocalChatEngine
from mmdesk.engine.prompt import tokenizer_of
from tests.unit.engine.conversing import ask, streamed, talk
from tests.unit.engine.families.family import Family, all_families, parameters
from tests.unit.engine.pictures import draw_picture

FAMILIES = [family for family in all_families() if not family.why_not]
TOKENS = 24
STOPS = (1, 2, 3, 7, 12, 23)
QUESTION = "What color is the circle? 图片里有什么?"


@pytest.fixture
def engine() -> Iterator[LocalChatEngine]:
    engine = LocalChatEngine()
    yield engine
    engine.close()


def continued(
    engine: LocalChatEngine, messages: tuple[Message, ...], begun: Begun, tokens: int
) -> TurnFinished:
    events: list[Event] = []
    request = AnswerQuestion("turn", messages, GenerationSettings(max_tokens=tokens), begun=begun)
    finished = engine.answer(request, events.append, lambda: False)
    assert finished.text == streamed(events)
    return finished


def run_of(finished: TurnFinished) -> Run:
    assert finished.run is not None
    return finished.run


def text_is_steady(engine: LocalChatEngine, text: str) -> bool:
    """Whether no later token changes how earlier ones read.

    Byte tokens as Llama 2 has them do: one that fits no character breaks all others of its run.
    """
    assert engine._loaded is not None
    detokenizer = detokenizer_for(tokenizer_of(engine._loaded.processor))
    return isinstance(detokenizer, ByteLevelDetokenizer) or "\N{REPLACEMENT CHARACTER}" not in text


@pytest.mark.parametrize("family", parameters(FAMILIES))
def test_stopped_and_gone_on_with(family: Family, tmp_path: Path, engine: LocalChatEngine) -> None:
    path = family.make(tmp_path / "model")
    engine.load(LoadModel(path, dtype="float32"), lambda event: None)
    picture: Picture = draw_picture(tmp_path)
    messages = talk((QUESTION, (picture,)))
    whole, _ = ask(engine, messages, max_tokens=TOKENS)
    expected = run_of(whole).tokens
    assert len(expected) == TOKENS
    for stop in STOPS:
        begun, _ = ask(engine, messages, max_tokens=stop)
        assert run_of(begun).tokens == expected[:stop]
        more = continued(engine, messages, Begun(begun.text, run_of(begun).tokens), TOKENS - stop)
        assert run_of(more).tokens == expected, stop
        assert run_of(more).begun == stop
        if text_is_steady(engine, whole.text):
            assert begun.text + more.text == whole.text
        anew = continued(engine, messages, Begun(begun.text), 4)
        assert anew.stop_reason is StopReason.LENGTH
        assert len(run_of(anew).tokens) == run_of(anew).begun + 4
