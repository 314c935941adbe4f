"""ModelWorker: THE thread that holds the engine.

Every call of the engine is made here, one at a time: one GPU queue, no memory race, and
CUDA-graph state stays on its thread. Each question that is handed in gets exactly one terminal
event and each transcription exactly one reply, whatever happens to the engine.

What waits is served in this order: what was said, loads and answers, what is being said, closer
looks at answers, answers that are computed again, sound files, what a question will begin with.
"""

from __future__ import annotations

import contextlib
import itertools
import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum

from mmdesk.core.conversations import StopReason
from mmdesk.core.errors import EngineCrashed, EngineEmpty, InternalError, MmdeskError
from mmdesk.core.events import (
    Event,
    ModelFailed,
    ModelReady,
    ModelUnloaded,
    TextDelta,
    TurnFailed,
    TurnFinished,
)
from mmdesk.core.examinations import (
    CheckClaim,
    Examination,
    ExaminationFailed,
    ExaminationId,
    Examined,
    ExplainAnswer,
    InspectPicture,
    ScoreAnswer,
)
from mmdesk.core.protocols import Engine, EventSink
from mmdesk.core.requests import (
    AnswerQuestion,
    LoadModel,
    Prefill,
    Request,
    Shutdown,
    Transcribe,
    TurnId,
)
from mmdesk.core.speech import Transcript, UtteranceId
from mmdesk.session.no_engine import NoEngine
from mmdesk.session.threads import start_thread

log = logging.getLogger(__name__)

_MAX_RESTARTS = 3
"""Reloads in a row after crashes with no finished answer in between."""


SpeechReply = Callable[[Transcript | MmdeskError | None], None]
"""Takes what was heard, on the worker's thread; None where nobody waits for it any more."""


class Rank(IntEnum):
    """The order in which waiting requests are served."""

    FINAL_TRANSCRIPT = 0
    ANSWER = 1
    PARTIAL_TRANSCRIPT = 2
    EXAMINATION = 3
    REPLAY = 4
    SOUND_FILE = 5
    PREFILL = 6
    SHUTDOWN = 7


@dataclass(order=True, frozen=True, slots=True)
class _Waiting:
    rank: Rank
    number: int
    request: Request | Examination = field(compare=False)
    reply: SpeechReply | None = field(compare=False, default=None)


