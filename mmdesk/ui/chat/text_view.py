"""A read-only text in the message column: as high as its text, never a scroll area of its own."""

from __future__ import annotations

import math
from collections.abc import Iterator

from PySide6.QtCore import QMimeData, QPointF, QRect, QRectF, Qt, QUrl
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QTextBlock,
    QTextBlockFormat,
    QTextCursor,
    QTextDocument,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QTextBrowser, QTextEdit, QWidget

from mmdesk.ui.chat.formula import FORMULA_OBJECT, FormulaObject, formula_source
from mmdesk.ui.chat.message_view import COLUMN_WIDTH
from mmdesk.ui.chat.prose_style import CELL, MARKER, QUOTE_LEVEL, RULE, SEAM
from mmdesk.ui.theme import current

_OBJECT = "\N{OBJECT REPLACEMENT CHARACTER}"
_MARKER_GAP = 7
_PANE_KEYS = frozenset(
    (
        Qt.Key.Key_PageUp,
        Qt.Key.Key_PageDown,
        Qt.Key.Key_Home,
        Qt.Key.Key_End,
        Qt.Key.Key_Up,
        Qt.Key.Key_Down,
        Qt.Key.Key_Escape,
    )
)


class TextView(QTextBrowser):
    """Text that can be selected, copied and read aloud; it loads and opens nothing itself.

    Links are reported by ``anchorClicked``.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setOpenLinks(False)
        self.setOpenExternalLinks(False)
        self.setUndoRedoEnabled(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setLineWrapMode(QTextEdit.LineWrapMode.FixedPixelWidth)
        # Text is laid out as it is set: in most windows, that was the layout then.
        self.setLineWrapColumnOrWidth(COLUMN_WIDTH)
        self.setStyleSheet("QTextBrowser { background: transparent; border: none; padding: 0; }")
        self.viewport().setAutoFillBackground(False)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        self.document().setDocumentMargin(0)
        self.document().setIndentWidth(24)
        self._formulas = FormulaObject(self)
        self.document().documentLayout().registerHandler(FORMULA_OBJECT, self._formulas)
        self._caret = False
        self._tabbed = False

    def height_for(self, width: int) -> int:
        """Lay the text out in ``width`` px and return its height in px."""
        if self.lineWrapColumnOrWidth() != width:
            self.setLineWrapColumnOrWidth(width)
        return max(1, math.ceil(self.document().size().height()))

    def seams(self) -> list[int]:
        """Return the positions that only part pieces of a line, while it streams in."""
        return _seams_between(self.document(), 0, self.document().characterCount())

    def set_caret(self, shown: bool) -> None:
        """Show the block behind the last character while text streams in."""
        if shown != self._caret:
            self._caret = shown
            self.viewport().update()

    def ideal_width(self) -> int:
        """Return the width in px of the longest line as laid out now."""
        return math.ceil(self.document().idealWidth())

    def loadResource(self, kind: int, name: QUrl | str) -> QImage:
        """Refuse with an empty picture: no text of a message names a resource that is loaded.

        Without a value, QTextDocument::loadResource would read the local file itself.
        """
        del kind, name
        empty = QImage(1, 1, QImage.Format.Format_ARGB32)
        empty.fill(Qt.GlobalColor.transparent)
        return empty

    def doSetSource(
        self,
        name: QUrl | str,
        kind: QTextDocument.ResourceType = QTextDocument.ResourceType.UnknownResource,
    ) -> None:
        """Refuse: a message never becomes another document."""

    def createMimeDataFromSelection(self) -> QMimeData:
        """Return the selection as plain text, formulas as their source."""
        made = QMimeData()
        made.setText(selected_text(self.textCursor()))
        return made

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave vertical turns to the pane."""
        if abs(event.angleDelta().x()) > abs(event.angleDelta().y()):
            super().wheelEvent(event)
        else:
            event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave the keys that move the pane to the pane."""
        if event.key() in _PANE_KEYS and not event.modifiers():
            event.ignore()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Remember whether the keyboard came here, for the ring."""
        self._tabbed = event.reason() in (
            Qt.FocusReason.TabFocusReason,
            Qt.FocusReason.BacktabFocusReason,
        )
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away."""
        self._tabbed = False
        super().focusOutEvent(event)
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the text, what stands beside it, the caret and the focus ring."""
        super().paintEvent(event)
        painter = QPainter(self.viewport())
        self._paint_marks(painter, event.rect())
        if self._caret:
            painter.fillRect(self._caret_rect(), QColor(current().text))
        if self._tabbed:
            painter.setPen(QPen(QColor(current().accent), 1))
            painter.drawRect(self.viewport().rect().adjusted(0, 0, -1, -1))
        painter.end()

    def _caret_rect(self) -> QRect:
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        place = self.cursorRect(cursor)
        height = min(place.height(), 15)
        top = place.bottom() - height - (place.height() - height) // 4
        return QRect(place.left() + 1, max(0, top), 5, height)

    def _paint_marks(self, painter: QPainter, area: QRect) -> None:
        """Paint what stands beside or instead of text: quotes' bars, list markers, rules."""
        layout = self.document().documentLayout()
        line = QColor(current().line)
        for block in blocks_between(self.document(), area):
            form = block.blockFormat()
            box = layout.blockBoundingRect(block)
            if form.boolProperty(RULE):
                painter.fillRect(QRect(0, int(box.top()), self.viewport().width(), 1), line)
            if form.boolProperty(CELL):
                self._paint_row_line(painter, block, box, line)
            if form.intProperty(QUOTE_LEVEL):
                self._paint_bars(painter, block, box, line)
            if form.stringProperty(MARKER):
                self._paint_marker(painter, block)

    def _paint_row_line(
        self, painter: QPainter, block: QTextBlock, box: QRectF, colour: QColor
    ) -> None:
        """Paint the line below a row, at its first cell (Qt's own borders cost far too much)."""
        table = QTextCursor(block).currentTable()
        layout = self.document().documentLayout()
        row, padding = table.cellAt(block.position()).row(), table.format().cellPadding()
        boxes = [box]
        for column in range(table.columns()):
            last = table.cellAt(row, column).lastCursorPosition().block()
            boxes.append(layout.blockBoundingRect(last))
        left = min(cell.left() for cell in boxes) - padding
        right = max(cell.right() for cell in boxes) + padding
        bottom = max(cell.bottom() for cell in boxes) + padding
        painter.fillRect(QRect(int(left), int(bottom) - 1, int(right - left), 1), colour)

    def _paint_bars(
        self, painter: QPainter, block: QTextBlock, box: QRectF, colour: QColor
    ) -> None:
        mirrored = block.textDirection() == Qt.LayoutDirection.RightToLeft
        above = block.previous().blockFormat().intProperty(QUOTE_LEVEL)
        for bar in range(block.blockFormat().intProperty(QUOTE_LEVEL)):
            gap = block.blockFormat().topMargin() if bar < above else 0
            x = self.viewport().width() - bar * 14 - 3 if mirrored else bar * 14
            height = math.ceil(box.height() + gap)
            painter.fillRect(QRect(x, int(box.top() - gap), 3, height), colour)

    def _paint_marker(self, painter: QPainter, block: QTextBlock) -> None:
        """Paint a bullet or number so that it ends a little before the text."""
        if not block.layout().lineCount():
            return
        first = block.layout().lineAt(0)
        text = first.naturalTextRect()
        marker = block.blockFormat().stringProperty(MARKER)
        painter.setFont(self.document().defaultFont())
        painter.setPen(block.charFormat().foreground().color())
        width = painter.fontMetrics().horizontalAdvance(marker)
        position = block.layout().position()
        baseline = position.y() + first.y() + first.ascent()
        if block.textDirection() == Qt.LayoutDirection.RightToLeft:
            painter.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
            x = position.x() + text.right() + _MARKER_GAP
        else:
            painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
            x = position.x() + text.left() - _MARKER_GAP - width
        painter.drawText(QPointF(max(0.0, x), baseline), marker)


