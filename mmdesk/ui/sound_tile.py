"""A sound file of the question: how far it is transcribed, then how it begins."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolButton

from mmdesk.session.draft_contents import Attachment
from mmdesk.session.sound_files import clock
from mmdesk.ui.chat.play_button import length_text
from mmdesk.ui.controls import as_plain
from mmdesk.ui.fonts import SMALL_PX, base_font
from mmdesk.ui.icons import icon
from mmdesk.ui.theme import theme
from mmdesk.ui.tiles import TILE, DraftTile
from mmdesk.ui.transcript_view import beginning

_WIDTH = 224
_GLYPH = 20
_NAME_PX = 13
_BAR = 4


class SoundTile(DraftTile):
    """Name and progress; once it is transcribed, its length and first words."""

    shows_sound = True

    def __init__(self, attachment_id: str, name: str) -> None:
        self._attachment: Attachment | None = None
        self._face = _Face(name)
        super().__init__(attachment_id, name, self._face)

    @property
    def text(self) -> str:
        """The line below the name."""
        return self._face.line

    def show_attachment(self, attachment: Attachment) -> None:
        """Show how far it is."""
        if attachment != self._attachment:
            self._attachment = attachment
            self.retranslate()

    def retranslate(self) -> None:
        """Set every text anew."""
        super().retranslate()
        line, done = self._state()
        self._face.show_state(line, done)
        hint = self.tr("Click to read it") if done is None else ""
        said = f"{self._name}\n{line}" + (f"\n{hint}" if hint else "")
        self.button.setToolTip(as_plain(said))
        self.button.setAccessibleName(said.replace("\n", ", "))

    def _state(self) -> tuple[str, float | None]:
        """Return the line below the name, and the share that is done unless all is."""
        attachment = self._attachment
        if attachment is None or (attachment.recording is None and attachment.transcript is None):
            return self.tr("being read"), 0.0
        if attachment.transcript is not None:
            part = attachment.transcript
            return f"{length_text(part.seconds)} · {beginning(part)}", None
        total = attachment.recording.seconds if attachment.recording else 0.0
        share = min(1.0, attachment.done / total) if total else 0.0
        line = self.tr("{done} of {total}").format(
            done=clock(attachment.done), total=length_text(total)
        )
        return line, share


class _Face(QToolButton):
    """Paints glyph, name, the line below it, and a bar."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName("attachmentTile")
        self.setFixedSize(QSize(_WIDTH, TILE))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._name = name
        self.line = ""
        self._done: float | None = 0.0

    def show_state(self, line: str, done: float | None) -> None:
        if (line, done) != (self.line, self._done):
            self.line, self._done = line, done
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        tokens = theme().tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = 8 + _GLYPH + 8
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        at = self.width() - 8 - _GLYPH if mirrored else 8
        icon("sound", tokens.accent, _GLYPH).paint(painter, QRect(at, 9, _GLYPH, _GLYPH))
        left = 10 if mirrored else side
        width = self.width() - side - 10
        align = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading
        for text, size, colour, top in (
            (self._name, _NAME_PX, tokens.text, 8),
            (self.line, SMALL_PX, tokens.muted, 29),
        ):
            mode = Qt.TextElideMode.ElideMiddle if top == 8 else Qt.TextElideMode.ElideRight
            painter.setFont(base_font(size))
            painter.setPen(QColor(colour))
            shown = painter.fontMetrics().elidedText(" ".join(text.split()), mode, width)
            painter.drawText(QRect(left, top, width, 20), align, shown)
        if self._done is not None:
            self._paint_bar(painter)

    def _paint_bar(self, painter: QPainter) -> None:
        tokens = theme().tokens
        box = QRectF(8, self.height() - _BAR - 3, self.width() - 16, _BAR - 1)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.line))
        painter.drawRoundedRect(box, 1.5, 1.5)
        done = QRectF(box)
        done.setWidth(box.width() * (self._done or 0.0))
        painter.setBrush(QColor(tokens.accent))
        painter.drawRoundedRect(done, 1.5, 1.5)
