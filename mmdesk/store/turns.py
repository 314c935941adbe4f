"""Writes questions and answers.

Each function runs inside a transaction of the caller's and raises ``sqlite3.Error``.
"""

from __future__ import annotations

import sqlite3
import time
import uuid
from collections.abc import Iterable
from dataclasses import replace

from mmdesk.core.conversations import ConversationSettings, Entry, EntryStatus, Run, SavedTurn
from mmdesk.core.errors import ConversationMissing
from mmdesk.core.messages import Message, Role, TextPart, well_formed
from mmdesk.core.models import ModelKey, leaves_computer
from mmdesk.store.drafts import write_draft
from mmdesk.store.fields import generation_json, read_run, run_row
from mmdesk.store.messages import versions_of
from mmdesk.store.rows import answer_row, insert_parts, title_of
from mmdesk.store.search import index_message

_NO_DATE_US = 253_402_300_799_000_000
"""The end of the year 9999: what is later is damaged, and must not make all that follows so."""


def begin_turn(
    connection: sqlite3.Connection,
    question: Message,
    *,
    conversation: str | None,
    parent: str | None,
    model: ModelKey,
    settings: ConversationSettings,
) -> SavedTurn:
    """Add a question, whose files are kept already, and an empty answer; forget the draft."""
    now = _now(connection)
    write_draft(connection, conversation, None)
    if conversation is None:
        conversation = _add_conversation(connection, title_of(question), settings, now)
    elif parent is None:
        _retitle(connection, conversation, title_of(question))
    else:
        require_message(connection, parent, conversation)
    finished = EntryStatus.FINISHED
    asked = _add_message(connection, conversation, parent, question, finished, now)
    index_message(connection, asked)
    answer = _add_answer(connection, conversation, asked, model, now)
    return _saved(connection, conversation, asked, answer)


def begin_answer(
    connection: sqlite3.Connection, conversation: str, question: str, model: ModelKey
) -> SavedTurn:
    """Add an empty answer below a question."""
    require_message(connection, question, conversation)
    answer = _add_answer(connection, conversation, question, model, _now(connection))
    return _saved(connection, conversation, question, answer)


def continue_answer(
    connection: sqlite3.Connection, conversation: str, answer: str, model: ModelKey
) -> SavedTurn:
    """Have an answer stream again, with its text and what is known of how it was computed."""
    row = connection.execute(
        "SELECT parent_id FROM message WHERE id = ? AND conversation_id = ? AND role = ?",
        (answer, conversation, Role.ASSISTANT.value),
    ).fetchone()
    if row is None:
        raise ConversationMissing(id=conversation)
    connection.execute(
        "UPDATE message SET status = ?, stop_reason = NULL, failure = NULL WHERE id = ?",
        (EntryStatus.STREAMING.value, answer),
    )
    _lead_to(connection, conversation, answer, model, _now(connection))
    return _saved(connection, conversation, row["parent_id"] or "", answer)


def write_answer(connection: sqlite3.Connection, answer: Entry) -> None:
    """Replace an answer's text and state; an empty ``model`` keeps the name it has.

    Without a ``run`` it keeps the one it has, as long as the text is that run's: a continued
    answer that is cut off has it no more.

    Raises:
        ConversationMissing: there is no such answer.
    """
    state = answer_row(answer)
    values = {"id": answer.id, "text": well_formed(answer.message.text), **state}
    assignments = ", ".join(
        f"{name} = coalesce(nullif(:{name}, ''), {name})"
        if name == "model"
        else f"{name} = :{name}"
        for name in state
    )
    written = connection.execute(
        f"UPDATE message SET {assignments} WHERE id = :id AND role = 'assistant'", values
    )
    if not written.rowcount:
        raise ConversationMissing(id=answer.id)
    if answer.run is None:
        connection.execute(
            "UPDATE message SET run = NULL, tokens = NULL WHERE id = :id AND run IS NOT NULL"
            " AND :text IS NOT (SELECT text FROM part WHERE message_id = :id AND ordinal = 0)",
            values,
        )
    else:
        _write_run(connection, answer.id, answer.run)
    connection.execute(
        "INSERT INTO part (message_id, ordinal, kind, text) VALUES (:id, 0, 'text', :text)"
        " ON CONFLICT (message_id, ordinal) DO UPDATE SET text = excluded.text",
        values,
    )
    if answer.status is not EntryStatus.STREAMING:
        index_message(connection, answer.id)


