"""Says that the microphone stays open, and closes it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel

from mmdesk.ui.controls import IconButton, plain_label
from mmdesk.ui.icons import icon
from mmdesk.ui.theme import theme


class ListeningBar(QFrame):
    """One line above the question for as long as mmdesk listens hands-free."""

    ended = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("listeningBar")
        self._glyph = QLabel()
        self._label = plain_label("listeningLabel", wrap=True)
        self._end = IconButton("endHandsFree", "close", role="on_accent", side=24, glyph=14)
        self._end.clicked.connect(self.ended)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 4, 4, 4)
        row.addWidget(self._glyph)
        row.addWidget(self._label, 1)
        row.addWidget(self._end)
        theme().changed.connect(self._tint)
        self._tint()
        self.hide()

    def describe(self, keys: QKeySequence) -> None:
        """Say what it does and which keys end it."""
        self._label.setText(self.tr("Listening hands-free: say your question. Esc stops it."))
        self._end.describe(self.tr("Stop listening"), keys)

    def _tint(self) -> None:
        glyph = icon("mic", theme().tokens.on_accent, 18)
        self._glyph.setPixmap(glyph.pixmap(QSize(18, 18)))
