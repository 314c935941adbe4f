"""What the window shows while something is dragged over it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from mmdesk.ui.controls import plain_label, restyle
from mmdesk.ui.dropped import Carried, CarriedKind
from mmdesk.ui.icons import icon
from mmdesk.ui.theme import theme
from mmdesk.ui.translate import phrase_text

_REASONS = 3
_GLYPH = 48
"""Px."""


class DropOverlay(QWidget):
    """Covers the window; mouse and drag events pass through to the window below."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("dropOverlay")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._refused = False
        self._host = ""
        self._glyph = QLabel()
        self._glyph.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._title = plain_label("dropTitleOverlay")
        self._title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._detail = plain_label("dropDetail", wrap=True)
        self._detail.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(48, 48, 48, 48)
        column.setSpacing(10)
        column.addStretch(1)
        column.addWidget(self._glyph)
        column.addWidget(self._title)
        column.addWidget(self._detail)
        column.addStretch(1)
        self.hide()

    def name_host(self, host: str) -> None:
        """Tell to which computer questions go; "" is this one."""
        self._host = host

    def announce(self, carried: Carried) -> None:
        """Show what letting go would do, and why something would not be taken."""
        taken = takes(carried)
        self._refused = not taken
        reasons = [
            f"{phrase_text(error.message_phrase)} {phrase_text(error.hint_phrase)}"
            for error in carried.refused[:_REASONS]
        ]
        if len(carried.refused) > _REASONS:
            more = len(carried.refused) - _REASONS
            reasons.append(self.tr("And %n more.", "", more))
        self._title.setText(self._title_for(carried, taken))
        self._detail.setText("\n".join(reasons) or self._detail_for(carried))
        restyle(self._detail, "refused", bool(reasons))
        self.setAccessibleName(f"{self._title.text()} {self._detail.text()}")
        tokens = theme().tokens
        colour = tokens.error_text if self._refused else tokens.accent
        name = "warning" if self._refused else _glyph_of(carried)
        self._glyph.setPixmap(icon(name, colour, _GLYPH).pixmap(QSize(_GLYPH, _GLYPH)))
        window = self.parentWidget()
        if window is not None:
            self.setGeometry(window.rect())
        self.show()
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint a veil over the window and the dashed area."""
        tokens = theme().tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        veil = QColor(tokens.background)
        veil.setAlpha(250)
        painter.fillRect(self.rect(), veil)
        pen = QPen(QColor(tokens.error_text if self._refused else tokens.accent), 2)
        pen.setDashPattern([4, 4])
        painter.setPen(pen)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(20, 20, -20, -20), 16, 16)

    def _title_for(self, carried: Carried, taken: bool) -> str:
        if not taken:
            return self.tr("This can't be taken")
        if carried.kind is CarriedKind.TEXT:
            return self.tr("Drop the text into the question")
        if carried.kind is CarriedKind.MODEL:
            return self.tr("Drop a model's folder to use it")
        if carried.kind is CarriedKind.ARCHIVE:
            return self.tr("Drop conversations to import them")
        count = _taken(carried)
        if _only_sound(carried):
            if count > 1:
                return self.tr("Drop %n sound files", "", count)
            return self.tr("Drop the sound file")
        if carried.sounds:
            return self.tr("Drop %n pictures and sound files", "", count)
        if count > 1:
            return self.tr("Drop %n pictures", "", count)
        return self.tr("Drop the picture")

    def _detail_for(self, carried: Carried) -> str:
        if carried.kind is CarriedKind.ARCHIVE:
            return self.tr("What is there already stays as it is.")
        if carried.kind is CarriedKind.MODEL:
            return self._of_model(carried)
        return self._kinds()

    def _of_model(self, carried: Carried) -> str:
        return self.tr("“{name}” stays where it is; nothing is copied or changed.").replace(
            "{name}", carried.paths[0].name
        )

    def _kinds(self) -> str:
        kinds = self.tr(
            "Pictures: PNG, JPEG, WebP, GIF, BMP or TIFF. Sound: WAV, FLAC, OGG, MP3 or M4A."
        )
        stays = self.tr("All of it stays on this computer.")
        if self._host:
            stays = self.tr("Pictures go to {host} with your question.")
        return f"{kinds} {stays.replace('{host}', self._host)}"


def takes(carried: Carried) -> bool:
    """Whether letting go would take anything."""
    if carried.kind is CarriedKind.FILES:
        return _taken(carried) > 0
    return carried.kind is not CarriedKind.NOTHING


def _glyph_of(carried: Carried) -> str:
    if carried.kind is CarriedKind.MODEL:
        return "folder"
    if carried.kind is CarriedKind.ARCHIVE:
        return "file"
    return "sound" if _only_sound(carried) else "image"


def _taken(carried: Carried) -> int:
    return len(carried.paths) - len(carried.refused)


def _only_sound(carried: Carried) -> bool:
    return 0 < carried.sounds == _taken(carried)
