"""What can still be read of a damaged database, brought together with its last backup.

The new one begins as the last backup that is whole; every row that sqlite can still read of the
damaged file takes the place of the backup's. It is made beside the damaged file, which is set
aside, never deleted, when it is done.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import sqlite3
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from mmdesk.core.archives import Backup
from mmdesk.store.backups import BackupFolder
from mmdesk.store.search import index_all

_log = logging.getLogger(__name__)
_COMPANIONS = ("-journal", "-wal", "-shm")
_STAMP = "%Y%m%dT%H%M%S%fZ"
_NEAR = 512
"""Rows tried one by one behind an unreadable one, before the steps grow: a page has fewer."""
_FAR = 1 << 40
_LONGEST = 1 << 36
"""Bytes; a header that says more is damaged itself."""
_KEYS = {
    "conversation": "id",
    "message": "id",
    "part": "message_id, ordinal",
    "draft": "conversation_id, ordinal",
}
_UNREADABLE = (sqlite3.Error, OverflowError, UnicodeDecodeError)
"""The last where the text of sqlite's own message is damaged."""


def exchange(path: Path, new: Path, why: Literal["damaged", "replaced"] = "damaged") -> Path:
    """Put a new database in the place of another; return where that is now, if there was one.

    The old one's journals go first, since sqlite would apply them to the new one; killed in
    between, it is mended again. Raises ``OSError``.
    """
    stamp = datetime.now(UTC).strftime(_STAMP)
    aside = path.with_name(f"{path.name}.{why}-{stamp}")
    for companion in _COMPANIONS:
        journal = path.with_name(path.name + companion)
        if journal.exists():
            os.replace(journal, aside.with_name(aside.name + companion))
    if path.exists():
        try:
            os.link(path, aside)
        except OSError:  # a file system without links
            os.replace(path, aside)
    os.replace(new, path)
    return aside


def set_aside(path: str) -> list[Path]:
    """Return the databases of this name that were set aside, and their journals."""
    name = re.escape(Path(path).name)
    kind = re.compile(rf"{name}\.(damaged|replaced)-.+")
    return [each for each in Path(path).parent.iterdir() if kind.fullmatch(each.name)]


def was_set_aside_since(path: str, moment: float) -> bool:
    """Whether a database of this name was set aside after ``moment`` (seconds since 1970)."""
    limit = datetime.fromtimestamp(moment, UTC).strftime(_STAMP)
    names = (each.name.removeprefix(Path(path).name) for each in set_aside(path))
    return any(name.partition("-")[2] > limit for name in names)


def discard(path: Path) -> None:
    """Remove a database that never came into its place. Raises ``OSError``."""
    for companion in ("", *_COMPANIONS):
        path.with_name(path.name + companion).unlink(missing_ok=True)


def restore_base(path: Path, backups: BackupFolder) -> Backup | None:
    """Put the latest backup that is whole at ``path``; return it, or None if there is none."""
    for backup in backups.backups():
        if is_whole(backup.path):
            shutil.copyfile(backup.path, path)
            os.chmod(path, 0o600)
            return backup
        _log.warning("the backup %s is damaged too", backup.path)
    return None


def recover_rows(damaged: Path, connection: sqlite3.Connection) -> int:
    """Copy what can be read into an open database of the newest schema; return the messages.

    Raises:
        OSError, sqlite3.Error: the new database can't be written.
    """
    reading = damaged.with_name("salvage.part")
    try:
        _copy_at_full_length(damaged, reading)
        source = sqlite3.connect(f"file:{quote(str(reading))}?mode=ro&immutable=1", uri=True)
        source.row_factory = sqlite3.Row
        source.text_factory = lambda data: data.decode("utf-8", "replace")
        try:
            return _copy_rows(source, connection)
        finally:
            source.close()
    finally:
        reading.unlink(missing_ok=True)


def _copy_at_full_length(damaged: Path, reading: Path) -> None:
    """Copy a database; one that was cut off gets back its length, in zeros.

    sqlite reads nothing of a file that has fewer pages than its header says
    (https://sqlite.org/fileformat.html#in_header_database_size).
    """
    shutil.copyfile(damaged, reading)
    os.chmod(reading, 0o600)
    with reading.open("rb+") as file:
        header = file.read(32)
        page_size = int.from_bytes(header[16:18], "big")
        length = int.from_bytes(header[28:32], "big") * (65536 if page_size == 1 else page_size)
        if os.fstat(file.fileno()).st_size < length <= _LONGEST:
            file.truncate(length)


def _copy_rows(source: sqlite3.Connection, target: sqlite3.Connection) -> int:
    target.execute("PRAGMA foreign_keys = OFF")
    target.execute("BEGIN IMMEDIATE")
    for row in filter(_is_named, _rows(source, "conversation")):
        _put(target, "conversation", row)
    messages = 0
    for row in filter(_is_named, _rows(source, "message")):
        messages += _put(target, "message", row)
        parts = _parts(source, row[1])
        for part in parts:
            _put(target, "part", part)
        if not parts or any(map(_has_garbled, (row, *parts))):
            # Its text may be the backup's, and how it was computed not, or the other way round.
            target.execute("UPDATE message SET run = NULL, tokens = NULL WHERE id = ?", (row[1],))
    _copy_drafts(source, target)
    _adopt_orphans(target)
    index_all(target)
    target.execute("COMMIT")
    return messages


