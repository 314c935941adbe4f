"""ModelWorker: THE thread that holds the engine.

Every call of the engine is made here, one at a time: one GPU queue, no memory race, and
CUDA-graph state stays on its thread. Each question that is handed in gets exactly one terminal
event, whatever happens to the engine.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable

from mmdesk.core.conversations import StopReason
from mmdesk.core.errors import EngineCrashed, EngineEmpty, InternalError, MmdeskError
from mmdesk.core.events import (
    Event,
    ModelFailed,
    ModelInfo,
    ModelReady,
    TextDelta,
    TurnFailed,
    TurnFinished,
)
from mmdesk.core.protocols import ChatEngine, EventSink
from mmdesk.core.requests import AnswerQuestion, LoadModel, Shutdown, TurnId
from mmdesk.session.threads import start_thread

log = logging.getLogger(__name__)

_MAX_RESTARTS = 3
"""Reloads in a row after crashes with no finished answer in between."""


class ModelWorker:
    """Serves load and answer requests with one engine.

    Args:
        make_engine: Called on the worker thread.
        emit: Takes the events; any thread, never blocks.
    """

    def __init__(self, make_engine: Callable[[], ChatEngine], emit: EventSink) -> None:
        self._make_engine = make_engine
        self._emit = emit
        self._requests: queue.SimpleQueue[LoadModel | AnswerQuestion | Shutdown] = (
            queue.SimpleQueue()
        )
        self._lock = threading.Lock()
        self._waiting: set[TurnId] = set()
        self._running: TurnId | None = None
        self._stop_running = False
        self._wanted: LoadModel | None = None
        self._current: LoadModel | None = None
        self._loaded = False
        self._refusal: MmdeskError | None = None
        self._crashes = 0
        self._closing = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the thread; the engine is made there."""
        self._thread = start_thread("model-worker", self._run)

    def load(self, request: LoadModel) -> None:
        """Queue a load; an older one is skipped or, where the engine can, broken off."""
        with self._lock:
            self._wanted = request
        self._requests.put(request)

    def answer(self, request: AnswerQuestion) -> None:
        """Queue a question; it waits for a load that was queued before it."""
        with self._lock:
            self._waiting.add(request.turn)
            if self._crashes > _MAX_RESTARTS:  # given up; a person wants it: worth a new start
                self._crashes = 0
        self._requests.put(request)

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
        self._closing = True
        self._requests.put(Shutdown())
        if self._thread is not None:
            self._thread.join(timeout_s)

    def _run(self) -> None:
        engine = self._made_engine()
        while not isinstance(request := self._requests.get(), Shutdown):
            if isinstance(request, LoadModel):
                self._load_wanted(engine)
            elif self._begin(request.turn):
                self._emit(self._answer(engine, request))
                self._recover(engine)
        engine.close()

    def _made_engine(self) -> ChatEngine:
        try:
            return self._make_engine()
        except MmdeskError as error:
            return _NoEngine(error)
        except Exception as error:
            log.exception("making the engine")
            return _NoEngine(InternalError.of(error))

    def _begin(self, turn: TurnId) -> bool:
        """Return whether the turn still waits; its terminal event is then owed here."""
        with self._lock:
            waiting = turn in self._waiting
            self._waiting.discard(turn)
            self._running, self._stop_running = turn, False
            return waiting

    def _load_wanted(self, engine: ChatEngine) -> None:
        """Load what was asked for last, again if that changes meanwhile."""
        while not self._closing:
            with self._lock:
                request, self._wanted = self._wanted, None
                if request is None:
                    return
                self._crashes = 0
            self._current = request
            self._load(engine, request)

    def _load(self, engine: ChatEngine, request: LoadModel) -> None:
        self._loaded, self._refusal = False, None
        try:
            info = engine.load(request, self._emit, self._load_cancelled)
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

    def _load_cancelled(self) -> bool:
        return self._closing or self._wanted is not None

    def _refuse(self, error: MmdeskError) -> None:
        self._refusal = error
        self._emit(ModelFailed(error))

    def _recover(self, engine: ChatEngine) -> None:
        """Load again after a crash, unless it crashes each time."""
        if self._loaded or not isinstance(self._refusal, EngineCrashed):
            return
        with self._lock:
            again = self._crashes < _MAX_RESTARTS
            self._crashes += 1
        if again and self._current is not None and not self._load_cancelled():
            self._load(engine, self._current)
        self._load_wanted(engine)  # another model was chosen meanwhile: who asks waits for that

    def _answer(self, engine: ChatEngine, request: AnswerQuestion) -> TurnFinished | TurnFailed:
        """Answer; an engine that died while idle is brought back first, once, unseen."""
        if self._closing:
            return TurnFinished(request.turn, StopReason.CANCELLED, "", None)
        spoken = False

        def emit(event: Event) -> None:
            nonlocal spoken
            spoken = spoken or isinstance(event, TextDelta)
            self._emit(event)

        for last_try in (False, True):
            try:
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

    def _stopped(self) -> bool:
        return self._closing or self._stop_running


class _NoEngine:
    """Stands for an engine that could not be made, so that every request is answered."""

    def __init__(self, error: MmdeskError) -> None:
        self._error = error

    def load(
        self, request: LoadModel, emit: EventSink, cancelled: Callable[[], bool]
    ) -> ModelInfo | None:
        raise self._error

    def answer(
        self, request: AnswerQuestion, emit: EventSink, cancelled: Callable[[], bool]
    ) -> TurnFinished:
        raise self._error

    def close(self) -> None:
        """Nothing is held."""
