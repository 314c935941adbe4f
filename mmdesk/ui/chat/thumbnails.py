"""The pictures of a question: small, rounded, opened by click or keyboard."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from mmdesk.core.messages import Picture
from mmdesk.ui.controls import as_plain
from mmdesk.ui.fonts import SMALL_PX, base_font
from mmdesk.ui.theme import current

_SINGLE = 200
_SEVERAL = 116
_RADIUS = 8


def thumbnail_size(picture: Picture, count: int, widest: int) -> QSize:
    """Return the px of a thumbnail: the whole picture, unless it is very long or wide."""
    height = _SINGLE if count == 1 else _SEVERAL
    ratio = picture.width / max(1, picture.height)
    width = round(height * min(max(ratio, 0.5), 1.8))
    if width > widest:
        height, width = max(1, round(height * widest / width)), widest
    return QSize(width, height)


class Thumbnail(QAbstractButton):
    """One picture; its accessible name is the file's name."""

    def __init__(self, picture: Picture, parent: QWidget) -> None:
        super().__init__(parent)
        self.picture = picture
        self._image: QImage | None = None
        self.setAccessibleName(picture.name)
        self.setToolTip(as_plain(f"{picture.name}\n{picture.width} × {picture.height}"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFont(base_font(SMALL_PX))

    def prepare(self) -> bool:
        """Read the picture before it is in sight; tell whether it had to be."""
        unread = self._image is None
        self._scaled()
        return unread

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the picture, or its name where the file is gone."""
        tokens = current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        shape = QPainterPath()
        shape.addRoundedRect(box, _RADIUS, _RADIUS)
        painter.fillPath(shape, QColor(tokens.panel))
        image = self._scaled()
        if image.isNull():
            painter.setPen(QColor(tokens.muted))
            name = self.fontMetrics().elidedText(
                self.picture.name, Qt.TextElideMode.ElideMiddle, self.width() - 16
            )
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, name)
        else:
            painter.setClipPath(shape)
            painter.drawImage(QRectF(self.rect()), image, _cropped(image, self.size()))
            painter.setClipping(False)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        ring = QPen(QColor(tokens.accent), 2) if self.hasFocus() else QPen(QColor(tokens.line), 1)
        painter.setPen(ring)
        painter.drawRoundedRect(box, _RADIUS, _RADIUS)

    def _scaled(self) -> QImage:
        """Return the thumbnail, read when first painted and kept at the screen's resolution."""
        if self._image is None:
            image = QImage(str(self.picture.thumbnail))
            wanted = self.size() * self.devicePixelRatioF()
            if not image.isNull() and image.width() > 2 * wanted.width():
                image = image.scaled(
                    wanted,
                    Qt.AspectRatioMode.KeepAspectRatioByExpanding,
                    Qt.TransformationMode.SmoothTransformation,
                )
            self._image = image
        return self._image


def _cropped(image: QImage, size: QSize) -> QRectF:
    """Return the middle part of ``image`` that has the proportions of ``size``."""
    scale = min(image.width() / max(1, size.width()), image.height() / max(1, size.height()))
    width, height = size.width() * scale, size.height() * scale
    return QRectF((image.width() - width) / 2, (image.height() - height) / 2, width, height)
