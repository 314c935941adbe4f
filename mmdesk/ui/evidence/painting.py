"""Boxes and points painted over a picture, each with its label."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from mmdesk.core.evidence import Evidence
from mmdesk.ui.theme import EVIDENCE

_RADIUS = 3.0
"""Corners of boxes and labels, in label heights of 20."""
_PALE = 0.35
"""Opacity of what isn't meant, while something is."""
_LONGEST = 40
"""Characters of a label on a picture."""


def colour_of(number: int) -> QColor:
    """Return the colour of an answer's piece of evidence, counted from 0."""
    return QColor(EVIDENCE[number % len(EVIDENCE)])


def ink_on(ground: QColor) -> QColor:
    """Return white or near-black, whichever reads better on a colour (WCAG's luminance)."""
    return QColor("#ffffff") if _luminance(ground) < 0.2 else QColor("#17191b")


def paint_evidence(
    painter: QPainter,
    evidence: Sequence[tuple[int, Evidence]],
    target: QRectF,
    scale: float,
    *,
    meant: Collection[int] = (),
    line: float = 2.0,
    font: QFont | None = None,
) -> None:
    """Paint places and their labels; those that are meant last, the others pale.

    Args:
        evidence: With the number of each in its answer, which gives it its colour.
        target: Where the picture is.
        scale: Of the target's pixels for one of the picture.
        meant: Numbers that are pointed at.
        line: Width of the boxes' lines, in the target's pixels.
    """
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if font is not None:
        painter.setFont(font)
    ordered = sorted(evidence, key=lambda each: each[0] in meant)
    for number, each in ordered:
        lit = not meant or number in meant
        painter.setOpacity(1.0 if lit else _PALE)
        spot = _spot(each, target, scale)
        painter.setPen(QPen(colour_of(number), line))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if len(each.place) == 2:
            painter.drawEllipse(spot.center(), 4 * line, 4 * line)
            painter.drawEllipse(spot.center(), line / 2, line / 2)
        else:
            painter.drawRoundedRect(spot, _RADIUS, _RADIUS)
        if lit:
            _paint_label(painter, each.text or str(number + 1), spot, target, colour_of(number))
    painter.restore()


def _spot(evidence: Evidence, target: QRectF, scale: float) -> QRectF:
    corners = [QPointF(*pair) * scale + target.topLeft() for pair in _pairs(evidence.place)]
    return QRectF(corners[0], corners[-1])


def _pairs(place: Sequence[float]) -> list[tuple[float, float]]:
    return list(zip(place[::2], place[1::2], strict=True))


def _paint_label(
    painter: QPainter, text: str, spot: QRectF, target: QRectF, colour: QColor
) -> None:
    """Above the box; inside of it where there is no room above."""
    text = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    metrics = QFontMetricsF(painter.font())
    room = metrics.height() * 0.3
    size = QRectF(0, 0, metrics.horizontalAdvance(text) + 2 * room, metrics.height() * 1.15)
    pen = painter.pen().widthF() / 2
    size.moveBottomLeft(spot.topLeft() - QPointF(pen, 0))
    if size.top() < target.top():
        size.moveTop(max(spot.top(), target.top()))
    size.moveLeft(max(target.left(), min(size.left(), target.right() - size.width())))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRoundedRect(size, _RADIUS, _RADIUS)
    painter.setPen(ink_on(colour))
    painter.drawText(size, Qt.AlignmentFlag.AlignCenter, text)


def _luminance(colour: QColor) -> float:
    """https://www.w3.org/TR/WCAG21/#dfn-relative-luminance."""
    channels = (colour.redF(), colour.greenF(), colour.blueF())
    red, green, blue = (
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
