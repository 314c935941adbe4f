"""How the composer is laid out, and how it shares the window's height."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from mmdesk.ui.attachment_strip import AttachmentStrip
from mmdesk.ui.composer_voice import ComposerVoice
from mmdesk.ui.controls import IconButton, plain_label
from mmdesk.ui.editing_bar import EditingBar
from mmdesk.ui.error_shelf import ErrorShelf
from mmdesk.ui.notices import ErrorStack
from mmdesk.ui.question_input import QuestionInput

if TYPE_CHECKING:
    from mmdesk.session.voice import VoiceSession

_CARDS = 12
_MARGIN = 11
_SPACING = 6
_ELSEWHERE = 270
"""Px of the window's height for its header, some lines of chat, margins and status line."""


class ComposerFrame(QFrame):
    """The composer's parts, each above the question only while there is need for it."""

    def __init__(self, voice: VoiceSession) -> None:
        super().__init__()
        self.setObjectName("composerFrame")
        self._window_height = 800
        self.errors = ErrorStack("composerErrors", _CARDS)
        self.errors.changed.connect(self._fit)
        self._shelf = ErrorShelf(self.errors)
        self.strip = AttachmentStrip()
        self._notes = plain_label("attachmentNotes", wrap=True)
        self._notes.hide()
        self._hint = plain_label("composerHint", wrap=True)
        self._hint.hide()
        self._editing = EditingBar()
        self.input = QuestionInput()
        self.voice = ComposerVoice(voice, self.input, self.errors)
        self.attach = IconButton("attachButton", "plus")
        self.send = IconButton("sendButton", "arrow-up", role="on_accent")
        self.stop = IconButton("stopButton", "stop", role="on_accent")
        self.stop.hide()
        self._lay_out()

    def limit_height(self, window_height: int) -> None:
        """Leave room for the chat in a low window."""
        self._window_height = window_height
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Errors wrap anew."""
        super().resizeEvent(event)
        self._fit()

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        bottom = Qt.AlignmentFlag.AlignBottom
        row.addWidget(self.attach, 0, bottom)
        middle = QVBoxLayout()
        middle.setContentsMargins(0, 6, 0, 6)
        middle.addWidget(self.input)
        row.addLayout(middle, 1)
        buttons = (self.voice.mic, self.voice.hands_free, self.send, self.stop)
        for button in buttons:
            row.addWidget(button, 0, bottom)
        column = QVBoxLayout(self)
        column.setContentsMargins(_MARGIN, 9, _MARGIN, 9)
        column.setSpacing(_SPACING)
        for part in self._parts():
            column.addWidget(part)
        column.addLayout(row)
        column.addWidget(self._hint)
        for before, after in pairwise((self.input, self.attach, *buttons)):
            self.setTabOrder(before, after)

    def _parts(self) -> tuple[QWidget, ...]:
        voice = self.voice
        return voice.bar, self._editing, self._shelf, self.strip, self._notes, voice.strip

    def _fit(self) -> None:
        """Share the window's height: the question gets what errors and pictures leave."""
        spare = self._window_height - _ELSEWHERE
        width = max(1, self.width() - 2 * _MARGIN)
        self._shelf.fit(width, spare // 3)
        for part in self._parts():
            if not part.isHidden():
                fixed = part in (self._shelf, self.strip)
                tall = part.height() if fixed else part.sizeHint().height()
                spare -= tall + _SPACING
        self.input.limit_lines(spare // max(1, self.input.fontMetrics().lineSpacing()))

    def _say(self, text: str) -> None:
        self._hint.setText(text)
        self._hint.setVisible(bool(text))

    def _show_stop(self, busy: bool) -> None:
        if busy == self.stop.isVisibleTo(self):
            return
        leaving = self.send if busy else self.stop
        had_focus = leaving.hasFocus()
        self.send.setVisible(not busy)
        self.stop.setVisible(busy)
        if had_focus:
            self.input.setFocus()
