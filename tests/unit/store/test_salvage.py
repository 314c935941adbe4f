"""A damaged database is set aside, and what can be read of it is there again."""

from __future__ import annotations

import logging
import random
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from mmdesk.core.conversations import EntryStatus, Run
from mmdesk.core.errors import StoreMended, StoreRestored, StoreUnwritable
from mmdesk.core.messages import user_message
from mmdesk.core.requests import GenerationSettings
from mmdesk.store.sqlite import SqliteStore
from tests.unit.store.filling import fill, write_answer

PAGE = 4096
SHORT, LONG = Run(GenerationSettings(), (1,)), Run(GenerationSettings(), (1, 2))
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
    conversation, _ = fill(store, 8, "b" * 900)
    store.keep_draft(conversation, user_message("d" * 900))
    store.keep_draft(None, user_message("e" * 900))
    store.back_up()
    conversation, _ = fill(store, 8, "c" * 900)
    store.keep_draft(conversation, user_message("f" * 900))
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
    for name in (
        "rows",
        "messages",
        "drafts",
        "fields",
    ):  # each field that can't be understood is logged
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
            drafts = drafts_of(store)
        finally:
            store.close()
        assert messages >= 32
        assert len(drafts) >= 2
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


def drafts_of(store: SqliteStore) -> dict[str, str]:
    """Return the texts of all drafts by their conversation's title, "" for a new one."""
    found = {each.title: store.conversation(each.id).draft for each in store.conversations()}
    return {name: draft.text for name, draft in {**found, "": store.draft()}.items() if draft}


@pytest.fixture
def drafted(tmp_path: Path) -> Path:
    """Drafts in a backup, of which one was changed, one sent, and one added since."""
    store = opened(tmp_path)
    sent, changed, later = (fill(store, 2, name * 3)[0] for name in "abc")
    store.keep_draft(sent, user_message("sent"))
    store.keep_draft(changed, user_message("before"))
    store.keep_draft(None, user_message("new"))
    store.back_up()
    store.keep_draft(sent, None)
    store.keep_draft(changed, user_message("after"))
    store.keep_draft(later, user_message("later"))
    store.close()
    return tmp_path


NOW = {"bbb 0": "after", "ccc 0": "later", "": "new"}


def damage(folder: Path, *statements: str) -> None:
    """Change the database, and cut a conversation from its messages so that it is mended."""
    with sqlite3.connect(folder / "c.sqlite3") as connection:
        for statement in statements:
            assert connection.execute(statement).rowcount > 0
        connection.execute("UPDATE message SET parent_id = 'lost' WHERE parent_id IS NOT NULL")
    connection.close()


def mended_drafts(folder: Path) -> dict[str, str]:
    store = opened(folder)
    try:
        assert store.mended
        return drafts_of(store)
    finally:
        store.close()


@pytest.mark.logs("damaged")
def test_drafts_are_those_of_the_damaged_database(drafted: Path) -> None:
    damage(drafted)
    assert mended_drafts(drafted) == NOW


@pytest.mark.logs("damaged")
def test_a_garbled_draft_does_not_replace_the_backup_s(drafted: Path) -> None:
    damage(drafted, "UPDATE draft SET text = 'aft\ufffdr' WHERE text = 'after'")
    assert mended_drafts(drafted) == {**NOW, "bbb 0": "before"}


@pytest.mark.logs("damaged")
def test_drafts_that_can_not_be_read_are_the_backup_s(drafted: Path) -> None:
    with sqlite3.connect(drafted / "c.sqlite3") as connection:
        (root,) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'draft'"
        ).fetchone()
    connection.close()
    data = bytearray((drafted / "c.sqlite3").read_bytes())
    data[(root - 1) * PAGE : root * PAGE] = bytes(PAGE)
    (drafted / "c.sqlite3").write_bytes(data)
    assert mended_drafts(drafted) == {"aaa 0": "sent", "bbb 0": "before", "": "new"}


@pytest.mark.logs("damaged")
def test_a_draft_brings_its_conversation_back(drafted: Path) -> None:
    for backup in (drafted / "backups").iterdir():
        backup.unlink()
    with sqlite3.connect(drafted / "c.sqlite3") as connection:
        for table in ("part", "message", "conversation"):
            connection.execute(f"DELETE FROM {table}")
        connection.execute("UPDATE draft SET conversation_id = X'FF' WHERE text = 'after'")
    connection.close()
    store = opened(drafted)
    assert [each.title for each in store.conversations()] == ["…", "…"]
    texts = {store.conversation(each.id).draft for each in store.conversations()}
    assert texts == {user_message("after"), user_message("later")}
    assert store.draft() == user_message("new")
    store.close()
    again = opened(drafted)
    assert again.mended is None
    again.close()


@pytest.mark.logs("damaged")
@pytest.mark.parametrize(
    ("change", "text", "run"),
    [
        ("UPDATE part SET text = 'longer' WHERE text = 'longer'", "longer", LONG),
        ("UPDATE part SET text = 'long\ufffdr' WHERE text = 'longer'", "short", None),
        ("DELETE FROM part WHERE text = 'longer'", "short", None),
        ("UPDATE message SET notes = '\ufffd' WHERE run IS NOT NULL", "longer", None),
    ],
)
def test_how_an_answer_was_computed_stays_with_its_text(
    tmp_path: Path, change: str, text: str, run: Run | None
) -> None:
    store = opened(tmp_path)
    conversation, (answer,) = fill(store, 1)
    write_answer(store, answer, "short", EntryStatus.STOPPED, run=SHORT)
    store.back_up()
    write_answer(store, answer, "longer", EntryStatus.FINISHED, run=LONG)
    store.close()
    damage(tmp_path, change)
    store = opened(tmp_path)
    entry = store.conversation(conversation).entries[-1]
    store.close()
    assert (entry.message.text, entry.run) == (text, run)


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
