"""Closer looks: behind questions, one event each, and broken off when nobody waits for them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mmdesk.core.errors import EngineCrashed, InternalError, NotExaminable
from mmdesk.core.events import ModelReady, TextDelta, TurnFinished
from mmdesk.core.examinations import (
    AnswerScored,
    ExaminationFailed,
    ExaminationProgressed,
    ScoreAnswer,
)
from mmdesk.core.messages import user_message
from mmdesk.core.requests import AnswerQuestion
from mmdesk.session.worker import ModelWorker
from tests.unit.session.scripted import OTHER, Events, ScriptedEngine, load_request


@pytest.fixture
def engine() -> ScriptedEngine:
    return ScriptedEngine()


@pytest.fixture
def events() -> Events:
    return Events()


@pytest.fixture
def worker(engine: ScriptedEngine, events: Events) -> Iterator[ModelWorker]:
    worker = ModelWorker(lambda: engine, events.put)
    worker.start()
    yield worker
    engine.examine_gate.set()
    worker.close()


def look(name: str = "x", **more: object) -> ScoreAnswer:
    question = (user_message("What color?"),)
    return ScoreAnswer(name, question, (1, 2), model=load_request(), **more)  # type: ignore[arg-type]


def until(events: Events, kind: type) -> object:
    while not isinstance(event := events.next(), kind):
        pass
    return event


def test_its_model_is_loaded_and_it_ends_with_one_event(
    worker: ModelWorker, engine: ScriptedEngine, events: Events
) -> None:
    worker.examine(look())
    assert until(events, AnswerScored) == AnswerScored("x", ())
    assert engine.loaded == [load_request()]
    assert events.quiet()


def test_a_question_goes_first_and_the_look_begins_anew(
    worker: ModelWorker, engine: ScriptedEngine, events: Events
) -> None:
    engine.examine_gate.clear()
    worker.examine(look())
    until(events, ExaminationProgressed)
    worker.answer(AnswerQuestion("t1", (user_message("What color?"),), model=load_request()))
    until(events, TurnFinished)
    engine.examine_gate.set()
    until(events, AnswerScored)
    assert [type(each).__name__ for each in engine.served] == [
        "LoadModel", "ScoreAnswer", "AnswerQuestion", "ScoreAnswer",
    ]  # fmt: skip


def test_of_a_dropped_look_nothing_more_is_heard(
    worker: ModelWorker, engine: ScriptedEngine, events: Events
) -> None:
    engine.examine_gate.clear()
    worker.examine(look("running"))
    until(events, ExaminationProgressed)
    worker.examine(look("waiting"))
    worker.drop("running")
    worker.drop("waiting")
    worker.load(load_request(OTHER))
    until(events, ModelReady)
    assert events.quiet()
    assert [each.id for each in engine.examined] == ["running"]


def test_what_fails_is_said_and_the_model_stays(
    worker: ModelWorker, engine: ScriptedEngine, events: Events
) -> None:
    error = NotExaminable(model="Tiny")
    engine.finds.append(error)
    worker.examine(look())
    assert until(events, ExaminationFailed) == ExaminationFailed("x", error)
    worker.examine(look("again"))
    assert until(events, AnswerScored) == AnswerScored("again", ())
    assert len(engine.loaded) == 1


@pytest.mark.logs("looking closer")
def test_a_bug_is_logged_and_said(
    worker: ModelWorker, engine: ScriptedEngine, events: Events
) -> None:
    engine.finds.append(ValueError("odd"))
    worker.examine(look())
    failed = until(events, ExaminationFailed)
    assert isinstance(failed, ExaminationFailed)
    assert isinstance(failed.error, InternalError)


def test_a_crash_is_said_and_the_model_comes_back(
    worker: ModelWorker, engine: ScriptedEngine, events: Events
) -> None:
    engine.finds.append(EngineCrashed(reason="killed"))
    worker.examine(look())
    until(events, ExaminationFailed)
    until(events, ModelReady)
    worker.answer(AnswerQuestion("t1", (user_message("?"),)))
    until(events, TextDelta)
    until(events, TurnFinished)
