"""Reads the list of conversations, and what a search finds in them."""

from __future__ import annotations

import sqlite3
from collections.abc import Container
from datetime import UTC, datetime
from functools import lru_cache

from mmdesk.core.conversations import ConversationSummary, Hit
from mmdesk.core.models import leaves_computer
from mmdesk.store.drafts import drafted
from mmdesk.store.search import excerpt_of, match_expression

_COLUMNS = ", ".join(
    f"conversation.{column}"
    for column in ("id", "title", "updated_us", "model", "has_left", "pinned", "folder")
)

# Thousands of conversations have a few models.
_leaves = lru_cache(maxsize=256)(leaves_computer)


def read_summaries(
    connection: sqlite3.Connection, *, binned: bool = False
) -> tuple[ConversationSummary, ...]:
    """Return the conversations, or those in the bin, the latest first. Raises ``sqlite3.Error``."""
    where = "binned_us IS NOT NULL" if binned else "binned_us IS NULL"
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM conversation WHERE {where} ORDER BY updated_us DESC, number DESC"
    ).fetchall()
    drafts = drafted(connection)
    return tuple(read_summary(row, drafts) for row in rows)


def read_hits(connection: sqlite3.Connection, query: str, limit: int) -> tuple[Hit, ...]:
    """Return the messages that have the words of ``query``, the latest first.

    Raises:
        sqlite3.Error: the index can't be read.
    """
    expression = match_expression(query)
    if not expression:
        return ()
    rows = connection.execute(
        f"SELECT {_COLUMNS}, message.id AS message_id FROM search"
        " JOIN message ON message.number = search.rowid"
        " JOIN conversation ON conversation.id = message.conversation_id"
        " WHERE search MATCH ? AND binned_us IS NULL ORDER BY search.rowid DESC LIMIT ?",
        (expression, limit),
    ).fetchall()
    drafts = drafted(connection)
    return tuple(
        Hit(read_summary(row, drafts), row["message_id"], _excerpt(connection, row, query))
        for row in rows
    )


def _excerpt(connection: sqlite3.Connection, hit: sqlite3.Row, query: str) -> str:
    rows = connection.execute(
        "SELECT coalesce(text, name, '') AS text FROM part WHERE message_id = ? ORDER BY ordinal",
        (hit["message_id"],),
    ).fetchall()
    return excerpt_of(" ".join(str(row["text"]) for row in rows), query)


def read_summary(row: sqlite3.Row, drafts: Container[str]) -> ConversationSummary:
    """Return a line of the list from a conversation's row, and from which have a draft."""
    micros = row["updated_us"] if isinstance(row["updated_us"], int) else 0
    try:
        updated = datetime.fromtimestamp(micros / 1e6, UTC)
    except (ValueError, OverflowError, OSError):
        updated = datetime.fromtimestamp(0, UTC)
    model = row["model"] if isinstance(row["model"], str) and row["model"] else None
    return ConversationSummary(
        id=str(row["id"]),
        title=str(row["title"]),
        updated=updated,
        model=model,
        leaves=bool(row["has_left"]) or (model is not None and _leaves(model)),
        pinned=bool(row["pinned"]),
        folder=row["folder"] if isinstance(row["folder"], str) else "",
        drafted=row["id"] in drafts,
    )
