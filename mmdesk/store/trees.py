"""Whole conversations, all versions included, out of the database and into it."""

from __future__ import annotations

import sqlite3
import uuid
from dataclasses import replace

from mmdesk.core.conversations import ConversationTree, Entry, EntryStatus, Node
from mmdesk.core.messages import well_formed
from mmdesk.store.attachments import AttachmentFolder
from mmdesk.store.fields import run_row
from mmdesk.store.messages import read_messages, read_parts
from mmdesk.store.reading import read_row, read_settings
from mmdesk.store.rows import answer_row, clean_title, insert_parts, read_entry
from mmdesk.store.search import index_message
from mmdesk.store.turns import settings_row


def read_tree(
    connection: sqlite3.Connection, attachments: AttachmentFolder, conversation: str
) -> ConversationTree:
    """Return a conversation with all versions; what can't be read of a message is left out.

    The message written before stands in for a parent that is lost, and the last one for the leaf.

    Raises:
        ConversationMissing: there is none with that id.
        sqlite3.Error: the messages can't be read.
    """
    row = read_row(connection, conversation)
    messages = read_messages(connection, conversation)
    parts = read_parts(connection, attachments, [message["id"] for message in messages])
    nodes: dict[str, Node] = {}
    latest: Node | None = None
    for message in messages:
        previous = latest.entry if latest else None
        role = previous.message.role if previous else None
        entry = read_entry(message, parts.get(message["id"], ()), role)
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
        settings=read_settings(row),
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
    _insert(
        connection,
        "conversation",
        {
            "id": tree.id,
            "title": clean_title(tree.title),
            "created_us": tree.created_us,
            "updated_us": tree.updated_us,
            "leaf_id": names[tree.leaf] if tree.leaf is not None else None,
            "model": well_formed(tree.model) if tree.model else None,
            "has_left": int(tree.leaves),
            "named": int(tree.named),
            "pinned": int(tree.pinned),
            "folder": clean_title(tree.folder) if tree.folder.strip() else None,
            **settings_row(tree.settings),
        },
    )
    for node in tree.nodes:
        parent = names[node.parent] if node.parent is not None else None
        _insert_node(connection, tree.id, names[node.entry.id], parent, node)


def _insert_node(
    connection: sqlite3.Connection, conversation: str, name: str, parent: str | None, node: Node
) -> None:
    entry = _resting(node.entry)
    row = {
        "id": name,
        "conversation_id": conversation,
        "parent_id": parent,
        "role": entry.message.role.value,
        "created_us": node.created_us,
        **answer_row(entry),
        **run_row(entry.run),
    }
    _insert(connection, "message", row)
    insert_parts(connection, name, entry.message)
    index_message(connection, name)


def _insert(connection: sqlite3.Connection, table: str, row: dict[str, object]) -> None:
    marks = ", ".join(f":{column}" for column in row)
    connection.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", row)


def _resting(entry: Entry) -> Entry:
    """Return an entry that nobody has to bring to an end."""
    streams = entry.status is EntryStatus.STREAMING
    return replace(entry, status=EntryStatus.INTERRUPTED) if streams else entry


def _is_taken(connection: sqlite3.Connection, message: str) -> bool:
    found = connection.execute("SELECT 1 FROM message WHERE id = ?", (message,))
    return found.fetchone() is not None


def _micros(value: object) -> int:
    return value if isinstance(value, int) else 0
