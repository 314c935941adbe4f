"""Opens the one connection: a private file, a safe journal, the newest schema."""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from mmdesk.core.archives import Backup
from mmdesk.core.conversations import EntryStatus
from mmdesk.core.errors import StoreMended, StoreRestored
from mmdesk.store.backups import BackupFolder
from mmdesk.store.failures import DatabaseDamaged, is_damage, is_refusal
from mmdesk.store.salvage import discard, exchange, recover_rows, restore_base
from mmdesk.store.schema import TABLES, migrate
from mmdesk.store.search import index_message

WAL_SAFE = (3, 51, 3)
"""From here on sqlite is without the WAL-reset bug (3.7.0 to 3.51.2), which corrupts a file."""

_SMALL = 64 << 20
"""Bytes; indexes of so much are checked in half a second."""

_log = logging.getLogger(__name__)


def open_database(
    path: Path | Literal[":memory:"],
    backups: BackupFolder | None = None,
    upgrading: Callable[[], None] = lambda: None,
) -> tuple[sqlite3.Connection, StoreMended | StoreRestored | None]:
    """Return the connection to a database, made, migrated or mended as needed.

    A damaged database is set aside and replaced by what can be read of it and the last backup; one
    that is gone, though there are backups, is the last of them.

    Answers that still stream are those that a crash cut off: they become "interrupted", unless the
    disk is full.

    Args:
        path: The database.
        backups: Where its copies are.
        upgrading: Called before a database of an older version is copied and changed.

    Returns:
        The connection, and what to tell the person of a replacement.

    Raises:
        StoreTooNew, StoreDamaged: see :func:`~mmdesk.store.schema.migrate`.
        StoreNotBackedUp: an older version is not changed without a copy.
        OSError, sqlite3.Error: it can't be opened or written.
    """
    if not isinstance(path, Path):
        return _open(path, None, upgrading), None
    if backups is not None and backups.backups():
        if _was_emptied(path):
            return _mend(path, backups, upgrading)
        if not path.exists() and (restored := _restored(path, backups)) is not None:
            return _open(path, backups, upgrading), restored
    _make_private(path)
    try:
        return _open(path, backups, upgrading), None
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        if not is_damage(error) or backups is None:
            raise
        _log.warning("the database is damaged: %s", error)
    return _mend(path, backups, upgrading)


def _open(
    path: Path | Literal[":memory:"], backups: BackupFolder | None, upgrading: Callable[[], None]
) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, timeout=5.0)
    try:
        _prepare(connection, str(path), backups, upgrading)
    except BaseException:
        connection.close()
        raise
    return connection


def _mend(
    path: Path, backups: BackupFolder, upgrading: Callable[[], None]
) -> tuple[sqlite3.Connection, StoreMended]:
    """Replace a damaged database, at once by the whole of what can be had, or not at all."""
    new = path.with_name(f"{path.name}.new")
    try:
        discard(new)  # an earlier try was cut off
        backup = restore_base(new, backups)
        _make_private(new)
        messages = _recovered(path, new, upgrading)
        damaged = exchange(path, new)
    except BaseException:
        with contextlib.suppress(OSError):
            discard(new)
        raise
    mended = StoreMended(path=str(damaged), messages=messages, backup=_when(backup))
    return _open(path, None, upgrading), mended


def _restored(path: Path, backups: BackupFolder) -> StoreRestored | None:
    """Put the last whole backup in the place of a database that is gone, if there is one."""
    new = path.with_name(f"{path.name}.new")
    try:
        discard(new)
        backup = restore_base(new, backups)
        if backup is None:
            return None
        exchange(path, new)
    except BaseException:
        with contextlib.suppress(OSError):
            discard(new)
        raise
    return StoreRestored(path=str(backup.path.parent), backup=_when(backup))


def _when(backup: Backup | None) -> str:
    return backup.made.astimezone().strftime("%Y-%m-%d %H:%M") if backup else "–"


def _recovered(damaged: Path, new: Path, upgrading: Callable[[], None]) -> int:
    connection = _open(new, None, upgrading)  # the backup is older perhaps, and is a backup itself
    try:
        return recover_rows(damaged, connection)
    finally:
        connection.close()


def _was_emptied(path: Path) -> bool:
    """Whether the file is there without a byte, which sqlite would take for a new database."""
    return path.is_file() and path.stat().st_size == 0


def _make_private(path: Path) -> None:
    """Make the file before sqlite does, which gives its journal the same mode."""
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)
    os.close(os.open(path, flags, 0o600))
    os.chmod(path, 0o600)


