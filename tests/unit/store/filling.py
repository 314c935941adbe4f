"""Fills stores, and changes their files behind their back."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from mmdesk.core.conversations import EntryStatus
from mmdesk.core.errors import StoreError
from mmdesk.core.messages import user_message
from mmdesk.store.sqlite import SqliteStore


def fill(store: SqliteStore, turns: int = 3, text: str = "q") -> tuple[str, list[str]]:
    """Keep some turns; return the conversation and the answers' ids."""
    conversation = parent = None
    answers = []
    for number in range(turns):
        turn = store.begin_turn(
            user_message(f"{text} {number}"), conversation=conversation, parent=parent, model="m"
        )
        store.write_answer(turn.answer, f"a {number}", EntryStatus.FINISHED)
        conversation, parent = turn.conversation, turn.answer
        answers.append(turn.answer)
    assert conversation is not None
    return conversation, answers


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
