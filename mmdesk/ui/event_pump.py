"""Brings events from every thread to the main thread, joined, once per frame."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from mmdesk.core.errors import InternalError, MmdeskError
from mmdesk.core.events import Event, TextDelta

logger = logging.getLogger(__name__)

_FRAME_MS = 16
_BUDGET_S = 0.008
"""Longest drain in one frame, so that input is served between two of them."""
_IDLE_FRAMES = 12
"""Empty frames before the timer stops: a model writes at 5 to 100 tokens a second."""


class EventPump(QObject):
    """A queue that any thread fills and the main thread drains at frame rate.

    A signal per token starves the window's timers (3,000 tokens: 3.6 s without a tick), so a
    queued signal only wakes the pump when it is idle; from then on a timer drains the queue
    until nothing has come for a while.
    """

    failed = Signal(object)
    """An :class:`MmdeskError`: a handler raised. The pump goes on."""

    _woken = Signal()

    def __init__(
        self,
        *handlers: Callable[[Event], None],
        tick: Callable[[], bool] = lambda: False,
        parent: QObject | None = None,
    ) -> None:
        """``tick`` is called once per frame; while it returns True the timer goes on."""
        super().__init__(parent)
        self._tick = tick
        self._handlers = list(handlers)
        self._queue: deque[Event] = deque()
        self._awake = False
        self._closed = False
        self._idle_frames = 0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(_FRAME_MS)
        self._timer.timeout.connect(self._frame)
        self._woken.connect(self._wake, Qt.ConnectionType.QueuedConnection)

    @property
    def active(self) -> bool:
        """Whether the timer runs."""
        return self._timer.isActive()

    def add_handler(self, handler: Callable[[Event], None]) -> None:
        """Call ``handler`` for each event, on the main thread, after those added before."""
        self._handlers.append(handler)

    def put(self, event: Event) -> None:
        """Queue an event; from any thread, never blocks and never raises."""
        if self._closed:
            return
        self._queue.append(event)
        if not self._awake:
            self._awake = True
            self._signal_wake()

    def close(self) -> None:
        """Hand out what has come, then stop for good; what comes later is dropped."""
        for _ in range(len(self._queue)):
            if self._queue:
                self._dispatch(self._next())
        self._closed = True
        self._timer.stop()
        self._queue.clear()

    def _signal_wake(self) -> None:
        try:
            self._woken.emit()
        except RuntimeError:  # the C++ object is gone: the application is ending
            self._closed = True

    @Slot()
    def _wake(self) -> None:
        if self._closed:
            return
        self._idle_frames = 0
        self._timer.start()
        self._frame()

    @Slot()
    def _frame(self) -> None:
        idle = not self._queue
        deadline = time.perf_counter() + _BUDGET_S
        while self._queue and not self._closed:
            self._dispatch(self._next())
            if time.perf_counter() > deadline:
                break
        pending = bool(self._guarded(self._tick))
        self._idle_frames = self._idle_frames + 1 if idle and not pending else 0
        if self._idle_frames >= _IDLE_FRAMES:
            self._rest()

    def _dispatch(self, event: Event) -> None:
        for handler in self._handlers:
            self._guarded(handler, event)

    def _rest(self) -> None:
        """Stop the timer. The flag falls first: whoever puts after it wakes the pump again."""
        self._awake = False
        if self._queue:  # put between the last look and the flag
            self._awake = True
            return
        self._timer.stop()

    def _next(self) -> Event:
        """Take one event; consecutive deltas of one turn become one."""
        event = self._queue.popleft()
        if not isinstance(event, TextDelta):
            return event
        texts, tokens = [event.text], event.tokens
        while self._queue:
            following = self._queue[0]
            if not isinstance(following, TextDelta) or following.turn != event.turn:
                break
            self._queue.popleft()
            texts.append(following.text)
            tokens += following.tokens
        return replace(event, text="".join(texts), tokens=tokens)

    def _guarded(self, call: Callable[..., object], *arguments: object) -> object:
        """Call; one that raises is logged and shown, and doesn't keep the pump from going on."""
        try:
            return call(*arguments)
        except MmdeskError as error:
            logger.exception("in %s", call)
            self.failed.emit(error)
        except Exception as error:
            logger.exception("in %s", call)
            self.failed.emit(InternalError.of(error))
        return None
