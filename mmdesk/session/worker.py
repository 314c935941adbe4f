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
        self._cancelled: set[TurnId] = set()
        self._newest_load: LoadModel | None = None
        self._loaded = False
        self._refusal: MmdeskError | None = None
        self._crashes = 0
        self._closing = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the thread; the engine is made there."""
        self._thread = start_thread("model-worker", self._run)

    def load(self, request: LoadModel) -> None:
        """Queue a load; an older load that has not begun is skipped."""
        with self._lock:
            self._newest_load = request
        self._requests.put(request)

    def answer(self, request: AnswerQuestion) -> None:
        """Queue a question; it waits for a load that was queued before it."""
        with self._lock:
            self._waiting.add(request.turn)
        self._requests.put(request)

    def cancel(self, turn: TurnId) -> None:
        """Stop a turn: at once if it still waits, else within one token."""
        with self._lock:
            waiting = turn in self._waiting
            self._waiting.discard(turn)
            if not waiting:
                self._cancelled.add(turn)
        if waiting:
            self._emit(TurnFinished(turn, StopReason.CANCELLED, "", None))

    def close(self, timeout_s: float = 5.0) -> None:
        """Stop what runs, free the model and end the thread."""
        self._closing = True
        self._requests.put(Shutdown())
        if self._thread is not None:
            self._thread.join(timeout_s)

    def _run(self) -> None:
        engine = self._make_engine()
        while not isinstance(request := self._requests.get(), Shutdown):
            if isinstance(request, LoadModel):
                if request is self._newest_load:
                    self._crashes = 0
                    self._load(engine, request)
            elif self._begin(request.turn):
                self._emit(self._answer(engine, request))
                self._forget(request.turn)
                self._recover(engine)
        engine.close()

    def _begin(self, turn: TurnId) -> bool:
        """Return whether the turn still waits; its terminal event is then owed here."""
        with self._lock:
            waiting = turn in self._waiting
            self._waiting.discard(turn)
            return waiting

    def _forget(self, turn: TurnId) -> None:
        with self._lock:
            self._cancelled.discard(turn)

    def _load(self, engine: ChatEngine, request: LoadModel) -> None:
        self._loaded, self._refusal = False, None
        try:
            info = engine.load(request, self._emit)
        except EngineCrashed as error:
            self._refuse(error)
            self._recover(engine)
        except MmdeskError as error:
            self._refuse(error)
        except Exception as error:
            log.exception("loading a model")
            self._refuse(InternalError(what=f"{type(error).__name__}: {error}"))
        else:
            self._loaded = True
            self._emit(ModelReady(info))

    def _refuse(self, error: MmdeskError) -> None:
        self._refusal = error
        self._emit(ModelFailed(error))

    def _recover(self, engine: ChatEngine) -> None:
        """Load again after a crash, unless it crashes each time."""
        crashed = not self._loaded and isinstance(self._refusal, EngineCrashed)
        if crashed and self._newest_load and self._crashes < _MAX_RESTARTS and not self._closing:
            self._crashes += 1
            self._load(engine, self._newest_load)

    def _answer(self, engine: ChatEngine, request: AnswerQuestion) -> TurnFinished | TurnFailed:
        """Answer; an engine that died while idle is brought back first, once, unseen."""
        spoken = False

        def emit(event: Event) -> None:
            nonlocal spoken
            spoken = spoken or isinstance(event, TextDelta)
            self._emit(event)

        for last_try in (False, True):
            try:
                if not self._loaded:
                    raise self._refusal or EngineEmpty
                finished = engine.answer(request, emit, lambda: self._stopped(request.turn))
            except EngineCrashed as error:
                self._loaded, self._refusal = False, error
                if last_try or spoken or self._stopped(request.turn):
                    return TurnFailed(request.turn, error)
                self._recover(engine)
            except MmdeskError as error:
                return TurnFailed(request.turn, error)
            except Exception as error:
                log.exception("answering")
                what = f"{type(error).__name__}: {error}"
                return TurnFailed(request.turn, InternalError(what=what))
            else:
                self._crashes = 0
                return finished
        raise AssertionError("unreachable")

    def _stopped(self, turn: TurnId) -> bool:
        return self._closing or turn in self._cancelled
