"""What nobody can reach any more is removed: old conversations of the bin, and their files."""

from __future__ import annotations

import logging
import os
import sqlite3
import time
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote

from mmdesk.core.conversations import BIN_DAYS
from mmdesk.store.attachments import is_sha256

_log = logging.getLogger(__name__)
_DAY_S = 86_400
_REFERRING = ("part", "draft")


def empty_bin(connection: sqlite3.Connection, now_us: int) -> int:
    """Destroy what has been in the bin for :data:`BIN_DAYS`; return the conversations.

    Runs inside a transaction of the caller's. Raises ``sqlite3.Error``.
    """
    due = now_us - BIN_DAYS * _DAY_S * 1_000_000
    messages = (
        "(SELECT message.number FROM message"
        " JOIN conversation ON conversation.id = message.conversation_id WHERE binned_us < ?)"
    )
    connection.execute(f"DELETE FROM search WHERE rowid IN {messages}", (due,))
    # Each message would take its children along: sqlite follows no more than 1000 generations.
    connection.execute(f"UPDATE message SET parent_id = NULL WHERE number IN {messages}", (due,))
    destroyed = connection.execute("DELETE FROM conversation WHERE binned_us < ?", (due,)).rowcount
    if destroyed:
        # FTS5 writes down what was deleted, words and all, and keeps that until parts are merged.
        connection.execute("INSERT INTO search (search) VALUES ('optimize')")
    return destroyed


def collect_files(
    connection: sqlite3.Connection,
    attachments: Path,
    backups: Iterable[Path],
    set_aside: Iterable[Path] = (),
) -> int:
    """Remove the pictures and recordings that no message, no draft and no backup refers to.

    A file that is younger than a day may belong to a message that is about to be kept.

    Args:
        set_aside: Databases that a person may put back; of a damaged one what can be read counts.

    Returns:
        The number of files that are gone.
    """
    needed = _referred(connection)
    for backup in backups:
        found = _referred_in(backup)
        if found is None:
            return 0  # it may need any of them
        needed |= found
    for database in set_aside:
        needed |= _referred_in(database) or set()
    removed = 0
    for file in attachments.glob("??/*"):
        sha256 = file.name.partition(".")[0]
        if is_sha256(sha256) and sha256 not in needed and _is_old(file):
            try:
                file.unlink()
                removed += 1
            except OSError as error:  # another day, then
                _log.info("an attachment stays: %s", error)
    return removed


def _referred(connection: sqlite3.Connection) -> set[str]:
    """Return the hashes that a database has, of the newest schema or an older one."""
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    return {
        row[0]
        for table in _REFERRING
        if table in tables
        for row in connection.execute(
            f"SELECT DISTINCT sha256 FROM {table} WHERE sha256 IS NOT NULL"
        )
    }


def _referred_in(backup: Path) -> set[str] | None:
    try:
        connection = sqlite3.connect(f"file:{quote(str(backup))}?mode=ro&immutable=1", uri=True)
        try:
            return _referred(connection)
        finally:
            connection.close()
    except (sqlite3.Error, UnicodeDecodeError) as error:
        _log.info("the backup %s can't be read: %s", backup, error)
        return None


def _is_old(file: Path) -> bool:
    try:
        return time.time() - os.stat(file, follow_symlinks=False).st_mtime > _DAY_S
    except OSError:
        return False
