"""Errors above the question: as many as the window has room for, the rest scrolls."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea

from mmdesk.ui.notices import ErrorStack

_LEAST = 58
"""Px of one card."""


class ErrorShelf(QScrollArea):
    """Shows a stack of errors and nothing of itself."""

    def __init__(self, errors: ErrorStack) -> None:
        super().__init__()
        self._errors = errors
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(errors)
        self.viewport().setAutoFillBackground(False)
        errors.setAutoFillBackground(False)

    def fit(self, width: int, most: int) -> None:
        """Take the height that the errors need in ``width`` px, at most ``most`` px."""
        height = 0
        if self._errors.cards:
            height = min(self._errors.heightForWidth(width), max(_LEAST, most))
        self.setVisible(height > 0)
        self.setFixedHeight(max(1, height))
