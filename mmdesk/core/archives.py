"""Exports, imports and restores: what is asked for and what came of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mmdesk.core.errors import MmdeskError
from mmdesk.core.phrases import Phrase
from mmdesk.core.values import value

if TYPE_CHECKING:
    from datetime import datetime

LATEST = "latest"
"""The name of the backup that is the latest."""


@value
class ExportRequest:
    """Write conversations into a folder; nothing that is there is written over.

    Attributes:
        to: The folder; it is made.
        names: Ids or titles of conversations.
        everything: Whether all that are not in the bin are meant.
        folder: Those in this folder of the list.
        markdown: Whether Markdown is written, to be read, instead of JSON.
    """

    to: Path
    names: tuple[str, ...] = ()
    everything: bool = False
    folder: str | None = None
    markdown: bool = False


@value
class ImportRequest:
    """Take over the conversations in JSON files, or in all of those in folders."""

    paths: tuple[Path, ...]


@value
class RestoreRequest:
    """Put a backup in the place of all conversations; those of now are set aside.

    Attributes:
        backup: :attr:`Backup.name`, its time, a path, or :data:`LATEST`.
    """

    backup: str = LATEST


ArchiveRequest = ExportRequest | ImportRequest | RestoreRequest


@value
class Backup:
    """A copy of all conversations.

    Attributes:
        name: The file's.
        made: UTC.
        conversations: How many there are in it; None where it can't be read.
    """

    name: str
    path: Path
    made: datetime
    conversations: int | None = None


@value
class ArchiveItem:
    """What became of one conversation.

    Attributes:
        title: The conversation's, or the file's name where it could not be read.
        file: What was written or read.
        notes: What was left out.
        present: Whether an import found it there already, and changed nothing.
        error: Why it failed.
    """

    id: str
    title: str
    file: Path | None = None
    notes: tuple[Phrase, ...] = ()
    present: bool = False
    error: MmdeskError | None = None


@value
class ArchiveReport:
    """What came of a request.

    Attributes:
        items: In the order in which they were done; of a restore there are none.
        error: Why nothing more was done.
        restored: The backup that is in the place of the conversations now.
        aside: Where those of before are.
        conversations: How many a restore has brought.
    """

    request: ArchiveRequest
    items: tuple[ArchiveItem, ...] = ()
    error: MmdeskError | None = None
    restored: Path | None = None
    aside: Path | None = None
    conversations: int = 0

    @property
    def failures(self) -> tuple[MmdeskError, ...]:
        """All that went wrong."""
        failed = tuple(item.error for item in self.items if item.error is not None)
        return failed + ((self.error,) if self.error else ())
