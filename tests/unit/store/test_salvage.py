"""A damaged database is set aside, and what can be read of it is there again."""

from __future__ import annotations

import logging
import random
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from mmdesk.core.errors import StoreMended, StoreRestored, StoreUnwritable
from mmdesk.store.sqlite import SqliteStore
from tests.unit.store.filling import fill

PAGE = 4096
DAMAGES = 150
Damage = Callable[[bytearray, random.Random], bytes]


def flipped(data: bytearray, chance: random.Random) -> bytes:
    for _ in range(chance.randint(1, 40)):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(data)


def truncated(data: bytearray, chance: random.Random) -> bytes:
    return bytes(data[: chance.randrange(len(data))])


def zeroed(data: bytearray, chance: random.Random) -> bytes:
    for _ in range(chance.randint(1, 6)):
        page = chance.randrange(len(data) // PAGE)
        data[page * PAGE : (page + 1) * PAGE] = bytes(PAGE)
    return bytes(data)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two conversations in a backup, and a third one that came later."""
    store = opened(tmp_path)
    fill(store, 8, "a" * 900)
    fill(store, 8, "b" * 900)
    store.back_up()
    fill(store, 8, "c" * 900)
    store.close()
    return tmp_path


def opened(folder: Path) -> SqliteStore:
    return SqliteStore(folder / "c.sqlite3", folder / "attachments", folder / "backups")


def readable(store: SqliteStore) -> int:
    """Return the number of messages that can be opened."""
    return sum(len(store.conversation(each.id).entries) for each in store.conversations())


@pytest.mark.logs("damaged|made anew")
@pytest.mark.parametrize("damage", [flipped, truncated, zeroed])
def test_every_damaged_database_opens_with_no_less_than_the_backup(
    folder: Path, damage: Damage, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("rows", "reading"):  # each field that can't be understood is logged
        monkeypatch.setattr(logging.getLogger(f"mmdesk.store.{name}"), "disabled", True)
    whole = (folder / "c.sqlite3").read_bytes()
    chance = random.Random(damage.__name__)
    saved_more = 0
    for _ in range(DAMAGES // 3):
        broken = damage(bytearray(whole), chance)
        (folder / "c.sqlite3").write_bytes(broken)
        store = opened(folder)
        try:
            messages = readable(store)
        finally:
            store.close()
        assert messages >= 32
        if store.mended is not None:
            assert Path(str(store.mended.fields["path"])).read_bytes() == broken
            again = opened(folder)
            again.close()
            assert again.mended is None
        saved_more += messages > 32
    assert saved_more > 0  # not the backup alone


@pytest.mark.logs("damaged")
def test_without_a_backup_what_can_be_read_is_there(folder: Path) -> None:
    for backup in (folder / "backups").iterdir():
        backup.unlink()
    data = bytearray((folder / "c.sqlite3").read_bytes())
    data[10 * PAGE : 11 * PAGE] = bytes(PAGE)
    (folder / "c.sqlite3").write_bytes(data)
    store = opened(folder)
    assert isinstance(store.mended, StoreMended)
    assert readable(store) > 0
    store.close()
    again = opened(folder)
    assert again.mended is None
    again.close()


@pytest.mark.logs("damaged")
def test_a_damaged_backup_is_passed_over(folder: Path) -> None:
    (newest,) = (folder / "backups").iterdir()
    newest.write_bytes(b"\0" * 5000)
    (folder / "c.sqlite3").write_bytes(b"no database" * 1000)
    store = opened(folder)
    assert store.mended
    assert store.mended.fields["messages"] == 0
    assert store.conversations() == ()
    store.close()


def test_a_database_that_is_gone_is_no_new_one(folder: Path) -> None:
    (folder / "c.sqlite3").unlink()
    (folder / "c.sqlite3-journal").write_bytes(b"of the one that is gone")
    store = opened(folder)
    assert isinstance(store.mended, StoreRestored)
    assert readable(store) == 32
    store.close()
    again = opened(folder)
    assert again.mended is None
    again.close()


@pytest.mark.logs("damaged too")
def test_a_database_that_is_gone_with_its_backup_is_a_new_one(folder: Path) -> None:
    (folder / "c.sqlite3").unlink()
    for backup in (folder / "backups").iterdir():
        backup.write_bytes(b"no database" * 1000)
    store = opened(folder)
    assert store.mended is None
    assert store.conversations() == ()
    store.close()


def test_an_emptied_database_is_no_new_one(folder: Path) -> None:
    (folder / "c.sqlite3").write_bytes(b"")
    store = opened(folder)
    assert store.mended
    assert readable(store) == 32
    store.close()


@pytest.mark.logs("damaged")
def test_messages_without_their_conversation_are_found(folder: Path) -> None:
    for backup in (folder / "backups").iterdir():
        backup.unlink()
    with sqlite3.connect(folder / "c.sqlite3") as connection:
        connection.execute("DELETE FROM conversation")
    store = opened(folder)
    assert store.mended
    assert len(store.conversations()) == 3
    assert readable(store) == 48
    store.close()


@pytest.mark.logs("indexes are made anew")
def test_a_damaged_index_is_made_anew(folder: Path) -> None:
    for backup in (folder / "backups").iterdir():
        backup.unlink()
    with sqlite3.connect(folder / "c.sqlite3") as connection:
        (root,) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'message_conversation'"
        ).fetchone()
        (conversation,) = connection.execute("SELECT id FROM conversation").fetchone()
    data = bytearray((folder / "c.sqlite3").read_bytes())
    place = data.index(conversation.encode(), (root - 1) * PAGE)
    data[place : place + 4] = b"zzzz"
    (folder / "c.sqlite3").write_bytes(data)
    store = opened(folder)
    assert store.mended is None
    assert readable(store) == 48
    store.close()


@pytest.mark.logs("damaged")
def test_mending_that_fails_is_begun_again(folder: Path) -> None:
    """A disk that was full must not leave the bare backup behind, as if that were all."""
    data = bytearray((folder / "c.sqlite3").read_bytes())
    data[6 * PAGE : 7 * PAGE] = bytes(PAGE)
    (folder / "c.sqlite3").write_bytes(data)
    obstacle = folder / "salvage.part"
    obstacle.mkdir()
    with pytest.raises(StoreUnwritable):
        opened(folder)
    assert (folder / "c.sqlite3").read_bytes() == data
    obstacle.rmdir()
    (folder / "c.sqlite3.new").write_bytes(b"cut off")
    store = opened(folder)
    assert store.mended
    assert readable(store) > 32  # more than the backup has
    store.close()
    assert not (folder / "c.sqlite3.new").exists()
