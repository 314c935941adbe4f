"""Backups and reports for the tests of exports, imports and restores."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from mmdesk.core.archives import ArchiveItem, ArchiveReport, Backup, ImportRequest
from mmdesk.core.errors import ArchiveNonsense, ArchiveNotJson
from mmdesk.core.events import BackupsListed
from mmdesk.core.phrases import Phrase

NOW = datetime.now(UTC)
IMPORT = ImportRequest((Path("/x"),))


def backups(count: int) -> BackupsListed:
    """Return backups of as many days; the fourth can't be read."""
    return BackupsListed(
        tuple(
            Backup(f"b{n}", Path(f"/backups/b{n}"), NOW - timedelta(days=n), None if n == 3 else n)
            for n in range(count)
        )
    )


def item(name: str, **more: object) -> ArchiveItem:
    """Return a conversation that was written or read."""
    return ArchiveItem(name, f"About {name}", Path(f"/x/{name}.json"), **more)  # type: ignore[arg-type]


def mixed() -> ArchiveReport:
    """Return an import of everything that can become of a conversation."""
    addresses = Phrase("{count} pictures are at web addresses", {"count": 3})
    return ArchiveReport(
        IMPORT,
        (
            item("one"),
            item("two", notes=(addresses,)),
            item("three", present=True),
            item("四" * 60, error=ArchiveNonsense(name="四.json", where="x", reason="is bad")),
            item("five", error=ArchiveNonsense(name="5.json", where="y", reason="is worse")),
            ArchiveItem("", "six.json", error=ArchiveNotJson(name="six.json")),
        ),
    )
