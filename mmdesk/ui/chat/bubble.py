"""A question: a bubble on the right with its pictures and transcripts above its text.

Below the text stands what plays it, if it was spoken.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QCoreApplication, QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QLabel

from mmdesk.core.messages import Message
from mmdesk.ui.chat.actions import QuietButton
from mmdesk.ui.chat.body import MarkdownBody
from mmdesk.ui.chat.message_view import MessageView
from mmdesk.ui.chat.play_button import PlayButton
from mmdesk.ui.chat.thumbnails import Thumbnail, thumbnail_size
from mmdesk.ui.chat.transcript_card import WIDEST as CARD_WIDEST
from mmdesk.ui.chat.transcript_card import TranscriptCard
from mmdesk.ui.chat.versions import VersionSwitch
from mmdesk.ui.theme import Tokens
from mmdesk.ui.translate import phrase_text

_PADDING = 14
_VERTICAL = 10
_GAP = 8
_RADIUS = 14
_CORNER = 4
_PLAY_INSET = 6
"""Px that a quiet button keeps around its glyph."""


class QuestionView(MessageView):
    """What the person asked. Its text is shown as typed, without Markdown."""

    def __init__(self, message: Message, tokens: Tokens) -> None:
        super().__init__()
        self._message = message
        self._tokens = tokens
        self._bubble = QRectF()
        self.setAccessibleName(QCoreApplication.translate("chat", "Your question"))
        self._thumbnails = [Thumbnail(picture, self) for picture in message.pictures]
        for index, thumbnail in enumerate(self._thumbnails):
            thumbnail.clicked.connect(self._opener(index))
        self._cards = [TranscriptCard(part, tokens, self) for part in message.transcripts]
        for card in self._cards:
            card.folded.connect(self.folded)
            card.copied.connect(self.copied)
        self._body = self._make_body()
        self._play_buttons = [PlayButton(recording, self) for recording in message.recordings]
        for button in self._play_buttons:
            button.activated.connect(self.recordingActivated)
        self._notes = QLabel(self)
        self._notes.setTextFormat(Qt.TextFormat.PlainText)
        self._notes.setProperty("quiet", True)
        self._notes.setWordWrap(True)
        self._notes.setText(self._note_lines())
        self._notes.setVisible(bool(self._notes.text()))
        self._copy = QuietButton("copy", self)
        self._copy.set_look("copy", QCoreApplication.translate("chat", "Copy question"))
        self._copy.clicked.connect(self.copy)
        self._copy.setVisible(bool(message.text))
        self._versions = VersionSwitch(self)
        self._versions.chosen.connect(self.versionChosen)

    def copy(self) -> None:
        """Put the question's text on the clipboard."""
        QGuiApplication.clipboard().setText(self._message.text)
        self.copied.emit()

    def restyle(self, tokens: Tokens) -> None:
        """Take the colours of ``tokens``."""
        self._tokens = tokens
        self._body.hide()
        self._body.deleteLater()
        self._body = self._make_body()
        for card in self._cards:
            card.restyle(tokens)
        self.update()

    def show_versions(self, versions: tuple[str, ...], own: str) -> None:
        """Tell which versions of this question there are, and which one this is."""
        self._versions.show_versions(versions, own)

    def reveal(self, revealed: bool) -> None:
        """Show or hide the copy button."""
        self._copy.set_revealed(revealed)

    def show_playing(self, key: str | None) -> None:
        """Show which recording is played."""
        for button in self._play_buttons:
            button.show_playing(key)

    def prepare(self) -> bool:
        """Read one picture."""
        return any(thumbnail.prepare() for thumbnail in self._thumbnails)

    def is_in_use(self) -> bool:
        """Tell whether a transcript is open, or text selected."""
        return any(card.is_open for card in self._cards) or super().is_in_use()

    def source(self) -> str:
        """Return the text as it was typed."""
        return self._message.text

    def shown_text(self) -> str:
        """Return the pictures' names, their notes, the transcripts, the text and its length."""
        names = [thumbnail.picture.name for thumbnail in self._thumbnails]
        cards = [card.shown_text() for card in self._cards]
        lengths = [button.shown_text() for button in self._play_buttons]
        parts = [*names, self._notes.text(), *cards, self._message.text, *lengths]
        parts.append(self._versions.shown_text())
        return "\n".join(part for part in parts if part)

    def height_for(self, width: int) -> int:
        """Lay out in ``width`` px: the bubble takes what it needs, at most 85 %."""
        widest = int(width * 0.85) - 2 * _PADDING
        rows = self._rows(widest)
        needed = self._needed(rows, widest)
        left = width - needed - 2 * _PADDING
        inner = min(needed, widest)
        y = self._place_rows(rows, left + _PADDING, width)
        y = self._place_notes(left + _PADDING, y, inner, width)
        y = self._place_cards(left + _PADDING, y, inner, width)
        y = self._place_text(left + _PADDING, y, inner, width)
        y = self._place_play_buttons(left + _PADDING, y, width)
        top = 0.0
        x = 0 if self.layoutDirection() == Qt.LayoutDirection.RightToLeft else left
        self._bubble = QRectF(x, top, needed + 2 * _PADDING, y + _VERTICAL)
        hint = self._copy.sizeHint()
        beside = max(0, left - hint.width() - 4)
        above = y + _VERTICAL - hint.height() - 4
        self.place(self._copy, beside, above, *hint.toTuple(), width)
        hint = self._versions.sizeHint()
        self.place(self._versions, max(0, beside - hint.width()), above, *hint.toTuple(), width)
        return y + _VERTICAL

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the bubble; the corner towards its speaker is small."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shape = QPainterPath()
        shape.setFillRule(Qt.FillRule.WindingFill)
        shape.addRoundedRect(self._bubble, _RADIUS, _RADIUS)
        corner = QRectF(0, 0, 2 * _RADIUS, 2 * _RADIUS)
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            corner.moveBottomLeft(self._bubble.bottomLeft())
        else:
            corner.moveBottomRight(self._bubble.bottomRight())
        shape.addRoundedRect(corner, _CORNER, _CORNER)
        painter.fillPath(shape, QColor(self._tokens.user_bubble))

    def _make_body(self) -> MarkdownBody:
        body = MarkdownBody(self._tokens, name=self.accessibleName(), literal=True)
        body.setParent(self)
        body.setVisible(True)
        if self._message.text:
            body.append(self._message.text)
            body.finish()
        return body

    def _needed(self, rows: list[list[tuple[Thumbnail, int, int]]], widest: int) -> int:
        """Return the px that the widest of the bubble's contents takes."""
        needed = [sum(w for _, w, _ in row) + _GAP * (len(row) - 1) for row in rows]
        if self._message.text:
            self._body.height_for(widest)
            needed.append(self._body.ideal_width(widest) + 2)
        if self._notes.text():
            needed.append(min(widest, self._notes.sizeHint().width()))
        if self._cards:
            needed.append(min(widest, CARD_WIDEST))
        if self._play_buttons:
            needed.append(min(widest, _row_width(self._play_buttons) - 2 * _PLAY_INSET))
        return max(needed, default=0)

    def _rows(self, widest: int) -> list[list[tuple[Thumbnail, int, int]]]:
        """Break the thumbnails into rows: each with its width and height."""
        rows: list[list[tuple[Thumbnail, int, int]]] = []
        used = 0
        for thumbnail in self._thumbnails:
            size = thumbnail_size(thumbnail.picture, len(self._thumbnails), widest)
            if not rows or used + _GAP + size.width() > widest:
                rows.append([])
                used = -_GAP
            rows[-1].append((thumbnail, size.width(), size.height()))
            used += _GAP + size.width()
        return rows

    def _place_rows(
        self, rows: list[list[tuple[Thumbnail, int, int]]], left: int, whole: int
    ) -> int:
        y = _VERTICAL + (2 if rows else 0)
        for row in rows:
            x = left
            for thumbnail, width, height in row:
                self.place(thumbnail, x, y, width, height, whole)
                x += width + _GAP
            y += max(height for _, _, height in row) + _GAP
        return y - (_GAP if rows else 0)

    def _place_notes(self, left: int, y: int, width: int, whole: int) -> int:
        if self._notes.text():
            height = self._notes.heightForWidth(width)
            self.place(self._notes, left, y + 6, width, height, whole)
            y += 6 + height
        return y

    def _place_cards(self, left: int, y: int, width: int, whole: int) -> int:
        for card in self._cards:
            y += _GAP if y > _VERTICAL else 4
            height = card.height_for(width)
            self.place(card, left, y, width, height, whole)
            y += height
        return y

    def _place_text(self, left: int, y: int, width: int, whole: int) -> int:
        if self._message.text:
            y += _GAP if y > _VERTICAL else 0
            height = self._body.height_for(width)
            self.place(self._body, left, y, width, height, whole)
            y += height
        return y

    def _place_play_buttons(self, left: int, y: int, whole: int) -> int:
        """Set the glyphs below the text's beginning; several recordings stand beside each other."""
        if not self._play_buttons:
            return y
        x = left - _PLAY_INSET
        for button in self._play_buttons:
            hint = button.sizeHint()
            self.place(button, x, y + 2, hint.width(), hint.height(), whole)
            x += hint.width()
        return y + 2 + self._play_buttons[0].sizeHint().height() - 4

    def _note_lines(self) -> str:
        """Return what the person should know of how the pictures were read."""
        several = len(self._thumbnails) > 1
        lines = []
        for picture in self._message.pictures:
            for note in picture.notes:
                text = phrase_text(note)
                lines.append(f"{picture.name}: {text}" if several else text)
        return "\n".join(lines)

    def _opener(self, index: int) -> Callable[[], None]:
        return lambda: self.pictureActivated.emit(self._message.pictures, index)


def _row_width(buttons: Sequence[QAbstractButton]) -> int:
    return sum(button.sizeHint().width() for button in buttons)
