"""Fills stores, and changes or makes their files behind their back."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mmdesk.core.conversations import Entry, EntryStatus
from mmdesk.core.errors import StoreError
from mmdesk.core.messages import assistant_message, user_message
from mmdesk.core.protocols import ConversationStore
from mmdesk.store.schema import MIGRATIONS
from mmdesk.store.search import add_functions
from mmdesk.store.sqlite import SqliteStore

PICTURE = "ab" * 32
"""The hash of the picture in a database of :func:`write_released`."""


def fill(store: SqliteStore, turns: int = 3, text: str = "q") -> tuple[str, list[str]]:
    """Keep some turns; return the conversation and the answers' ids."""
    conversation = parent = None
    answers = []
    for number in range(turns):
        turn = store.begin_turn(
            user_message(f"{text} {number}"), conversation=conversation, parent=parent, model="m"
        )
        write_answer(store, turn.answer, f"a {number}", EntryStatus.FINISHED)
        conversation, parent = turn.conversation, turn.answer
        answers.append(turn.answer)
    assert conversation is not None
    return conversation, answers


def write_answer(
    store: ConversationStore, answer: str, text: str, status: EntryStatus, **state: Any
) -> None:
    """Replace an answer's text and state; ``state`` has more fields of :class:`Entry`."""
    store.write_answer(Entry(answer, assistant_message(text), status, **state))


@contextlib.contextmanager
def editing(database: Path) -> Iterator[sqlite3.Connection]:
    """Change a closed database behind the store's back."""
    connection = sqlite3.connect(database)
    with connection:
        yield connection
    connection.close()


def refusal(database: Path) -> StoreError:
    with pytest.raises(StoreError) as caught:
        SqliteStore(database, database.parent / "attachments")
    assert str(database) in caught.value.message + caught.value.hint
    return caught.value


def write_released(database: Path, version: int) -> None:
    """Write a conversation as an mmdesk of an older schema kept it."""
    database.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as connection:
        add_functions(connection)
        for statements in MIGRATIONS[:version]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {version}")
        connection.execute(
            "INSERT INTO conversation (id, title, created_us, updated_us, leaf_id)"
            " VALUES ('c', '图 look', 1, 2, 'a')"
        )
        connection.executemany(
            "INSERT INTO message (number, id, conversation_id, parent_id, role, status, model,"
            " created_us) VALUES (?, ?, 'c', ?, ?, ?, 'starter', 1)",
            [
                (1, "q", None, "user", "finished"),
                (2, "b", "q", "assistant", "stopped"),
                (3, "a", "q", "assistant", "streaming"),
            ],
        )
        connection.executemany(
            "INSERT INTO part (message_id, ordinal, kind, text, sha256, name, width, height, notes)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                ("q", 0, "image", None, PICTURE, "图 1.png", 40, 30, "[]"),
                ("q", 1, "text", "look 两个", None, None, None, None, None),
                ("b", 0, "text", "a blue", None, None, None, None, None),
                ("a", 0, "text", "a red cir", None, None, None, None, None),
            ],
        )
        if version >= 3:
            connection.execute("UPDATE conversation SET model = 'starter', has_left = 1")
        if version >= 4:
            connection.execute("UPDATE conversation SET named = 1, pinned = 1, folder = 'Reisen'")
            connection.execute(MIGRATIONS[3][-1])  # its index has what is there now
