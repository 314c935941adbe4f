"""Pictures that can be zoomed and dragged: what one and two of them have in common, and one."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from mmdesk.ui.pictures.framing import Framing
from mmdesk.ui.pictures.shown import Shown
from mmdesk.ui.pictures.style import ACCENT

STEP = 1.2
"""One notch of the wheel."""
_LEAST = 0.25
"""Of the size at which all of it is in view."""
_MOST = 16.0
"""Screen pixels for one of the picture."""


class ZoomCanvas(QWidget):
    """The wheel zooms at the cursor, dragging moves, a double click fits or shows 100 %."""

    scaled = Signal()

    def __init__(self, object_name: str) -> None:
        super().__init__()
        self.setObjectName(object_name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.framing = Framing()
        self.boxes = True
        self._grabbed: QPointF | None = None
        self._taken = False
        self._by_keys = False

    # What the two differ in

    def view(self, at: QPointF) -> QRectF:
        """Return the part of the widget around ``at`` in which one picture is looked at."""
        raise NotImplementedError

    def fitting(self) -> float:
        """Return the scale of the picture that counts when all of it is in view."""
        raise NotImplementedError

    def fitted(self, at: QPointF) -> QSizeF:
        """Return the size that the picture at a spot has then."""
        raise NotImplementedError

    def takes(self, at: QPointF) -> bool:
        """Return whether a drag that begins at a spot is for something else than the picture."""
        return False

    def carry(self, at: QPointF) -> None:
        """Go on with such a drag."""

    def let_go(self) -> None:
        """End it."""

    def cursor_at(self, at: QPointF) -> Qt.CursorShape:
        """Return the shape of the mouse at a spot."""
        return Qt.CursorShape.OpenHandCursor

    # Scale and place

    @property
    def scale(self) -> float:
        """Screen pixels per picture pixel."""
        return self.fitting() * self.framing.zoom

    def fit(self) -> None:
        """Show all of it; a small picture isn't blown up."""
        self.framing.fit()
        self.changed()

    def actual_size(self) -> None:
        """One picture pixel on one screen pixel."""
        self._zoom_to(1 / self.fitting(), self._middle())

    def toggle_fit(self) -> None:
        """Between fit and 100 %."""
        if self.framing.fits:
            self.actual_size()
        else:
            self.fit()

    def zoom(self, factor: float, at: QPointF | None = None) -> None:
        """Scale by ``factor``; the point under ``at`` stays where it is."""
        zoom = max(_LEAST, min(self.framing.zoom * factor, _MOST / self.fitting()))
        self._zoom_to(zoom, self._middle() if at is None else at)

    def pan(self, right: float, down: float) -> None:
        """Look further to a side, by fractions of the view."""
        at = self._middle()
        view = self.view(at)
        moved = QPointF(-right * view.width(), -down * view.height())
        self.framing.drag(moved, self.fitted(at))
        self.update()

    def show_boxes(self, shown: bool) -> None:
        """Show the places that the answer points at, or the pictures alone."""
        self.boxes = shown
        self.update()

    def changed(self) -> None:
        """Tell of a new scale, and paint."""
        self.update()
        self.scaled.emit()

    def _zoom_to(self, zoom: float, at: QPointF) -> None:
        self.framing.zoom_to(zoom, at, self.view(at), self.fitted(at))
        self.changed()

    def _middle(self) -> QPointF:
        return self.view(QPointF(0, 0)).center()

    # Mouse and focus

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the cursor."""
        self.zoom(STEP ** (event.angleDelta().y() / 120), event.position())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to drag; the middle button always drags the picture."""
        left = event.button() == Qt.MouseButton.LeftButton
        self._taken = left and self.takes(event.position())
        if not self._taken:
            self._grabbed = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag."""
        if self._taken:
            self.carry(event.position())
        elif self._grabbed is not None:
            self.framing.drag(event.position() - self._grabbed, self.fitted(self._grabbed))
            self._grabbed = event.position()
            self.update()
        else:
            self.setCursor(self.cursor_at(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End of the drag."""
        if self._taken:
            self.let_go()
        self._taken, self._grabbed = False, None
        self.setCursor(self.cursor_at(event.position()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Between fit and 100 %."""
        self._taken = self.takes(event.position())
        if not self._taken:
            self.toggle_fit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show that the keys come here, to those who go by Tab."""
        super().focusInEvent(event)
        reasons = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        self._by_keys = event.reason() in reasons
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Paint without the ring."""
        super().focusOutEvent(event)
        self._by_keys = False
        self.update()

    def paint_focus(self, painter: QPainter) -> None:
        """Paint the ring of the keyboard's focus."""
        if self._by_keys:
            painter.setPen(QPen(QColor(ACCENT), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)


class PictureCanvas(ZoomCanvas):
    """Paints one picture at a scale."""

    def __init__(self) -> None:
        super().__init__("pictureCanvas")
        self.shown: Shown | None = None
        self._scale = 1.0

    def show_picture(self, shown: Shown | None) -> None:
        """Show a picture, fitted."""
        self.shown = shown
        self.fit()

    @property
    def box(self) -> QRectF:
        """Where the picture is painted."""
        return self.framing.box(QRectF(self.rect()), self._fitted())

    def view(self, at: QPointF) -> QRectF:
        """Return all of the widget."""
        return QRectF(self.rect())

    def fitting(self) -> float:
        """Return the scale at which all of the picture is in view, at most 1."""
        width, height = self._size()
        return max(0.001, min(self.width() / width, self.height() / height, 1.0))

    def fitted(self, at: QPointF) -> QSizeF:
        """Return the picture's size then."""
        return self._fitted()

    def changed(self) -> None:
        """Keep the scale for when the window's size changes."""
        self._scale = self.scale
        super().changed()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep fitting, or keep the scale."""
        super().resizeEvent(event)
        if not self.framing.fits:
            self.framing.zoom = self._scale / self.fitting()
        self.changed()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the picture and what is over it."""
        painter = QPainter(self)
        if self.shown is not None:
            self.shown.paint(painter, self.box, boxes=self.boxes)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self.paint_over(painter)
        self.paint_focus(painter)

    def paint_over(self, painter: QPainter) -> None:
        """Paint what lies over the picture."""

    def _fitted(self) -> QSizeF:
        return QSizeF(*self._size()) * self.fitting()

    def _size(self) -> tuple[int, int]:
        return self.shown.size if self.shown is not None else (1, 1)
