"""Backups of the database: whole, checked copies, thinned out as they age.

Grandfather, father, son: one for each of the last 12 days that have one, for each of 10 weeks and
of 9 months. Pictures and recordings need no copy: they are files that never change.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import re
import sqlite3
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mmdesk.core.archives import Backup
from mmdesk.core.errors import StoreNotBackedUp
from mmdesk.store.failures import DatabaseDamaged

DAILY, WEEKLY, MONTHLY = 12, 10, 9
EVERY = timedelta(days=1)

_log = logging.getLogger(__name__)
_TIME = "%Y%m%dT%H%M%SZ"
_NAME = re.compile(r"conversations-(\d{8}T\d{6}Z)\.sqlite3")
_PAGES = 2000
"""Copied at once; the connection is the only one, so nothing can come in between."""


class BackupFolder:
    """Where the backups of one database are."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def backups(self) -> tuple[Backup, ...]:
        """Return all backups, the latest first; one that was cut off is none.

        Nothing is opened: nobody has counted their conversations.
        """
        try:
            names = [path.name for path in self._folder.iterdir()]
        except OSError:
            return ()
        found = (self._named(name) for name in names)
        return tuple(sorted((b for b in found if b), key=lambda b: b.made, reverse=True))

    def due(self, now: datetime) -> bool:
        """Whether the last backup is a day old, or there is none."""
        latest = next(iter(self.backups()), None)
        return latest is None or not timedelta() <= now - latest.made < EVERY

    def back_up(self, connection: sqlite3.Connection, now: datetime) -> Backup | None:
        """Copy and check the database, and remove backups that are no longer needed.

        Returns:
            The backup; None if nothing changed since the last one.

        Raises:
            StoreNotBackedUp: the copy can't be written.
            sqlite3.DatabaseError: the database is damaged.
        """
        now = now.astimezone(UTC).replace(microsecond=0)
        part = self._folder / "new.part"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            part.unlink(missing_ok=True)
            _copy(connection, part)
            latest = next(iter(self.backups()), None)
            if latest is not None and _digest(latest.path) == _digest(part):
                return None
            name = f"conversations-{now:{_TIME}}.sqlite3"
            made = Backup(name, self._folder / name, now)
            os.replace(part, made.path)
        except (OSError, sqlite3.OperationalError) as error:
            reason = str(getattr(error, "strerror", None) or error).lower()
            raise StoreNotBackedUp(path=self._folder, reason=reason) from error
        finally:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)  # what filled the disk must not keep it full
        self._thin_out()
        return made

    def _thin_out(self) -> None:
        backups = self.backups()
        needed = keep(backup.made for backup in backups)
        for backup in backups:
            if backup.made not in needed:
                try:
                    backup.path.unlink()
                except OSError as error:  # one too many costs only space
                    _log.info("an old backup stays: %s", error)

    def _named(self, name: str) -> Backup | None:
        match = _NAME.fullmatch(name)
        try:
            made = datetime.strptime(match[1], _TIME).replace(tzinfo=UTC) if match else None
        except ValueError:
            return None
        return Backup(name, self._folder / name, made) if made else None


def keep(times: Iterable[datetime]) -> frozenset[datetime]:
    """Return the times of the backups to keep: the latest of each day, week and month."""
    latest_first = sorted(times, reverse=True)
    needed: set[datetime] = set()
    periods: tuple[tuple[int, Callable[[datetime], object]], ...] = (
        (DAILY, datetime.date),
        (WEEKLY, lambda time: tuple(time.isocalendar())[:2]),
        (MONTHLY, lambda time: (time.year, time.month)),
    )
    for count, period in periods:
        seen: set[object] = set()
        for time in latest_first:
            if len(seen) < count and period(time) not in seen:
                seen.add(period(time))
                needed.add(time)
    return frozenset(needed)


def _copy(connection: sqlite3.Connection, target: Path) -> None:
    """Write a copy to ``target`` and on to the disk, and check it."""
    os.close(os.open(target, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600))
    copy = sqlite3.connect(target)
    try:
        connection.backup(copy, pages=_PAGES)
        problem = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
    finally:
        copy.close()
    if problem != "ok":
        raise DatabaseDamaged(problem)
    with target.open("rb+") as file:
        os.fsync(file.fileno())


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
