"""Very long plain text: laid out only where it is looked at, in a box that scrolls."""

from __future__ import annotations

import re

from PySide6.QtWidgets import QPlainTextEdit, QWidget

from mmdesk.ui.fonts import base_font

HEIGHT = 420
"""Px of the box."""
_LONGEST_LINE = 2000
"""Characters; Qt lays out a line at a time, and one of a megabyte would stall the window."""
_PIECE = re.compile(rf"[^\n]{{1,{_LONGEST_LINE}}}\n?|\n")


class LongText(QPlainTextEdit):
    """Shows text as it stands; lines of more than 2,000 characters are broken to be shown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setTabChangesFocus(True)
        self.setFont(base_font())
        self.text = ""

    def show_text(self, text: str) -> None:
        """Show ``text``; cheap when it only grew."""
        if text == self.text:
            return
        grown = text.startswith(self.text) and bool(self.text)
        added = text[len(self.text) :] if grown else text
        pieces = (p if p.endswith("\n") else f"{p}\n" for p in _PIECE.findall(added))
        broken = "".join(pieces) if len(added) > _LONGEST_LINE else added
        if grown:
            cursor = self.textCursor()
            cursor.movePosition(cursor.MoveOperation.End)
            cursor.insertText(broken)
        else:
            self.setPlainText(broken)
        self.text = text

    def height_for(self, width: int) -> int:
        """Return the box's height in px."""
        del width
        return HEIGHT
