"""Reads the messages of a conversation: their tree, the path through it, and their parts.

They are read in a few queries. Where sqlite can't read one of the pages, each row is read by
itself, so that a damaged page costs only what is on it.
"""

from __future__ import annotations

import logging
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from mmdesk.core.messages import Part
from mmdesk.store.attachments import AttachmentFolder
from mmdesk.store.failures import is_unreadable
from mmdesk.store.fields import shown
from mmdesk.store.rows import read_part

_log = logging.getLogger(__name__)
_AT_ONCE = 500
"""Names in one query; sqlite before 3.32 permits 999."""


def read_messages(
    connection: sqlite3.Connection, conversation: str, columns: str = "*"
) -> list[sqlite3.Row]:
    """Return the rows of all messages, in the order of writing, without those it can't read.

    Raises:
        sqlite3.Error: not even which there are can be read.
    """
    try:
        return connection.execute(
            f"SELECT {columns} FROM message WHERE conversation_id = ? ORDER BY number",
            (conversation,),
        ).fetchall()
    except (sqlite3.Error, UnicodeDecodeError) as error:
        if not is_unreadable(error):
            raise
    # An index has these, and no other column is asked for.
    numbers = connection.execute(
        "SELECT number FROM message WHERE conversation_id = ? ORDER BY number", (conversation,)
    ).fetchall()
    query = f"SELECT {columns} FROM message WHERE number = ?"
    return list(_one_by_one(connection, query, [row["number"] for row in numbers]))


def read_parts(
    connection: sqlite3.Connection, attachments: AttachmentFolder, messages: Sequence[str]
) -> dict[str, tuple[Part, ...]]:
    """Return the parts of messages, without those that can't be read.

    Raises:
        sqlite3.Error: the database can't be read at all.
    """
    found: dict[str, list[Part]] = defaultdict(list)
    for row in _part_rows(connection, messages):
        message = row["message_id"]
        part = read_part(row, attachments, message)
        if part is not None:
            found[message].append(part)
    return {message: tuple(parts) for message, parts in found.items()}


def _part_rows(connection: sqlite3.Connection, messages: Sequence[str]) -> Iterator[sqlite3.Row]:
    for start in range(0, len(messages), _AT_ONCE):
        some = messages[start : start + _AT_ONCE]
        marks = ", ".join("?" * len(some))
        try:
            yield from connection.execute(
                f"SELECT * FROM part WHERE message_id IN ({marks}) ORDER BY message_id, ordinal",
                some,
            ).fetchall()
        except (sqlite3.Error, UnicodeDecodeError) as error:
            if not is_unreadable(error):
                raise
            query = "SELECT * FROM part WHERE message_id = ? ORDER BY ordinal"
            yield from _one_by_one(connection, query, some)


def _one_by_one(
    connection: sqlite3.Connection, query: str, keys: Sequence[object]
) -> Iterator[sqlite3.Row]:
    """Yield what a query has for each key, but for those where it can't be read."""
    for key in keys:
        try:
            yield from connection.execute(query, (key,)).fetchall()
        except (sqlite3.Error, UnicodeDecodeError) as error:
            if not is_unreadable(error):
                raise
            _log.warning("message %s or its parts are damaged: %s", shown(key), error)


def shown_path(messages: Sequence[sqlite3.Row], leaf: object) -> list[sqlite3.Row]:
    """Return the rows from the root to the shown leaf (to the latest if that is lost).

    The row written before stands in for a parent that is lost.
    """
    places = {message["id"]: place for place, message in enumerate(messages)}
    place = places.get(leaf, len(messages) - 1)
    path: list[sqlite3.Row] = []
    while place >= 0:
        path.append(messages[place])
        parent = messages[place]["parent_id"]
        if parent is None:
            break
        # A parent was written before its children: whatever the rows say, this comes to an end.
        place = min(places.get(parent, place - 1), place - 1)
    return path[::-1]


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


def all_versions(
    messages: Sequence[sqlite3.Row],
) -> Mapping[tuple[object, object], tuple[str, ...]]:
    """Return :func:`versions_of` all messages of a conversation, by their parent and role."""
    found: dict[tuple[object, object], list[str]] = defaultdict(list)
    for message in messages:
        found[message["parent_id"], message["role"]].append(str(message["id"]))
    return {where: tuple(ids) if len(ids) > 1 else () for where, ids in found.items()}


def latest_below(connection: sqlite3.Connection, message: str) -> str:
    """Return the leaf to which the latest message below ``message`` leads, at each step."""
    while True:
        child = connection.execute(
            "SELECT id FROM message WHERE parent_id = ? ORDER BY number DESC LIMIT 1", (message,)
        ).fetchone()
        if child is None:
            return message
        message = child["id"]
