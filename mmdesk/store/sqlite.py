"""Conversations in one sqlite file, through one connection, on one thread."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from mmdesk.core.conversations import (
    BIN_DAYS,
    NO_SETTINGS,
    Conversation,
    ConversationSettings,
    ConversationSummary,
    ConversationTree,
    Entry,
    Hit,
    ReadingPlace,
    SavedTurn,
)
from mmdesk.core.errors import ConversationMissing, StoreMended, StoreRestored
from mmdesk.core.messages import Message, well_formed
from mmdesk.core.models import ModelKey
from mmdesk.store import turns
from mmdesk.store.attachments import AttachmentFolder
from mmdesk.store.backups import BackupFolder
from mmdesk.store.collecting import collect_files, empty_bin
from mmdesk.store.drafts import read_draft, write_draft
from mmdesk.store.failures import plain_failures
from mmdesk.store.lock import InstanceLock
from mmdesk.store.messages import latest_below
from mmdesk.store.opening import back_up, cut_off, end_cut_off, open_database
from mmdesk.store.reading import place_row, read_conversation, shown_path_ids
from mmdesk.store.rows import clean_title
from mmdesk.store.salvage import set_aside, was_set_aside_since
from mmdesk.store.summaries import read_hits, read_summaries
from mmdesk.store.trees import has_conversation, insert_tree, read_tree


class SqliteStore:
    """Implements :class:`~mmdesk.core.protocols.ConversationStore`.

    Use it on the thread that made it: sqlite3 itself refuses any other.

    Attributes:
        mended: What to tell of a database that was damaged or gone, and replaced while opening.
    """

    def __init__(
        self,
        path: Path | Literal[":memory:"],
        attachments: Path,
        backups: Path | None = None,
        upgrading: Callable[[], None] = lambda: None,
    ) -> None:
        """Open the database, making, migrating or mending it, and mark answers a crash cut off.

        Args:
            path: The database; its folder is made. ``":memory:"`` keeps nothing.
            attachments: The folder for the pictures and recordings of messages.
            backups: The folder for copies of the database; None makes none.
            upgrading: Called before an older version's database is copied and changed.

        Raises:
            StoreBusy: another mmdesk has it open.
            StoreTooNew, StoreDamaged: it can't be used, and isn't touched.
            StoreNotBackedUp: it is of an older version, which is not changed without a copy.
            StoreUnwritable: it can't be made or written.
        """
        self._shown = str(path)
        self._attachments = AttachmentFolder(attachments)
        self._backups = BackupFolder(backups) if backups else None
        self._lock: InstanceLock | None = None
        self.mended: StoreMended | StoreRestored | None = None
        with plain_failures(self._shown):
            if isinstance(path, Path):
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._lock = InstanceLock(path)
            try:
                self._connection, self.mended = open_database(path, self._backups, upgrading)
                self._cut_off = cut_off(self._connection)  # on a full disk there may be some
            except BaseException:
                self._release()
                raise

    def conversations(self) -> tuple[ConversationSummary, ...]:
        """Return all conversations, the latest first."""
        with plain_failures(self._shown, reading=True):
            return read_summaries(self._connection)

    def conversation(self, conversation_id: str) -> Conversation:
        """Return the shown path, of a damaged message what can be read."""
        with plain_failures(self._shown, reading=True):
            return read_conversation(self._connection, self._attachments, conversation_id)

    def draft(self) -> Message | None:
        """Return the draft of a conversation that isn't there yet."""
        with plain_failures(self._shown, reading=True):
            return read_draft(self._connection, self._attachments, None)

    def keep_draft(self, conversation: str | None, draft: Message | None) -> None:
        """Keep what stands in the composer, and those of its files that are there."""
        with plain_failures(self._shown):
            kept = self._attachments.keep_draft(draft) if draft is not None else None
        with self._transaction() as connection:
            if conversation is not None and not has_conversation(connection, conversation):
                raise ConversationMissing(id=conversation)
            write_draft(connection, conversation, kept)

    def begin_turn(
        self,
        question: Message,
        *,
        conversation: str | None,
        parent: str | None,
        model: ModelKey,
        settings: ConversationSettings = NO_SETTINGS,
    ) -> SavedTurn:
        """Keep a question below ``parent`` (an entry's id) and an empty answer below it.

        None as ``parent`` begins a new path from the conversation's root. When this returns,
        messages, pictures and recordings are on disk, and the conversation is ``model``'s. A
        recording whose file is gone is left out. The draft is forgotten.

        Raises:
            AttachmentLost: a picture's file is gone, or a file isn't what it was.
        """
        with plain_failures(self._shown):
            question = self._attachments.keep_question(question)
        with self._transaction() as connection:
            return turns.begin_turn(
                connection,
                question,
                conversation=conversation,
                parent=parent,
                model=model,
                settings=settings,
            )

    def begin_answer(self, conversation: str, question: str, *, model: ModelKey) -> SavedTurn:
        """Add another, empty answer below a kept question; it becomes the shown one."""
        with self._transaction() as connection:
            return turns.begin_answer(connection, conversation, question, model)

    def continue_answer(self, conversation: str, answer: str, *, model: ModelKey) -> SavedTurn:
        """Have a kept answer stream again, from where it stopped; the shown path ends there."""
        with self._transaction() as connection:
            return turns.continue_answer(connection, conversation, answer, model)

    def binned(self) -> tuple[ConversationSummary, ...]:
        """Return the conversations in the bin, the latest first."""
        with plain_failures(self._shown, reading=True):
            return read_summaries(self._connection, binned=True)

    def search(self, query: str, limit: int = 50) -> tuple[Hit, ...]:
        """Return the messages that have all words of ``query``, the latest first."""
        with plain_failures(self._shown, reading=True):
            return read_hits(self._connection, query, limit)

    def alter(
        self,
        conversation: str,
        *,
        model: ModelKey | None = None,
        title: str | None = None,
        pinned: bool | None = None,
        folder: str | None = None,
        binned: bool | None = None,
        settings: ConversationSettings | None = None,
    ) -> None:
        """Change what is given of a conversation."""
        columns: dict[str, object] = {}
        if model is not None:
            columns["model"] = well_formed(model)
        if title is not None:
            columns |= {"title": clean_title(title), "named": 1}
        if pinned is not None:
            columns["pinned"] = int(pinned)
        if folder is not None:
            columns["folder"] = clean_title(folder) if folder.strip() else None
        if binned is not None:
            columns["binned_us"] = time.time_ns() // 1000 if binned else None
        if settings is not None:
            columns |= turns.settings_row(settings)
        with self._transaction() as connection:
            turns.change(connection, conversation, **columns)

    def keep_place(self, conversation: str, place: ReadingPlace | None) -> None:
        """Remember what was read last; None is the end."""
        with self._transaction() as connection:
            if place is not None:
                turns.require_message(connection, place.message, conversation)
            turns.change(connection, conversation, **place_row(place))

    def show(self, conversation: str, message: str) -> None:
        """Have the shown path lead through a message, and on to what came last below it."""
        with self._transaction() as connection:
            turns.require_message(connection, message, conversation)
            if message in shown_path_ids(connection, conversation):
                return
            turns.change(connection, conversation, leaf_id=latest_below(connection, message))

    def write_answer(self, answer: Entry) -> None:
        """Replace an answer's text and state, by its id; an empty ``model`` keeps the name it has.

        None as ``run`` keeps the one that it has, as long as the text is still that one's.
        """
        with self._transaction() as connection:
            turns.write_answer(connection, answer)

    def identify(self, answers: Collection[str], sha256: str) -> None:
        """Add the SHA-256 of the model's files to runs that were kept without."""
        with self._transaction() as connection:
            turns.identify(connection, answers, sha256)

    def tree(self, conversation: str) -> ConversationTree:
        """Return a conversation with all versions; files point into the attachment folder."""
        with plain_failures(self._shown, reading=True):
            return read_tree(self._connection, self._attachments, conversation)

    def has(self, conversation: str) -> bool:
        """Whether there is a conversation with that id, perhaps in the bin."""
        with plain_failures(self._shown, reading=True):
            return has_conversation(self._connection, conversation)

    def add_tree(self, tree: ConversationTree) -> None:
        """Keep a whole conversation, at once or not at all, with those of its files that exist."""
        with plain_failures(self._shown):
            for node in tree.nodes:
                self._attachments.keep_existing(node.entry.message)
        with self._transaction() as connection:
            insert_tree(connection, tree)

    def back_up(self) -> None:
        """Once a day: copy what has changed, empty the bin, remove what nobody refers to."""
        now = datetime.now(UTC)
        if self._backups is None or not self._backups.due(now):
            return
        with plain_failures(self._shown):
            if self._connection.execute("SELECT 1 FROM conversation LIMIT 1").fetchone():
                back_up(self._connection, self._backups, now)
        with self._transaction() as connection:
            empty_bin(connection, time.time_ns() // 1000)
        with plain_failures(self._shown):
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # where there is a WAL
            if was_set_aside_since(self._shown, time.time() - BIN_DAYS * 86_400):
                return  # what could not be read of that may refer to any file
            kept = [backup.path for backup in self._backups.backups()]
            collect_files(self._connection, self._attachments.folder, kept, set_aside(self._shown))

    def close(self) -> None:
        """Let go of the file; every write is committed already. May be called twice."""
        try:
            with plain_failures(self._shown):
                self._connection.close()
        finally:
            self._release()

    def _release(self) -> None:
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """Commit at the end of the block, or leave everything as it was."""
        with plain_failures(self._shown):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                end_cut_off(self._connection, self._cut_off)
                yield self._connection
                self._connection.execute("COMMIT")
                self._cut_off = ()
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