def _copy_drafts(source: sqlite3.Connection, target: sqlite3.Connection) -> None:
    """Put the drafts that can be read in the place of the backup's, each as a whole.

    The backup's stays where a part of the new one is damaged, and where it isn't known whether
    there is one.
    """
    rows: Iterable[Sequence[object]]
    try:
        rows = source.execute("SELECT * FROM draft ORDER BY number").fetchall()
        whole = True
    except _UNREADABLE:
        rows, whole = _rows(source, "draft"), False
    drafts: dict[object, list[Sequence[object]]] = defaultdict(list)
    for row in rows:
        drafts[row[1]].append(tuple(row))
    before = {row[0] for row in target.execute("SELECT conversation_id FROM draft")}
    for conversation in drafts.keys() | (before if whole else set()):
        parts = drafts[conversation]
        if conversation not in before or not any(map(_has_garbled, parts)):
            target.execute("DELETE FROM draft WHERE conversation_id IS ?", (conversation,))
            for part in parts:
                _put(target, "draft", part)


def _rows(source: sqlite3.Connection, table: str) -> Iterator[Sequence[object]]:
    """Yield every row that can be read, in the order of writing, stepping over what can't.

    A flipped bit may have renamed a column: they are known by their places.
    """
    number, tried = 1, 0
    while number < _FAR:
        try:
            # Not "> number - 1", which looks at that row too: it may be the damaged one.
            row = source.execute(
                f"SELECT rowid, * FROM {table} WHERE rowid >= ? ORDER BY rowid LIMIT 1", (number,)
            ).fetchone()
        except _UNREADABLE as error:
            if tried == 0:
                _log.info("rows of %s from %d on are damaged: %s", table, number, error)
            tried += 1
            number += 1 if tried <= _NEAR else 1 << (tried - _NEAR)
            continue
        if row is None or not isinstance(row[0], int) or row[0] < number:
            return
        tried, number = 0, row[0] + 1
        yield tuple(row)[1:]


def _is_named(row: Sequence[object]) -> bool:
    """Whether a conversation or message has an id that may be one."""
    return isinstance(row[1], str) and "\ufffd" not in row[1]


def _parts(source: sqlite3.Connection, message: object) -> list[sqlite3.Row]:
    try:
        return source.execute("SELECT * FROM part WHERE message_id = ?", (message,)).fetchall()
    except _UNREADABLE:
        return []


def _put(target: sqlite3.Connection, table: str, row: Sequence[object]) -> int:
    """Write a row over the one with its id; return how many (0 where it breaks a rule).

    The backup's stays where the row has a damaged text.
    """
    # An older version has the first of the columns.
    values = dict(zip(_columns(target, table), row, strict=False))
    if table != "part":
        del values["number"]  # the backup's rows may have taken it
    marks = ", ".join(f":{name}" for name in values)
    replaced = ", ".join(f"{name} = excluded.{name}" for name in values)
    action = "NOTHING" if _has_garbled(row) else f"UPDATE SET {replaced}"
    try:
        target.execute(
            f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})"
            f" ON CONFLICT ({_KEYS[table]}) DO {action}",
            values,
        )
    except (sqlite3.IntegrityError, sqlite3.DataError, sqlite3.InterfaceError, OverflowError):
        return 0
    return 1


def _has_garbled(row: Iterable[object]) -> bool:
    """Whether a text has bytes that aren't UTF-8, or those of a page that was zeroed."""
    return any(isinstance(value, str) and ("\ufffd" in value or "\0" in value) for value in row)


def _columns(target: sqlite3.Connection, table: str) -> list[str]:
    return [row["name"] for row in target.execute(f"PRAGMA table_info({table})")]


def _adopt_orphans(target: sqlite3.Connection) -> None:
    """Give what has a conversation or parent that can't be read what it needs to be found.

    What is left without any message and draft is of no use: a damaged id, most likely.
    """
    # What is no text names no conversation.
    target.execute(
        "UPDATE message SET conversation_id = coalesce((SELECT above.conversation_id FROM message"
        " AS above WHERE above.id = message.parent_id AND typeof(above.conversation_id) = 'text'),"
        " lower(hex(randomblob(16)))) WHERE typeof(conversation_id) <> 'text'"
    )
    target.execute(
        "UPDATE draft SET conversation_id = lower(hex(randomblob(16)))"
        " WHERE typeof(conversation_id) NOT IN ('text', 'null')"
    )
    target.execute(
        "INSERT INTO conversation (id, title, created_us, updated_us)"
        " SELECT conversation_id, '…', coalesce(min(created_us), :now),"
        " coalesce(max(created_us), :now) FROM"
        " (SELECT conversation_id, created_us FROM message"
        " UNION ALL SELECT conversation_id, NULL FROM draft WHERE conversation_id IS NOT NULL)"
        " WHERE conversation_id NOT IN (SELECT id FROM conversation) GROUP BY conversation_id",
        {"now": time.time_ns() // 1000},
    )
    target.execute(
        "UPDATE message SET parent_id = (SELECT earlier.id FROM message AS earlier"
        " WHERE earlier.conversation_id = message.conversation_id"
        " AND earlier.number < message.number ORDER BY earlier.number DESC LIMIT 1)"
        " WHERE parent_id NOT IN (SELECT id FROM message)"
    )
    target.execute("DELETE FROM part WHERE message_id NOT IN (SELECT id FROM message)")
    target.execute(
        "DELETE FROM conversation WHERE id NOT IN (SELECT conversation_id FROM message)"
        " AND id NOT IN (SELECT conversation_id FROM draft WHERE conversation_id IS NOT NULL)"
    )


def is_whole(path: Path) -> bool:
    """Whether a database can be read to the last page."""
    try:
        connection = sqlite3.connect(f"file:{quote(str(path))}?mode=ro&immutable=1", uri=True)
    except sqlite3.Error:
        return False
    try:
        return bool(connection.execute("PRAGMA integrity_check(1)").fetchone()[0] == "ok")
    except _UNREADABLE:
        return False
    finally:
        connection.close()