def blocks_between(document: QTextDocument, area: QRect) -> Iterator[QTextBlock]:
    """Yield the blocks of which something stands in an area."""
    layout = document.documentLayout()
    position = layout.hitTest(area.topLeft().toPointF(), Qt.HitTestAccuracy.FuzzyHit)
    block = document.findBlock(max(0, position))
    while block.isValid() and layout.blockBoundingRect(block).top() <= area.bottom():
        yield block
        block = block.next()


def selected_text(cursor: QTextCursor) -> str:
    """Return a selection as plain text, with formulas as their source."""
    start, end = cursor.selectionStart(), cursor.selectionEnd()
    text = cursor.selection().toPlainText()
    seams = _seams_between(cursor.document(), start, end)
    if not seams and _OBJECT not in text:
        return text
    parts, begin = [], start
    for seam in (*seams, end):
        piece = QTextCursor(cursor.document())
        piece.setPosition(begin)
        piece.setPosition(seam, QTextCursor.MoveMode.KeepAnchor)
        parts.append(_with_formulas(piece))
        begin = seam + 1
    return "".join(parts)


def _seams_between(document: QTextDocument, start: int, end: int) -> list[int]:
    """Return the positions of the separators before blocks that go on with a line."""
    seams = []
    block = document.findBlock(start).next()
    while block.isValid() and block.position() <= end:
        if block.blockFormat().boolProperty(SEAM):
            seams.append(block.position() - 1)
        block = block.next()
    return seams


def _with_formulas(cursor: QTextCursor) -> str:
    text = cursor.selection().toPlainText()
    if _OBJECT not in text:
        return text
    sources = []
    probe = QTextCursor(cursor.document())
    for position in range(cursor.selectionStart(), cursor.selectionEnd()):
        if cursor.document().characterAt(position) == _OBJECT:
            probe.setPosition(position + 1)
            sources.append(formula_source(probe.charFormat()))
    parts = text.split(_OBJECT)
    return "".join(part + (sources[i] if i < len(sources) else "") for i, part in enumerate(parts))


def line_format(height: int) -> QTextBlockFormat:
    """Return the block format of lines that are at least ``height`` px high."""
    made = QTextBlockFormat()
    made.setLineHeight(height, QTextBlockFormat.LineHeightTypes.MinimumHeight.value)
    return made
