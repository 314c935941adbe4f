"""Running text of a message: closed blocks stay, the open tail is written again."""

from __future__ import annotations

from PySide6.QtGui import QTextCursor, QTextTable
from PySide6.QtWidgets import QWidget

from mmdesk.ui.chat.markdown import Block, BlockKind
from mmdesk.ui.chat.prose_style import ProseStyle
from mmdesk.ui.chat.prose_writer import ProseWriter
from mmdesk.ui.chat.text_view import TextView, selected_text

_WIDEST_FORMULA = 700.0


class ProseView(TextView):
    """Shows the prose blocks between two pieces of code."""

    def __init__(self, style: ProseStyle, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._prose_style = style
        self.document().setDefaultFont(style.font)
        self._mark = 0
        self._table: QTextTable | None = None
        self._rows = 0

    def roll_back(self) -> None:
        """Take the open tail away."""
        if self._table is not None and self._table.rows() > self._rows:
            self._table.removeRows(self._rows, self._table.rows() - self._rows)
            self._mark = self._end()
            return
        cursor = QTextCursor(self.document())
        cursor.setPosition(self._mark)
        kept = cursor.blockFormat()
        cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
        if cursor.hasSelection():
            cursor.removeSelectedText()
            # An empty block (a rule's, the one behind a table) takes the removed one's format.
            cursor.setBlockFormat(kept)

    def write(self, block: Block, *, closed: bool) -> None:
        """Append a block; one that isn't closed goes with the next :meth:`roll_back`."""
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.beginEditBlock()
        writer = ProseWriter(cursor, self._prose_style, _WIDEST_FORMULA)
        if block.kind is BlockKind.PLAIN:
            writer.write_plain(block.source)
        else:
            writer.write(block, self._table)
        cursor.endEditBlock()
        if closed:
            self._table = writer.table
            self._rows = writer.table.rows() if writer.table is not None else 0
            self._mark = self._end()

    def type(self, text: str) -> None:
        """Append plain text to the open tail."""
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.insertText(text, self._prose_style.text())

    def shown_text(self) -> str:
        """Return what can be read here; formulas as their source."""
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        return selected_text(cursor)

    def _end(self) -> int:
        return self.document().characterCount() - 1
