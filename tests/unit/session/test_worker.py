"""The worker owes each question exactly one terminal event, whatever the engine does."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from mmdesk.core.conversations import StopReason
from mmdesk.core.errors import EngineCrashed, InternalError, ModelMissing, PromptTooLong
from mmdesk.core.events import (
    ModelFailed,
    ModelLoading,
    ModelReady,
    ModelUnloaded,
    TextDelta,
    TurnFailed,
    TurnFinished,
)
from mmdesk.core.messages import user_message
from mmdesk.core.requests import AnswerQuestion, Prefill, SpeechModel, Transcribe
from mmdesk.core.speech import Transcript
from mmdesk.session.worker import ModelWorker, Rank, SpeechReply
from tests.unit.session.scripted import (
    OTHER,
    PATIENCE_S,
    SECOND,
    Events,
    ScriptedEngine,
    load_request,
)


def question(turn: str = "t1") -> AnswerQuestion:
    return AnswerQuestion(turn, (user_message("What color?"),))


def reading(*parts: str) -> Prefill:
    """What a question begins with, in a conversation of so many parts."""
    return Prefill((*map(user_message, parts), user_message("")))


def terminals(events: Events) -> list[TurnFinished | TurnFailed]:
    return [event for event in events.seen if isinstance(event, TurnFinished | TurnFailed)]


def test_a_question_sent_early_waits_for_the_model(
    worker: ModelWorker, engine: ScriptedEngine, events: Events
) -> None:
    engine.load_gate.clear()
    worker.load(load_request())
    worker.answer(question())
    assert isinstance(events.next(), ModelLoading)
    assert events.quiet()
    engine.load_gate.set()
    assert isinstance(events.next(), ModelReady)
    assert isinstance(events.until(TurnFinished)[-1], TurnFinished)
    assert "".join(e.text for e in events.seen if isinstance(e, TextDelta)) == "It is red."


def test_stop_while_waiting_is_answered_at_once_and_never_generated(
    worker: ModelWorker, engine: ScriptedEngine, events: Events
) -> None:
    engine.load_gate.clear()
    worker.load(load_request())
    worker.answer(question("early"))
    worker.cancel("early")
    assert events.until(TurnFinished)[-1] == TurnFinished("early", StopReason.CANCELLED, "", None)
    engine.load_gate.set()
    worker.answer(question("later"))
    events.until(TurnFinished)
    assert [request.turn for request in engine.asked] == ["later"]
    assert len(terminals(events)) == 2


def test_stop_in_the_middle_keeps_what_was_written(
    worker: ModelWorker, engine: ScriptedEngine, events: Events
) -> None:
    worker.load(load_request())
    engine.gate.clear()
    worker.answer(question())
    events.until(TextDelta)
    worker.cancel("t1")
    finished = events.until(TurnFinished)[-1]
    assert isinstance(finished, TurnFinished)
    assert (finished.turn, finished.text) == ("t1", "It ")
    assert finished.stop_reason is StopReason.CANCELLED


def test_a_crash_in_the_middle_fails_the_turn_and_the_model_comes_back(
    worker: ModelWorker, engine: ScriptedEngine, events: Events
) -> None:
    engine.answers = [(2, EngineCrashed(reason="killed by SIGKILL"))]
    worker.load(load_request())
    worker.answer(question("t1"))
    failed = events.until(TurnFailed)[-1]
    assert isinstance(failed, TurnFailed)
    assert isinstance(failed.error, EngineCrashed)
    events.until(ModelReady)
    worker.answer(question("t2"))
    finished = events.until(TurnFinished)[-1]
    assert isinstance(finished, TurnFinished)
    assert (finished.turn, finished.text) == ("t2", "It is red.")
    assert (finished.stop_reason, finished.model) == (StopReason.STOP, "model")


def test_a_crash_while_idle_is_mended_before_the_answer(
    worker: ModelWorker, engine: ScriptedEngine, events: Events
) -> None:
    engine.answers = [(0, EngineCrashed(reason="killed by SIGKILL"))]
    worker.load(load_request())
    worker.answer(question())
    finished = events.until(TurnFinished)[-1]
    assert isinstance(finished, TurnFinished)
    assert finished.text == "It is red."
    assert len(engine.loaded) == 2


def test_a_model_that_always_crashes_is_given_up(
    worker: ModelWorker, engine: ScriptedEngine, events: Events
) -> None:
    engine.loads = [EngineCrashed(reason="killed by SIGKILL")] * 7
    engine.load_gate.clear()
    worker.load(load_request())
    worker.answer(question())
    engine.load_gate.set()
    failed = events.until(TurnFailed)[-1]
    assert isinstance(failed, TurnFailed)
    assert isinstance(failed.error, EngineCrashed)
    assert len(engine.loaded) == 4
    # Retry is a person's wish: the model gets another chance each time.
    worker.answer(question("t2"))
    events.until(TurnFailed)
    assert len(engine.loaded) == 7
    worker.answer(question("t3"))
    events.until(TurnFinished)


def test_a_model_that_is_not_there(
    worker: ModelWorker, engine: ScriptedEngine, events: Events
) -> None:
    engine.loads = [ModelMissing(path="/x")]
    worker.load(load_request())
    worker.answer(question())
    failed = events.until(ModelFailed)[-1]
    assert isinstance(failed, ModelFailed)
    assert failed.error.kind == "model_missing"
    turn = events.until(TurnFailed)[-1]
    assert isinstance(turn, TurnFailed)
    assert turn.error.kind == "model_missing"


def test_a_refusal_holds_for_who_waits_and_not_for_who_asks_later(
    worker: ModelWorker, engine: ScriptedEngine, events: Events
) -> None:
    engine.loads = [ModelMissing(path="/x")]
    engine.load_gate.clear()
    worker.load(load_request())
    worker.answer(question("t1"))
    worker.answer(question("t2"))
    engine.load_gate.set()
    events.until(TurnFailed)
    events.until(TurnFailed)
    assert len(engine.loaded) == 1
    worker.answer(question("t3"))  # the disk is there again
    events.until(TurnFinished)
    assert len(engine.loaded) == 2


@pytest.mark.logs("freeing the models' memory")
def test_a_failure_to_free_memory_leaves_the_next_question_an_answer(events: Events) -> None:
    class Clinging(ScriptedEngine):
        def close(self) -> None:
            if not self.closed:
                self.closed = True
                raise RuntimeError("a bug")

    worker = ModelWorker(Clinging, events.put)
    worker.idle_s = 0.01
    worker.start()
    worker.load(load_request())
    events.until(ModelUnloaded)
    worker.idle_s = 0.0
    worker.answer(question())
    events.until(TurnFinished)
    worker.close()


def test_stopping_a_question_s_load_is_said_to_have_unloaded(
    worker: ModelWorker, engine: ScriptedEngine, events: Events
) -> None:
    worker.load(load_request("first"))
    events.until(ModelReady)
    engine.load_gate.clear()
    worker.answer(replace(question("t1"), model=load_request("second")))
    events.until(ModelLoading)
    worker.cancel("t1")
    events.until(ModelUnloaded)
    stopped = events.until(TurnFinished)[-1]
    assert isinstance(stopped, TurnFinished)
    assert stopped.stop_reason is StopReason.CANCELLED
    engine.load_gate.set()
    worker.answer(replace(question("t2"), model=load_request("second")))
    events.until(TurnFinished)
    assert [request.path.name for request in engine.loaded] == ["first", "second", "second"]


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (PromptTooLong(tokens=9, limit=1, picture_tokens=0, pictures=0), PromptTooLong),
        pytest.param(ZeroDivisionError("bug"), InternalError, marks=pytest.mark.logs("answering")),
    ],
)
def test_a_failure_leaves_the_model_loaded(
    worker: ModelWorker,
    engine: ScriptedEngine,
    events: Events,
    error: Exception,
    kind: type[Exception],
) -> None:
    engine.answers = [(1, error)]
    worker.load(load_request())
    worker.answer(question("t1"))
    failed = events.until(TurnFailed)[-1]
    assert isinstance(failed, TurnFailed)
    assert isinstance(failed.error, kind)
    worker.answer(question("t2"))
    events.until(TurnFinished)
    assert len(engine.loaded) == 1


def test_an_older_load_that_has_not_begun_is_skipped(
    worker: ModelWorker, engine: ScriptedEngine, events: Events
) -> None:
    engine.load_gate.clear()
    worker.load(load_request("first"))
    events.next()
    worker.load(load_request("second"))
    worker.load(load_request("third"))
    engine.load_gate.set()
    worker.answer(question())
    events.until(TurnFinished)
    assert [request.path.name for request in engine.loaded] == ["first", "third"]


def test_a_newer_load_breaks_the_running_one_off_and_serves_who_waits(
    worker: ModelWorker, engine: ScriptedEngine, events: Events
) -> None:
    engine.load_gate.clear()
    worker.load(load_request("slow"))
    events.next()
    worker.answer(question())
    worker.load(load_request("chosen"))
    assert isinstance(events.next(), ModelLoading)  # without the gate: the first gave up
    engine.load_gate.set()
    finished = events.until(TurnFinished)[-1]
    assert isinstance(finished, TurnFinished)
    assert finished.text == "It is red."
    assert [e.info.name for e in events.seen if isinstance(e, ModelReady)] == ["chosen"]


def test_a_model_chosen_while_another_is_mended_answers(
    worker: ModelWorker, engine: ScriptedEngine, events: Events
) -> None:
    engine.answers = [(0, EngineCrashed(reason="killed by SIGKILL"))]
    worker.load(load_request("dying"))
    events.until(ModelReady)
    engine.load_gate.clear()
    worker.answer(question())
    events.until(ModelLoading)
    worker.load(load_request("chosen"))
    events.until(ModelLoading)
    engine.load_gate.set()
    finished = events.until(TurnFinished)[-1]
    assert isinstance(finished, TurnFinished)
    assert finished.text == "It is red."
    assert engine.loaded[-1].path.name == "chosen"


def test_closing_stops_a_running_load(events: Events) -> None:
    engine = ScriptedEngine()
    engine.load_gate.clear()
    worker = ModelWorker(lambda: engine, events.put)
    worker.start()
    worker.load(load_request())
    events.next()
    worker.answer(question())
    started = time.monotonic()
    worker.close()
    assert time.monotonic() - started < 2
    assert engine.closed
    assert events.until(TurnFinished)[-1] == TurnFinished("t1", StopReason.CANCELLED, "", None)
    assert not engine.asked


@pytest.mark.logs("making the engine")
def test_an_engine_that_cannot_be_made_answers_all_the_same(events: Events) -> None:
    def make() -> ScriptedEngine:
        raise OSError("no log folder")

    worker = ModelWorker(make, events.put)
    worker.start()
    worker.load(load_request())
    worker.answer(question())
    failed = events.until(TurnFailed)[-1]
    assert isinstance(failed, TurnFailed)
    assert isinstance(failed.error, InternalError)
    worker.close()


def test_a_stop_that_comes_too_late_stops_no_other_turn(
    worker: ModelWorker, engine: ScriptedEngine, events: Events
) -> None:
    worker.load(load_request())
    worker.answer(question("t1"))
    events.until(TurnFinished)
    worker.cancel("t1")
    worker.answer(question("t2"))
    finished = events.until(TurnFinished)[-1]
    assert isinstance(finished, TurnFinished)
    assert finished.stop_reason is StopReason.STOP


def test_closing_stops_a_running_answer(events: Events) -> None:
    engine = ScriptedEngine()
    worker = ModelWorker(lambda: engine, events.put)
    worker.start()
    worker.load(load_request())
    engine.gate.clear()
    worker.answer(question())
    events.until(TextDelta)
    worker.close()
    assert engine.closed
    assert isinstance(events.until(TurnFinished)[-1], TurnFinished)


# Speech


def hear(utterance: str = "u1", *, final: bool = True, samples: bytes = SECOND) -> Transcribe:
    return Transcribe(utterance, samples, SpeechModel(Path("/models/speech")), final=final)


class Replies:
    """Collects the replies to transcriptions by name."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[tuple[str, object]] = queue.SimpleQueue()

    def named(self, name: str) -> SpeechReply:
        return lambda reply: self._queue.put((name, reply))

    def next(self) -> tuple[str, object]:
        return self._queue.get(timeout=PATIENCE_S)


