"""A lock on a file: one mmdesk at a time; the system lets go of it when the holder ends."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from mmdesk.core.errors import StoreBusy


class InstanceLock:
    """Holds ``<database>.lock`` from construction to :meth:`release`.

    The file stays behind: removing it would let two instances lock two different files.
    """

    def __init__(self, database: Path) -> None:
        """Take the lock.

        Raises:
            StoreBusy: another process (or another store in this one) holds it.
            OSError: the file can't be made.
        """
        path = database.with_name(f"{database.name}.lock")
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(self._descriptor)
        except (BlockingIOError, PermissionError) as error:
            self.release()
            raise StoreBusy(path=str(database)) from error
        except BaseException:
            self.release()
            raise

    def release(self) -> None:
        """Let go. May be called twice."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def _lock(descriptor: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
