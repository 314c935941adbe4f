"""Reads conversations: the list, and the shown path through one."""

from __future__ import annotations

import logging
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime

from mmdesk.core.conversations import Conversation, ConversationSummary, Entry, Hit
from mmdesk.core.errors import ConversationMissing
from mmdesk.core.messages import Part
from mmdesk.core.models import leaves_computer
from mmdesk.store.attachments import AttachmentFolder
from mmdesk.store.rows import read_entry, read_part
from mmdesk.store.search import excerpt_of, match_expression

_log = logging.getLogger(__name__)
_SUMMARY = "SELECT * FROM conversation"


def read_summaries(
    connection: sqlite3.Connection, *, binned: bool = False
) -> tuple[ConversationSummary, ...]:
    """Return the conversations, or those in the bin, the latest first. Raises ``sqlite3.Error``."""
    where = "binned_us IS NOT NULL" if binned else "binned_us IS NULL"
    rows = connection.execute(
        f"{_SUMMARY} WHERE {where} ORDER BY updated_us DESC, number DESC"
    ).fetchall()
    return tuple(_summary(row) for row in rows)


def read_hits(connection: sqlite3.Connection, query: str, limit: int) -> tuple[Hit, ...]:
    """Return the messages that have the words of ``query``, the latest first.

    Raises:
        sqlite3.Error: the index can't be read.
    """
    expression = match_expression(query)
    if not expression:
        return ()
    rows = connection.execute(
        "SELECT conversation.*, message.id AS message_id FROM search"
        " JOIN message ON message.number = search.rowid"
        " JOIN conversation ON conversation.id = message.conversation_id"
        " WHERE search MATCH ? AND binned_us IS NULL ORDER BY search.rowid DESC LIMIT ?",
        (expression, limit),
    ).fetchall()
    return tuple(
        Hit(_summary(row), row["message_id"], _excerpt(connection, row["message_id"], query))
        for row in rows
    )


def _excerpt(connection: sqlite3.Connection, message: str, query: str) -> str:
    rows = connection.execute(
        "SELECT coalesce(text, name, '') AS text FROM part WHERE message_id = ? ORDER BY ordinal",
        (message,),
    ).fetchall()
    return excerpt_of(" ".join(str(row["text"]) for row in rows), query)


def read_conversation(
    connection: sqlite3.Connection, attachments: AttachmentFolder, conversation: str
) -> Conversation:
    """Return the shown path. A message that can't be read completely has what can be.

    Raises:
        ConversationMissing: there is none with that id.
        sqlite3.Error: the messages can't be read.
    """
    row: sqlite3.Row | None = connection.execute(
        f"{_SUMMARY} WHERE id = ?", (conversation,)
    ).fetchone()
    if row is None:
        raise ConversationMissing(id=conversation)
    entries: list[Entry] = []
    for message in _shown_path(connection, row):
        previous = entries[-1].message.role if entries else None
        parts = read_parts(connection, attachments, message["id"])
        entry = read_entry(message, parts, previous)
        entries.append(replace(entry, versions=versions_of(connection, message["id"])))
    return Conversation(_summary(row), tuple(entries))


def versions_of(connection: sqlite3.Connection, message: str) -> tuple[str, ...]:
    """Return the ids of all versions of a message, in the order of writing; () for a single one.

    Versions stand below the same message, or all at the root of a conversation.
    """
    rows = connection.execute(
        "SELECT version.id FROM message JOIN message AS version"
        " ON version.conversation_id = message.conversation_id"
        " AND version.parent_id IS message.parent_id AND version.role = message.role"
        " WHERE message.id = ? ORDER BY version.number",
        (message,),
    ).fetchall()
    return tuple(row["id"] for row in rows) if len(rows) > 1 else ()


def shown_path_ids(connection: sqlite3.Connection, conversation: str) -> list[str]:
    """Return the ids of the messages that are shown. Raises ``sqlite3.Error``."""
    row = connection.execute(f"{_SUMMARY} WHERE id = ?", (conversation,)).fetchone()
    return [message["id"] for message in _shown_path(connection, row)]


def latest_below(connection: sqlite3.Connection, message: str) -> str:
    """Return the leaf to which the latest message below ``message`` leads, at each step."""
    while True:
        child = connection.execute(
            "SELECT id FROM message WHERE parent_id = ? ORDER BY number DESC LIMIT 1", (message,)
        ).fetchone()
        if child is None:
            return message
        message = child["id"]


def _summary(row: sqlite3.Row) -> ConversationSummary:
    micros = row["updated_us"] if isinstance(row["updated_us"], int) else 0
    try:
        updated = datetime.fromtimestamp(micros / 1e6, UTC)
    except (ValueError, OverflowError, OSError):
        updated = datetime.fromtimestamp(0, UTC)
    model = row["model"] if isinstance(row["model"], str) and row["model"] else None
    leaves = bool(row["has_left"]) or (model is not None and leaves_computer(model))
    return ConversationSummary(
        id=str(row["id"]),
        title=str(row["title"]),
        updated=updated,
        model=model,
        leaves=leaves,
        pinned=bool(row["pinned"]),
        folder=row["folder"] if isinstance(row["folder"], str) else "",
    )


def _shown_path(connection: sqlite3.Connection, conversation: sqlite3.Row) -> list[sqlite3.Row]:
    """Return the rows from the root to the shown leaf (to the latest if that is lost).

    The row written before stands in for a parent that is lost.
    """
    rows = connection.execute(
        "SELECT * FROM message WHERE conversation_id = ? ORDER BY number", (conversation["id"],)
    ).fetchall()
    places = {row["id"]: place for place, row in enumerate(rows)}
    place = places.get(conversation["leaf_id"], len(rows) - 1)
    path: list[sqlite3.Row] = []
    while place >= 0:
        path.append(rows[place])
        parent = rows[place]["parent_id"]
        if parent is None:
            break
        # A parent was written before its children: whatever the rows say, this comes to an end.
        place = min(places.get(parent, place - 1), place - 1)
    return path[::-1]


def read_parts(
    connection: sqlite3.Connection, attachments: AttachmentFolder, message: str
) -> tuple[Part, ...]:
    """Return the parts of a message, without those that can't be read."""
    try:
        rows = connection.execute(
            "SELECT * FROM part WHERE message_id = ? ORDER BY ordinal", (message,)
        ).fetchall()
    except sqlite3.DatabaseError:  # a damaged page: the other messages may be whole
        _log.warning("the parts of message %s are damaged", message, exc_info=True)
        return ()
    parts = (read_part(row, attachments) for row in rows)
    return tuple(part for part in parts if part is not None)
