"""A lock on a file between processes; the system lets go of it when the holder ends."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

_LOOK_S = 0.1


class FileLock:
    """Holds ``path`` from construction to :meth:`release`.

    The file stays behind: removing it would let two processes lock two different files.
    """

    def __init__(self, path: Path) -> None:
        """Take the lock.

        Raises:
            BlockingIOError: another process, or another lock in this one, holds it.
            OSError: the file can't be made.
        """
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(self._descriptor)
        except BaseException:
            self.release()
            raise

    def release(self) -> None:
        """Let go. May be called twice.

        A process that is just being started has a copy of the descriptor until it runs its own
        program: closing alone would leave the lock with it.
        """
        if self._descriptor >= 0:
            with contextlib.suppress(OSError):
                _unlock(self._descriptor)
            os.close(self._descriptor)
            self._descriptor = -1


@contextlib.contextmanager
def held(path: Path, patience_s: float) -> Iterator[None]:
    """Hold a lock for the block; wait so long for whoever has it.

    Raises:
        BlockingIOError: they didn't let go of it.
        OSError: the file can't be made.
    """
    until = time.monotonic() + patience_s
    while True:
        try:
            lock = FileLock(path)
            break
        except BlockingIOError:
            if time.monotonic() >= until:
                raise
            time.sleep(_LOOK_S)
    try:
        yield
    finally:
        lock.release()


def _lock(descriptor: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except PermissionError as error:
            raise BlockingIOError from error
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _unlock(descriptor: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_UN)
