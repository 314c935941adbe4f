"""ConversationList: what a person does with conversations as a whole."""

from __future__ import annotations

from collections.abc import Callable

from mmdesk.core.errors import MmdeskError
from mmdesk.core.events import BinListed, ConversationsListed, SearchDone, StoreFailed
from mmdesk.core.protocols import ConversationStore, EventSink
from mmdesk.session.store_thread import StoreThread


class ConversationList:
    """Lists, finds, names, pins, files and bins conversations, through the store thread.

    Every change is followed by ``ConversationsListed``, every failure by ``StoreFailed``.
    """

    def __init__(self, store: StoreThread, emit: EventSink) -> None:
        self._store = store
        self._emit = emit
        self._searches = 0

    def list(self) -> None:
        """List the conversations anew: ``ConversationsListed``."""
        self.do(lambda store: None)

    def list_bin(self) -> None:
        """List the bin: ``BinListed``."""
        self._put(lambda store: self._emit(BinListed(store.binned())))

    def search(self, query: str) -> None:
        """Find messages: ``SearchDone``, unless another search is asked for meanwhile."""
        self._searches += 1
        number = self._searches

        def search(store: ConversationStore) -> None:
            if number == self._searches:
                self._emit(SearchDone(query, store.search(query)))

        self._put(search)

    def rename(self, conversation: str, title: str) -> None:
        """Give a conversation another title."""
        self.do(lambda store: store.alter(conversation, title=title))

    def pin(self, conversation: str, pinned: bool) -> None:
        """Have a conversation stand above all others, or no longer."""
        self.do(lambda store: store.alter(conversation, pinned=pinned))

    def move(self, conversation: str, folder: str) -> None:
        """Put a conversation into a folder; "" takes it out."""
        self.do(lambda store: store.alter(conversation, folder=folder))

    def bin(self, conversation: str) -> None:
        """Put a conversation into the bin."""
        self.do(lambda store: store.alter(conversation, binned=True))

    def unbin(self, conversation: str) -> None:
        """Take a conversation out of the bin."""
        self.do(lambda store: store.alter(conversation, binned=False))

    def do(self, change: Callable[[ConversationStore], None]) -> None:
        """Change something in the store and list the conversations."""

        def changed(store: ConversationStore) -> None:
            change(store)
            self._emit(ConversationsListed(store.conversations()))

        self._put(changed)

    def _put(self, job: Callable[[ConversationStore], None]) -> None:
        self._store.put(job, self._failed)

    def _failed(self, error: MmdeskError) -> None:
        self._emit(StoreFailed(error))
