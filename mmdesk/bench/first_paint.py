"""The moment from which a window reacts."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget


def since_ms(started: float) -> float:
    """Return the milliseconds since ``time.monotonic()`` was ``started``, in any process."""
    return 1000 * (time.monotonic() - started)


class FirstPaint(QObject):
    """Calls back once a window is painted and its events are served."""

    def __init__(self, window: QWidget, then: Callable[[], None]) -> None:
        super().__init__(window)
        self._window = window
        self._then = then
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._window and event.type() is QEvent.Type.Paint:
            self._window.removeEventFilter(self)
            QTimer.singleShot(0, self._then)
        return False
