"""Databases of released versions: brought to the newest one, at once or not at all."""

from __future__ import annotations

import hashlib
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from mmdesk.core.conversations import NO_SETTINGS, EntryStatus, ReadingPlace
from mmdesk.core.errors import StoreTooNew
from mmdesk.core.messages import user_message
from mmdesk.store.backups import BackupFolder
from mmdesk.store.schema import APPLICATION_ID, MIGRATIONS, TABLES, migrate
from mmdesk.store.search import add_functions
from mmdesk.store.sqlite import SqliteStore
from tests.unit.store.conftest import OpenStore
from tests.unit.store.filling import PICTURE, editing, fill, write_released

VERSIONS = range(1, len(MIGRATIONS))


@pytest.fixture
def backups(tmp_path: Path) -> Path:
    return tmp_path / "backups"


def texts(store: SqliteStore) -> list[str]:
    return [entry.message.text for entry in store.conversation("c").entries]


@pytest.mark.parametrize("version", VERSIONS)
def test_every_released_version_is_brought_up_to_date(
    open_store: OpenStore, database: Path, backups: Path, version: int
) -> None:
    write_released(database, version)
    store = open_store()
    assert texts(store) == ["look 两个", "a red cir"]
    opened = store.conversation("c")
    assert opened.entries[0].message.pictures[0].sha256 == PICTURE
    assert opened.entries[1].versions == ("b", "a")
    assert opened.entries[1].status is EntryStatus.INTERRUPTED
    assert [entry.run for entry in opened.entries] == [None, None]
    assert (opened.settings, opened.draft, opened.place) == (NO_SETTINGS, None, None)
    summary = opened.summary
    assert (summary.leaves, summary.pinned, summary.folder) == (
        version >= 3, version >= 4, "Reisen" if version >= 4 else ""
    )  # fmt: skip
    assert {hit.message for hit in store.search("两个")} == {"q"}
    assert {hit.message for hit in store.search("blue")} == {"b"}
    # All that is new can be kept.
    store.keep_draft("c", user_message("more"))
    store.keep_place("c", ReadingPlace("q", 0.5))
    store.continue_answer("c", "a", model="m")
    store = open_store()
    assert store.conversation("c").draft == user_message("more")
    (copy,) = BackupFolder(backups).backups()
    with closing(sqlite3.connect(copy.path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (version,)
        assert connection.execute("SELECT count(*) FROM message").fetchone() == (3,)
    with editing(database) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
        assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


@pytest.mark.parametrize("version", VERSIONS)
def test_a_migration_that_ends_at_any_statement_leaves_old_or_new(
    tmp_path: Path, version: int
) -> None:
    """A connection that is let go in the middle is one whose process was killed."""
    original = tmp_path / "original.sqlite3"
    write_released(original, version)
    schemas = {number: _schema_of(number) for number in range(version, len(MIGRATIONS) + 1)}
    last = 0
    while True:
        last += 1
        database = tmp_path / f"{last}.sqlite3"
        shutil.copyfile(original, database)
        with closing(sqlite3.connect(database, factory=_Ending, isolation_level=None)) as ending:
            ending.left = last
            try:
                migrate(ending, "x")
                break
            except _Ended:
                pass
        with closing(sqlite3.connect(database, isolation_level=None)) as connection:
            found = connection.execute("PRAGMA user_version").fetchone()[0]
            assert _schema(connection) == schemas[found]
            assert connection.execute("SELECT count(*) FROM part").fetchone() == (4,)
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            migrate(connection, "x")
            assert _schema(connection) == schemas[len(MIGRATIONS)]
    assert last > 3 * (len(MIGRATIONS) - version)


class _Ended(Exception):
    pass


class _Ending(sqlite3.Connection):
    """Ends before its ``left``-th statement, and does nothing any more."""

    left = 0

    def execute(self, *args: Any) -> sqlite3.Cursor:
        self.left -= 1
        if self.left <= 0:
            raise _Ended
        return super().execute(*args)

    @property
    def in_transaction(self) -> bool:
        return False  # so that nobody undoes it but sqlite


def _schema(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    return connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'search_%' AND sql NOT NULL"
        " ORDER BY name"
    ).fetchall()


def _schema_of(version: int) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(":memory:")) as connection:
        add_functions(connection)
        for statements in MIGRATIONS[:version]:
            for statement in statements:
                connection.execute(statement)
        return _schema(connection)


RELEASED = {
    1: "82e18ec6689acc0d",
    2: "62bceeb7245c07ec",
    3: "71d681051f02c6a0",
    4: "507fe5a44dd90f36",
}
"""The beginning of the SHA-256 of each."""


@pytest.mark.parametrize("version", VERSIONS)
def test_a_released_schema_never_changes(version: int) -> None:
    """Databases out there have it: what is new needs another number."""
    described = re.sub(r"\s+", " ", str(_schema_of(version)))
    assert hashlib.sha256(described.encode()).hexdigest()[:16] == RELEASED[version]


def test_the_person_is_told_before_anything_is_done(
    database: Path, tmp_path: Path, backups: Path
) -> None:
    write_released(database, 4)
    told: list[bool] = []

    def upgrading() -> None:
        with closing(sqlite3.connect(database)) as connection:
            version = connection.execute("PRAGMA user_version").fetchone()[0]
        told.append(version == 4 and not backups.exists())

    for _ in range(2):  # the second time it is up to date
        SqliteStore(database, tmp_path / "attachments", backups, upgrading).close()
    assert told == [True]
    other = SqliteStore(tmp_path / "new" / "c.sqlite3", tmp_path / "a", None, upgrading)
    fill(other, 1)
    other.close()
    SqliteStore(":memory:", tmp_path / "a", None, upgrading).close()
    with editing(database) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreTooNew):
        SqliteStore(database, tmp_path / "attachments", backups, upgrading)
    assert told == [True]


def test_each_table_is_known(open_store: OpenStore, database: Path) -> None:
    """What goes through all tables (checks, salvage) must know of them."""
    open_store().close()
    with editing(database) as connection:
        tables = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'search%'"
        ).fetchall()
    assert sorted(name for (name,) in tables) == sorted(TABLES)
