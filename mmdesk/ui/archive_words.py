"""What is said of exports, imports, restores and backups, in the person's language."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QDate, QLocale, QTime

from mmdesk.core.archives import (
    ArchiveItem,
    ArchiveReport,
    ArchiveRequest,
    Backup,
    ExportRequest,
    ImportRequest,
)
from mmdesk.core.errors import MmdeskError
from mmdesk.ui.translate import phrase_text


def done_items(report: ArchiveReport) -> tuple[ArchiveItem, ...]:
    """Return what was written or taken over."""
    return tuple(each for each in report.items if each.error is None and not each.present)


def going_text(request: ArchiveRequest, done: int = 0, total: int = 0) -> str:
    """Return what is being done, and how far it is once that is known."""
    if isinstance(request, ExportRequest):
        text = QCoreApplication.translate("archives", "Exporting…")
        counted = QCoreApplication.translate("archives", "Exporting… {done} of {total}")
    elif isinstance(request, ImportRequest):
        text = QCoreApplication.translate("archives", "Importing…")
        counted = QCoreApplication.translate("archives", "Importing… {done} of {total}")
    else:
        return QCoreApplication.translate("archives", "Restoring the backup…")
    if total <= 1:
        return text
    return counted.replace("{done}", str(done)).replace("{total}", str(total))


def result_text(report: ArchiveReport) -> str:
    """Return in a sentence what came of a request, failures not included."""
    request, done = report.request, done_items(report)
    if isinstance(request, ExportRequest):
        return _exported(done, request.to, bool(report.failures))
    if isinstance(request, ImportRequest):
        return _imported(done, report)
    if report.restored is None:
        return QCoreApplication.translate("archives", "Nothing was restored.")
    return _counted(
        report.conversations,
        QCoreApplication.translate("archives", "The backup is restored: 1 conversation."),
        lambda count: QCoreApplication.translate(
            "archives", "The backup is restored: %n conversations.", "", count
        ),
    )


def failures_text(report: ArchiveReport) -> str:
    """Return in a sentence how much failed; "" if nothing did."""
    count = sum(each.error is not None for each in report.items)
    if not count:
        return ""
    return _counted(
        count,
        QCoreApplication.translate("archives", "1 failed:"),
        lambda count: QCoreApplication.translate("archives", "%n failed:", "", count),
    )


def failure_lines(report: ArchiveReport) -> list[str]:
    """Return a line for each conversation or file that failed; hints below all that share them."""
    by_hint: dict[str, list[str]] = {}
    for each in report.items:
        if each.error is not None:
            line = _line(each, phrase_text(each.error.message_phrase))
            by_hint.setdefault(phrase_text(each.error.hint_phrase), []).append(line)
    return [line for hint, lines in by_hint.items() for line in (*lines, hint)]


def note_lines(report: ArchiveReport) -> list[str]:
    """Return a line for each thing that was left out."""
    return [_line(each, phrase_text(note)) for each in report.items for note in each.notes]


def error_text(error: MmdeskError) -> str:
    """Return an error's sentence and hint on one line."""
    return f"{phrase_text(error.message_phrase)} {phrase_text(error.hint_phrase)}"


def moment_text(moment: datetime) -> str:
    """Return day and time of a moment, in local time; the last two days by their names."""
    local = moment.astimezone()
    short = QLocale.FormatType.ShortFormat
    time = QLocale().toString(QTime(local.hour, local.minute), short)
    today = datetime.now().astimezone().date()
    if local.date() == today:
        day = QCoreApplication.translate("archives", "Today")
    elif local.date() == today - timedelta(days=1):
        day = QCoreApplication.translate("archives", "Yesterday")
    else:
        date = QDate(local.year, local.month, local.day)
        day = QLocale().toString(date, QLocale.FormatType.LongFormat)
    both = QCoreApplication.translate("archives", "{day}, {time}")
    return both.replace("{day}", day).replace("{time}", time)


def size_of(backup: Backup) -> str:
    """Return how many conversations are in a backup."""
    if backup.conversations is None:
        return QCoreApplication.translate("archives", "Can't be read")
    return conversations_text(backup.conversations)


def conversations_text(count: int) -> str:
    """Return a number of conversations."""
    return _counted(
        count,
        QCoreApplication.translate("archives", "1 conversation"),
        lambda count: QCoreApplication.translate("archives", "%n conversations", "", count),
    )


def _exported(done: Sequence[ArchiveItem], folder: Path, failed: bool) -> str:
    count = len(done)
    if not done:
        if failed:
            return QCoreApplication.translate("archives", "Nothing was exported.")
        return QCoreApplication.translate("archives", "There was no conversation to export.")
    if count == 1:
        text = QCoreApplication.translate("archives", "“{title}” is exported to “{folder}”.")
    else:
        text = QCoreApplication.translate(
            "archives", "%n conversations are exported to “{folder}”.", "", count
        )
    return _filled(text, title=short_title(done[0].title), folder=str(folder))


def _imported(done: Sequence[ArchiveItem], report: ArchiveReport) -> str:
    count, present = len(done), sum(each.present for each in report.items)
    if not done and not present:
        return QCoreApplication.translate("archives", "Nothing was imported.")
    parts = []
    if count == 1:
        text = QCoreApplication.translate("archives", "“{title}” is imported.")
        parts.append(_filled(text, title=short_title(done[0].title)))
    elif done:
        text = QCoreApplication.translate("archives", "%n conversations are imported.", "", count)
        parts.append(text)
    if present:
        parts.append(
            _counted(
                present,
                QCoreApplication.translate("archives", "1 was there already."),
                lambda count: QCoreApplication.translate(
                    "archives", "%n were there already.", "", count
                ),
            )
        )
    return " ".join(parts)


def short_title(title: str, most: int = 40) -> str:
    """Return a title on one line, shortened."""
    title = " ".join(title.split()) or QCoreApplication.translate("archives", "Untitled")
    return title if len(title) <= most else f"{title[: most - 1]}…"


def _filled(template: str, **fields: str) -> str:
    """Fill in fields in one go: a title may look like one."""
    return re.sub(r"\{(\w+)\}", lambda field: fields.get(field[1], field[0]), template)


def _line(item: ArchiveItem, text: str) -> str:
    title = short_title(item.title, 80)
    return f"• {text}" if title in text else f"• {title}: {text}"


def _counted(count: int, one: str, many: Callable[[int], str]) -> str:
    """Return the sentence for a number; English, the source, has no plural forms to choose from."""
    return one if count == 1 else many(count)
