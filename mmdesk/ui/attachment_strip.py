"""The draft's files above the question: tiles that open and that can be removed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QToolButton, QWidget

from mmdesk.core.messages import Picture
from mmdesk.session.draft_contents import Attachment
from mmdesk.ui.controls import as_plain
from mmdesk.ui.motion import reduced_motion
from mmdesk.ui.theme import theme
from mmdesk.ui.tiles import OVERHANG, TILE, DraftTile
from mmdesk.ui.translate import phrase_text
from mmdesk.ui.viewport import clear_viewport

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
        self._tiles: dict[str, DraftTile] = {}
        clear_viewport(self)
        content = QWidget()
        self._row = QHBoxLayout(content)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(4)
        self._row.addStretch(1)
        self.setWidget(content)
        content.setAutoFillBackground(False)
        self.setFixedHeight(TILE + OVERHANG + 12)
        self.hide()

    @property
    def tiles(self) -> list[DraftTile]:
        """The tiles, in order."""
        return list(self._tiles.values())

    def sync(self, attachments: Sequence[Attachment]) -> None:
        """Show exactly these files; tiles that stay are kept as they are."""
        wanted = {attachment.id for attachment in attachments}
        for gone in [each for each in self._tiles if each not in wanted]:
            self._drop(gone)
        for attachment in attachments:
            tile = self._tiles.get(attachment.id)
            if tile is None:
                tile = self._add(attachment, self._row.count() - 1)
            elif _is_sound(attachment) and not tile.shows_sound:
                tile = self._add(attachment, self._drop(attachment.id))  # now it is known
            tile.show_attachment(attachment)
        self.setVisible(bool(self._tiles))

    def retranslate(self) -> None:
        """Set every text anew."""
        self.setAccessibleName(self.tr("Files of this question"))
        for tile in self.tiles:
            tile.retranslate()

    def _add(self, attachment: Attachment, place: int) -> DraftTile:
        tile = _tile(attachment)
        tile.opened.connect(self.opened)
        tile.removed.connect(self.removed)
        self._tiles[attachment.id] = tile
        self._row.insertWidget(place, tile)
        QTimer.singleShot(0, self, self._reveal_end)
        return tile

    def _drop(self, attachment_id: str) -> int:
        """Take a tile away; return where it stood."""
        tile = self._tiles.pop(attachment_id)
        place = self._row.indexOf(tile)
        self._row.removeWidget(tile)
        tile.hide()
        tile.deleteLater()
        return place

    def _reveal_end(self) -> None:
        bar = self.horizontalScrollBar()
        bar.setValue(bar.maximum())


class AttachmentTile(DraftTile):
    """One picture: a placeholder that turns while it is decoded, then its thumbnail."""

    def __init__(self, attachment_id: str, name: str) -> None:
        self.picture: Picture | None = None
        super().__init__(attachment_id, name, _Thumbnail())

    def show_attachment(self, attachment: Attachment) -> None:
        """Show the decoded picture, or that it is still being read."""
        picture = attachment.picture
        if picture is None or picture == self.picture or not isinstance(self.button, _Thumbnail):
            return
        self.picture = picture
        self.button.show_pixmap(_cover(QPixmap(str(picture.thumbnail)), self.devicePixelRatioF()))
        self.retranslate()

    def retranslate(self) -> None:
        """Set every text anew."""
        super().retranslate()
        if self.picture is None:
            text = self.tr("{name}, being read").format(name=self._name)
        else:
            size = f"{self.picture.width} × {self.picture.height}"
            notes = "".join(f"\n{phrase_text(note)}" for note in self.picture.notes)
            text = f"{self._name}\n{size}{notes}"
        self.button.setToolTip(as_plain(text))
        self.button.setAccessibleName(text.replace("\n", ", "))


class _Thumbnail(QToolButton):
    """Paints a turning arc until it has an icon."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("attachmentTile")
        self.setFixedSize(TILE, TILE)
        self.setIconSize(QSize(TILE - 2, TILE - 2))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._angle = 0
        self._timer = QTimer(self)
        self._timer.setInterval(_SPIN_MS)
        self._timer.timeout.connect(self._turn)
        self._reading = True
        if not reduced_motion():
            self._timer.start()

    def show_pixmap(self, pixmap: QPixmap) -> None:
        self._timer.stop()
        self._reading = False
        self.setIcon(QIcon(pixmap))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._reading:
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
    side = round((TILE - 2) * ratio)
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


def _tile(attachment: Attachment) -> DraftTile:
    if not _is_sound(attachment):
        return AttachmentTile(attachment.id, attachment.name)
    from mmdesk.ui.sound_tile import SoundTile  # the window starts sooner without it

    return SoundTile(attachment.id, attachment.name)


def _is_sound(attachment: Attachment) -> bool:
    return attachment.recording is not None or attachment.transcript is not None
