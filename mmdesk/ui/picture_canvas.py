"""One picture that can be zoomed and dragged."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QLabel

STEP = 1.2
"""One notch of the wheel."""
_MOST = 16.0


class PictureCanvas(QLabel):
    """Paints one picture at a scale; the wheel zooms at the cursor, dragging moves it."""

    scaled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("pictureCanvas")
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self._pixmap = QPixmap()
        self._size = (1, 1)
        self._fits = True
        self._centre = QPointF(0.5, 0.5)
        self._grabbed: QPointF | None = None
        self.scale = 1.0
        """Screen pixels per picture pixel."""

    def show_picture(self, pixmap: QPixmap, size: tuple[int, int] = (1, 1)) -> None:
        """Show a picture that has ``size`` px, fitted; ``pixmap`` may be a smaller one of it."""
        self._pixmap, self._size = pixmap, size
        self.fit()

    def replace(self, pixmap: QPixmap) -> None:
        """Show the same picture in full; scale and place stay."""
        self._pixmap = pixmap
        self.update()

    def fit(self) -> None:
        """Show all of it; a small picture isn't blown up."""
        self._fits = True
        self._centre = QPointF(0.5, 0.5)
        self._set_scale(self._fitting())

    def actual_size(self) -> None:
        """One picture pixel on one screen pixel."""
        self._fits = False
        self._set_scale(1.0)

    def toggle_fit(self) -> None:
        """Between fit and 100 %."""
        if self._fits:
            self.actual_size()
        else:
            self.fit()

    def zoom(self, factor: float, at: QPointF | None = None) -> None:
        """Scale by ``factor``; the point under ``at`` stays where it is."""
        at = at or QPointF(self.rect().center())
        before = self._box()
        least = min(self._fitting(), 1.0) / 4
        scale = max(least, min(self.scale * factor, _MOST))
        spot_x = (at.x() - before.x()) / before.width()
        spot_y = (at.y() - before.y()) / before.height()
        self._fits = False
        width, height = self._size[0] * scale, self._size[1] * scale
        left, top = at.x() - spot_x * width, at.y() - spot_y * height
        self._centre = QPointF(
            (self.width() / 2 - left) / width, (self.height() / 2 - top) / height
        )
        self._set_scale(scale)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the cursor."""
        self.zoom(STEP ** (event.angleDelta().y() / 120), event.position())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to drag."""
        self._grabbed = event.position()
        self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag."""
        if self._grabbed is None:
            return
        moved = event.position() - self._grabbed
        self._grabbed = event.position()
        width, height = self._size[0] * self.scale, self._size[1] * self.scale
        self._centre -= QPointF(moved.x() / width, moved.y() / height)
        self._hold_in_view()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End of the drag."""
        self._grabbed = None
        self.setCursor(Qt.CursorShape.OpenHandCursor)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Between fit and 100 %."""
        self.toggle_fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep fitting."""
        if self._fits:
            self.fit()
        else:
            self._hold_in_view()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint; smooth where it is shrunk, plain pixels where it is much larger."""
        if self._pixmap.isNull():
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self.scale < 4)
        painter.drawPixmap(self._box(), self._pixmap, QRectF(self._pixmap.rect()))

    def _fitting(self) -> float:
        width, height = self._size
        return max(0.001, min(self.width() / width, self.height() / height, 1.0))

    def _set_scale(self, scale: float) -> None:
        self.scale = scale
        self._hold_in_view()
        self.scaled.emit()

    def _hold_in_view(self) -> None:
        """Keep the window's middle on the picture, so that it can't be lost."""
        self._centre = QPointF(
            max(0.0, min(1.0, self._centre.x())), max(0.0, min(1.0, self._centre.y()))
        )
        self.update()

    def _box(self) -> QRectF:
        width, height = self._size[0] * self.scale, self._size[1] * self.scale
        return QRectF(
            self.width() / 2 - self._centre.x() * width,
            self.height() / 2 - self._centre.y() * height,
            width,
            height,
        )
