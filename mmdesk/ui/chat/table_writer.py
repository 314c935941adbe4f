"""Writes tables into a text document, row by row."""

from __future__ import annotations

from collections.abc import Sequence

from markdown_it.token import Token
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QTextCursor, QTextLength, QTextTable, QTextTableFormat

from mmdesk.ui.chat.inline_writer import InlineWriter
from mmdesk.ui.chat.prose_style import CELL, ProseStyle

Row = list[tuple[Token, Token]]
"""The opening and the inline token of each cell."""

_ALIGNMENTS = {
    "text-align:right": Qt.AlignmentFlag.AlignRight,
    "text-align:center": Qt.AlignmentFlag.AlignHCenter,
}
_ROWS_IN_ONE = 25
"""Qt lays a table out anew for every row that comes; longer ones are several below each other."""


class TableWriter:
    """Appends tables at the end of a document."""

    def __init__(self, style: ProseStyle, inline: InlineWriter) -> None:
        self._style = style
        self._inline = inline

    def begin(self, document_end: QTextCursor, rows: Sequence[Row]) -> QTextTable:
        """Insert a table of these rows; return the table that its next rows go on with."""
        columns = max(len(row) for row in rows)
        table = self._insert(document_end, rows[0], columns, self._style.table())
        return self.extend(document_end, table, rows[1:])

    def extend(
        self, document_end: QTextCursor, table: QTextTable, rows: Sequence[Row]
    ) -> QTextTable:
        """Add rows; return the table that the next ones go on with."""
        for row in rows:
            if table.rows() < _ROWS_IN_ONE:
                table.appendRows(1)
                self._fill(table, table.rows() - 1, row)
            else:
                form = self._style.table()
                form.setTopMargin(0)
                form.setColumnWidthConstraints(_column_widths(table))
                table = self._insert(document_end, row, table.columns(), form)
        document_end.movePosition(QTextCursor.MoveOperation.End)
        return table

    def _insert(
        self, cursor: QTextCursor, first: Row, columns: int, form: QTextTableFormat
    ) -> QTextTable:
        cursor.movePosition(QTextCursor.MoveOperation.End)
        table = cursor.insertTable(1, columns, form)
        self._fill(table, 0, first)
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.setBlockFormat(self._style.tiny())
        return table

    def _fill(self, table: QTextTable, index: int, cells: Row) -> None:
        for column, (opening, inline) in enumerate(cells[: table.columns()]):
            cell = table.cellAt(index, column)
            cursor = cell.firstCursorPosition()
            form = self._style.paragraph(tight=True)
            form.setTopMargin(0)
            form.setAlignment(
                _ALIGNMENTS.get(str(opening.attrGet("style")), Qt.AlignmentFlag.AlignLeading)
            )
            form.setProperty(CELL, column == 0)
            cursor.setBlockFormat(form)
            char = self._style.text()
            if opening.type == "th_open":
                cell.setFormat(self._style.header_cell())
                char.setFontWeight(QFont.Weight.DemiBold)
            self._inline.write(cursor, inline, char)


def table_rows(tokens: Sequence[Token]) -> list[Row]:
    """Return the cells of a table's tokens, row by row."""
    rows: list[Row] = []
    for index, token in enumerate(tokens):
        if token.type == "tr_open":
            rows.append([])
        elif token.type in ("th_open", "td_open"):
            rows[-1].append((token, tokens[index + 1]))
    return rows


def _column_widths(table: QTextTable) -> list[QTextLength]:
    """Return the widths that the columns were laid out with."""
    layout = table.document().documentLayout()
    widths = []
    for column in range(table.columns()):
        block = table.cellAt(0, column).firstCursorPosition().block()
        width = layout.blockBoundingRect(block).width() + 2 * table.format().cellPadding()
        widths.append(QTextLength(QTextLength.Type.FixedLength, width))
    return widths
