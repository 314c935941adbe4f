"""What sqlite and the system report, as the error tree's sentences."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from mmdesk.core.errors import StoreBusy, StoreDamaged, StoreError, StoreUnwritable

_DAMAGE = {
    sqlite3.SQLITE_CORRUPT: "it is damaged",
    sqlite3.SQLITE_NOTADB: "it is not a database",
    sqlite3.SQLITE_FORMAT: "it is not a database",
    sqlite3.SQLITE_SCHEMA: "its tables are not as mmdesk made them",
}
_NO_WRITE = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_READONLY: "the file or its folder is read-only",
    sqlite3.SQLITE_IOERR: "the disk reports an error",
    sqlite3.SQLITE_CANTOPEN: "the file or its folder can't be opened",
    sqlite3.SQLITE_PERM: "permission denied",
    sqlite3.SQLITE_AUTH: "permission denied",
    sqlite3.SQLITE_NOMEM: "there is not enough memory",
    sqlite3.SQLITE_TOOBIG: "the text is too long",
}
_REFUSALS = {
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
}
_SYSTEM = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EFBIG: "the file would become too large",
    errno.EEXIST: "a file stands where its folder should be",
    errno.ENOTDIR: "a file stands where its folder should be",
    errno.EROFS: "the disk is read-only",
    errno.EACCES: "permission denied",
    errno.EPERM: "permission denied",
}


class DatabaseDamaged(sqlite3.DatabaseError):
    """Its pages contradict each other."""

    sqlite_errorcode = sqlite3.SQLITE_CORRUPT


def is_damage(error: Exception) -> bool:
    """Whether an error of sqlite says that the file's content is broken.

    The text of its message may be broken too, which Python then can't decode.
    """
    return (
        isinstance(error, UnicodeDecodeError)
        or _primary_code(error) in _DAMAGE
        or _has_other_tables(error)
    )


def is_unreadable(error: Exception) -> bool:
    """Whether what was asked for can't be read, though the rest of the database perhaps can."""
    return is_damage(error) or _primary_code(error) == sqlite3.SQLITE_IOERR


def is_refusal(error: Exception) -> bool:
    """Whether the disk refuses to take more, though what is there can perhaps be read."""
    return _primary_code(error) in _REFUSALS


def _has_other_tables(error: Exception) -> bool:
    """Whether the tables aren't as mmdesk made them: a flipped bit renames a column."""
    wrong = ("no such", "malformed", "foreign key mismatch")
    return _primary_code(error) == sqlite3.SQLITE_ERROR and str(error).startswith(wrong)


@contextmanager
def plain_failures(path: str, *, reading: bool = False) -> Iterator[None]:
    """Turn ``sqlite3.Error`` and ``OSError`` inside the block into a ``StoreError``.

    A wrong use of sqlite (a closed connection, another thread) is a bug and passes unchanged.

    Args:
        path: The database, for the sentence.
        reading: The block only reads, so that what fails is "can't be read".
    """
    try:
        yield
    except (sqlite3.ProgrammingError, sqlite3.InterfaceError):
        raise
    except sqlite3.Error as error:
        raise sqlite_failure(error, path, reading=reading) from error
    except UnicodeDecodeError as error:
        raise StoreDamaged(path=path, reason=_DAMAGE[sqlite3.SQLITE_CORRUPT]) from error
    except OSError as error:
        reason = _SYSTEM.get(error.errno or 0) or (error.strerror or str(error)).lower()
        kind = StoreDamaged if reading else StoreUnwritable
        raise kind(path=path, reason=reason) from error


def sqlite_failure(error: sqlite3.Error, path: str, *, reading: bool) -> StoreError:
    """Return the ``StoreError`` for an error of sqlite (https://sqlite.org/rescode.html)."""
    code = _primary_code(error)
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return StoreBusy(path=path)
    if code in _DAMAGE:
        return StoreDamaged(path=path, reason=_DAMAGE[code])
    if _has_other_tables(error):
        return StoreDamaged(path=path, reason=_DAMAGE[sqlite3.SQLITE_SCHEMA])
    kind = StoreDamaged if reading else StoreUnwritable
    return kind(path=path, reason=_NO_WRITE.get(code, str(error)))


def _primary_code(error: Exception) -> int:
    """Return the extended code's low byte; Python's own errors have none."""
    return int(getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)) & 0xFF
