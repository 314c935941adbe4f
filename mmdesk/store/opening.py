"""Opens the one connection: a private file, a safe journal, the newest schema."""

from __future__ import annotations

import logging
import os
import sqlite3
from pathlib import Path
from typing import Literal

from mmdesk.core.conversations import EntryStatus
from mmdesk.store.schema import migrate

WAL_SAFE = (3, 51, 3)
"""From here on sqlite is without the WAL-reset bug (3.7.0 to 3.51.2), which corrupts a file."""

_log = logging.getLogger(__name__)


def open_database(path: Path | Literal[":memory:"]) -> sqlite3.Connection:
    """Return the connection to a database, made or migrated as needed.

    Answers that still stream are those that a crash cut off: they become "interrupted".

    Raises:
        StoreTooNew, StoreDamaged: see :func:`~mmdesk.store.schema.migrate`.
        OSError, sqlite3.Error: it can't be opened or written.
    """
    if isinstance(path, Path):
        _make_private(path)
    connection = sqlite3.connect(path, isolation_level=None, timeout=5.0)
    try:
        _prepare(connection, str(path))
    except BaseException:
        connection.close()
        raise
    return connection


def _make_private(path: Path) -> None:
    """Make the file before sqlite does, which gives its journal the same mode."""
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)
    os.close(os.open(path, flags, 0o600))
    os.chmod(path, 0o600)


def _prepare(connection: sqlite3.Connection, shown: str) -> None:
    connection.row_factory = sqlite3.Row
    # A damaged byte costs one character, not the message.
    connection.text_factory = lambda data: data.decode("utf-8", "replace")
    migrate(connection, shown)
    journal = "WAL" if sqlite3.sqlite_version_info >= WAL_SAFE else "TRUNCATE"
    for setting in ("foreign_keys = ON", "synchronous = FULL", f"journal_mode = {journal}"):
        connection.execute(f"PRAGMA {setting}")
    cut_off = connection.execute(
        "UPDATE message SET status = ? WHERE status = ?",
        (EntryStatus.INTERRUPTED.value, EntryStatus.STREAMING.value),
    )
    if cut_off.rowcount:
        _log.info("%d answers were cut off by a crash", cut_off.rowcount)
