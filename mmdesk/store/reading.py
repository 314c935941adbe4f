"""Reads one conversation: the shown path, and what belongs to it alone."""

from __future__ import annotations

import logging
import math
import sqlite3
from collections.abc import Container

from mmdesk.core.conversations import Conversation, ConversationSettings, Entry, ReadingPlace
from mmdesk.core.errors import ConversationMissing
from mmdesk.store.attachments import AttachmentFolder
from mmdesk.store.drafts import read_draft
from mmdesk.store.fields import read_generation, shown
from mmdesk.store.messages import all_versions, read_messages, read_parts, shown_path
from mmdesk.store.rows import read_entry
from mmdesk.store.summaries import read_summary

_log = logging.getLogger(__name__)


def read_conversation(
    connection: sqlite3.Connection, attachments: AttachmentFolder, conversation: str
) -> Conversation:
    """Return the shown path. A message that can't be read completely has what can be.

    Raises:
        ConversationMissing: there is none with that id.
        sqlite3.Error: the messages can't be read.
    """
    row = read_row(connection, conversation)
    messages = read_messages(connection, conversation)
    path = shown_path(messages, row["leaf_id"])
    parts = read_parts(connection, attachments, [message["id"] for message in path])
    versions = all_versions(messages)
    entries: list[Entry] = []
    for message in path:
        previous = entries[-1].message.role if entries else None
        beside = versions[message["parent_id"], message["role"]]
        entries.append(read_entry(message, parts.get(message["id"], ()), previous, beside))
    draft = read_draft(connection, attachments, conversation)
    return Conversation(
        read_summary(row, set() if draft is None else {row["id"]}),
        tuple(entries),
        read_settings(row),
        draft,
        _place(row, {entry.id for entry in entries}),
    )


def read_row(connection: sqlite3.Connection, conversation: str) -> sqlite3.Row:
    """Return a conversation's row.

    Raises:
        ConversationMissing: there is none with that id.
        sqlite3.Error: it can't be read.
    """
    row: sqlite3.Row | None = connection.execute(
        "SELECT * FROM conversation WHERE id = ?", (conversation,)
    ).fetchone()
    if row is None:
        raise ConversationMissing(id=conversation)
    return row


def read_settings(row: sqlite3.Row) -> ConversationSettings:
    """Return what holds for a conversation alone, from its row."""
    prompt = row["system_prompt"]
    if prompt is not None and not isinstance(prompt, str):
        _log.warning("the system prompt of %s is damaged", row["id"])
        prompt = None
    return ConversationSettings(prompt or "", read_generation(row["generation"]))


def _place(row: sqlite3.Row, entries: Container[str]) -> ReadingPlace | None:
    """Return what was read last, None where that isn't shown."""
    message, offset = row["scroll_message"], row["scroll_offset"]
    if message is None or message not in entries:
        return None
    if not isinstance(offset, int | float) or not 0 <= offset < 1:
        _log.warning("the place in %s is damaged: %s", row["id"], shown(offset))
        offset = 0.0
    return ReadingPlace(message, float(offset))


def place_row(place: ReadingPlace | None) -> dict[str, object]:
    """Return the columns of what was read last."""
    if place is None:
        return {"scroll_message": None, "scroll_offset": None}
    inside = place.offset if math.isfinite(place.offset) else 0.0
    offset = min(max(inside, 0.0), math.nextafter(1, 0))
    return {"scroll_message": place.message, "scroll_offset": offset}


def shown_path_ids(connection: sqlite3.Connection, conversation: str) -> list[str]:
    """Return the ids of the messages that are shown. Raises ``sqlite3.Error``."""
    row = read_row(connection, conversation)
    messages = read_messages(connection, conversation, "number, id, parent_id")
    return [message["id"] for message in shown_path(messages, row["leaf_id"])]
