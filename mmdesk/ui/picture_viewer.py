"""Pictures in full size over the window: fit, 100 %, zoom, drag, one after the other."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from mmdesk.core.errors import FileMissing, MmdeskError, PictureDamaged
from mmdesk.core.messages import Picture
from mmdesk.ui.controls import IconButton, plain_label
from mmdesk.ui.picture_canvas import STEP, PictureCanvas
from mmdesk.ui.translate import phrase_text

_GLYPH = "#e8e6e2"
"""The viewer is dark in both themes."""
_GROUND = QColor(18, 19, 20, 240)


class PictureViewer(QWidget):
    """Covers the window while open; Esc closes it and gives the focus back."""

    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._window = parent
        self.setObjectName("pictureViewer")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._pictures: tuple[Picture, ...] = ()
        self._index = 0
        self._ringed = False
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
        self.setGeometry(self._window.rect())
        self.show()
        self.raise_()
        self._ringed = True
        self.setFocus()
        self._show(max(0, min(index, len(pictures) - 1)))

    def close_viewer(self) -> None:
        """Leave the viewer."""
        if self.isHidden():
            return
        # Hiding a widget that has the focus asks it for the next one, which the ring would give.
        self._ringed = False
        self.closed.emit()
        self.hide()
        self.canvas.show_picture(QPixmap())

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
            key.Key_Plus: lambda: self.canvas.zoom(STEP),
            key.Key_Equal: lambda: self.canvas.zoom(STEP),
            key.Key_Minus: lambda: self.canvas.zoom(1 / STEP),
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
        if event.type() == QEvent.Type.Resize and watched is self._window:
            self.setGeometry(self._window.rect())
        return False

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Keep Tab inside the viewer."""
        if not self._ringed:
            return super().focusNextPrevChild(forward)
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
        if not self._pictures:
            return
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
            ("viewerOut", "zoom-out", lambda: self.canvas.zoom(1 / STEP)),
            ("viewerIn", "zoom-in", lambda: self.canvas.zoom(STEP)),
            ("viewerFit", "fit", self.canvas.toggle_fit),
            ("viewerClose", "close", self.close_viewer),
        ):
            button = IconButton(name, glyph, role=_GLYPH)
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
