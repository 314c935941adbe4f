"""Errors above the question: as many as the window has room for, the rest scrolls."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QFrame, QScrollArea

from mmdesk.ui.notices import ErrorStack
from mmdesk.ui.viewport import clear_viewport

_LEAST = 58
"""Px of one card."""


class ErrorShelf(QScrollArea):
    """Shows a stack of errors and nothing of itself."""

    def __init__(self, errors: ErrorStack) -> None:
        super().__init__()
        self._errors = errors
        self._room = 0, 0
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        clear_viewport(self)
        self.setWidget(errors)
        errors.setAutoFillBackground(False)

    def fit(self, width: int, most: int) -> None:
        """Take the height that the errors need in ``width`` px, at most ``most`` px."""
        self._room = width, most
        height = 0
        if self._errors.cards:
            height = min(self._errors.heightForWidth(width), max(_LEAST, most))
        self.setVisible(height > 0)
        self.setFixedHeight(max(1, height))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow a card that grows: its actions are shown only after it was added."""
        taken = super().eventFilter(watched, event)
        if watched is self._errors and event.type() == QEvent.Type.LayoutRequest:
            self.fit(*self._room)
        return taken
