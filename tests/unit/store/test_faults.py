"""What single faults of a database cost: found by ``mmdesk bench durability``, kept here."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from mmdesk.store.sqlite import SqliteStore
from tests.unit.store.conftest import OpenStore
from tests.unit.store.filling import editing, fill

_PAGE = 4096
_TABLE_LEAF = 0x0D
TURNS = 40


@pytest.fixture
def backups(tmp_path: Path) -> Path:
    return tmp_path / "backups"


def texts(store: SqliteStore) -> dict[str, str]:
    return {
        entry.id: entry.message.text
        for summary in store.conversations()
        for entry in store.conversation(summary.id).entries
    }


@pytest.fixture
def filled(open_store: OpenStore) -> dict[str, str]:
    """Return the texts by id of a store that is closed and has no backup."""
    store = open_store()
    fill(store, TURNS, "q" * 300)
    before = texts(store)
    store.close()
    return before


def pages(database: Path, kind: int) -> list[int]:
    """Return where the pages of a kind begin."""
    data = database.read_bytes()
    return [start for start in range(_PAGE, len(data), _PAGE) if data[start] == kind]


@pytest.mark.logs("is damaged")
def test_rows_right_behind_an_unreadable_page_are_read(
    filled: dict[str, str], open_store: OpenStore, database: Path
) -> None:
    data = database.read_bytes()
    leaves = [
        start
        for start in pages(database, _TABLE_LEAF)
        if data.count(b"assistant", start, start + _PAGE) > 5  # of the messages' table
    ]
    assert len(leaves) > 2
    lost = {key for key in filled if key.encode() in data[leaves[1] : leaves[1] + _PAGE]}
    broken = bytearray(data)
    broken[leaves[1] : leaves[1] + _PAGE] = bytes(_PAGE)
    database.write_bytes(broken)
    store = open_store()
    assert store.mended
    kept = {message for message in filled if message in texts(store)}
    # A message's own page has its parent's id too, which is perhaps in the page before.
    assert len(kept) >= TURNS * 2 - len(lost)
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        rows = {row[0] for row in connection.execute("SELECT id FROM message")}
    assert rows >= set(filled) - lost


def rename_column(database: Path, old: str, new: str) -> None:
    """Rename a column where the schema is written, as a flipped bit does."""
    data = database.read_bytes()
    assert len(old) == len(new)
    place = data.index(f"        {old} ".encode(), data.index(b"CREATE TABLE message"))
    data = data[:place] + f"        {new} ".encode() + data[place + len(old) + 9 :]
    database.write_bytes(data)


@pytest.mark.logs("is damaged")
@pytest.mark.parametrize(("old", "new"), [("number", "nUmber"), ("role", "rolf"), ("id", "hd")])
def test_a_renamed_column_costs_nothing(
    filled: dict[str, str], open_store: OpenStore, database: Path, old: str, new: str
) -> None:
    rename_column(database, old, new)
    store = open_store()
    assert store.mended
    assert texts(store) == filled


@pytest.mark.logs("made anew")
@pytest.mark.logs("refers to nothing")
def test_a_message_whose_id_has_changed_comes_back_from_the_backup(
    filled: dict[str, str], open_store: OpenStore, database: Path
) -> None:
    """Its parts and the index still name the old id."""
    store = open_store()
    store.back_up()
    store.close()
    data = bytearray(database.read_bytes())
    victim = list(filled)[7]
    for start in pages(database, _TABLE_LEAF):
        place = data.find(b"%s" % victim.encode(), start, start + _PAGE)
        if place >= 0:  # the first: a child that names its parent is behind it, or in front
            break
    row = data.rfind(victim.encode(), start, start + _PAGE)
    data[row] ^= 1
    database.write_bytes(data)
    store = open_store()
    assert store.mended
    after = texts(store)
    assert all(after.get(key) == text for key, text in filled.items())


@pytest.mark.logs("is damaged")
def test_a_message_whose_conversation_is_no_text_is_found(
    filled: dict[str, str], open_store: OpenStore, database: Path
) -> None:
    victim = list(filled)[5]
    with editing(database) as connection:
        connection.execute("UPDATE message SET conversation_id = X'FF00' WHERE id = ?", (victim,))
    store = open_store()
    assert store.mended
    assert texts(store) == filled


@pytest.mark.logs("is damaged")
@pytest.mark.parametrize("garble", [lambda text: "\0" * len(text), lambda text: text + "\ufffd"])
def test_a_garbled_text_does_not_replace_the_backup_s(
    filled: dict[str, str],
    open_store: OpenStore,
    database: Path,
    garble: Callable[[str], str],
) -> None:
    store = open_store()
    store.back_up()
    store.close()
    victim = list(filled)[3]
    with editing(database) as connection:
        connection.execute(
            "UPDATE part SET text = ? WHERE message_id = ?", (garble(filled[victim]), victim)
        )
        connection.execute("DELETE FROM conversation")  # that it is damaged is seen by this
    store = open_store()
    assert store.mended
    assert texts(store)[victim] == filled[victim]
