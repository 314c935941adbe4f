"""Closer looks: behind questions, one event each, and broken off when nobody waits for them."""

from __future__ import annotations

import pytest

from mmdesk.core.errors import EngineCrashed, InternalError, NotExaminable
from mmdesk.core.events import ModelReady, TurnFinished
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


def look(name: str = "x", **more: object) -> ScoreAnswer:
    question = (user_message("What color?"),)
    return ScoreAnswer(name, question, (1, 2), model=load_request(), **more)  # type: ignore[arg-type]


def test_its_model_is_loaded_and_it_ends_with_one_event(
    worker: ModelWorker, engine: ScriptedEngine, events: Events
) -> None:
    worker.examine(look())
    assert events.until(AnswerScored)[-1] == AnswerScored("x", ())
    assert engine.loaded == [load_request()]
    assert events.quiet()


def test_a_question_goes_first_and_the_look_begins_anew(
    worker: ModelWorker, engine: ScriptedEngine, events: Events
) -> None:
    engine.examine_gate.clear()
    worker.examine(look())
    events.until(ExaminationProgressed)
    worker.answer(AnswerQuestion("t1", (user_message("What color?"),), model=load_request()))
    events.until(TurnFinished)
    engine.examine_gate.set()
    events.until(AnswerScored)
    assert [type(each).__name__ for each in engine.served] == [
        "LoadModel", "ScoreAnswer", "AnswerQuestion", "ScoreAnswer",
    ]  # fmt: skip


def test_of_a_dropped_look_nothing_more_is_heard(
    worker: ModelWorker, engine: ScriptedEngine, events: Events
) -> None:
    engine.examine_gate.clear()
    worker.examine(look("running"))
    events.until(ExaminationProgressed)
    worker.examine(look("waiting"))
    worker.drop("running")
    worker.drop("waiting")
    worker.load(load_request(OTHER))
    events.until(ModelReady)
    assert events.quiet()
    assert [each.id for each in engine.examined] == ["running"]


def test_what_fails_is_said_and_the_model_stays(
    worker: ModelWorker, engine: ScriptedEngine, events: Events
) -> None:
    error = NotExaminable(model="Tiny")
    engine.finds.append(error)
    worker.examine(look())
    assert events.until(ExaminationFailed)[-1] == ExaminationFailed("x", error)
    worker.examine(look("again"))
    assert events.until(AnswerScored)[-1] == AnswerScored("again", ())
    assert len(engine.loaded) == 1


@pytest.mark.logs("looking closer")
def test_a_bug_is_logged_and_said(
    worker: ModelWorker, engine: ScriptedEngine, events: Events
) -> None:
    engine.finds.append(ValueError("odd"))
    worker.examine(look())
    failed = events.until(ExaminationFailed)[-1]
    assert isinstance(failed, ExaminationFailed)
    assert isinstance(failed.error, InternalError)


def test_a_crash_is_said_and_the_model_comes_back(
    worker: ModelWorker, engine: ScriptedEngine, events: Events
) -> None:
    error = EngineCrashed(reason="killed")
    engine.finds.append(error)
    worker.examine(look())
    assert events.until(ExaminationFailed)[-1] == ExaminationFailed("x", error)
    events.until(ModelReady)
    worker.answer(AnswerQuestion("t1", (user_message("?"),)))
    finished = events.until(TurnFinished)[-1]
    assert isinstance(finished, TurnFinished)
    assert finished.text == "It is red."
