"""Answers on their way to the disk, and those that the disk doesn't have yet."""

from __future__ import annotations

from collections.abc import Iterable

from mmdesk.core.conversations import Entry, EntryStatus
from mmdesk.core.errors import MmdeskError
from mmdesk.core.events import AnswerKept, StoreFailed
from mmdesk.core.messages import assistant_message
from mmdesk.core.protocols import ConversationStore, EventSink
from mmdesk.session.store_thread import StoreThread
from mmdesk.session.turn import Turn


class AnswerKeeper:
    """Writes answers, while they stream and once they are settled.

    A settled answer is held here until the store acknowledges it: it is shown from memory until
    then. Where nothing can be written, the store thread tries again by itself.
    """

    def __init__(self, store: StoreThread, emit: EventSink) -> None:
        self._store = store
        self._emit = emit
        self._unkept: dict[str, Entry] = {}
        self._told: set[str] = set()
        """Answers whose failure was told; used on the store thread only."""

    def save_streamed(self, turn: Turn) -> None:
        """Write what a turn has streamed so far."""
        assert turn.saved is not None
        text = assistant_message(turn.text)
        self._write(Entry(turn.saved.answer, text, EntryStatus.STREAMING, model=turn.model))

    def save_settled(self, answer: Entry) -> None:
        """Write an answer's last state; hold it until :meth:`kept`."""
        self._unkept[answer.id] = answer
        self._write(answer)

    def kept(self, event: AnswerKept) -> None:
        """Let go of an answer that is on disk."""
        self._unkept.pop(event.answer, None)

    def newest(self, entries: Iterable[Entry]) -> list[Entry]:
        """Return entries as the store read them, with what it doesn't have yet."""
        return [self._unkept.get(entry.id, entry) for entry in entries]

    def forget(self) -> None:
        """Let go of all: another database has come into the place of the conversations'."""
        self._unkept.clear()

    def close(self) -> None:
        """Write once more what was refused."""
        for answer in self._unkept.values():
            self._write(answer)

    def _write(self, answer: Entry) -> None:
        def write(store: ConversationStore) -> None:
            store.write_answer(answer)
            self._told.discard(answer.id)
            if answer.status is not EntryStatus.STREAMING:
                self._emit(AnswerKept(answer.id))

        def failed(error: MmdeskError) -> None:
            # Several writes a second fail in the same way: once is enough.
            if answer.id not in self._told:
                self._told.add(answer.id)
                self._emit(StoreFailed(error))

        self._store.put(write, failed, keep=f"answer {answer.id}", apart=True)
