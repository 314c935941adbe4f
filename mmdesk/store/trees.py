"""Whole conversations, all versions included, out of the database and into it."""

from __future__ import annotations

import sqlite3
import uuid

from mmdesk.core.conversations import ConversationTree, Entry, EntryStatus, Node
from mmdesk.core.errors import ConversationMissing
from mmdesk.core.messages import well_formed
from mmdesk.store.attachments import AttachmentFolder
from mmdesk.store.reading import read_parts
from mmdesk.store.rows import (
    INSERT_PART,
    clean_title,
    failure_json,
    notes_json,
    part_row,
    read_entry,
    usage_row,
)
from mmdesk.store.search import index_message


def read_tree(
    connection: sqlite3.Connection, attachments: AttachmentFolder, conversation: str
) -> ConversationTree:
    """Return a conversation with all versions; what can't be read of a message is left out.

    The message written before stands in for a parent that is lost, and the last one for the leaf.

    Raises:
        ConversationMissing: there is none with that id.
        sqlite3.Error: the messages can't be read.
    """
    row = connection.execute("SELECT * FROM conversation WHERE id = ?", (conversation,)).fetchone()
    if row is None:
        raise ConversationMissing(id=conversation)
    nodes: dict[str, Node] = {}
    latest: Node | None = None
    for message in connection.execute(
        "SELECT * FROM message WHERE conversation_id = ? ORDER BY number", (conversation,)
    ).fetchall():
        previous = latest.entry if latest else None
        parts = read_parts(connection, attachments, message["id"])
        entry = read_entry(message, parts, previous.message.role if previous else None)
        parent = message["parent_id"]
        if parent is not None and parent not in nodes:
            parent = previous.id if previous else None
        latest = nodes[entry.id] = Node(entry, parent, _micros(message["created_us"]))
    last = latest.entry.id if latest else None
    return ConversationTree(
        id=str(row["id"]),
        title=str(row["title"]),
        created_us=_micros(row["created_us"]),
        updated_us=_micros(row["updated_us"]),
        named=bool(row["named"]),
        model=row["model"] if isinstance(row["model"], str) and row["model"] else None,
        leaves=bool(row["has_left"]),
        pinned=bool(row["pinned"]),
        folder=row["folder"] if isinstance(row["folder"], str) else "",
        leaf=row["leaf_id"] if row["leaf_id"] in nodes else last,
        nodes=tuple(nodes.values()),
    )


def has_conversation(connection: sqlite3.Connection, conversation: str) -> bool:
    """Whether there is such a conversation, perhaps in the bin. Raises ``sqlite3.Error``."""
    found = connection.execute("SELECT 1 FROM conversation WHERE id = ?", (conversation,))
    return found.fetchone() is not None


def insert_tree(connection: sqlite3.Connection, tree: ConversationTree) -> None:
    """Write a conversation that isn't there. Runs inside a transaction of the caller's.

    Where one of its messages' ids is another's, all of them get new ones.

    Raises:
        sqlite3.Error: it can't be written.
    """
    names = {node.entry.id: node.entry.id for node in tree.nodes}
    if any(_is_taken(connection, name) for name in names):
        names = {name: uuid.uuid4().hex for name in names}
    connection.execute(
        "INSERT INTO conversation (id, title, created_us, updated_us, leaf_id, model, has_left,"
        " named, pinned, folder) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            tree.id,
            clean_title(tree.title),
            tree.created_us,
            tree.updated_us,
            names[tree.leaf] if tree.leaf is not None else None,
            well_formed(tree.model) if tree.model else None,
            int(tree.leaves),
            int(tree.named),
            int(tree.pinned),
            clean_title(tree.folder) if tree.folder.strip() else None,
        ),
    )
    for node in tree.nodes:
        parent = names[node.parent] if node.parent is not None else None
        _insert_node(connection, tree.id, names[node.entry.id], parent, node)


def _insert_node(
    connection: sqlite3.Connection, conversation: str, name: str, parent: str | None, node: Node
) -> None:
    entry = node.entry
    row = {
        "id": name,
        "conversation_id": conversation,
        "parent_id": parent,
        "role": entry.message.role.value,
        "status": _resting(entry).value,
        "stop_reason": entry.stop_reason.value if entry.stop_reason else None,
        "model": well_formed(entry.model),
        "created_us": node.created_us,
        "failure": failure_json(entry.failure),
        "notes": notes_json(entry.notes) if entry.notes else None,
        **usage_row(entry.usage),
    }
    marks = ", ".join(f":{column}" for column in row)
    connection.execute(f"INSERT INTO message ({', '.join(row)}) VALUES ({marks})", row)
    parts = [
        {"message_id": name, "ordinal": ordinal, **part_row(part)}
        for ordinal, part in enumerate(entry.message.parts)
    ]
    connection.executemany(INSERT_PART, parts)
    index_message(connection, name)


def _resting(entry: Entry) -> EntryStatus:
    """Return a status that nobody has to bring to an end."""
    streams = entry.status is EntryStatus.STREAMING
    return EntryStatus.INTERRUPTED if streams else entry.status


def _is_taken(connection: sqlite3.Connection, message: str) -> bool:
    found = connection.execute("SELECT 1 FROM message WHERE id = ?", (message,))
    return found.fetchone() is not None


def _micros(value: object) -> int:
    return value if isinstance(value, int) else 0
