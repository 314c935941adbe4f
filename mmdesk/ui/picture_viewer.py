"""Pictures in full size over the window: fit, 100 %, zoom, drag, one after the other."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from mmdesk.core.errors import FileMissing, MmdeskError, PictureDamaged
from mmdesk.core.messages import Picture
from mmdesk.ui.controls import IconButton, plain_label
from mmdesk.ui.translate import phrase_text

_STEP = 1.2
_MOST = 16.0
_GROUND = QColor(18, 19, 20, 240)


class PictureViewer(QWidget):
    """Covers the window while open; Esc closes it and gives the focus back."""

    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("pictureViewer")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._pictures: tuple[Picture, ...] = ()
        self._index = 0
        self.canvas = PictureCanvas()
        self.canvas.scaled.connect(self._show_caption)
        self._caption = plain_label("viewerCaption")
        self._caption.setStyleSheet("color: #e8e6e2;")
        self._error = plain_label("viewerError", wrap=True)
        self._error.setStyleSheet("color: #f08a84; font-size: 15px;")
        self._error.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._error.hide()
        self._buttons = self._make_buttons()
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 12)
        column.addWidget(self._bar())
        column.addWidget(self._error, 1)
        column.addWidget(self.canvas, 1)
        parent.installEventFilter(self)
        self.hide()

    @property
    def index(self) -> int:
        """Which picture is shown."""
        return self._index

    def open(self, pictures: Sequence[Picture], index: int) -> None:
        """Show one of some pictures."""
        if not pictures:
            return
        self._pictures = tuple(pictures)
        self.setGeometry(self.parentWidget().rect())
        self.show()
        self.raise_()
        self.setFocus()
        self._show(max(0, min(index, len(pictures) - 1)))

    def close_viewer(self) -> None:
        """Leave the viewer."""
        self.hide()
        self.canvas.show_picture(QPixmap())
        self.closed.emit()

    def move_by(self, step: int) -> None:
        """Show the next (1) or the previous (-1) picture, if there is one."""
        if 0 <= self._index + step < len(self._pictures):
            self._show(self._index + step)

    def retranslate(self) -> None:
        """Set every text anew."""
        self.setAccessibleName(self.tr("Picture viewer"))
        names = {
            "viewerPrevious": self.tr("Previous picture"),
            "viewerNext": self.tr("Next picture"),
            "viewerOut": self.tr("Smaller"),
            "viewerIn": self.tr("Larger"),
            "viewerFit": self.tr("Fit the window, or 100 %"),
            "viewerClose": self.tr("Close"),
        }
        for button in self._buttons:
            button.describe(names[button.objectName()])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows change the picture, + - 0 1 the scale, Esc closes."""
        key = Qt.Key
        actions = {
            key.Key_Escape: self.close_viewer,
            key.Key_Left: lambda: self.move_by(-1),
            key.Key_Right: lambda: self.move_by(1),
            key.Key_Plus: lambda: self.canvas.zoom(_STEP),
            key.Key_Equal: lambda: self.canvas.zoom(_STEP),
            key.Key_Minus: lambda: self.canvas.zoom(1 / _STEP),
            key.Key_0: self.canvas.fit,
            key.Key_1: self.canvas.actual_size,
        }
        action = actions.get(Qt.Key(event.key()))
        if action is not None:
            action()  # and no other key reaches the window below

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Keep clicks from the window below."""
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Darken the window below."""
        QPainter(self).fillRect(self.rect(), _GROUND)

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        """Follow the window's size."""
        if event.type() == QEvent.Type.Resize and watched is self.parentWidget():
            self.setGeometry(self.parentWidget().rect())
        return False

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Keep Tab inside the viewer."""
        ring: list[QWidget] = [b for b in self._buttons if b.isVisible() and b.isEnabled()]
        focused = self.focusWidget()
        place = ring.index(focused) if focused in ring else (-1 if forward else 0)
        ring[(place + (1 if forward else -1)) % len(ring)].setFocus(
            Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
        )
        return True

    def _show(self, index: int) -> None:
        self._index = index
        picture = self._pictures[index]
        self._buttons[0].setEnabled(index > 0)
        self._buttons[1].setEnabled(index + 1 < len(self._pictures))
        several = len(self._pictures) > 1
        for button in self._buttons[:2]:
            button.setVisible(several)
        preview = QPixmap(str(picture.thumbnail))
        self.canvas.show_picture(preview, (picture.width, picture.height))
        self._fail(None)
        # The thumbnail is there at once; the whole picture may take a moment to read.
        QTimer.singleShot(0, self, lambda: self._load(picture))

    def _load(self, picture: Picture) -> None:
        if not self.isVisible() or self._pictures[self._index] is not picture:
            return
        if not picture.path.is_file():
            self._fail(FileMissing(name=picture.name))
            return
        whole = QPixmap(str(picture.path))
        if whole.isNull():
            self._fail(PictureDamaged(name=picture.name))
            return
        self.canvas.replace(whole)

    def _fail(self, error: MmdeskError | None) -> None:
        self._error.setVisible(error is not None)
        self.canvas.setVisible(error is None)
        if error is not None:
            hint = phrase_text(error.hint_phrase)
            self._error.setText(f"{phrase_text(error.message_phrase)}\n{hint}")
        self._show_caption()

    def _show_caption(self) -> None:
        picture = self._pictures[self._index]
        parts = [picture.name, f"{picture.width} × {picture.height}"]
        if self._error.isHidden():
            parts.append(f"{self.canvas.scale * 100:.0f} %")
        if len(self._pictures) > 1:
            parts.append(f"{self._index + 1} / {len(self._pictures)}")
        self._caption.setText("  ·  ".join(parts))

    def _make_buttons(self) -> list[IconButton]:
        made = []
        for name, glyph, act in (
            ("viewerPrevious", "chevron-left", lambda: self.move_by(-1)),
            ("viewerNext", "chevron-right", lambda: self.move_by(1)),
            ("viewerOut", "zoom-out", lambda: self.canvas.zoom(1 / _STEP)),
            ("viewerIn", "zoom-in", lambda: self.canvas.zoom(_STEP)),
            ("viewerFit", "fit", self.canvas.toggle_fit),
            ("viewerClose", "close", self.close_viewer),
        ):
            button = IconButton(name, glyph, role="muted")
            button.clicked.connect(act)
            made.append(button)
        return made

    def _bar(self) -> QFrame:
        bar = QFrame()
        bar.setObjectName("viewerBar")
        bar.setStyleSheet("#viewerBar { background: transparent; }")
        row = QHBoxLayout(bar)
        row.setContentsMargins(4, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self._caption, 1)
        for button in self._buttons:
            row.addWidget(button)
        return bar


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
        self.zoom(_STEP ** (event.angleDelta().y() / 120), event.position())

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
