"""The field in which a system prompt is written."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHideEvent, QResizeEvent
from PySide6.QtWidgets import QPlainTextEdit

from mmdesk.core.messages import well_formed
from mmdesk.ui.timers import single_shot

MAX_PROMPT = 100_000
"""Characters; laying out much more holds the window up."""
PAUSE_MS = 400
"""From the last key until what was written holds."""
_LEAST_LINES, _MOST_LINES = 5, 14
_MARGIN = 7


class PromptEdit(QPlainTextEdit):
    """Plain text that grows with its lines, and is told on in the pauses of typing."""

    written = Signal(str)
    """The text, once a pause was made or the field was left."""
    tooLong = Signal(int)
    """Characters of what was not pasted."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("systemPrompt")
        self.setTabChangesFocus(True)
        self.setAcceptDrops(False)  # the window takes drops, wherever they fall
        self.viewport().setAcceptDrops(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().setDocumentMargin(_MARGIN)
        self._told = ""
        self._pause = single_shot(self, PAUSE_MS, self.tell)
        self.textChanged.connect(self._edited)
        self._grow()

    def show_text(self, text: str) -> None:
        """Show what holds; what is being written stays, since it is newer."""
        if not self._pause.isActive() and text != self._told:
            self._told = text
            self.setPlainText(text)

    def tell(self) -> None:
        """Tell on what was written, if it is something else than before."""
        self._pause.stop()
        text = well_formed(self.toPlainText())
        if text != self._told:
            self._told = text
            self.written.emit(text)

    def forget(self) -> None:
        """Forget what was not told on: it was meant for another conversation."""
        self._pause.stop()
        self._told = well_formed(self.toPlainText())

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """What was written holds before anything else is done."""
        super().focusOutEvent(event)
        self.tell()

    def hideEvent(self, event: QHideEvent) -> None:
        """What was written holds before anything else is done."""
        super().hideEvent(event)
        self.tell()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wrapping changes with the width."""
        super().resizeEvent(event)
        self._grow()

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Paste text, as long as it isn't too much."""
        size = len(self.toPlainText()) + len(source.text())
        if size > MAX_PROMPT:
            self.tooLong.emit(size)
        else:
            self.insertPlainText(source.text())
            self.ensureCursorVisible()

    def _edited(self) -> None:
        self._grow()
        if well_formed(self.toPlainText()) != self._told:
            self._pause.start()
        else:
            self._pause.stop()

    def _grow(self) -> None:
        """Take the height of the text: lines of Chinese are higher than the font says."""
        line = self.fontMetrics().lineSpacing()
        height, block = 0.0, self.document().begin()
        while block.isValid() and height < _MOST_LINES * line:
            height += self.blockBoundingRect(block).height()
            block = block.next()
        height = max(_LEAST_LINES * line, min(_MOST_LINES * line, height))
        self.setFixedHeight(round(height) + 2 * _MARGIN + 2 * self.frameWidth() + 2)