class ModelWorker:
    """Serves load, answer and transcribe requests with one engine.

    Args:
        make_engine: Called on the worker thread.
        emit: Takes the events; any thread, never blocks.

    Attributes:
        idle_s: After so many seconds without a request the models' memory is freed, until the
            next one; 0 is never. May be changed at any time; holds from the next request on.
    """

    def __init__(self, make_engine: Callable[[], Engine], emit: EventSink) -> None:
        self._make_engine = make_engine
        self._emit = emit
        self._requests: queue.PriorityQueue[_Waiting] = queue.PriorityQueue()
        self._numbers = itertools.count()
        self._lock = threading.Lock()
        self._speech: dict[UtteranceId, int] = {}
        """The newest request about each utterance; older ones are stale."""
        self._waiting: set[TurnId] = set()
        self._examinations: set[ExaminationId] = set()
        """Those that are still worth being made."""
        self._prefill: Prefill | None = None
        """What is still worth being read ahead."""
        self._running: TurnId | None = None
        self._stop_running = False
        self._wanted: LoadModel | None = None
        self._current: LoadModel | None = None
        self._loaded = False
        self._refusal: MmdeskError | None = None
        self._refused_at = 0
        """What was asked later is worth another try: a disk may be there again, memory free."""
        self._crashes = 0
        self._closing = False
        self._thread: threading.Thread | None = None
        self.idle_s = 0.0

    def start(self) -> None:
        """Start the thread; the engine is made there."""
        self._thread = start_thread("model-worker", self._run)

    def load(self, request: LoadModel) -> None:
        """Queue a load; an older one is skipped or, where the engine can, broken off."""
        with self._lock:
            self._wanted = request
        self._put(Rank.ANSWER, request)

    def answer(self, request: AnswerQuestion, rank: Rank = Rank.ANSWER) -> None:
        """Queue a question; it waits for its model."""
        with self._lock:
            self._waiting.add(request.turn)
            if self._prefill is not None and self._prefill.begins(request.messages):
                self._prefill = None  # this reads it, if nothing has
            if self._crashes > _MAX_RESTARTS:  # given up; a person wants it: worth a new start
                self._crashes = 0
        self._put(rank, request)

    def transcribe(
        self, request: Transcribe, reply: SpeechReply, rank: Rank = Rank.FINAL_TRANSCRIPT
    ) -> None:
        """Queue speech; a newer request about the same utterance makes this one stale."""
        with self._lock:
            closing, number = self._closing, next(self._numbers)
            if not closing:
                self._speech[request.utterance] = number
                self._requests.put(_Waiting(rank, number, request, reply))
        if closing:
            reply(None)

    def forget_speech(self, utterance: UtteranceId) -> None:
        """Answer what was asked about an utterance with None, at once or within one token."""
        with self._lock:
            self._speech.pop(utterance, None)

    def prefill(self, request: Prefill) -> None:
        """Have a question's beginning read when there is nothing else to do; replaces the last."""
        with self._lock:
            self._prefill = request
        self._put(Rank.PREFILL, request)

    def examine(self, request: Examination) -> None:
        """Queue a closer look; it ends with one event, unless it is dropped."""
        with self._lock:
            self._examinations.add(request.id)
        self._put(Rank.EXAMINATION, request)

    def drop(self, examination: ExaminationId) -> None:
        """Break a closer look off; nothing more is heard of it."""
        with self._lock:
            self._examinations.discard(examination)

    def cancel(self, turn: TurnId) -> None:
        """Stop a turn: at once if it still waits, else within one token."""
        with self._lock:
            waiting = turn in self._waiting
            self._waiting.discard(turn)
            self._stop_running = self._stop_running or turn == self._running
        if waiting:
            self._emit(TurnFinished(turn, StopReason.CANCELLED, "", None))

    def close(self, timeout_s: float = 3.0) -> None:
        """Stop what runs, free the model and end the thread.

        A thread that doesn't end in time (a prefill can't be stopped) is left to the end of
        the process, which takes the engine's process with it.
        """
        with self._lock:
            self._closing = True
        self._put(Rank.SHUTDOWN, Shutdown())
        if self._thread is not None:
            self._thread.join(timeout_s)

    def _put(self, rank: Rank, request: Request | Examination) -> None:
        self._requests.put(_Waiting(rank, next(self._numbers), request))

    def _run(self) -> None:
        engine = self._made_engine()
        while not isinstance((waiting := self._next(engine)).request, Shutdown):
            self._serve(engine, waiting)
        engine.close()

    def _next(self, engine: Engine) -> _Waiting:
        """Return what is next; free the models' memory if that takes long to come."""
        with contextlib.suppress(queue.Empty):
            return self._requests.get(timeout=self.idle_s or None)
        try:
            engine.close()
        except Exception:  # whoever asks next must not wait for a thread that is gone
            log.exception("freeing the models' memory")
        if self._loaded:
            self._loaded = False
            self._emit(ModelUnloaded())
        return self._requests.get()

    def _serve(self, engine: Engine, waiting: _Waiting) -> None:
        match waiting.request:
            case LoadModel():
                self._load_wanted(engine)
            case AnswerQuestion() as question:
                if self._begin(question.turn):
                    self._emit(self._answer(engine, question, waiting.number))
                    self._recover(engine)
            case Transcribe() as speech:
                assert waiting.reply is not None
                heard = self._heard(engine, speech, waiting.number)
                with self._lock:
                    if self._speech.get(speech.utterance) == waiting.number:
                        del self._speech[speech.utterance]
                waiting.reply(heard)
                self._recover(engine)
            case Prefill() as beginning:
                self._read_ahead(engine, beginning)
            case InspectPicture() | ScoreAnswer() | ExplainAnswer() | CheckClaim() as closer:
                self._look_closer(engine, closer, waiting.number)
                self._recover(engine)

    def _made_engine(self) -> Engine:
        try:
            return self._make_engine()
        except MmdeskError as error:
            return NoEngine(error)
        except Exception as error:
            log.exception("making the engine")
            return NoEngine(InternalError.of(error))

    def _begin(self, turn: TurnId) -> bool:
        """Return whether the turn still waits; its terminal event is then owed here."""
        with self._lock:
            waiting = turn in self._waiting
            self._waiting.discard(turn)
            self._running, self._stop_running = turn, False
            return waiting

    def _load_wanted(self, engine: Engine) -> None:
        """Load what was asked for last, again if that changes meanwhile."""
        while not self._closing:
            with self._lock:
                request, self._wanted = self._wanted, None
                if request is None:
                    return
                self._crashes = 0
            if request != self._current or not self._loaded:  # a question may have had it loaded
                self._load(engine, request, self._load_cancelled)

    def _load(self, engine: Engine, request: LoadModel, cancelled: Callable[[], bool]) -> None:
        self._current, self._loaded, self._refusal = request, False, None
        try:
            info = engine.load(request, self._emit, cancelled)
        except EngineCrashed as error:
            self._refuse(error)
            self._recover(engine)
        except MmdeskError as error:
            self._refuse(error)
        except Exception as error:
            log.exception("loading a model")
            self._refuse(InternalError.of(error))
        else:
            if info is not None:
                self._loaded = True
                self._emit(ModelReady(info))
            elif not self._load_cancelled():  # it was for a question that was stopped
                self._emit(ModelUnloaded())

    def _load_cancelled(self) -> bool:
        return self._closing or self._wanted is not None

    def _refuse(self, error: MmdeskError) -> None:
        self._refusal, self._refused_at = error, next(self._numbers)
        self._emit(ModelFailed(error))

    def _recover(self, engine: Engine) -> None:
        """Load again after a crash, unless it crashes each time."""
        if self._loaded or not isinstance(self._refusal, EngineCrashed):
            return
        with self._lock:
            again = self._crashes < _MAX_RESTARTS
            self._crashes += 1
        if again and self._current is not None and not self._load_cancelled():
            self._load(engine, self._current, self._load_cancelled)
        self._load_wanted(engine)  # another model was chosen meanwhile: who asks waits for that

    def _answer(
        self, engine: Engine, request: AnswerQuestion, number: int
    ) -> TurnFinished | TurnFailed:
        """Answer; an engine that died while idle is brought back first, once, unseen."""
        spoken = False

        def emit(event: Event) -> None:
            nonlocal spoken
            spoken = spoken or isinstance(event, TextDelta)
            self._emit(event)

        for last_try in (False, True):
            try:
                self._have_loaded(engine, request.model, number)
                if self._stopped():
                    return TurnFinished(request.turn, StopReason.CANCELLED, "", None)
                if not self._loaded:
                    raise (self._refusal or EngineEmpty()).with_traceback(None)
                finished = engine.answer(request, emit, self._stopped)
            except EngineCrashed as error:
                self._loaded, self._refusal = False, error
                if last_try or spoken or self._stopped():
                    return TurnFailed(request.turn, error)
                self._recover(engine)
            except MmdeskError as error:
                return TurnFailed(request.turn, error)
            except Exception as error:
                log.exception("answering")
                return TurnFailed(request.turn, InternalError.of(error))
            else:
                with self._lock:
                    self._crashes = 0
                return finished
        raise AssertionError("unreachable")

    def _have_loaded(self, engine: Engine, model: LoadModel | None, number: int) -> None:
        """Load a turn's model if it is another one, was unloaded, or refused before it was asked.

        One that crashes is brought back by :meth:`_recover`, which counts.
        """
        wanted = model or self._current
        if wanted is None or self._stopped():
            return
        refused = isinstance(self._refusal, EngineCrashed) or number < self._refused_at
        if wanted != self._current or not (self._loaded or (self._refusal and refused)):
            self._load(engine, wanted, self._stopped)

    def _stopped(self) -> bool:
        return self._closing or self._stop_running

    def _heard(
        self, engine: Engine, request: Transcribe, number: int
    ) -> Transcript | MmdeskError | None:
        """Transcribe; a process that died is brought back once, with the chat model."""

        def stale() -> bool:
            return self._closing or self._speech.get(request.utterance) != number

        for last_try in (False, True):
            if stale():
                return None
            try:
                return engine.transcribe(request, stale)
            except EngineCrashed as error:
                self._loaded, self._refusal = False, error
                if last_try:
                    return error
                self._recover(engine)
            except MmdeskError as error:
                return error
            except Exception as error:
                log.exception("transcribing")
                return InternalError.of(error)
        raise AssertionError("unreachable")

    def _look_closer(self, engine: Engine, request: Examination, number: int) -> None:
        """Examine; what more urgent work has ended begins anew behind that."""

        def dropped() -> bool:
            return self._closing or request.id not in self._examinations

        def in_the_way() -> bool:
            return dropped() or self._has_waiting(Rank.EXAMINATION)

        def emit(event: Event) -> None:
            if not dropped():
                self._emit(event)

        if dropped():
            return
        end = self._examined(engine, request, number, emit, in_the_way)
        if end is not None:
            emit(end)
            self.drop(request.id)
        elif not dropped():
            self._put(Rank.EXAMINATION, request)

    def _examined(
        self,
        engine: Engine,
        request: Examination,
        number: int,
        emit: EventSink,
        ended: Callable[[], bool],
    ) -> Examined | ExaminationFailed | None:
        with self._lock:
            self._running, self._stop_running = None, False
        try:
            if not isinstance(request, CheckClaim):
                self._have_loaded(engine, request.model, number)
                if not self._loaded:
                    raise (self._refusal or EngineEmpty()).with_traceback(None)
            return engine.examine(request, emit, ended)
        except EngineCrashed as error:
            self._loaded, self._refusal = False, error
            return ExaminationFailed(request.id, error)
        except MmdeskError as error:
            return ExaminationFailed(request.id, error)
        except Exception as error:
            log.exception("looking closer")
            return ExaminationFailed(request.id, InternalError.of(error))

    def _has_waiting(self, below: Rank) -> bool:
        with self._requests.mutex:
            return any(each.rank < below for each in self._requests.queue)

    def _read_ahead(self, engine: Engine, request: Prefill) -> None:
        """Read ahead; nobody asked for it, so a failure is the log's alone.

        What other work has ended is gone on with behind that.
        """
        if not self._loaded or request.model not in (None, self._current):
            return
        ended = False

        def in_the_way() -> bool:
            nonlocal ended
            ended = ended or self._closing or not self._leads_to_what_waits(request)
            return ended

        if self._prefill is request and not in_the_way():
            try:
                engine.prefill(request, in_the_way)
            except EngineCrashed as error:
                self._loaded, self._refusal = False, error
                self._recover(engine)
                return
            except Exception:
                log.exception("reading ahead")
                return
        if ended and self._prefill is request and not self._closing:
            self._put(Rank.PREFILL, request)

    def _leads_to_what_waits(self, request: Prefill) -> bool:
        """Whether all that waits begins with what is read: then reading it delays nothing."""
        with self._requests.mutex:
            waiting = [each.request for each in self._requests.queue]
        return all(
            isinstance(each, AnswerQuestion | Prefill)
            and each.model in (None, request.model)
            and request.begins(each.messages)
            for each in waiting
        )
