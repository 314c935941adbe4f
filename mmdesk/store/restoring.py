"""Puts a backup in the place of the database, which is kept beside it."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

from mmdesk.core.archives import LATEST, Backup
from mmdesk.core.errors import BackupDamaged, BackupMissing
from mmdesk.store.backups import BackupFolder
from mmdesk.store.failures import is_damage, plain_failures
from mmdesk.store.lock import InstanceLock
from mmdesk.store.opening import open_database
from mmdesk.store.salvage import discard, exchange, is_whole

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Restored:
    """What was done.

    Attributes:
        backup: What stands in the database's place now; it is still there too.
        aside: Where the database before is; None if there was none.
        conversations: How many there are now, the bin's included.
    """

    backup: Path
    aside: Path | None
    conversations: int


def list_backups(folder: Path) -> tuple[Backup, ...]:
    """Return the backups in a folder, the latest first, with how many conversations are in each."""
    return tuple(
        replace(backup, conversations=_count(backup.path))
        for backup in BackupFolder(folder).backups()
    )


def find_backup(folder: Path, name: str) -> Path:
    """Return the backup that a person means by a file's name, its time, a path or "latest".

    Raises:
        BackupMissing: there is none.
    """
    backups = [backup.path for backup in BackupFolder(folder).backups()]
    if name == LATEST and backups:
        return backups[0]
    for path in backups:
        if name and name in (path.name, path.stem.partition("-")[2]):
            return path
    # A database that was set aside may be put back too.
    path = Path(name)
    with contextlib.suppress(OSError, ValueError):
        if os.sep in name and path.is_file():
            return path.absolute()
    raise BackupMissing(name=name)


def restore(database: Path, backup: Path) -> Restored:
    """Check a backup and put it in the database's place.

    Raises:
        StoreBusy: an mmdesk has the database open.
        BackupDamaged, StoreTooNew, StoreDamaged: it can't be used; nothing was changed.
        StoreUnwritable: neither was it here.
    """
    with plain_failures(str(database)):
        database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = InstanceLock(database)
        try:
            return _restore(database, backup)
        finally:
            lock.release()


def _restore(database: Path, backup: Path) -> Restored:
    new = database.with_name(f"{database.name}.restored")
    with _passing(new):
        _copy(backup, new)
        conversations = _made_ready(new, backup)
        with new.open("rb+") as file:
            os.fsync(file.fileno())
        aside = None
        if database.exists():
            aside = exchange(database, new, "replaced")
        else:
            os.replace(new, database)
    return Restored(backup, aside, conversations)


def _copy(backup: Path, new: Path) -> None:
    """Copy a backup. What was set aside after a crash has journals, without which it is broken."""
    for ending in ("", "-journal", "-wal"):
        source = backup.with_name(backup.name + ending)
        if not ending or source.exists():
            target = new.with_name(new.name + ending)
            shutil.copyfile(source, target)
            os.chmod(target, 0o600)


def _tables(new: Path) -> int:
    """Return how many there are, with what is in the journals; without a byte there is none."""
    with contextlib.closing(sqlite3.connect(new)) as connection:
        return int(connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])


def _count(backup: Path) -> int | None:
    """Return the number of conversations in a backup, the bin's included; None if it's damaged."""
    try:
        with _reading(backup) as connection:
            return _conversations(connection)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        _log.info("the backup %s can't be read: %s", backup, error)
        return None


def _conversations(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM conversation").fetchone()[0])


@contextmanager
def _reading(backup: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(f"file:{quote(str(backup))}?mode=ro&immutable=1", uri=True)
    with contextlib.closing(connection):
        yield connection


def _made_ready(new: Path, backup: Path) -> int:
    """Bring a copy to the newest schema; return its conversations."""
    try:
        if not _tables(new) or not is_whole(new):
            raise BackupDamaged(path=str(backup))
        connection, _ = open_database(new)
        try:
            return _conversations(connection)
        finally:
            connection.close()
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        if is_damage(error):
            raise BackupDamaged(path=str(backup)) from error
        raise


@contextmanager
def _passing(new: Path) -> Iterator[None]:
    """Let nothing of a file stay that never came into its place."""
    discard(new)  # an earlier try was cut off
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            discard(new)
