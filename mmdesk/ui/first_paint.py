"""What waits until a window stands."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget

from mmdesk.ui.timers import single_shot

_AT_LATEST_MS = 1000
"""A window that is opened minimised is not painted."""


def after_first_paint(window: QWidget, then: Callable[[], object]) -> None:
    """Call ``then`` once a window is painted and what was typed meanwhile has arrived."""
    window.installEventFilter(_FirstPaint(window, then))


class _FirstPaint(QObject):
    def __init__(self, window: QWidget, then: Callable[[], object]) -> None:
        super().__init__(window)
        self._window = window
        self._then = then
        self._soon = single_shot(self, _AT_LATEST_MS, self._serve)
        self._soon.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Paint:
            self._window.removeEventFilter(self)
            self._soon.start(0)
        return False

    def _serve(self) -> None:
        """Come after the events that were waiting for the end of the paint."""
        self._window.removeEventFilter(self)
        QTimer.singleShot(0, self._window, self._then)
