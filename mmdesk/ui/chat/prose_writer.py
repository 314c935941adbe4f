"""Writes Markdown tokens into a text document, block by block, through a text cursor.

No HTML is made on the way: there is nothing to escape, no resource is ever named, and every
character of the message is inserted as text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from markdown_it.token import Token
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import (
    QFont,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextLength,
    QTextTable,
    QTextTableFormat,
)

from mmdesk.ui.chat.formula import formula_format
from mmdesk.ui.chat.markdown import Block
from mmdesk.ui.chat.prose_style import CELL, MARKER, ProseStyle

OBJECT = "\N{OBJECT REPLACEMENT CHARACTER}"
_BARE_LINK = re.compile(r"https?://[^\s<>\"“”|]*[^\s<>\"“”|.,;:!?)\]}'*，。；：！？）】]")
_LINK_TARGET = re.compile(r"(https?://|mailto:)", re.IGNORECASE)
_ALIGNMENTS = {
    "text-align:right": Qt.AlignmentFlag.AlignRight,
    "text-align:center": Qt.AlignmentFlag.AlignHCenter,
}
_ROWS_IN_ONE = 25
"""Qt lays a table out anew for every row that comes; longer ones are several below each other."""
_BULLETS = ("\N{BULLET}", "\N{WHITE BULLET}")


class ProseWriter:
    """Appends blocks at the end of the document that ``cursor`` belongs to.

    Attributes:
        table: The table that ends the document, so that its next rows can be added.
    """

    def __init__(self, cursor: QTextCursor, style: ProseStyle, widest: float) -> None:
        self._cursor = cursor
        self._style = style
        self._widest = widest
        self.table: QTextTable | None = None
        self._fresh = cursor.document().isEmpty()
        self._quotes = 0
        self._lists: list[int | None] = []  # the next number of each open list, None for bullets
        self._marker = ""
        self._aligned = Qt.AlignmentFlag.AlignLeading

    def write(self, block: Block, table: QTextTable | None = None) -> None:
        """Append ``block``; ``table`` is the one that a continuing block goes on with."""
        tokens = block.tokens
        if tokens and tokens[0].type == "table_open":
            self._write_table(tokens, table if block.continues else None)
            return
        self.table = None
        self._write(tokens, block.number)

    def write_plain(self, text: str) -> None:
        """Append ``text`` as it stands."""
        self.table = None
        self._begin(self._style.paragraph())
        self._cursor.insertText(text.replace("\n", "\N{LINE SEPARATOR}"), self._style.text())

    def _write(self, tokens: Sequence[Token], number: int) -> None:
        index = 0
        while index < len(tokens):
            token = tokens[index]
            if token.type == "table_open":
                end = _matching(tokens, index)
                self._write_rows_as_text(tokens[index:end])
                index = end
                continue
            handler = _HANDLERS.get(token.type)
            if handler is not None:
                handler(self, token, number if token.level == 0 else -1)
            elif token.type == "inline":
                self._inline(token, self._heading_or_text(tokens, index))
            index += 1

    # Blocks -----------------------------------------------------------------------------

    def _begin(self, form: QTextBlockFormat, char: QTextCharFormat | None = None) -> None:
        char = char or self._style.text()
        if self._fresh:
            form.setTopMargin(0)
            self._cursor.setBlockFormat(form)
            self._cursor.setBlockCharFormat(char)
            self._cursor.setCharFormat(char)
            self._fresh = False
        else:
            self._cursor.insertBlock(form, char)

    def _paragraph(self, token: Token, number: int) -> None:
        del token, number
        marker, self._marker = self._marker, ""
        self._begin(
            self._style.paragraph(
                indent=len(self._lists),
                quotes=self._quotes,
                tight=bool(marker),
                marker=marker,
            )
        )

    def _heading(self, token: Token, number: int) -> None:
        del number
        level = int(token.tag[1:])
        form = self._style.heading_block(level, quotes=self._quotes)
        form.setProperty(MARKER, self._marker)
        self._marker = ""
        form.setIndent(len(self._lists))
        self._begin(form, self._style.heading(level))

    def _heading_or_text(self, tokens: Sequence[Token], index: int) -> QTextCharFormat:
        before = tokens[index - 1] if index else None
        if before is not None and before.type == "heading_open":
            return self._style.heading(int(before.tag[1:]))
        return self._style.text()

    def _open_quote(self, token: Token, number: int) -> None:
        del token, number
        self._quotes += 1

    def _close_quote(self, token: Token, number: int) -> None:
        del token, number
        self._quotes -= 1

    def _open_list(self, token: Token, number: int) -> None:
        ordered = token.type == "ordered_list_open"
        start = token.attrGet("start")
        first = number if number >= 0 else int(1 if start is None else start)
        self._lists.append(first if ordered else None)

    def _close_list(self, token: Token, number: int) -> None:
        del token, number
        self._lists.pop()

    def _open_item(self, token: Token, number: int) -> None:
        del number
        current = self._lists[-1]
        if current is None:
            self._marker = _BULLETS[(len(self._lists) - 1) % len(_BULLETS)]
        else:
            self._marker = f"{current}{token.markup}"
            self._lists[-1] = current + 1

    def _close_item(self, token: Token, number: int) -> None:
        if self._marker:  # an empty item
            self._paragraph(token, number)

    def _rule(self, token: Token, number: int) -> None:
        del token, number
        self._begin(self._style.rule())

    def _code_lines(self, token: Token, number: int) -> None:
        """Code inside a list or quote; top-level code has a widget of its own."""
        del number
        self._marker = ""
        char = self._style.code(self._style.text())
        lines = token.content.removesuffix("\n").split("\n")
        if token.info.strip():
            lines.insert(0, token.info.strip())
        for line in lines:
            self._begin(
                self._style.nested_code_block(indent=len(self._lists), quotes=self._quotes), char
            )
            self._cursor.insertText(line, char)

    def _formula_block(self, token: Token, number: int) -> None:
        self._paragraph(token, number)
        form = self._cursor.blockFormat()
        char = self._style.text()
        made = self._formula(token, char, displayed=True)
        if made is not None:
            form.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            self._cursor.setBlockFormat(form)
            self._cursor.insertText(OBJECT, made)
        else:
            self._cursor.insertText(token.meta["source"], self._style.code(char))

    def _formula(
        self, token: Token, char: QTextCharFormat, *, displayed: bool
    ) -> QTextCharFormat | None:
        return formula_format(
            char, token.content, token.meta["source"], displayed=displayed, widest=self._widest
        )

    # Tables -----------------------------------------------------------------------------

    def _write_table(self, tokens: Sequence[Token], table: QTextTable | None) -> None:
        rows = _rows(tokens)
        if table is None:
            self._begin(self._style.tiny())
            columns = max(len(row) for row in rows)
            table = self._insert_table(rows[0], columns, self._style.table())
        for row in rows[1:]:
            if table.rows() < _ROWS_IN_ONE:
                table.appendRows(1)
                self._fill_row(table, table.rows() - 1, row)
            else:
                form = self._style.table()
                form.setTopMargin(0)
                form.setColumnWidthConstraints(_column_widths(table))
                table = self._insert_table(row, table.columns(), form)
        self._cursor.movePosition(QTextCursor.MoveOperation.End)
        self.table = table

    def _insert_table(
        self, first: list[tuple[Token, Token]], columns: int, form: QTextTableFormat
    ) -> QTextTable:
        self._cursor.movePosition(QTextCursor.MoveOperation.End)
        table = self._cursor.insertTable(1, columns, form)
        self._fill_row(table, 0, first)
        self._cursor.movePosition(QTextCursor.MoveOperation.End)
        self._cursor.setBlockFormat(self._style.tiny())
        return table

    def _fill_row(self, table: QTextTable, index: int, cells: list[tuple[Token, Token]]) -> None:
        outer = self._cursor
        for column, (opening, inline) in enumerate(cells[: table.columns()]):
            cell = table.cellAt(index, column)
            self._cursor = cell.firstCursorPosition()
            form = self._style.paragraph(tight=True)
            form.setTopMargin(0)
            form.setAlignment(
                _ALIGNMENTS.get(str(opening.attrGet("style")), Qt.AlignmentFlag.AlignLeading)
            )
            form.setProperty(CELL, column == 0)
            self._cursor.setBlockFormat(form)
            char = self._style.text()
            if opening.type == "th_open":
                cell.setFormat(self._style.header_cell())
                char.setFontWeight(QFont.Weight.DemiBold)
            self._inline(inline, char)
        self._cursor = outer

    def _write_rows_as_text(self, tokens: Sequence[Token]) -> None:
        """A table inside a list or quote: its rows, cells parted by bars."""
        for row in _rows(tokens):
            self._paragraph(tokens[0], -1)
            for index, (_, inline) in enumerate(row):
                if index:
                    self._cursor.insertText(" | ", self._style.text())
                self._inline(inline, self._style.text())

    # Inside a paragraph -----------------------------------------------------------------

    def _inline(self, token: Token, base: QTextCharFormat) -> None:
        formats = [base]
        target = ""
        for child in token.children or ():
            char = formats[-1]
            if child.type == "link_open":
                target = str(child.attrGet("href") or "")
                formats.append(self._link(char, target, str(child.attrGet("title") or "")))
            elif child.type == "link_close":
                if not _LINK_TARGET.match(target):
                    self._cursor.insertText(f" ({target})", formats[-1])
                formats.pop()
            elif child.nesting > 0:
                formats.append(_emphasised(char, child.type))
            elif child.nesting < 0:
                formats.pop()
            else:
                self._leaf(child, char)

    def _leaf(self, token: Token, char: QTextCharFormat) -> None:
        if token.type in ("softbreak", "hardbreak"):
            self._cursor.insertText("\N{LINE SEPARATOR}", char)
        elif token.type == "code_inline":
            self._cursor.insertText(token.content, self._style.code(char))
        elif token.type == "image":
            self._image(token, char)
        elif token.type == "math":
            made = self._formula(token, char, displayed=False)
            if made is not None:
                self._cursor.insertText(OBJECT, made)
            else:
                self._cursor.insertText(token.meta["source"], self._style.code(char))
        elif char.isAnchor():
            self._cursor.insertText(token.content, char)
        else:
            self._text(token.content, char)

    def _text(self, text: str, char: QTextCharFormat) -> None:
        position = 0
        for found in _BARE_LINK.finditer(text):
            self._cursor.insertText(text[position : found.start()], char)
            self._cursor.insertText(found[0], self._link(char, found[0], ""))
            position = found.end()
        self._cursor.insertText(text[position:], char)

    def _link(self, char: QTextCharFormat, target: str, title: str) -> QTextCharFormat:
        if not _LINK_TARGET.match(target):
            return QTextCharFormat(char)
        return self._style.link(char, target, f"{target}\n{title}" if title else target)

    def _image(self, token: Token, char: QTextCharFormat) -> None:
        """Pictures that a model names are never loaded: their text and target are shown."""
        label = QCoreApplication.translate("chat", "picture")
        shown = f"[{label}: {token.content}] ({token.attrGet('src') or ''})"
        title = token.attrGet("title")
        self._cursor.insertText(f"{shown} {title}" if title else shown, char)


def _emphasised(char: QTextCharFormat, kind: str) -> QTextCharFormat:
    made = QTextCharFormat(char)
    if kind == "strong_open":
        made.setFontWeight(QFont.Weight.Bold)
    elif kind == "em_open":
        made.setFontItalic(True)
    elif kind == "s_open":
        made.setFontStrikeOut(True)
    return made


def _matching(tokens: Sequence[Token], start: int) -> int:
    """Return the index after the token that closes the one at ``start``."""
    depth = 0
    for index in range(start, len(tokens)):
        depth += tokens[index].nesting
        if depth == 0:
            return index + 1
    return len(tokens)


def _column_widths(table: QTextTable) -> list[QTextLength]:
    """Return the widths that the columns were laid out with."""
    layout = table.document().documentLayout()
    widths = []
    for column in range(table.columns()):
        block = table.cellAt(0, column).firstCursorPosition().block()
        width = layout.blockBoundingRect(block).width() + 2 * table.format().cellPadding()
        widths.append(QTextLength(QTextLength.Type.FixedLength, width))
    return widths


def _rows(tokens: Sequence[Token]) -> list[list[tuple[Token, Token]]]:
    """Return the cells of a table, row by row: the opening and the inline token of each."""
    rows: list[list[tuple[Token, Token]]] = []
    for index, token in enumerate(tokens):
        if token.type == "tr_open":
            rows.append([])
        elif token.type in ("th_open", "td_open"):
            rows[-1].append((token, tokens[index + 1]))
    return rows


_HANDLERS: dict[str, Callable[[ProseWriter, Token, int], None]] = {
    "paragraph_open": ProseWriter._paragraph,
    "heading_open": ProseWriter._heading,
    "blockquote_open": ProseWriter._open_quote,
    "blockquote_close": ProseWriter._close_quote,
    "bullet_list_open": ProseWriter._open_list,
    "ordered_list_open": ProseWriter._open_list,
    "bullet_list_close": ProseWriter._close_list,
    "ordered_list_close": ProseWriter._close_list,
    "list_item_open": ProseWriter._open_item,
    "list_item_close": ProseWriter._close_item,
    "hr": ProseWriter._rule,
    "fence": ProseWriter._code_lines,
    "code_block": ProseWriter._code_lines,
    "math": ProseWriter._formula_block,
}
