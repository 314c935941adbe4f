"""A region of the picture that a person marks, to ask about it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QCursor, QPainter, QPainterPath, QPen

from mmdesk.core.sight import Pixels
from mmdesk.ui.pictures.canvas import PictureCanvas
from mmdesk.ui.pictures.region import Edges, grown, middle, moved, pulled, spanned
from mmdesk.ui.pictures.shown import Shown
from mmdesk.ui.pictures.style import ACCENT

_VEIL = QColor(10, 11, 12, 120)
_EDGE = QColor(10, 11, 12, 160)
"""Around the outline, which may lie on a picture of its own colour."""
_HANDLE = 8.0
_NEAR = 8.0
"""Px of the screen to an edge, within which the mouse means it."""
_ROOM = 40.0
"""Px of the screen that a side needs to have handles."""
_CURSORS = {
    # Those of the opposite edges are the same.
    (0, 0): Qt.CursorShape.CrossCursor,
    (1, 0): Qt.CursorShape.SizeHorCursor,
    (0, 1): Qt.CursorShape.SizeVerCursor,
    (1, 1): Qt.CursorShape.SizeFDiagCursor,
    (1, -1): Qt.CursorShape.SizeBDiagCursor,
}
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_FAR = 10


class MarkingCanvas(PictureCanvas):
    """A picture on which, while ``marking``, a drag makes a region; its edges can be pulled."""

    regionChanged = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.region: Pixels | None = None
        self._marking = False
        self._start: QPointF | None = None
        self._edges: Edges = (0, 0)

    @property
    def marking(self) -> bool:
        """Whether a drag makes a region instead of moving the picture."""
        return self._marking

    def mark(self, on: bool) -> None:
        """Begin to mark, or end it and drop the region."""
        self._marking = on
        self._set(None)
        self.setCursor(self.cursor_at(QPointF(self.mapFromGlobal(QCursor.pos()))))

    def drop(self) -> None:
        """Drop the region."""
        self._set(None)

    def mark_middle(self) -> None:
        """Make the middle of the picture the region."""
        if self._marking and self.shown is not None:
            self._set(middle(self.shown.size))

    def move_edges(self, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> bool:
        """Move the region by an arrow key; with Ctrl its right and lower edge only.

        Returns:
            Whether the key was one for the region.
        """
        if self.region is None or self.shown is None or key not in _ARROWS:
            return False
        step = _FAR if modifiers & Qt.KeyboardModifier.ShiftModifier else 1
        right, down = (step * each for each in _ARROWS[key])
        change = grown if modifiers & Qt.KeyboardModifier.ControlModifier else moved
        self._set(change(self.region, right, down, self.shown.size))
        return True

    def show_picture(self, shown: Shown | None) -> None:
        """Show a picture; a region was on the one before."""
        super().show_picture(shown)
        self._set(None)

    def takes(self, at: QPointF) -> bool:
        """Begin a region, or take hold of an edge."""
        if not self._marking:
            return False
        self._edges = self._edges_at(at)
        if self._edges == (0, 0):
            self._start = at
            self._set(None)
        return True

    def carry(self, at: QPointF) -> None:
        """Draw the region, or pull its edges."""
        if self.shown is None:
            return
        to = self._on_picture(at)
        if self._start is not None:
            self._set(spanned(self._on_picture(self._start), to, self.shown.size))
        elif self.region is not None:
            self._set(pulled(self.region, self._edges, to, self.shown.size))

    def let_go(self) -> None:
        """Leave the region as it is."""
        self._start, self._edges = None, (0, 0)

    def cursor_at(self, at: QPointF) -> Qt.CursorShape:
        """Return a cross, or the direction in which an edge goes."""
        if not self._marking:
            return super().cursor_at(at)
        across, down = edges = self._edges_at(at)
        return _CURSORS[edges if edges in _CURSORS else (-across, -down)]

    def paint_over(self, painter: QPainter) -> None:
        """Darken what isn't in the region."""
        if self.region is None:
            return
        area = self._area(self.region)
        around = QPainterPath()
        around.addRect(QRectF(self.box.toAlignedRect()))
        inside = QPainterPath()
        inside.addRect(area)
        painter.fillPath(around.subtracted(inside), _VEIL)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, width in ((_EDGE, 4), (QColor(ACCENT), 2)):
            pen = QPen(colour, width)
            pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
            painter.setPen(pen)
            painter.drawRect(area)
        if min(area.width(), area.height()) >= _ROOM:
            self._paint_handles(painter, area)

    def _paint_handles(self, painter: QPainter, area: QRectF) -> None:
        painter.setPen(QPen(_EDGE, 1))
        painter.setBrush(QColor(ACCENT))
        for across in (0.0, 0.5, 1.0):
            for down in (0.0, 0.5, 1.0):
                if (across, down) == (0.5, 0.5):
                    continue
                handle = QRectF(0, 0, _HANDLE, _HANDLE)
                handle.moveCenter(
                    area.topLeft() + QPointF(across * area.width(), down * area.height())
                )
                painter.drawRoundedRect(handle, 2, 2)

    def _set(self, region: Pixels | None) -> None:
        if region != self.region:
            self.region = region
            self.update()
            self.regionChanged.emit()

    def _area(self, region: Pixels) -> QRectF:
        x0, y0, x1, y1 = (each * self.scale for each in region)
        return QRectF(x0, y0, x1 - x0, y1 - y0).translated(self.box.topLeft())

    def _on_picture(self, at: QPointF) -> tuple[float, float]:
        spot = (at - self.box.topLeft()) / self.scale
        return spot.x(), spot.y()

    def _edges_at(self, at: QPointF) -> Edges:
        if self.region is None:
            return (0, 0)
        area = self._area(self.region)
        if not area.adjusted(-_NEAR, -_NEAR, _NEAR, _NEAR).contains(at):
            return (0, 0)
        return (
            _edge(at.x(), area.left(), area.right()),
            _edge(at.y(), area.top(), area.bottom()),
        )


def _edge(at: float, low: float, high: float) -> int:
    if abs(at - high) <= _NEAR:
        return 1
    return -1 if abs(at - low) <= _NEAR else 0
