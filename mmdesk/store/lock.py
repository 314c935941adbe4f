"""One mmdesk at a time: a lock beside the database."""

from __future__ import annotations

from pathlib import Path

from mmdesk.core.errors import StoreBusy
from mmdesk.file_lock import FileLock


class InstanceLock(FileLock):
    """Holds ``<database>.lock`` from construction to :meth:`release`."""

    def __init__(self, database: Path) -> None:
        """Take the lock.

        Raises:
            StoreBusy: another process (or another store in this one) holds it.
            OSError: the file can't be made.
        """
        try:
            super().__init__(database.with_name(f"{database.name}.lock"))
        except BlockingIOError as error:
            raise StoreBusy(path=str(database)) from error