def busy(worker: ModelWorker, engine: ScriptedEngine, events: Events) -> None:
    """Let the worker answer a question until the test opens ``engine.gate``."""
    worker.load(load_request())
    engine.gate.clear()
    worker.answer(question("busy"))
    events.until(TextDelta)


def test_what_waits_is_served_by_rank(
    worker: ModelWorker, engine: ScriptedEngine, events: Events
) -> None:
    busy(worker, engine, events)
    replies = Replies()
    worker.prefill(reading())
    worker.transcribe(hear("file"), replies.named("file"), Rank.SOUND_FILE)
    worker.transcribe(hear("p", final=False), replies.named("partial"), Rank.PARTIAL_TRANSCRIPT)
    worker.answer(question("second"))
    worker.transcribe(hear("f"), replies.named("final"))
    engine.gate.set()
    assert [replies.next()[0] for _ in range(3)] == ["final", "partial", "file"]
    worker.close()
    served = [getattr(each, "turn", getattr(each, "utterance", "")) for each in engine.served[2:]]
    assert served[:4] == ["f", "second", "p", "file"]
    assert engine.prefills == []  # there was no time for it


def test_a_stale_partial_is_dropped(
    worker: ModelWorker, engine: ScriptedEngine, events: Events
) -> None:
    busy(worker, engine, events)
    replies = Replies()
    worker.transcribe(hear(final=False), replies.named("partial"), Rank.PARTIAL_TRANSCRIPT)
    worker.transcribe(hear(), replies.named("final"))
    engine.gate.set()
    answers = dict(replies.next() for _ in range(2))
    assert answers["partial"] is None
    assert isinstance(answers["final"], Transcript)
    assert len(engine.heard) == 1


