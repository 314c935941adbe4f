"""The chat column above the composer: notices, the empty state, and the messages."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from mmdesk.core.conversations import Entry, EntryStatus
from mmdesk.core.events import (
    ConversationOpened,
    Event,
    PlaybackChanged,
    ReplayFinished,
    ReplayProgressed,
    TranscriptReady,
    TurnAdded,
)
from mmdesk.core.messages import Role
from mmdesk.ui.chat.pane import ChatPane
from mmdesk.ui.find_bar import FindBar
from mmdesk.ui.first_start import FirstStart
from mmdesk.ui.notices import ErrorStack, NewsNotice, Notice, StarterNotice, StarterVoiceNotice
from mmdesk.ui.shown_turns import ShownTurns
from mmdesk.ui.style import SCROLL_BAR

COLUMN = 760
"""Px, at most, of what is read and written."""
MARGIN = 28
"""Px left and right of it."""
_CARDS = 3
_NOTICE_MARGIN = 16


class _Said(Enum):
    """Whether the notice on voices was shown."""

    NOT_YET = auto()
    NOW = auto()
    BEFORE = auto()


class ChatPage(QWidget):
    """Shows the events of the shown conversation's turns; others are ignored."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("chatPage")
        self.pane = ChatPane()
        self.pane.setObjectName("chatPane")
        self.find_bar = FindBar(self.pane)
        self.find_bar.setMaximumWidth(COLUMN)
        self.first_start = FirstStart()
        self.notice = StarterNotice()
        self.voice_notice = StarterVoiceNotice()
        self.voice_notice.dismissed.connect(self._voice_said)
        self.news = NewsNotice()
        self.news.dismissed.connect(self._news_read)
        self.errors = ErrorStack("chatErrors", _CARDS)
        self.errors.setMaximumWidth(COLUMN)
        self._starter = False
        self._starter_speech = False
        self._voice = _Said.NOT_YET
        self._turns = ShownTurns(self.pane)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.first_start)
        self._stack.addWidget(self.pane)
        top = self._top = QVBoxLayout()
        top.setSpacing(8)
        for notice in self._notices:
            top.addWidget(notice, 0, Qt.AlignmentFlag.AlignHCenter)
        # On the edges of the messages, which keep room for their scroll bar.
        side = MARGIN - _NOTICE_MARGIN
        top.addLayout(_centred(self.errors, side, side + SCROLL_BAR))
        self.errors.changed.connect(self._leave_room)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(self._stack, 1)
        column.addLayout(_centred(self.find_bar, MARGIN, MARGIN + SCROLL_BAR))
        self._show_state()

    def use_model(self, name: str, *, starter: bool) -> None:
        """Tell which model answers: its name stands above answers, the notice for the starter."""
        self._turns.model, self._starter = name, starter
        self.first_start.use_starter(starter)
        self._show_state()

    def use_speech_model(self, *, starter: bool) -> None:
        """Tell whether the starter's speech model hears: once, a notice says what it knows."""
        self._starter_speech = starter
        self._show_state()

    def say_news(
        self, sentence: str, link: str = "", act: Callable[[], object] | None = None
    ) -> None:
        """Say what has changed about the models, until the next question or conversation."""
        self.news.say(sentence, link, act)
        self._fit()
        self._show_state()

    def forget_news(self) -> None:
        """Take it back."""
        if self.news.said:
            self.news.dismissed.emit()

    def say_waiting(self, text: str) -> None:
        """Say what turns wait for that have not begun (the model is being loaded)."""
        self._turns.say_waiting(text)

    def handle(self, event: Event) -> None:
        """Show an event, if it is about the shown conversation."""
        if isinstance(event, ConversationOpened):
            self._opened(event)
        elif isinstance(event, PlaybackChanged):
            self.pane.show_playing(event.key)
        elif isinstance(event, ReplayProgressed):
            self.pane.show_replay(event.answer, event.done, event.total)
        elif isinstance(event, ReplayFinished):
            self.pane.show_replay_report(event.answer, event.report, event.error)
        elif isinstance(event, TranscriptReady):
            self._heard()
        elif isinstance(event, TurnAdded):
            self.forget_news()
        self._turns.handle(event)
        self._show_state()
        if isinstance(event, ConversationOpened) and event.message is not None:
            self._go_to(event)

    def retranslate(self) -> None:
        """Set every text anew."""
        self.first_start.retranslate()
        self.find_bar.retranslate()
        for notice in self._notices:
            notice.retranslate()
        self._fit()

    def hasHeightForWidth(self) -> bool:
        """No: what wraps in it must not keep the question from its room (Qt takes it so)."""
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit what is above the messages."""
        super().resizeEvent(event)
        self._fit()

    @property
    def _notices(self) -> tuple[Notice, ...]:
        return (self.notice, self.voice_notice, self.news)

    def _fit(self) -> None:
        for notice in self._notices:
            notice.fit(self.width() - 2 * _NOTICE_MARGIN)
        self.first_start.fit_height(self.height())

    def _opened(self, event: ConversationOpened) -> None:
        self._turns.forget()
        self.errors.clear()
        self._voice_said()
        self.forget_news()
        self.pane.clear()
        if event.conversation is None:
            return
        entries: tuple[Entry, ...] = event.conversation.entries
        if event.turn is not None and entries and _is_streaming(entries[-1]):
            entries = entries[:-1]
        self.pane.show_entries(entries, event.conversation.place)
        if event.turn is not None:
            self._turns.take_up(event.turn, event.text)

    def _go_to(self, event: ConversationOpened) -> None:
        entries = event.conversation.entries if event.conversation else ()
        for index, entry in enumerate(entries):
            if entry.id == event.message:
                self.pane.go_to(index, mark=event.found)

    def _heard(self) -> None:
        if self._starter_speech and self._voice is _Said.NOT_YET:
            self._voice = _Said.NOW

    def _voice_said(self) -> None:
        """Take the notice on voices away; it doesn't come back while the window is open."""
        if self._voice is _Said.NOW:
            self._free_focus(self.voice_notice)
            self._voice = _Said.BEFORE
            self._show_state()

    def _news_read(self) -> None:
        self._free_focus(self.news)
        self._show_state()

    def _free_focus(self, notice: Notice) -> None:
        """Give the focus on before a notice leaves: it would go to the first button around."""
        focused = QApplication.focusWidget()
        if focused is not None and notice.isAncestorOf(focused):
            self.errors.focusFreed.emit()

    def _show_state(self) -> None:
        empty = self.pane.is_empty()
        self._stack.setCurrentWidget(self.first_start if empty else self.pane)
        self.notice.setVisible(self._starter and not empty)
        self.voice_notice.setVisible(self._starter_speech and self._voice is _Said.NOW)
        self.news.setVisible(self.news.said)
        self._leave_room()

    def _leave_room(self) -> None:
        """Keep the messages off what stands above them, and use the room when nothing does."""
        noticed = any(not notice.isHidden() for notice in self._notices)
        shown = noticed or bool(self.errors.cards)
        above, below = (10, 8) if shown else (0, 0)
        self._top.setContentsMargins(_NOTICE_MARGIN, above, _NOTICE_MARGIN, below)


def _centred(widget: QWidget, left: int, right: int) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setContentsMargins(left, 0, right, 0)
    row.addStretch(1)
    row.addWidget(widget, 1000)
    row.addStretch(1)
    return row


def _is_streaming(entry: Entry) -> bool:
    return entry.message.role is Role.ASSISTANT and entry.status is EntryStatus.STREAMING