def identify(connection: sqlite3.Connection, answers: Iterable[str], sha256: str) -> None:
    """Add a hash of model files to the runs of answers that have none."""
    for answer in answers:
        row = connection.execute(
            "SELECT run, tokens FROM message WHERE id = ? AND run IS NOT NULL", (answer,)
        ).fetchone()
        run = read_run(row["run"], row["tokens"]) if row is not None else None
        if run is not None and not run.sha256:
            _write_run(connection, answer, replace(run, sha256=sha256))


def change(connection: sqlite3.Connection, conversation: str, **columns: object) -> None:
    """Write columns of a conversation.

    Raises:
        ConversationMissing: there is none with that id.
    """
    assignments = ", ".join(f"{name} = :{name}" for name in ("id", *columns))
    changed = connection.execute(
        f"UPDATE conversation SET {assignments} WHERE id = :id", {"id": conversation, **columns}
    )
    if not changed.rowcount:
        raise ConversationMissing(id=conversation)


def settings_row(settings: ConversationSettings) -> dict[str, object]:
    """Return the columns of what holds for a conversation alone."""
    return {
        "system_prompt": well_formed(settings.system_prompt) or None,
        "generation": generation_json(settings.generation),
    }


def require_message(connection: sqlite3.Connection, message: str, conversation: str) -> None:
    """Raise ``ConversationMissing`` unless a message is in a conversation."""
    found = connection.execute(
        "SELECT 1 FROM message WHERE id = ? AND conversation_id = ?", (message, conversation)
    ).fetchone()
    if found is None:
        raise ConversationMissing(id=conversation)


def _saved(
    connection: sqlite3.Connection, conversation: str, question: str, answer: str
) -> SavedTurn:
    versions = (versions_of(connection, each) for each in (question, answer))
    return SavedTurn(conversation, question, answer, *versions)


def _now(connection: sqlite3.Connection) -> int:
    """Return microseconds since 1970, later than every conversation even if a clock isn't."""
    row = connection.execute(
        "SELECT max(updated_us) FROM conversation WHERE updated_us < ?", (_NO_DATE_US,)
    ).fetchone()
    latest = row[0] if isinstance(row[0], int) else 0
    return max(time.time_ns() // 1000, latest + 1)


def _add_conversation(
    connection: sqlite3.Connection, title: str, settings: ConversationSettings, now: int
) -> str:
    conversation = uuid.uuid4().hex
    connection.execute(
        "INSERT INTO conversation (id, title, created_us, updated_us, system_prompt, generation)"
        " VALUES (:id, :title, :now, :now, :system_prompt, :generation)",
        {"id": conversation, "title": title, "now": now, **settings_row(settings)},
    )
    return conversation


def _retitle(connection: sqlite3.Connection, conversation: str, title: str) -> None:
    """Take another title, unless the person gave it one."""
    change(connection, conversation)
    connection.execute(
        "UPDATE conversation SET title = ? WHERE id = ? AND NOT named", (title, conversation)
    )


def _add_answer(
    connection: sqlite3.Connection, conversation: str, question: str, model: ModelKey, now: int
) -> str:
    empty = Message(Role.ASSISTANT, (TextPart(""),))
    streaming = EntryStatus.STREAMING
    answer = _add_message(connection, conversation, question, empty, streaming, now, model=model)
    _lead_to(connection, conversation, answer, model, now)
    return answer


def _lead_to(
    connection: sqlite3.Connection, conversation: str, answer: str, model: ModelKey, now: int
) -> None:
    """Have the shown path end at an answer that a model is about to write."""
    change(connection, conversation, leaf_id=answer, updated_us=now, model=well_formed(model))
    if leaves_computer(model):
        change(connection, conversation, has_left=1)


def _add_message(
    connection: sqlite3.Connection,
    conversation: str,
    parent: str | None,
    message: Message,
    status: EntryStatus,
    now: int,
    *,
    model: str = "",
) -> str:
    identity = uuid.uuid4().hex
    connection.execute(
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
    insert_parts(connection, identity, message)
    return identity


def _write_run(connection: sqlite3.Connection, answer: str, run: Run) -> None:
    connection.execute(
        "UPDATE message SET run = :run, tokens = :tokens WHERE id = :id",
        {"id": answer, **run_row(run)},
    )
