"""Copies of the database: when they are made, which are kept, and that they are whole."""

from __future__ import annotations

import os
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmdesk.core.errors import StoreNotBackedUp
from mmdesk.store.backups import DAILY, MONTHLY, WEEKLY, BackupFolder, keep
from mmdesk.store.schema import APPLICATION_ID, MIGRATIONS
from tests.unit.store.conftest import OpenStore
from tests.unit.store.filling import fill

NOW = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)


@pytest.fixture
def backups(tmp_path: Path) -> Path:
    return tmp_path / "backups"


@pytest.fixture
def connection(tmp_path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(tmp_path / "a.sqlite3", isolation_level=None)
    connection.execute("CREATE TABLE t (x)")
    return connection


def test_a_store_is_copied_once_a_day(open_store: OpenStore, backups: Path) -> None:
    store = open_store()
    fill(store, 3, "x")
    store.back_up()
    (copy,) = BackupFolder(backups).backups()
    fill(store, 3, "x")
    store.back_up()  # not due
    assert BackupFolder(backups).backups() == (copy,)
    assert copy.path.stat().st_mode & 0o777 == 0o600
    with sqlite3.connect(copy.path) as connection:
        assert connection.execute("SELECT count(*) FROM message").fetchone() == (6,)


def test_nothing_is_no_backup(open_store: OpenStore, backups: Path) -> None:
    store = open_store()
    store.back_up()
    assert BackupFolder(backups).backups() == ()
    fill(store, 1, "x")
    store.back_up()  # the first conversation need not wait for another day
    assert len(BackupFolder(backups).backups()) == 1


def test_only_what_changed_is_copied(connection: sqlite3.Connection, backups: Path) -> None:
    folder = BackupFolder(backups)
    assert folder.back_up(connection, NOW)
    assert not folder.back_up(connection, NOW + timedelta(days=1))
    connection.execute("INSERT INTO t VALUES (1)")
    later = folder.back_up(connection, NOW + timedelta(days=2))
    assert [backup.made for backup in folder.backups()] == [NOW + timedelta(days=2), NOW]
    assert later == folder.backups()[0]


def test_when_a_copy_is_due(connection: sqlite3.Connection, backups: Path) -> None:
    folder = BackupFolder(backups)
    assert folder.due(NOW)
    folder.back_up(connection, NOW)
    assert not folder.due(NOW + timedelta(hours=23))
    assert folder.due(NOW + timedelta(hours=24))
    assert folder.due(NOW - timedelta(days=400))  # the clock was wrong


def test_two_years_of_copies(connection: sqlite3.Connection, backups: Path) -> None:
    folder = BackupFolder(backups)
    for day in range(730):
        connection.execute("INSERT INTO t VALUES (1)")
        folder.back_up(connection, NOW + timedelta(days=day))
    made = [backup.made for backup in folder.backups()]
    assert made[:DAILY] == [NOW + timedelta(days=729 - day) for day in range(DAILY)]
    assert len(made) <= DAILY + WEEKLY + MONTHLY
    assert made[-1] < made[0] - timedelta(days=230)


@given(st.lists(st.datetimes(timezones=st.just(UTC)), max_size=80))
def test_the_latest_is_always_kept(times: list[datetime]) -> None:
    kept = keep(times)
    assert kept <= set(times)
    assert not times or max(times) in kept
    assert len({time.date() for time in kept}) <= DAILY + WEEKLY + MONTHLY
    assert keep(kept) == kept


def test_an_older_database_is_copied_before_it_is_changed(
    open_store: OpenStore, database: Path, backups: Path
) -> None:
    database.parent.mkdir()
    with sqlite3.connect(database) as connection:
        for statement in MIGRATIONS[0]:
            connection.execute(statement)
        connection.execute("PRAGMA user_version = 1")
    open_store()
    (copy,) = BackupFolder(backups).backups()
    with sqlite3.connect(copy.path) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
        assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)


def test_a_new_database_needs_no_copy(open_store: OpenStore, backups: Path) -> None:
    open_store()
    assert not BackupFolder(backups).backups()


def test_without_a_copy_an_older_database_stays_as_it_is(
    open_store: OpenStore, database: Path, backups: Path
) -> None:
    database.parent.mkdir()
    with sqlite3.connect(database) as connection:
        for statement in MIGRATIONS[0]:
            connection.execute(statement)
        connection.execute("PRAGMA user_version = 1")
    before = database.read_bytes()
    backups.write_text("a file where the folder should be")
    with pytest.raises(StoreNotBackedUp):
        open_store()
    assert database.read_bytes() == before


def test_what_lies_about_is_no_backup(connection: sqlite3.Connection, backups: Path) -> None:
    folder = BackupFolder(backups)
    folder.back_up(connection, NOW)
    for name in ("new.part", "conversations-20261340T000000Z.sqlite3", "notes.txt"):
        (backups / name).write_text("")
    os.mkdir(backups / "folder")
    assert len(folder.backups()) == 1


@pytest.mark.skipif(os.name == "nt", reason="no such limits")
def test_a_copy_that_fills_the_disk_does_not_keep_it_full(
    connection: sqlite3.Connection, backups: Path
) -> None:
    import resource

    connection.executemany("INSERT INTO t VALUES (?)", [(b"x" * 4000,) for _ in range(200)])
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, before[1]))
    try:
        with pytest.raises(StoreNotBackedUp):
            BackupFolder(backups).back_up(connection, NOW)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(backups.iterdir()) == []
