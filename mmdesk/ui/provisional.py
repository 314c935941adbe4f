"""What is being said, shown in the question before it is final."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor, QTextBlock, QTextCharFormat, QTextCursor, QTextLayout
from PySide6.QtWidgets import QPlainTextEdit

from mmdesk.ui.theme import theme


class Provisional(QObject):
    """Muted text at a place in a field that is no part of the field's text.

    It stands in the line's preedit area, where input methods show what is being composed: it
    wraps with the line, and neither sending, copying nor undo know it.
    """

    changed = Signal()

    def __init__(self, field: QPlainTextEdit) -> None:
        super().__init__(field)
        self._field = field
        self._place: QTextCursor | None = None
        self._text = ""
        self._shown = False
        # Before the line is laid out anew, or its text is shown where it no longer belongs.
        field.document().contentsChange.connect(self._show)
        theme().changed.connect(self._show)

    @property
    def text(self) -> str:
        """What is shown."""
        return self._text

    @property
    def place(self) -> QTextCursor | None:
        """Where it stands; edits around it move it."""
        return self._place

    def show(self, text: str) -> None:
        """Show ``text`` at the cursor, or where something is shown already."""
        if self._place is None:
            self._place = self._field.textCursor()
            self._place.setPosition(self._place.selectionEnd())
        self._text = text
        self._show()
        self.changed.emit()

    def clear(self) -> None:
        """Show nothing."""
        if self._place is not None:
            self._place, self._text = None, ""
            self._show()
            self.changed.emit()

    def _show(self) -> None:
        if self._shown:
            self._shown = False
            # Edits move lines about, and a line that was remembered may be no more.
            block = self._field.document().begin()
            while block.isValid():
                if block.layout().preeditAreaText():
                    self._put(block, -1, "")
                block = block.next()
        if self._place is not None and self._text:
            self._shown = True
            self._put(self._place.block(), self._place.positionInBlock(), self._text)

    def _put(self, block: QTextBlock, position: int, text: str) -> None:
        layout = block.layout()
        before = layout.preeditAreaPosition(), layout.preeditAreaText()
        start, length = before[0], len(before[1].encode("utf-16-le")) // 2
        kept = [
            each
            for each in layout.formats()
            if not (length and start <= each.start < start + length)
        ]
        layout.setPreeditArea(position, text)
        if text:
            muted = QTextCharFormat()
            muted.setForeground(QColor(theme().tokens.muted))
            muted.setFontItalic(text.isascii())  # slanted Chinese reads badly
            shown = QTextLayout.FormatRange()
            shown.start, shown.length = position, len(text.encode("utf-16-le")) // 2
            shown.format = muted
            kept.append(shown)
        layout.setFormats(kept)
        self._field.document().markContentsDirty(block.position(), block.length())