def test_a_running_transcription_is_forgotten_at_once(
    worker: ModelWorker, engine: ScriptedEngine
) -> None:
    engine.hear_gate.clear()
    replies = Replies()
    worker.transcribe(hear(), replies.named("final"))
    while not engine.heard:
        time.sleep(0.005)
    worker.forget_speech("u1")
    assert replies.next() == ("final", None)


def test_closing_replies_to_every_transcription(
    worker: ModelWorker, engine: ScriptedEngine
) -> None:
    engine.hear_gate.clear()
    replies = Replies()
    for number in range(5):
        worker.transcribe(hear(str(number)), replies.named(str(number)))
    worker.close()
    worker.transcribe(hear("late"), replies.named("late"))
    assert {replies.next() for _ in range(6)} == {
        (name, None) for name in ("0", "1", "2", "3", "4", "late")
    }


@pytest.mark.logs("transcribing")
def test_a_bug_in_transcribing_is_a_reply_too(worker: ModelWorker, engine: ScriptedEngine) -> None:
    engine.hears = [ZeroDivisionError("oops")]
    replies = Replies()
    worker.transcribe(hear(), replies.named("final"))
    assert isinstance(replies.next()[1], InternalError)


def test_a_crash_while_transcribing_costs_one_try(
    worker: ModelWorker, engine: ScriptedEngine, events: Events
) -> None:
    worker.load(load_request())
    events.until(ModelReady)
    engine.hears = [EngineCrashed(reason="killed"), EngineCrashed(reason="killed")]
    replies = Replies()
    worker.transcribe(hear(), replies.named("final"))
    assert isinstance(replies.next()[1], EngineCrashed)
    worker.transcribe(hear(), replies.named("final"))
    assert isinstance(replies.next()[1], Transcript)
    worker.answer(question())
    assert isinstance(events.until(TurnFinished)[-1], TurnFinished)


