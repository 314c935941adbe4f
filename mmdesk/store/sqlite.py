"""Conversations in one sqlite file, through one connection, on one thread."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from mmdesk.core.conversations import (
    BIN_DAYS,
    Conversation,
    ConversationSummary,
    ConversationTree,
    EntryStatus,
    Failure,
    Hit,
    SavedTurn,
    StopReason,
    Usage,
)
from mmdesk.core.errors import ConversationMissing, StoreMended, StoreRestored, StoreUnwritable
from mmdesk.core.messages import AudioPart, Message, Part, Role, TextPart, well_formed
from mmdesk.core.models import ModelKey, leaves_computer
from mmdesk.core.phrases import Phrase
from mmdesk.store.attachments import AttachmentFolder
from mmdesk.store.backups import BackupFolder
from mmdesk.store.collecting import collect_files, empty_bin
from mmdesk.store.failures import DatabaseDamaged, plain_failures
from mmdesk.store.lock import InstanceLock
from mmdesk.store.opening import open_database, reindex
from mmdesk.store.reading import (
    latest_below,
    read_conversation,
    read_hits,
    read_summaries,
    shown_path_ids,
    versions_of,
)
from mmdesk.store.rows import (
    INSERT_PART,
    clean_title,
    failure_json,
    notes_json,
    part_row,
    title_of,
    usage_row,
)
from mmdesk.store.salvage import was_set_aside_since
from mmdesk.store.search import index_message
from mmdesk.store.trees import has_conversation, insert_tree, read_tree

_log = logging.getLogger(__name__)


class SqliteStore:
    """Implements :class:`~mmdesk.core.protocols.ConversationStore`.

    Use it on the thread that made it: sqlite3 itself refuses any other.

    Attributes:
        mended: What to tell of a database that was damaged or gone, and replaced while opening.
    """

    def __init__(
        self, path: Path | Literal[":memory:"], attachments: Path, backups: Path | None = None
    ) -> None:
        """Open the database, making, migrating or mending it, and mark answers a crash cut off.

        Args:
            path: The database; its folder is made. ``":memory:"`` keeps nothing.
            attachments: The folder for the pictures and recordings of messages.
            backups: The folder for copies of the database; None makes none.

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
                self._connection, self.mended = open_database(path, self._backups)
            except BaseException:
                self._release()
                raise

    def conversations(self) -> tuple[ConversationSummary, ...]:
        """Return all conversations, the latest first."""
        with plain_failures(self._shown, reading=True):
            return read_summaries(self._connection)

    def conversation(self, conversation_id: str) -> Conversation:
        """Return the shown path; pictures and recordings point into the attachment folder.

        A message that can't be read completely is there with what can be.
        """
        with plain_failures(self._shown, reading=True):
            return read_conversation(self._connection, self._attachments, conversation_id)

    def begin_turn(
        self, question: Message, *, conversation: str | None, parent: str | None, model: ModelKey
    ) -> SavedTurn:
        """Keep a question below ``parent`` (an entry's id) and an empty answer below it.

        None as ``parent`` begins a new path from the conversation's root. When this returns,
        messages, pictures and recordings are on disk, and the conversation is ``model``'s. A
        recording whose file is gone (a person may switch the keeping of them off at any time) is
        left out.
        """
        question = self._keep_attachments(question)
        with self._transaction():
            now = self._now()
            if conversation is None:
                conversation = self._add_conversation(title_of(question), now)
            elif parent is None:
                self._retitle(conversation, title_of(question))
            else:
                self._require_message(parent, conversation)
            asked = self._add_message(conversation, parent, question, EntryStatus.FINISHED, now)
            index_message(self._connection, asked)
            answer = self._add_answer(conversation, asked, model, now)
            return self._saved(conversation, asked, answer)

    def begin_answer(self, conversation: str, question: str, *, model: ModelKey) -> SavedTurn:
        """Add another, empty answer below a kept question; it becomes the shown one."""
        with self._transaction():
            self._require_message(question, conversation)
            answer = self._add_answer(conversation, question, model, self._now())
            return self._saved(conversation, question, answer)

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
        with self._transaction():
            self._change(conversation, **columns)

    def show(self, conversation: str, message: str) -> None:
        """Have the shown path lead through a message, and on to what came last below it."""
        with self._transaction():
            self._require_message(message, conversation)
            if message in shown_path_ids(self._connection, conversation):
                return
            leaf = latest_below(self._connection, message)
            self._change(conversation, leaf_id=leaf)

    def write_answer(
        self,
        answer: str,
        text: str,
        status: EntryStatus,
        *,
        stop_reason: StopReason | None = None,
        usage: Usage | None = None,
        failure: Failure | None = None,
        model: str = "",
        notes: tuple[Phrase, ...] = (),
    ) -> None:
        """Replace an answer's text and state; an empty ``model`` keeps the name it has."""
        state = {
            "id": answer,
            "status": status.value,
            "stop_reason": stop_reason.value if stop_reason else None,
            "failure": failure_json(failure),
            "model": well_formed(model),
            "notes": notes_json(notes) if notes else None,
            **usage_row(usage),
        }
        with self._transaction():
            written = self._connection.execute(
                "UPDATE message SET status = :status, stop_reason = :stop_reason,"
                " failure = :failure, model = coalesce(nullif(:model, ''), model), notes = :notes,"
                " prompt_tokens = :prompt_tokens, completion_tokens = :completion_tokens,"
                " ttft_ms = :ttft_ms, tokens_per_second = :tokens_per_second"
                " WHERE id = :id AND role = 'assistant'",
                state,
            )
            if not written.rowcount:
                raise ConversationMissing(id=answer)
            self._connection.execute(
                "INSERT INTO part (message_id, ordinal, kind, text) VALUES (?, 0, 'text', ?)"
                " ON CONFLICT (message_id, ordinal) DO UPDATE SET text = excluded.text",
                (answer, well_formed(text)),
            )
            if status is not EntryStatus.STREAMING:
                index_message(self._connection, answer)

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
            for message in (node.entry.message for node in tree.nodes):
                for picture in filter(lambda each: each.path.exists(), message.pictures):
                    self._attachments.keep(picture)
                for recording in filter(lambda each: each.path.exists(), message.recordings):
                    self._attachments.keep_recording(recording)
        with self._transaction():
            insert_tree(self._connection, tree)

    def back_up(self) -> None:
        """Once a day: copy what has changed, empty the bin, remove what nobody refers to."""
        now = datetime.now(UTC)
        if self._backups is None or not self._backups.due(now):
            return
        with plain_failures(self._shown):
            try:
                self._backups.back_up(self._connection, now)
            except DatabaseDamaged as error:
                _log.warning("the indexes are made anew: %s", error)
                reindex(self._connection)
                self._backups.back_up(self._connection, now)
        with self._transaction():
            empty_bin(self._connection, time.time_ns() // 1000)
        with plain_failures(self._shown):
            if was_set_aside_since(self._shown, time.time() - BIN_DAYS * 86_400):
                return  # what could not be read of that may refer to any file
            copies = [backup.path for backup in self._backups.backups()]
            collect_files(self._connection, self._attachments.folder, copies)

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
    def _transaction(self) -> Iterator[None]:
        """Commit at the end of the block, or leave everything as it was."""
        with plain_failures(self._shown):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def _keep_attachments(self, message: Message) -> Message:
        """Keep the files; return the message without the recordings that are gone."""
        with plain_failures(self._shown):
            for picture in message.pictures:
                try:
                    self._attachments.keep(picture)
                except FileNotFoundError as error:
                    reason = f"its picture “{picture.name}” is no longer there"
                    raise StoreUnwritable(path=str(picture.path), reason=reason) from error
            return replace(message, parts=tuple(filter(self._keep_sound, message.parts)))

    def _keep_sound(self, part: Part) -> bool:
        """Keep the file of a part that is a recording; return False if there is none."""
        if isinstance(part, AudioPart):
            try:
                self._attachments.keep_recording(part.recording)
            except FileNotFoundError:
                if part.recording.path.exists():  # then it was another file
                    raise
                _log.info("the recording of a question is gone: kept without it")
                return False
        return True

    def _saved(self, conversation: str, question: str, answer: str) -> SavedTurn:
        versions = (versions_of(self._connection, each) for each in (question, answer))
        return SavedTurn(conversation, question, answer, *versions)

    def _now(self) -> int:
        """Return microseconds since 1970, later than every conversation even if a clock isn't."""
        row = self._connection.execute("SELECT max(updated_us) FROM conversation").fetchone()
        latest = row[0] if isinstance(row[0], int) else 0
        return max(time.time_ns() // 1000, latest + 1)

    def _add_conversation(self, title: str, now: int) -> str:
        conversation = uuid.uuid4().hex
        self._connection.execute(
            "INSERT INTO conversation (id, title, created_us, updated_us) VALUES (?, ?, ?, ?)",
            (conversation, title, now, now),
        )
        return conversation

    def _retitle(self, conversation: str, title: str) -> None:
        """Take another title, unless the person gave it one."""
        self._change(conversation)
        self._connection.execute(
            "UPDATE conversation SET title = ? WHERE id = ? AND NOT named", (title, conversation)
        )

    def _change(self, conversation: str, **columns: object) -> None:
        """Write columns of a conversation."""
        assignments = ", ".join(f"{name} = :{name}" for name in ("id", *columns))
        changed = self._connection.execute(
            f"UPDATE conversation SET {assignments} WHERE id = :id",
            {"id": conversation, **columns},
        )
        if not changed.rowcount:
            raise ConversationMissing(id=conversation)

    def _require_message(self, message: str, conversation: str) -> None:
        found = self._connection.execute(
            "SELECT 1 FROM message WHERE id = ? AND conversation_id = ?", (message, conversation)
        ).fetchone()
        if found is None:
            raise ConversationMissing(id=conversation)

    def _add_answer(self, conversation: str, question: str, model: ModelKey, now: int) -> str:
        empty = Message(Role.ASSISTANT, (TextPart(""),))
        answer = self._add_message(
            conversation, question, empty, EntryStatus.STREAMING, now, model=model
        )
        self._change(conversation, leaf_id=answer, updated_us=now, model=well_formed(model))
        if leaves_computer(model):
            self._change(conversation, has_left=1)
        return answer

    def _add_message(
        self,
        conversation: str,
        parent: str | None,
        message: Message,
        status: EntryStatus,
        now: int,
        *,
        model: str = "",
    ) -> str:
        identity = uuid.uuid4().hex
        self._connection.execute(
            "INSERT INTO message (id, conversation_id, parent_id, role, status, model, created_us)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                identity,
                conversation,
                parent,
                message.role.value,
                status.value,
                well_formed(model),
                now,
            ),
        )
        self._connection.executemany(
            INSERT_PART,
            [
                {"message_id": identity, "ordinal": ordinal, **part_row(part)}
                for ordinal, part in enumerate(message.parts)
            ],
        )
        return identity
