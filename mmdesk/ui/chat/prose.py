"""Running text of a message: closed blocks stay, the open tail is written again."""

from __future__ import annotations

from collections.abc import Collection

from markdown_it.token import Token
from PySide6.QtCore import QEvent, QUrl, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QPainter,
    QPaintEvent,
    QTextBlockFormat,
    QTextCursor,
    QTextTable,
)
from PySide6.QtWidgets import QWidget

from mmdesk.ui.chat.blocks import Block, BlockKind
from mmdesk.ui.chat.phrases import paint_phrases
from mmdesk.ui.chat.prose_style import MARKER, SEAM, ProseStyle
from mmdesk.ui.chat.prose_writer import ProseWriter
from mmdesk.ui.chat.text_view import TextView, selected_text

_WIDEST_FORMULA = 700.0
_MOST_LINES = 3
"""Settled lines of a block that is being written on."""


class ProseView(TextView):
    """Shows the prose blocks between two pieces of code."""

    phraseHovered = Signal(object)
    """The numbers of the evidence that the phrase under the mouse, or the keyboard, stands for."""

    def __init__(self, style: ProseStyle, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._prose_style = style
        self.document().setDefaultFont(style.font)
        self._mark = 0
        self._begun = False
        self._table: QTextTable | None = None
        self._rows = 0
        self._seams: list[int] = []
        self._rest = 0
        self._lit: frozenset[int] = frozenset()
        if style.evidence:
            self.highlighted.connect(self._hovered)

    def light(self, numbers: Collection[int]) -> None:
        """Put a ground behind the phrases that stand for these pieces of evidence."""
        if (lit := frozenset(numbers)) != self._lit:
            self._lit = lit
            self.viewport().update()

    def roll_back(self) -> None:
        """Take the open tail away."""
        if self._table is not None and self._table.rows() > self._rows:
            self._table.removeRows(self._rows, self._table.rows() - self._rows)
            self._mark = self._table.lastPosition() + 1  # another open block may stand behind it
        self._seams = []
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
        fresh = not self._begun and self.document().isEmpty()
        writer = ProseWriter(cursor, self._prose_style, _WIDEST_FORMULA, fresh=fresh)
        if block.kind is BlockKind.PLAIN:
            writer.write_plain(block.source)
        else:
            writer.write(block, self._table)
        cursor.endEditBlock()
        if closed:
            self._begun = True
            self._table = writer.table
            self._rows = writer.table.rows() if writer.table is not None else 0
            self._mark = self._end()

    def go_on(self, settled: Token | None, rest: Token) -> None:
        """Write the end of the open paragraph anew; ``settled`` stays until the paragraph closes.

        Without it, all that is written stays, and only what comes next will not.
        """
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        cursor.setPosition(self._rest if settled is not None else self._end())
        cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        writer = ProseWriter(cursor, self._prose_style, _WIDEST_FORMULA)
        if settled is not None:
            writer.write_on(settled)
        self._rest = self._end()
        writer.write_on(rest)
        cursor.endEditBlock()
        self._cut_long_block()

    def height_for(self, width: int) -> int:
        """Lay the text out in ``width`` px; seams lie elsewhere in another width."""
        if self._seams and self.lineWrapColumnOrWidth() != width:
            self._join()
        return super().height_for(width)

    def shown_text(self) -> str:
        """Return what can be read here; formulas as their source."""
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        return selected_text(cursor)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tell which phrase Tab has come to; Qt's own signal says so of the mouse alone."""
        moved = super().focusNextPrevChild(forward)
        if moved and self.hasFocus() and self._prose_style.evidence:
            cursor = self.textCursor()
            reached = QTextCursor(self.document())
            reached.setPosition(min(cursor.selectionStart() + 1, self._end()))
            self._hovered(QUrl(reached.charFormat().anchorHref()))
        return moved

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """No phrase has the keyboard any more."""
        super().focusOutEvent(event)
        if self._prose_style.evidence:
            self.phraseHovered.emit(())

    def leaveEvent(self, event: QEvent) -> None:
        """No phrase is under the mouse any more."""
        super().leaveEvent(event)
        if self._prose_style.evidence:
            self.phraseHovered.emit(())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint what stands below phrases, and the text."""
        if self._prose_style.evidence:
            painter = QPainter(self.viewport())
            paint_phrases(painter, self.document(), event.rect(), self._lit)
            painter.end()
        super().paintEvent(event)

    def _hovered(self, target: QUrl) -> None:
        self.phraseHovered.emit(self._prose_style.numbers_of(target.toString()))

    def _cut_long_block(self) -> None:
        """Begin a new block at a line of settled text: Qt lays a whole block out for each word.

        Seen, nothing changes; once the paragraph closes, it is written again in one piece.
        """
        block = self.document().lastBlock()
        layout = block.layout()
        settled = layout.lineForTextPosition(self._rest - block.position())
        if not settled.isValid() or settled.lineNumber() < _MOST_LINES:
            return
        form = QTextBlockFormat(block.blockFormat())
        form.setTopMargin(0)
        form.clearProperty(MARKER)
        form.setProperty(SEAM, True)
        form.setLayoutDirection(block.textDirection())  # whatever the line's own first letter is
        at = block.position() + layout.lineAt(settled.lineNumber() - 1).textStart()
        cursor = QTextCursor(self.document())
        cursor.setPosition(at)
        cursor.insertBlock(form)
        self._seams.append(at)
        self._rest += 1

    def _join(self) -> None:
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        for at in reversed(self._seams):
            cursor.setPosition(at)
            cursor.deleteChar()
        cursor.endEditBlock()
        self._rest -= len(self._seams)
        self._seams = []

    def _end(self) -> int:
        return self.document().characterCount() - 1
