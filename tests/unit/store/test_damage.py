"""A damaged database costs what is damaged, and is never overwritten."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from mmdesk.core.conversations import EntryStatus
from mmdesk.core.errors import StoreDamaged, StoreError
from mmdesk.core.messages import Role, user_message
from mmdesk.store.sqlite import SqliteStore
from tests.unit.store.conftest import MakePicture, OpenStore
from tests.unit.store.filling import editing, fill, refusal, write_answer

_TABLE_LEAF = 0x0D
_LEAF = 0x0A
"""The first byte of a page at the bottom of the table of parts: a B-tree without rowids."""


@pytest.mark.parametrize("content", [b"this is no database at all " * 50, b"\0" * 8192])
def test_no_database(database: Path, content: bytes) -> None:
    database.parent.mkdir(parents=True)
    database.write_bytes(content)
    error = refusal(database)
    assert isinstance(error, StoreDamaged)
    assert database.read_bytes() == content


def test_a_truncated_database_is_said_or_read(
    open_store: OpenStore, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Where the cut leaves the other pages whole, single messages are logged as damaged.
    monkeypatch.setattr(logging.getLogger("mmdesk.store.reading"), "disabled", True)
    conversation, _ = fill(open_store(), 40, "x" * 500)
    open_store().close()
    whole = database.read_bytes()
    refused = 0
    for length in range(1, len(whole), 4096 * 3 + 77):
        database.write_bytes(whole[:length])
        try:
            store = SqliteStore(database, database.parent / "attachments")
        except StoreDamaged:
            refused += 1
            continue
        try:
            store.conversations()
            store.conversation(conversation)
        except StoreError:
            refused += 1
        finally:
            store.close()
    assert refused > 0


@pytest.mark.logs("are damaged")
def test_a_damaged_page_costs_its_messages_only(open_store: OpenStore, database: Path) -> None:
    conversation, _ = fill(open_store(), 30, "x" * 500)
    open_store().close()
    data = bytearray(database.read_bytes())
    pages = {data.index(b"texta %d" % number) // 4096 * 4096 for number in range(10, 30)}
    page = next(page for page in pages if data[page] == _LEAF)
    data[page : page + 100] = b"\xff" * 100
    database.write_bytes(data)
    entries = open_store().conversation(conversation).entries
    assert len(entries) == 60
    whole = [entry for entry in entries if entry.message.parts]
    assert 0 < len(whole) < 60


@pytest.mark.logs("are damaged")
def test_a_damaged_page_of_messages_costs_those_only(open_store: OpenStore, database: Path) -> None:
    conversation, _ = fill(open_store(), 100)
    open_store().close()
    data = bytearray(database.read_bytes())
    leaves = [
        start
        for start in range(0, len(data), 4096)
        if data[start] == _TABLE_LEAF and data.count(b"assistant", start, start + 4096) > 5
    ]
    page = leaves[len(leaves) // 2]
    data[page : page + 100] = b"\xff" * 100
    database.write_bytes(data)
    store = open_store()
    entries = store.conversation(conversation).entries
    assert 150 < len(entries) < 200
    assert all(entry.message.parts for entry in entries)
    assert len(store.tree(conversation).nodes) == len(entries)


NOTED = pytest.mark.logs("damaged|is no ")
DAMAGE = [
    pytest.param("UPDATE message SET role = 'narrator'", id="role", marks=NOTED),
    pytest.param("UPDATE message SET status = X'00FF'", id="status", marks=NOTED),
    pytest.param("UPDATE message SET stop_reason = 'tired'", id="stop reason", marks=NOTED),
    pytest.param("UPDATE message SET prompt_tokens = 'many', ttft_ms = 1", id="usage"),
    pytest.param("UPDATE message SET failure = '{\"kind\": 1'", id="failure", marks=NOTED),
    pytest.param("UPDATE message SET failure = '[]'", id="failure shape", marks=NOTED),
    pytest.param(f"UPDATE message SET failure = '{'[' * 100_000}'", id="deep failure", marks=NOTED),
    pytest.param("UPDATE part SET kind = 'smell'", id="part kind", marks=NOTED),
    pytest.param("UPDATE part SET sha256 = NULL WHERE kind = 'image'", id="no hash", marks=NOTED),
    pytest.param(
        "UPDATE part SET sha256 = '../../../etc/passwd' WHERE kind = 'image'",
        id="escaping hash",
        marks=NOTED,
    ),
    pytest.param(
        "UPDATE part SET width = 'wide', height = NULL, name = 7, notes = 'x'",
        id="size",
        marks=NOTED,
    ),
    pytest.param(
        "UPDATE part SET text = CAST(X'61FF62' AS TEXT) WHERE kind = 'text'", id="bad utf-8"
    ),
    pytest.param("UPDATE part SET text = X'0102'", id="text is a blob", marks=NOTED),
    pytest.param("UPDATE conversation SET updated_us = 9e99", id="time"),
    pytest.param("UPDATE conversation SET updated_us = 'yesterday'", id="text time"),
    pytest.param("UPDATE conversation SET leaf_id = 'gone'", id="leaf"),
    pytest.param(
        "UPDATE message SET parent_id = (SELECT id FROM message ORDER BY number DESC)", id="loop"
    ),
    pytest.param("UPDATE message SET model = X'FF'", id="model"),
    pytest.param("DELETE FROM part", id="no parts"),
]


@pytest.mark.parametrize("statement", DAMAGE)
def test_a_damaged_field_never_locks_a_conversation(
    open_store: OpenStore, database: Path, make_picture: MakePicture, statement: str
) -> None:
    store = open_store()
    turn = store.begin_turn(
        user_message("look", (make_picture(),)), conversation=None, parent=None, model="m"
    )
    write_answer(store, turn.answer, "seen", EntryStatus.FINISHED)
    store.close()
    with editing(database) as connection:
        assert connection.execute(statement).rowcount > 0
    store = open_store()
    assert store.conversations()[0].title == "look"
    entries = store.conversation(turn.conversation).entries
    assert entries
    if len(entries) == 2:
        assert [entry.message.role for entry in entries] == [Role.USER, Role.ASSISTANT]
    for entry in entries:
        for picture in entry.message.pictures:
            assert picture.path.parent.parent == database.parent / "attachments"
    store.begin_turn(
        user_message("go on"), conversation=turn.conversation, parent=turn.answer, model="m"
    )
