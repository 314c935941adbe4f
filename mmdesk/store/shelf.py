"""The backups of one database, as the application and its commands use them."""

from __future__ import annotations

from pathlib import Path

from mmdesk.core.archives import ArchiveReport, Backup, RestoreRequest
from mmdesk.store.restoring import find_backup, list_backups, restore


class BackupShelf:
    """Implements :class:`~mmdesk.core.protocols.Backups`."""

    def __init__(self, database: Path, folder: Path) -> None:
        """``folder`` is where the backups are."""
        self._database = database
        self._folder = folder

    def backups(self) -> tuple[Backup, ...]:
        """Return them, the latest first."""
        return list_backups(self._folder)

    def restore(self, request: RestoreRequest) -> ArchiveReport:
        """Put one in the place of the database.

        Raises:
            BackupMissing, StoreBusy, BackupDamaged, StoreTooNew, StoreDamaged, StoreUnwritable:
                nothing was changed.
        """
        done = restore(self._database, find_backup(self._folder, request.backup))
        return ArchiveReport(
            request, restored=done.backup, aside=done.aside, conversations=done.conversations
        )
