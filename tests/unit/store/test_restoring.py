"""A backup in the place of the database."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mmdesk.core.errors import BackupDamaged, BackupMissing, StoreBusy, StoreDamaged, StoreTooNew
from mmdesk.core.messages import user_message
from mmdesk.store.backups import BackupFolder
from mmdesk.store.restoring import find_backup, list_backups, restore
from mmdesk.store.salvage import was_set_aside_since
from tests.unit.store.conftest import OpenStore
from tests.unit.store.filling import fill


@pytest.fixture
def backups(tmp_path: Path) -> Path:
    return tmp_path / "data" / "backups"


@pytest.fixture
def backup(open_store: OpenStore, backups: Path, database: Path) -> Path:
    """Keep a conversation, back it up, and keep another that no backup has."""
    store = open_store()
    fill(store, 2, "first")
    with contextlib.closing(sqlite3.connect(database)) as connection:
        made = BackupFolder(backups).back_up(connection, datetime(2026, 3, 1, tzinfo=UTC))
    assert made is not None
    fill(store, 2, "second")
    store.close()
    return made.path


def titles(open_store: OpenStore) -> list[str]:
    store = open_store()
    found = [summary.title for summary in store.conversations()]
    store.close()
    return found


def test_the_backup_takes_the_place_and_what_was_there_is_kept(
    backup: Path, database: Path, open_store: OpenStore
) -> None:
    assert titles(open_store) == ["second 0", "first 0"]
    done = restore(database, backup)
    assert (done.backup, done.conversations) == (backup, 1)
    assert titles(open_store) == ["first 0"]
    assert done.aside is not None
    assert done.aside.name.startswith("conversations.sqlite3.replaced-")
    assert backup.is_file()
    assert database.stat().st_mode & 0o777 == 0o600
    # Its pictures stay for as long as those of a damaged one.
    assert was_set_aside_since(str(database), 0)
    # It can be put back in turn.
    again = restore(database, find_backup(backup.parent, str(done.aside)))
    assert titles(open_store) == ["second 0", "first 0"]
    assert again.aside not in (None, done.aside)
    assert not list(database.parent.glob("*.restored*"))


def test_what_was_set_aside_after_a_crash_comes_back_with_its_journal(
    backup: Path, database: Path, open_store: OpenStore, tmp_path: Path
) -> None:
    """A transaction was cut off when half of its pages had reached the file."""
    aside = tmp_path / "conversations.sqlite3.replaced-1"
    with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("PRAGMA cache_size = 5")
        connection.execute("BEGIN")
        connection.execute("UPDATE conversation SET title = 'half'")
        connection.execute("CREATE TABLE more AS SELECT zeroblob(3000000)")
        for path in database.parent.glob(f"{database.name}*"):
            ending = path.name.removeprefix(database.name)
            shutil.copyfile(path, aside.with_name(aside.name + ending))
        connection.execute("ROLLBACK")
    assert b"half" in aside.read_bytes()
    restore(database, find_backup(backup.parent, str(aside)))
    assert titles(open_store) == ["second 0", "first 0"]
    assert not list(database.parent.glob("*.restored*"))


def test_while_the_window_is_open(backup: Path, database: Path, open_store: OpenStore) -> None:
    open_store()
    with pytest.raises(StoreBusy):
        restore(database, backup)
    assert not list(database.parent.glob("*.replaced*"))


def test_a_damaged_backup_changes_nothing(
    backup: Path, database: Path, open_store: OpenStore
) -> None:
    content = bytearray(backup.read_bytes())
    before = database.read_bytes()
    for damage in (b"", b"hello", bytes(content[:6000]), bytes(content[:100]) + b"\xff" * 9000):
        backup.write_bytes(damage)
        with pytest.raises((BackupDamaged, StoreDamaged)):
            restore(database, backup)
        assert database.read_bytes() == before
        assert not list(database.parent.glob("*.re*"))
    assert titles(open_store) == ["second 0", "first 0"]


def test_another_programs_database(backup: Path, database: Path, tmp_path: Path) -> None:
    for name, statement, kind in (
        ("other.sqlite3", "CREATE TABLE a (b)", StoreDamaged),
        ("newer.sqlite3", "CREATE TABLE a (b); PRAGMA user_version = 99", StoreTooNew),
        ("empty.sqlite3", "PRAGMA user_version = 3", BackupDamaged),
    ):
        with contextlib.closing(sqlite3.connect(tmp_path / name)) as connection:
            connection.executescript(statement)
        before = database.read_bytes()
        with pytest.raises(kind):
            restore(database, tmp_path / name)
        assert database.read_bytes() == before


def test_the_database_is_gone_or_damaged(
    backup: Path, database: Path, open_store: OpenStore
) -> None:
    database.unlink()
    assert restore(database, backup).aside is None
    assert titles(open_store) == ["first 0"]
    database.write_bytes(b"rubbish")
    done = restore(database, backup)
    assert titles(open_store) == ["first 0"]
    assert done.aside is not None
    assert done.aside.read_bytes() == b"rubbish"


def test_backups_are_listed_with_what_is_in_them(
    backup: Path, backups: Path, open_store: OpenStore
) -> None:
    store = open_store()
    store.alter(store.conversations()[0].id, binned=True)
    store.close()
    connection = sqlite3.connect(backup.parent.parent / "conversations.sqlite3")
    BackupFolder(backups).back_up(connection, datetime(2026, 3, 2, 7, 30, tzinfo=UTC))
    connection.close()
    broken = backups / "conversations-20260303T000000Z.sqlite3"
    broken.write_bytes(b"\xff" * 9000)
    (backups / "conversations-20260304T000000Z.sqlite3").mkdir()
    (backups / "conversations-20260305T000000Z.sqlite3").write_bytes(b"")
    (backups / "notes.txt").write_text("")
    assert [(each.name[14:22], each.conversations) for each in list_backups(backups)] == [
        ("20260305", None), ("20260304", None), ("20260303", None), ("20260302", 2),
        ("20260301", 1),
    ]  # fmt: skip
    latest = list_backups(backups)[3]
    assert latest.path == backups / latest.name
    assert latest.made == datetime(2026, 3, 2, 7, 30, tzinfo=UTC)


def test_a_draft_of_then_comes_back(open_store: OpenStore, database: Path, backups: Path) -> None:
    store = open_store()
    conversation, _ = fill(store, 1)
    store.keep_draft(conversation, user_message("then"))
    store.back_up()
    store.keep_draft(conversation, None)
    store.keep_draft(None, user_message("now"))
    store.close()
    restore(database, find_backup(backups, "latest"))
    store = open_store()
    assert store.conversation(conversation).draft == user_message("then")
    assert store.draft() is None


def test_backups_by_name(backup: Path, backups: Path) -> None:
    assert [each.path for each in list_backups(backups)] == [backup]
    for name in ("latest", backup.name, "20260301T000000Z", str(backup)):
        assert find_backup(backups, name) == backup
    for name in ("", "latest.", "conversations", "../conversations.sqlite3", "a\0b", str(backups)):
        with pytest.raises(BackupMissing):
            find_backup(backups, name)
    with pytest.raises(BackupMissing):
        find_backup(backups / "none", "latest")
