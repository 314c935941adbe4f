"""Very long plain text: laid out only where it is looked at, in a box that scrolls."""

from __future__ import annotations

import re
from collections import deque

from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from mmdesk.ui.fonts import base_font
from mmdesk.ui.timers import single_shot

HEIGHT = 420
"""Px of the box."""
_LONGEST_LINE = 2000
"""Characters; Qt lays out a line at a time, and one of a megabyte would stall the window."""
_LINES_AT_ONCE = 4000
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
        self._waiting: deque[str] = deque()
        self._later = single_shot(self, 0, self._write_some)

    def show_text(self, text: str) -> None:
        """Show ``text``; cheap when it only grew. Of very many lines, the end comes later."""
        if text == self.text:
            return
        grown = text.startswith(self.text) and bool(self.text)
        added = text[len(self.text) :] if grown else text
        if not grown:
            self._waiting.clear()
            self.clear()
        if len(added) > _LONGEST_LINE:
            pieces = (p if p.endswith("\n") else f"{p}\n" for p in _PIECE.findall(added))
            self._waiting.extend(pieces)
        else:
            self._waiting.append(added)
        self.text = text
        if not self._later.isActive():
            self._write_some()

    def _write_some(self) -> None:
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        some = min(_LINES_AT_ONCE, len(self._waiting))
        cursor.insertText("".join(self._waiting.popleft() for _ in range(some)))
        if self._waiting:
            self._later.start()

    def height_for(self, width: int) -> int:
        """Return the box's height in px."""
        del width
        return HEIGHT
