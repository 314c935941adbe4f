"""Two pictures that are looked at together: side by side, with a slider, or in turn."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QResizeEvent

from mmdesk.ui.pictures.canvas import ZoomCanvas
from mmdesk.ui.pictures.shown import Shown

_GAP = 12
_NEAR = 16.0
"""Px to the slider's line, within which the mouse means it."""
_KNOB = 30.0
_LINE = QColor("#ffffff")
_EDGE = QColor(10, 11, 12, 160)
"""Around the line, which may lie on a white picture."""


class CompareMode(StrEnum):
    """How two pictures are compared."""

    SIDES = "sides"
    SLIDER = "slider"
    BLINK = "blink"


class ComparisonCanvas(ZoomCanvas):
    """Zoom and place are one for both, in fractions of each; the first is always on the left."""

    slid = Signal()

    def __init__(self) -> None:
        super().__init__("comparisonCanvas")
        self.sides: tuple[Shown, ...] = ()
        self.mode = CompareMode.SIDES
        self.front = 0
        """Which one is shown where they are shown in turn."""
        self._split = 0.5

    @property
    def split(self) -> float:
        """Where the slider's line is: 0 is the pictures' left edge, 1 their right one."""
        return self._split

    def slide(self, split: float) -> None:
        """Move the slider's line."""
        self._split = max(0.0, min(1.0, split))
        self.update()
        self.slid.emit()

    def show_sides(self, first: Shown, second: Shown) -> None:
        """Show two pictures; what is in view stays."""
        self.sides = (first, second)
        self.changed()

    def show_mode(self, mode: CompareMode) -> None:
        """Show them another way; what is in view stays."""
        self.mode = mode
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self.changed()

    def show_front(self, side: int) -> None:
        """Show one of those that are shown in turn."""
        self.front = side
        self.update()

    # Where things are

    def scale_of(self, side: int) -> float:
        """Return the screen pixels for one of a picture."""
        return self._fitting(side) * self.framing.zoom

    def box(self, side: int) -> QRectF:
        """Return where a picture lies."""
        return self.framing.box(self._view(side), self._fitted(side))

    def view(self, at: QPointF) -> QRectF:
        """Return the half around ``at``, or all of the widget."""
        return self._view(self._side_at(at))

    def fitting(self) -> float:
        """Return the scale of the larger picture when all of it is in view."""
        return min(self._fitting(0), self._fitting(1))

    def fitted(self, at: QPointF) -> QSizeF:
        """Return the size of the picture that is at a spot then."""
        return self._fitted(self._side_at(at))

    def _side_at(self, at: QPointF) -> int:
        if self.mode is CompareMode.BLINK:
            return self.front
        edge = self.width() / 2 if self.mode is CompareMode.SIDES else self._line()
        return int(at.x() > edge)

    def _view(self, side: int) -> QRectF:
        whole = QRectF(self.rect())
        if self.mode is not CompareMode.SIDES:
            return whole
        half = max(1.0, (whole.width() - _GAP) / 2)
        return QRectF(side * (half + _GAP), 0, half, whole.height())

    def _fitting(self, side: int) -> float:
        """Fill the view with each, unless the larger one would be blown up by that."""
        if not self.sides:
            return 1.0
        room = self._view(0)
        fits = [
            max(0.001, min(room.width() / width, room.height() / height))
            for width, height in (each.size for each in self.sides)
        ]
        return fits[side] / max(1.0, min(fits))

    def _fitted(self, side: int) -> QSizeF:
        size = QSizeF(*self.sides[side].size) if self.sides else QSizeF(1, 1)
        return size * self._fitting(side)

    def _extent(self) -> tuple[float, float]:
        """Return from where to where pictures are seen, for the slider."""
        seen = self.box(0).united(self.box(1)) & QRectF(self.rect())
        return seen.left(), seen.right()

    def _line(self) -> float:
        left, right = self._extent()
        return left + self._split * (right - left)

    # Mouse

    def takes(self, at: QPointF) -> bool:
        """Take hold of the slider's line."""
        return self.mode is CompareMode.SLIDER and abs(at.x() - self._line()) <= _NEAR

    def carry(self, at: QPointF) -> None:
        """Move it."""
        left, right = self._extent()
        if right > left:
            self.slide((at.x() - left) / (right - left))

    def cursor_at(self, at: QPointF) -> Qt.CursorShape:
        """Return what the line can be moved by, where it is."""
        return Qt.CursorShape.SplitHCursor if self.takes(at) else super().cursor_at(at)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Tell of the new scale."""
        super().resizeEvent(event)
        self.changed()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint both, or the one whose turn it is."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.sides:
            for side, room in self._rooms():
                painter.setClipRect(room)
                self._paint_side(painter, side, room)
            painter.setClipping(False)
            if self.mode is CompareMode.SLIDER:
                self._paint_slider(painter)
        self.paint_focus(painter)

    def _rooms(self) -> Iterator[tuple[int, QRectF]]:
        """Yield which picture is painted, and within what."""
        whole = QRectF(self.rect())
        if self.mode is CompareMode.BLINK:
            yield self.front, whole
        elif self.mode is CompareMode.SIDES:
            yield from ((side, self._view(side)) for side in (0, 1))
        else:
            line = self._line()
            yield 0, QRectF(0, 0, line, whole.height())
            yield 1, QRectF(line, 0, whole.width() - line, whole.height())

    def _paint_side(self, painter: QPainter, side: int, room: QRectF) -> None:
        shown = self.sides[side]
        if shown.error is None:
            shown.paint(painter, self.box(side), boxes=self.boxes)
        else:
            shown.paint_error(painter, room)

    def _paint_slider(self, painter: QPainter) -> None:
        line, height = self._line(), float(self.height())
        knob = QRectF(line - _KNOB / 2, (height - _KNOB) / 2, _KNOB, _KNOB)
        for colour, width in ((_EDGE, 4), (_LINE, 2)):
            painter.setPen(QPen(colour, width))
            painter.drawLine(QPointF(line, 0), QPointF(line, height))
        painter.setPen(QPen(_EDGE, 1))
        painter.setBrush(_LINE)
        painter.drawEllipse(knob)
        pen = QPen(QColor("#17191b"), 2)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        middle = knob.center()
        for way in (-1, 1):
            tip = middle + QPointF(8 * way, 0)
            back = middle + QPointF(4 * way, 0)
            painter.drawPolyline([back + QPointF(0, -4), tip, back + QPointF(0, 4)])
