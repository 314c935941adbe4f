"""What was destroyed is in no page of the database, nor in what its index keeps of it."""

from __future__ import annotations

import random
import time
from pathlib import Path
from typing import Any

import pytest

from mmdesk.bench.durability.contents import Place, fill, reading
from mmdesk.core.conversations import BIN_DAYS, Entry
from mmdesk.core.messages import assistant_message, user_message
from mmdesk.store.opening import open_database

WORD = "qzcanary7c1e5d90aa"
TAIL = WORD[-10:].encode()
"""The index leaves out what a word shares with the one before."""


def destroyed(place: Place, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """Return the files of a database out of which a conversation was deleted."""
    store = place.open()
    fill(store, random.Random(1), conversations=4, turns=4)
    question = user_message(f"What is {WORD}?")
    saved = store.begin_turn(question, conversation=None, parent=None, model="m")
    for length in range(1, 60):
        entry = Entry(saved.answer, assistant_message(f"{WORD} is one. " * length * 9))
        store.write_answer(entry)
    fill(store, random.Random(2), conversations=4, turns=4)
    store.keep_draft(None, user_message(WORD))
    store.keep_draft(None, None)
    store.alter(saved.conversation, title=f"About {WORD}", folder=WORD)
    assert store.search(WORD)
    store.alter(saved.conversation, binned=True)
    assert TAIL in place.database.read_bytes()
    later = time.time_ns() + (BIN_DAYS + 1) * 86_400 * 10**9
    monkeypatch.setattr(time, "time_ns", lambda: later)
    store.back_up()
    assert len(store.conversations()) == 8
    assert not store.binned()
    store.close()
    files = place.folder.glob(f"{place.database.name}*")
    return b"".join(each.read_bytes() for each in files)


def test_nothing_of_it_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = Place(tmp_path)
    assert TAIL not in destroyed(place, monkeypatch)
    store = place.open()
    assert store.search("bicycle") or store.search("自行车")
    store.close()
    with reading(place.database) as connection:
        connection.execute("INSERT INTO search (search) VALUES ('integrity-check')")


def test_sqlite_would_leave_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or else the test above would show nothing."""
    store = Place(tmp_path).open()
    assert store._connection.execute("PRAGMA secure_delete").fetchone()[0] == 1
    store.close()

    def opened(*arguments: Any) -> Any:
        result = open_database(*arguments)
        result[0].execute("PRAGMA secure_delete = OFF")
        return result

    monkeypatch.setattr("mmdesk.store.sqlite.open_database", opened)
    assert TAIL in destroyed(Place(tmp_path / "other"), monkeypatch)
