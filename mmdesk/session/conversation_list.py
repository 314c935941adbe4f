"""ConversationList: what a person does with conversations as a whole."""

from __future__ import annotations

from collections.abc import Callable

from mmdesk.core.conversations import ConversationSettings, ReadingPlace
from mmdesk.core.errors import MmdeskError
from mmdesk.core.events import BinListed, ConversationsListed, SearchDone, StoreFailed
from mmdesk.core.models import ModelKey
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
        self.do(lambda store: store.alter(conversation, title=title), f"title {conversation}")

    def pin(self, conversation: str, pinned: bool) -> None:
        """Have a conversation stand above all others, or no longer."""
        self.do(lambda store: store.alter(conversation, pinned=pinned), f"pin {conversation}")

    def move(self, conversation: str, folder: str) -> None:
        """Put a conversation into a folder; "" takes it out."""
        self.do(lambda store: store.alter(conversation, folder=folder), f"folder {conversation}")

    def rename_folder(self, folder: str, name: str) -> None:
        """Give a folder another name; with one that has it already, it becomes one."""

        def rename(store: ConversationStore) -> None:
            for each in store.conversations():
                if each.folder == folder:
                    store.alter(each.id, folder=name)

        self.do(rename, f"folder name {folder}")

    def use_model(self, conversation: str, model: ModelKey) -> None:
        """Keep who answers a conversation."""
        self.do(lambda store: store.alter(conversation, model=model), f"model {conversation}")

    def use_settings(self, conversation: str, settings: ConversationSettings) -> None:
        """Keep what holds for a conversation alone."""
        self._put(
            lambda store: store.alter(conversation, settings=settings), f"settings {conversation}"
        )

    def keep_place(self, conversation: str, place: ReadingPlace | None) -> None:
        """Keep what is read in a conversation; None is its end."""
        self._put(lambda store: store.keep_place(conversation, place), f"place {conversation}")

    def bin(self, conversation: str) -> None:
        """Put a conversation into the bin."""
        self.do(lambda store: store.alter(conversation, binned=True), f"bin {conversation}")

    def unbin(self, conversation: str) -> None:
        """Take a conversation out of the bin."""
        self.do(lambda store: store.alter(conversation, binned=False), f"bin {conversation}")

    def do(self, change: Callable[[ConversationStore], None], keep: str = "") -> None:
        """Change something in the store and list the conversations.

        Args:
            keep: A name has the change held where nothing can be written; see
                :meth:`StoreThread.put`.
        """

        def changed(store: ConversationStore) -> None:
            change(store)
            self._emit(ConversationsListed(store.conversations()))

        self._put(changed, keep)

    def _put(self, job: Callable[[ConversationStore], None], keep: str = "") -> None:
        self._store.put(job, self._failed, keep)

    def _failed(self, error: MmdeskError) -> None:
        self._emit(StoreFailed(error))
