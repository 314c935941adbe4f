"""Puts a backup in the place of the database, which is kept beside it."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from mmdesk.core.errors import BackupDamaged, BackupMissing
from mmdesk.store.backups import Backup, BackupFolder
from mmdesk.store.failures import is_damage, plain_failures
from mmdesk.store.lock import InstanceLock
from mmdesk.store.opening import open_database
from mmdesk.store.salvage import discard, exchange, is_whole

LATEST = "latest"


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
    """Return the backups in a folder, the latest first."""
    return BackupFolder(folder).backups()


def find_backup(folder: Path, name: str) -> Path:
    """Return the backup that a person means by a file's name, its time, a path or "latest".

    Raises:
        BackupMissing: there is none.
    """
    backups = [backup.path for backup in list_backups(folder)]
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
    if not is_whole(backup) or _is_empty(backup):
        raise BackupDamaged(path=str(backup))
    new = database.with_name(f"{database.name}.restored")
    with _passing(new):
        shutil.copyfile(backup, new)
        os.chmod(new, 0o600)
        conversations = _made_ready(new, backup)
        with new.open("rb+") as file:
            os.fsync(file.fileno())
        aside = None
        if database.exists():
            aside = exchange(database, new, "replaced")
        else:
            os.replace(new, database)
    return Restored(backup, aside, conversations)


def _is_empty(backup: Path) -> bool:
    """Whether there is no table in it: sqlite takes a file without a byte for a new database."""
    with contextlib.closing(
        sqlite3.connect(f"file:{quote(str(backup))}?mode=ro&immutable=1", uri=True)
    ) as connection:
        return not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]


def _made_ready(new: Path, backup: Path) -> int:
    """Bring a copy to the newest schema; return its conversations."""
    try:
        connection, _ = open_database(new)
        try:
            row = connection.execute("SELECT count(*) FROM conversation").fetchone()
            return int(row[0])
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