def _prepare(
    connection: sqlite3.Connection,
    shown: str,
    backups: BackupFolder | None,
    upgrading: Callable[[], None],
) -> None:
    connection.row_factory = sqlite3.Row
    # A damaged byte costs one character, not the message.
    connection.text_factory = lambda data: data.decode("utf-8", "replace")

    def keep_old() -> None:
        upgrading()
        if backups is not None:
            backups.back_up(connection, datetime.now(UTC))

    if backups is not None:
        _check(connection)
    migrate(connection, shown, keep_old)
    if backups is not None:
        _check_columns(connection)
    journal = "WAL" if sqlite3.sqlite_version_info >= WAL_SAFE else "TRUNCATE"
    # What is deleted is written over: it would stay in the file's free pages.
    settings = ("foreign_keys = ON", "synchronous = FULL", "secure_delete = ON")
    for setting in (*settings, f"journal_mode = {journal}"):
        connection.execute(f"PRAGMA {setting}")
    _end_cut_off(connection)


def _end_cut_off(connection: sqlite3.Connection) -> None:
    """Mark answers that nobody writes any more, if there is room for it: all can be read as is."""
    if not (answers := cut_off(connection)):
        return
    _log.info("%d answers were cut off by a crash", len(answers))
    try:
        connection.execute("BEGIN IMMEDIATE")
        end_cut_off(connection, answers)
        connection.execute("COMMIT")
    except sqlite3.OperationalError as error:
        if not is_refusal(error):
            raise
        _log.info("they are marked with the next write: %s", error)
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def cut_off(connection: sqlite3.Connection) -> tuple[str, ...]:
    """Return the answers of a database just opened that stream. Raises ``sqlite3.Error``."""
    rows = connection.execute(
        "SELECT id FROM message WHERE status = ?", (EntryStatus.STREAMING.value,)
    ).fetchall()
    return tuple(row["id"] for row in rows)


def end_cut_off(connection: sqlite3.Connection, answers: Iterable[str]) -> None:
    """Mark answers as interrupted; what they have is found from now on.

    Runs inside a transaction of the caller's and raises ``sqlite3.Error``.
    """
    for answer in answers:
        connection.execute(
            "UPDATE message SET status = ? WHERE id = ?",
            (EntryStatus.INTERRUPTED.value, answer),
        )
        index_message(connection, answer)


def _check(connection: sqlite3.Connection) -> None:
    """Look through everything: better now than in the middle of something.

    The indexes of a large database are left to the check of its daily copy.
    """
    problem = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if problem != "ok":
        raise DatabaseDamaged(problem)
    _require_references(connection)
    pages, size = (connection.execute(f"PRAGMA page_{n}").fetchone()[0] for n in ("count", "size"))
    if pages * size <= _SMALL:
        problem = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if problem != "ok":
            _log.warning("the indexes are made anew: %s", problem)
            reindex(connection)


def back_up(connection: sqlite3.Connection, backups: BackupFolder, now: datetime) -> None:
    """Copy a database that is in use; where only indexes are damaged they are made anew first.

    Raises:
        StoreNotBackedUp, sqlite3.Error: see :meth:`~mmdesk.store.backups.BackupFolder.back_up`.
        DatabaseDamaged: see :func:`reindex`.
    """
    try:
        backups.back_up(connection, now)
    except DatabaseDamaged as error:
        _log.warning("the indexes are made anew: %s", error)
        reindex(connection)
        backups.back_up(connection, now)


def reindex(connection: sqlite3.Connection) -> None:
    """Make the indexes anew.

    Raises:
        DatabaseDamaged: two rows have an id that only one may have, or one has lost its own.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute("REINDEX")
        # Until now the old index told of an id that a flipped bit has changed in its row.
        _require_references(connection)
        connection.execute("COMMIT")
    except sqlite3.IntegrityError as error:
        raise DatabaseDamaged(str(error)) from error
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _require_references(connection: sqlite3.Connection) -> None:
    if (row := connection.execute("PRAGMA foreign_key_check").fetchone()) is not None:
        raise DatabaseDamaged(f"a {row['table']} refers to nothing")


def _check_columns(connection: sqlite3.Connection) -> None:
    """Compare the tables with new ones: a flipped bit may have renamed a column."""
    new = sqlite3.connect(":memory:", isolation_level=None)
    try:
        migrate(new, ":memory:")
        for table in TABLES:
            described = f"PRAGMA table_info({table})"
            if list(map(tuple, connection.execute(described))) != list(new.execute(described)):
                raise DatabaseDamaged(f"the table {table} has other columns")
    finally:
        new.close()