# Reading ahead


@pytest.fixture
def ahead(worker: ModelWorker, engine: ScriptedEngine, events: Events) -> Prefill:
    """Something that is being read until the test opens ``engine.prefill_gate``."""
    worker.load(load_request())
    events.until(ModelReady)
    engine.prefill_gate.clear()
    request = reading("Hello")
    worker.prefill(request)
    wait_until(lambda: engine.prefills == [request])
    return request


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.002)


def test_a_question_about_something_else_does_not_wait_for_what_is_read_ahead(
    worker: ModelWorker, engine: ScriptedEngine, events: Events, ahead: Prefill
) -> None:
    worker.answer(question())
    events.until(TurnFinished)
    wait_until(lambda: engine.prefills == [ahead, ahead])  # what is left is read behind it
    replies = Replies()
    worker.transcribe(hear(), replies.named("said"))
    assert replies.next()[0] == "said"
    wait_until(lambda: engine.prefills == [ahead, ahead, ahead])


def test_what_leads_to_the_question_is_read_to_its_end_and_not_again(
    worker: ModelWorker, engine: ScriptedEngine, events: Events, ahead: Prefill
) -> None:
    worker.answer(AnswerQuestion("t1", (*ahead.messages[:-1], user_message("And now?"))))
    assert events.quiet()
    engine.prefill_gate.set()
    events.until(TurnFinished)
    worker.close()
    assert engine.prefills == [ahead]


