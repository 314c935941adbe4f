"""Writes Markdown tokens into a text document, block by block, through a text cursor.

No HTML is made on the way: there is nothing to escape, no resource is ever named, and every
character of the message is inserted as text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from markdown_it.token import Token
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextBlockFormat, QTextCharFormat, QTextCursor, QTextTable

from mmdesk.ui.chat.blocks import Block
from mmdesk.ui.chat.inline_writer import LINE_BREAK, InlineWriter
from mmdesk.ui.chat.prose_style import MARKER, ProseStyle
from mmdesk.ui.chat.table_writer import TableWriter, table_rows

_BULLETS = ("\N{BULLET}", "\N{WHITE BULLET}")


class ProseWriter:
    """Appends blocks at the end of the document that ``cursor`` belongs to.

    Attributes:
        table: The table that ends the document, so that its next rows can be added.
    """

    def __init__(
        self, cursor: QTextCursor, style: ProseStyle, widest: float, *, fresh: bool = False
    ) -> None:
        """``fresh`` documents have no block yet; their first one is there, as Qt wants it."""
        self._cursor = cursor
        self._style = style
        self._inline = InlineWriter(style, widest)
        self._tables = TableWriter(style, self._inline)
        self.table: QTextTable | None = None
        self._fresh = fresh
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
        self._write(tokens)

    def write_plain(self, text: str) -> None:
        """Append ``text`` as it stands."""
        self.table = None
        self._begin(self._style.paragraph())
        self._cursor.insertText(text.replace("\n", LINE_BREAK), self._style.text())

    def write_on(self, text: Token) -> None:
        """Append an inline token to the paragraph that ends the document."""
        self._inline.write(self._cursor, text, self._style.text())

    def _write(self, tokens: Sequence[Token]) -> None:
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
                handler(self, token)
            elif token.type == "inline":
                self._inline.write(self._cursor, token, self._heading_or_text(tokens, index))
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

    def _paragraph(self, token: Token) -> None:
        del token
        marker, self._marker = self._marker, ""
        self._begin(
            self._style.paragraph(
                indent=len(self._lists),
                quotes=self._quotes,
                tight=bool(marker),
                marker=marker,
            )
        )

    def _heading(self, token: Token) -> None:
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

    def _open_quote(self, token: Token) -> None:
        del token
        self._quotes += 1

    def _close_quote(self, token: Token) -> None:
        del token
        self._quotes -= 1

    def _open_list(self, token: Token) -> None:
        ordered = token.type == "ordered_list_open"
        start = token.attrGet("start")
        self._lists.append(int(1 if start is None else start) if ordered else None)

    def _close_list(self, token: Token) -> None:
        del token
        self._lists.pop()

    def _open_item(self, token: Token) -> None:
        current = self._lists[-1]
        if current is None:
            self._marker = _BULLETS[(len(self._lists) - 1) % len(_BULLETS)]
        else:
            self._marker = f"{current}{token.markup}"
            self._lists[-1] = current + 1

    def _close_item(self, token: Token) -> None:
        if self._marker:  # an empty item
            self._paragraph(token)

    def _rule(self, token: Token) -> None:
        del token
        self._begin(self._style.rule())

    def _code_lines(self, token: Token) -> None:
        """Code inside a list or quote; top-level code has a widget of its own."""
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

    def _formula_block(self, token: Token) -> None:
        self._paragraph(token)
        form = self._cursor.blockFormat()
        if self._inline.formula(self._cursor, token, self._style.text(), displayed=True):
            form.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            self._cursor.setBlockFormat(form)

    # Tables -----------------------------------------------------------------------------

    def _write_table(self, tokens: Sequence[Token], table: QTextTable | None) -> None:
        rows = table_rows(tokens)
        if table is None:
            self._begin(self._style.tiny())
            self.table = self._tables.begin(self._cursor, rows)
        else:
            self.table = self._tables.extend(self._cursor, table, rows[1:])

    def _write_rows_as_text(self, tokens: Sequence[Token]) -> None:
        """A table inside a list or quote: its rows, cells parted by bars."""
        for row in table_rows(tokens):
            self._paragraph(tokens[0])
            for index, (_, inline) in enumerate(row):
                if index:
                    self._cursor.insertText(" | ", self._style.text())
                self._inline.write(self._cursor, inline, self._style.text())


def _matching(tokens: Sequence[Token], start: int) -> int:
    """Return the index after the token that closes the one at ``start``."""
    depth = 0
    for index in range(start, len(tokens)):
        depth += tokens[index].nesting
        if depth == 0:
            return index + 1
    return len(tokens)


_HANDLERS: dict[str, Callable[[ProseWriter, Token], None]] = {
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
