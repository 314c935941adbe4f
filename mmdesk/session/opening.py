"""Another conversation is shown: a new one, a kept one, one of its messages or versions."""

from __future__ import annotations

from dataclasses import replace

from mmdesk.core.errors import MmdeskError, StoreUnwritable
from mmdesk.core.events import (
    ConversationLoaded,
    ConversationOpened,
    ConversationSettingsChanged,
    DraftShown,
    Event,
    StoreFailed,
)
from mmdesk.core.models import STARTER, ModelKey
from mmdesk.core.protocols import ConversationStore, EventSink
from mmdesk.session.drafts import Drafts
from mmdesk.session.keeping import AnswerKeeper
from mmdesk.session.replays import Replays
from mmdesk.session.shown import ShownConversation
from mmdesk.session.store_thread import StoreThread
from mmdesk.session.turns import Turns


class Opening:
    """Changes which conversation is shown, with all that belongs to it.

    ``ConversationOpened``, ``ModelChosen``, ``ConversationSettingsChanged`` and ``DraftShown``
    follow each other then.

    Attributes:
        default_model: Who answers new conversations.
    """

    def __init__(
        self,
        shown: ShownConversation,
        turns: Turns,
        drafts: Drafts,
        answers: AnswerKeeper,
        replays: Replays,
        store: StoreThread,
        emit: EventSink,
    ) -> None:
        self._shown = shown
        self._turns = turns
        self._drafts = drafts
        self._answers = answers
        self._replays = replays
        self._store = store
        self._emit = emit
        self.default_model: ModelKey = STARTER

    def new(self) -> None:
        """Show an empty conversation; it is kept from its first question on."""
        for event in self._new():
            self._emit(event)

    def open(self, conversation: str) -> None:
        """Show a kept conversation, once the store has read it."""
        self._shown.wanted = conversation
        self._store.put(
            lambda store: self._emit(ConversationLoaded(store.conversation(conversation))),
            self._failed,
        )

    def give_up(self, conversation: str) -> None:
        """Don't show a conversation that is still being read."""
        if conversation == self._shown.wanted:
            self._shown.wanted = self._shown.id

    def again(self) -> None:
        """Show the shown conversation as the store has it, unless another is being opened."""
        shown = self._shown
        if shown.id is None and shown.wanted is None:
            shown.entries = []
            for event in (ConversationOpened(None), *self._what_follows()):
                self._emit(event)
        elif shown.id is not None and shown.wanted == shown.id:
            self.open(shown.id)

    def open_message(self, conversation: str, message: str, *, found: bool) -> None:
        """Show a kept conversation at one of its messages, of an earlier version perhaps.

        While it is being answered, it stays at that answer, which no other version leads to.
        """
        answered = self._turns.of(conversation) is not None

        def load(store: ConversationStore) -> None:
            refusal = None
            try:
                if not answered:
                    store.show(conversation, message)
            except StoreUnwritable as error:  # a full disk: most messages are shown already
                refusal = error
            loaded = store.conversation(conversation)
            if refusal is not None and all(entry.id != message for entry in loaded.entries):
                raise refusal
            self._emit(ConversationLoaded(loaded, message, found))

        self._shown.wanted = conversation
        self._store.put(load, self._failed)

    def loaded(self, event: ConversationLoaded) -> tuple[Event, ...]:
        """Show what the store has read, if it still is what is wanted."""
        loaded, shown = event.conversation, self._shown
        conversation = loaded.summary.id
        if conversation != shown.wanted:
            return ()
        if conversation != shown.id:
            self._replays.stop()
        live = self._turns.of(conversation)
        entries = list(live.path) if live else self._answers.newest(loaded.entries)
        shown.show(loaded, entries, live.id if live else None, self.default_model)
        self._drafts.open(loaded)
        turn, text = (live.id, live.text) if live else (None, "")
        whole = replace(loaded, entries=tuple(entries))
        opened = ConversationOpened(whole, turn, text, event.message, event.found)
        return (opened, *self._what_follows())

    def restored(self) -> tuple[Event, ...]:
        """Another database has come into the place of all conversations."""
        self._answers.forget()
        self._drafts.forget()
        return self._new()

    def _new(self) -> tuple[Event, ...]:
        self._replays.stop()
        self._shown.show_new(self.default_model)
        self._drafts.open(None)
        return (ConversationOpened(None), *self._what_follows())

    def _what_follows(self) -> tuple[Event, ...]:
        shown = self._shown
        settings = ConversationSettingsChanged(shown.settings)
        return shown.chosen, settings, DraftShown(self._drafts.text)

    def _failed(self, error: MmdeskError) -> None:
        self._emit(StoreFailed(error))
