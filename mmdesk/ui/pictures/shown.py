"""A picture on the screen: what is read of it so far, what is painted over it, what failed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPixmap

from mmdesk.core.errors import FileMissing, MmdeskError, PictureDamaged
from mmdesk.core.evidence import Evidence
from mmdesk.core.messages import Picture
from mmdesk.ui.evidence.painting import paint_evidence
from mmdesk.ui.fonts import base_font
from mmdesk.ui.pictures.reading import Images
from mmdesk.ui.pictures.style import ERROR
from mmdesk.ui.translate import phrase_text

_LETTERS = 12
_PLAIN = 4.0
"""Screen pixels for one of the picture, from which on they are painted as they are."""
_EXACT = 1e-6
_ERROR_PX = 15
_ERROR_WIDTH = 420


class Shown:
    """One picture: its thumbnail, at once, and all of it as soon as it is read.

    Attributes:
        number: Its number, from 1, as the model was told.
        evidence: The places on it, each with its number in the answer.
        whole: Whether all of it is read, or can't be.
        error: Why it can't be shown.
    """

    def __init__(
        self, picture: Picture, number: int, evidence: Sequence[tuple[int, Evidence]] = ()
    ) -> None:
        """``evidence`` may lie on other pictures too."""
        self.picture, self.number = picture, number
        self.evidence = [(each, place) for each, place in evidence if place.image == number - 1]
        self._pixmaps = [QPixmap(str(picture.thumbnail))]
        self.whole = False
        self.error: MmdeskError | None = None

    @property
    def size(self) -> tuple[int, int]:
        """Pixels of the picture."""
        return self.picture.width, self.picture.height

    @property
    def error_text(self) -> str:
        """Why it can't be shown, and what to do; "" where it can."""
        if self.error is None:
            return ""
        hint = phrase_text(self.error.hint_phrase)
        return f"{phrase_text(self.error.message_phrase)}\n{hint}"

    def take(self, images: Images) -> None:
        """Take all of it, as :class:`PictureReader` has it."""
        self.whole = True
        if images:
            self._pixmaps = [QPixmap.fromImage(each) for each in images]
        elif self.picture.path.is_file():
            self.error = PictureDamaged(name=self.picture.name)
        else:
            self.error = FileMissing(name=self.picture.name)

    def paint(self, painter: QPainter, box: QRectF, *, boxes: bool) -> None:
        """Paint it; smooth where it is shrunk, plain pixels where it is much larger."""
        scale = box.width() / self.picture.width
        if abs(scale - 1) < _EXACT:  # between pixels, even a picture at 100 % would be blurred
            box = QRectF(box.topLeft().toPoint(), box.size())
        pixmap = self._pixmap_for(box.width() * painter.device().devicePixelRatio())
        if not pixmap.isNull():
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale < _PLAIN)
            painter.drawPixmap(box, pixmap, QRectF(pixmap.rect()))
        if boxes and self.evidence:
            font = base_font(_LETTERS)
            font.setWeight(QFont.Weight.DemiBold)
            paint_evidence(painter, self.evidence, box, scale, font=font)

    def _pixmap_for(self, width: float) -> QPixmap:
        """Return the smallest that is at least as wide, or the largest."""
        wide = [each for each in self._pixmaps if each.width() >= width]
        return wide[-1] if wide else self._pixmaps[0]

    def paint_error(self, painter: QPainter, room: QRectF) -> None:
        """Write why it can't be shown in the middle of its room."""
        width = min(room.width() - 24, _ERROR_WIDTH)
        area = QRectF(room.center().x() - width / 2, room.top(), width, room.height())
        painter.setFont(base_font(_ERROR_PX))
        painter.setPen(QColor(ERROR))
        middle = Qt.AlignmentFlag.AlignCenter
        painter.drawText(area, middle | Qt.TextFlag.TextWordWrap, self.error_text)
