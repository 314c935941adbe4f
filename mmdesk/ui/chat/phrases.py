"""What is painted below the phrases of an answer that stand for evidence."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QColor, QPainter, QTextBlock, QTextDocument

from mmdesk.core.evidence_text import numbers_of
from mmdesk.ui.chat.prose_style import PHRASE
from mmdesk.ui.chat.text_view import blocks_between
from mmdesk.ui.theme import EVIDENCE

_LINE = 2
_BELOW = 3
"""Px from the baseline."""
_GROUND = 80
"""Alpha behind a phrase that is meant."""


def paint_phrases(
    painter: QPainter, document: QTextDocument, area: QRect, lit: Collection[int]
) -> None:
    """Paint a line below each phrase in an area, and a ground behind those in ``lit``."""
    for block in blocks_between(document, area):
        for form in block.textFormats():
            if not form.format.hasProperty(PHRASE):
                continue
            number = form.format.intProperty(PHRASE)
            colour = QColor(EVIDENCE[number % len(EVIDENCE)])
            ground = QColor(colour)
            ground.setAlpha(_GROUND)
            meant = any(each in lit for each in numbers_of(form.format.anchorHref()))
            for box, baseline in _lines(document, block, form.start, form.start + form.length):
                if meant:
                    painter.fillRect(box, ground)
                line = QRectF(box.left(), baseline + _BELOW, box.width(), _LINE)
                painter.fillRect(line, colour)


def _lines(
    document: QTextDocument, block: QTextBlock, start: int, end: int
) -> Iterator[tuple[QRectF, float]]:
    """Yield where a stretch of a block stands, line by line, and the baseline of each."""
    layout = block.layout()
    corner = document.documentLayout().blockBoundingRect(block).topLeft()
    for number in range(layout.lineCount()):
        line = layout.lineAt(number)
        first, last = max(start, line.textStart()), min(end, line.textStart() + line.textLength())
        if first >= last:
            continue
        edges = sorted(_across(line.cursorToX(at)) for at in (first, last))
        top = corner.y() + line.y()
        baseline = top + line.ascent()
        height = line.ascent() + line.descent()
        box = QRectF(QPointF(corner.x() + edges[0], top), QPointF(corner.x() + edges[1], 0))
        box.setHeight(height)
        yield box, baseline


def _across(found: object) -> float:
    """PySide returns the cursor's position along with where it is."""
    return float(found[0] if isinstance(found, tuple | list) else found)  # type: ignore[arg-type]
