"""Conversations as a whole: opened, named, put into the bin, found, and what is said of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from mmdesk.core.conversations import BIN_DAYS, ConversationSummary
from mmdesk.core.events import (
    BinListed,
    ConversationOpened,
    ConversationsListed,
    DraftShown,
    Event,
    SearchDone,
)
from mmdesk.session.controller import ChatSession
from mmdesk.ui.page_shelf import PageShelf

if TYPE_CHECKING:
    from mmdesk.ui.window_frame import WindowFrame


class ConversationDesk(QObject):
    """Calls the session for what a person does with conversations, and shows what comes of it."""

    leaving = Signal()
    """Another conversation is about to be shown."""

    def __init__(self, frame: WindowFrame, session: ChatSession, pages: PageShelf) -> None:
        super().__init__(frame)
        self._frame, self._session, self._pages = frame, session, pages
        self._say_when_opened: Callable[[], None] | None = None
        sidebar, conversations = frame.sidebar, session.conversations
        sidebar.newChatWanted.connect(self.new_chat)
        sidebar.conversationChosen.connect(self.open)
        sidebar.searchWanted.connect(pages.toggle_search)
        sidebar.menu.renamed.connect(conversations.rename)
        sidebar.menu.pinned.connect(conversations.pin)
        sidebar.menu.moved.connect(conversations.move)
        sidebar.menu.binned.connect(self.bin)
        frame.header.binWanted.connect(pages.toggle_bin)
        pages.binWanted.connect(conversations.list_bin)
        pages.restored.connect(self._take_back)
        pages.searched.connect(conversations.search)
        pages.messageChosen.connect(self._open_message)

    # What a person does

    def new_chat(self) -> None:
        """Show a new, empty conversation."""
        self.leaving.emit()
        self._session.new_conversation()
        # Not with the event: what is typed from now on belongs to the new one.
        self._frame.composer.draft.show(self._session.draft_text)
        self._frame.go_to_chat()

    def open(self, conversation: str) -> None:
        """Show a kept conversation; the one that is shown stays as it is."""
        if conversation != self._session.conversation or self._session.opening:
            self.leaving.emit()
            self._session.open_conversation(conversation)
        self._frame.go_to_chat()

    def bin(self, summary: ConversationSummary) -> None:
        """Put a conversation into the bin, and say how it comes back."""
        conversations = self._session.conversations
        self._session.bin(summary.id)

        def undo() -> None:
            conversations.unbin(summary.id)
            self.open(summary.id)

        def say() -> None:
            said = self.tr("“{title}” is in the bin for {days} days. {link}")
            said = said.replace("{days}", str(BIN_DAYS)).replace("{title}", _short(summary.title))
            self._frame.chat.say_news(said, self.tr("Undo"), undo)

        if summary.id == self._session.conversation:
            self._say_when_opened = say  # opening another one takes news away
            self.new_chat()
        else:
            say()

    # What happens

    def handle(self, event: Event) -> None:
        """Show an event, if it is about conversations as a whole."""
        if isinstance(event, ConversationsListed):
            self._frame.sidebar.show_conversations(event.summaries)
        elif isinstance(event, ConversationOpened):
            self._opened()
        elif isinstance(event, DraftShown):
            self._frame.composer.draft.show(event.text)
        elif isinstance(event, SearchDone):
            self._pages.show_hits(event)
        elif isinstance(event, BinListed):
            self._pages.show_bin(event)
        self._frame.sidebar.mark(self._session.conversation)

    # Inside

    def _opened(self) -> None:
        frame = self._frame
        frame.close_viewer()
        frame.status.show_usage(None)
        frame.composer.show_conversation()
        frame.show_chat()
        if self._say_when_opened is not None:
            self._say_when_opened()
            self._say_when_opened = None

    def _take_back(self, conversation: str) -> None:
        self._session.conversations.unbin(conversation)
        self._session.conversations.list_bin()

    def _open_message(self, conversation: str, message: str) -> None:
        self.leaving.emit()
        self._session.open_message(conversation, message)
        self._frame.go_to_chat()


def _short(title: str, most: int = 40) -> str:
    return title if len(title) <= most else f"{title[: most - 1]}…"
