"""The draft's pictures above the question: thumbnails that open and that can be removed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QToolButton, QWidget

from mmdesk.core.messages import Picture
from mmdesk.session.draft import Attachment
from mmdesk.ui.controls import IconButton
from mmdesk.ui.theme import theme
from mmdesk.ui.translate import phrase_text

_TILE = 56
_OVERHANG = 8
_SPIN_MS = 80


class AttachmentStrip(QScrollArea):
    """One row of tiles, in the order in which the model gets the pictures."""

    opened = Signal(str)
    removed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("attachmentStrip")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._tiles: dict[str, AttachmentTile] = {}
        content = QWidget()
        self._row = QHBoxLayout(content)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(4)
        self._row.addStretch(1)
        self.setWidget(content)
        content.setAutoFillBackground(False)
        self.viewport().setAutoFillBackground(False)
        self.setFixedHeight(_TILE + _OVERHANG + 12)
        self.hide()

    @property
    def tiles(self) -> list[AttachmentTile]:
        """The tiles, in order."""
        return list(self._tiles.values())

    def sync(self, attachments: Sequence[Attachment]) -> None:
        """Show exactly these pictures; tiles that stay are kept as they are."""
        wanted = {attachment.id for attachment in attachments}
        for gone in [each for each in self._tiles if each not in wanted]:
            tile = self._tiles.pop(gone)
            self._row.removeWidget(tile)
            tile.hide()
            tile.deleteLater()
        for attachment in attachments:
            if attachment.id not in self._tiles:
                self._add(attachment)
            self._tiles[attachment.id].show_picture(attachment.picture)
        self.setVisible(bool(self._tiles))

    def retranslate(self) -> None:
        """Set every text anew."""
        self.setAccessibleName(self.tr("Pictures of this question"))
        for tile in self.tiles:
            tile.retranslate()

    def _add(self, attachment: Attachment) -> None:
        tile = AttachmentTile(attachment.id, attachment.name)
        tile.opened.connect(self.opened)
        tile.removed.connect(self.removed)
        self._tiles[attachment.id] = tile
        self._row.insertWidget(self._row.count() - 1, tile)
        QTimer.singleShot(0, self, self._reveal_end)

    def _reveal_end(self) -> None:
        bar = self.horizontalScrollBar()
        bar.setValue(bar.maximum())


class AttachmentTile(QWidget):
    """One picture: a placeholder that turns while it is decoded, then its thumbnail."""

    opened = Signal(str)
    removed = Signal(str)

    def __init__(self, attachment_id: str, name: str) -> None:
        super().__init__()
        self._id, self._name = attachment_id, name
        self.picture: Picture | None = None
        self.setFixedSize(_TILE + _OVERHANG, _TILE + _OVERHANG)
        self.button = _Thumbnail(self)
        self.button.setGeometry(0, _OVERHANG, _TILE, _TILE)
        self.button.clicked.connect(self._open)
        self.remove = IconButton("removeAttachment", "close", role="card", side=20, glyph=12)
        self.remove.setParent(self)
        self.remove.move(_TILE + _OVERHANG - 20, 0)
        self.remove.clicked.connect(self._remove)
        self.retranslate()

    def show_picture(self, picture: Picture | None) -> None:
        """Show the decoded picture, or that it is still being read."""
        if picture is None or picture == self.picture:
            return
        self.picture = picture
        self.button.show_pixmap(_cover(QPixmap(str(picture.thumbnail)), self.devicePixelRatioF()))
        self.retranslate()

    def retranslate(self) -> None:
        """Set every text anew."""
        if self.picture is None:
            text = self.tr("{name}, being read").format(name=self._name)
        else:
            size = f"{self.picture.width} × {self.picture.height}"
            notes = "".join(f"\n{phrase_text(note)}" for note in self.picture.notes)
            text = f"{self._name}\n{size}{notes}"
        self.button.setToolTip(_as_plain(text))
        self.button.setAccessibleName(text.replace("\n", ", "))
        self.remove.describe(self.tr("Remove {name}").format(name=self._name))

    def _open(self) -> None:
        if self.picture is not None:
            self.opened.emit(self._id)

    def _remove(self) -> None:
        self.removed.emit(self._id)


class _Thumbnail(QToolButton):
    """Paints a turning arc until it has an icon."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("attachmentTile")
        self.setIconSize(QSize(_TILE - 2, _TILE - 2))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._angle = 0
        self._timer = QTimer(self)
        self._timer.setInterval(_SPIN_MS)
        self._timer.timeout.connect(self._turn)
        self._timer.start()

    def show_pixmap(self, pixmap: QPixmap) -> None:
        self._timer.stop()
        self.setIcon(QIcon(pixmap))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._timer.isActive():
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme().tokens.accent), 2))
        side = 18.0
        box = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        painter.drawArc(box, -self._angle * 16, 270 * 16)

    def _turn(self) -> None:
        self._angle = (self._angle + 30) % 360
        self.update()


def _cover(pixmap: QPixmap, ratio: float) -> QPixmap:
    """Return the middle of a picture as a square tile with round corners."""
    side = round((_TILE - 2) * ratio)
    made = QPixmap(side, side)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.setRenderHints(
        QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
    )
    path = QPainterPath()
    path.addRoundedRect(QRectF(0, 0, side, side), 7 * ratio, 7 * ratio)
    painter.setClipPath(path)
    if not pixmap.isNull():
        scaled = pixmap.scaled(
            side,
            side,
            Qt.AspectRatioMode.KeepAspectRatioByExpanding,
            Qt.TransformationMode.SmoothTransformation,
        )
        painter.drawPixmap((side - scaled.width()) // 2, (side - scaled.height()) // 2, scaled)
    painter.end()
    made.setDevicePixelRatio(ratio)
    return made


def _as_plain(text: str) -> str:
    """Return a tool tip that Qt can't take for HTML: a file's name is foreign."""
    return text.replace("<", "‹").replace(">", "›")
