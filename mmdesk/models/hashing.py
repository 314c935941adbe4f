"""Hashes of files, and telling cheaply whether one has changed since it was hashed."""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Callable
from pathlib import Path

Fingerprint = tuple[int, int, int, int]
"""Size, times of the last change of content and of inode (nanoseconds), and inode."""

_BLOCK = 2**20
_CLOCK_TICK_S = 0.05
"""File systems stamp changes by a clock that ticks; two changes within a tick look alike."""


class Stopped(Exception):
    """The person broke it off."""


def never() -> bool:
    """Stop for nobody."""
    return False


def sha256_of(
    file: Path,
    read: Callable[[int], None] = lambda count: None,
    stopped: Callable[[], bool] = never,
) -> str:
    """Return a file's SHA-256 in hex.

    Args:
        read: Told the number of bytes after each block.

    Raises:
        Stopped: ``stopped`` said so.
        OSError: it can't be read.
    """
    return _digest(file, hashlib.sha256(), read, stopped)


def git_sha1_of(
    file: Path,
    read: Callable[[int], None] = lambda count: None,
    stopped: Callable[[], bool] = never,
) -> str:
    """Return git's hash of a file as a blob, as :func:`sha256_of` does."""
    return _digest(file, git_hasher(file.stat().st_size), read, stopped)


def git_hasher(size: int) -> hashlib._Hash:
    """Return a hasher that gives git's name of a blob (Pro Git, 10.2) once it got ``size`` bytes.

    It recognises a file that git itself knows by SHA-1; nothing better is known of those.
    """
    return hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False)


def hex_digest(value: object, digits: int) -> str | None:
    """Return a hash in lower case, or None where it isn't one."""
    if isinstance(value, str) and re.fullmatch(rf"[0-9a-fA-F]{{{digits}}}", value):
        return value.lower()
    return None


def fingerprint(file: Path) -> Fingerprint:
    """Return what changes when the file does. Raises ``OSError``."""
    status = file.stat()
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino


def settled(seen: Fingerprint) -> bool:
    """Whether a change from now on would give another fingerprint."""
    latest = max(seen[1], seen[2]) / 1e9
    return latest + _CLOCK_TICK_S < time.time()


def settle() -> None:
    """Wait until whatever was written before is :func:`settled`."""
    time.sleep(2 * _CLOCK_TICK_S)


def _digest(
    file: Path,
    hasher: hashlib._Hash,
    read: Callable[[int], None],
    stopped: Callable[[], bool],
) -> str:
    with file.open("rb") as stream:
        while block := stream.read(_BLOCK):
            if stopped():
                raise Stopped
            hasher.update(block)
            read(len(block))
    return hasher.hexdigest()


def sync_folder(folder: Path) -> None:
    """Have the system write down which files a folder holds, where it knows how."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