def test_only_the_newest_is_read_ahead(
    worker: ModelWorker, engine: ScriptedEngine, ahead: Prefill
) -> None:
    worker.prefill(reading("Other"))
    worker.prefill(reading("Another"))
    wait_until(lambda: len(engine.prefills) == 2)
    assert engine.prefills == [ahead, reading("Another")]
    worker.prefill(Prefill(()))  # not needed any more
    wait_until(lambda: engine.prefills[-1] == Prefill(()))
    engine.prefill_gate.set()
    worker.close()
    assert len(engine.prefills) == 3


def test_nothing_is_read_ahead_by_another_model(
    worker: ModelWorker, engine: ScriptedEngine, events: Events
) -> None:
    worker.load(load_request())
    events.until(ModelReady)
    worker.prefill(replace(reading(), model=load_request(OTHER)))
    wait_until(worker._requests.empty)
    worker.prefill(replace(reading("This"), model=load_request()))
    wait_until(lambda: bool(engine.prefills))
    worker.close()
    assert engine.prefills == [replace(reading("This"), model=load_request())]


@pytest.mark.logs("reading ahead")
def test_what_cannot_be_read_ahead_costs_nothing(
    worker: ModelWorker, engine: ScriptedEngine, events: Events
) -> None:
    worker.load(load_request())
    events.until(ModelReady)
    engine.refusals = [EngineCrashed(reason="gone"), RuntimeError("a bug")]
    worker.prefill(reading())
    assert isinstance(events.until(ModelReady)[-1], ModelReady)
    worker.prefill(reading("Hello"))
    worker.answer(question())
    assert isinstance(events.until(TurnFinished)[-1], TurnFinished)
    wait_until(lambda: engine.refusals == [])
    assert not any(isinstance(event, ModelFailed) for event in events.seen)
