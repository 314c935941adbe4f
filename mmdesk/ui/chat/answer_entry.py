"""A live answer as it is kept once it ended."""

from __future__ import annotations

from dataclasses import replace

from mmdesk.core.conversations import Entry, EntryStatus, Failure, StopReason
from mmdesk.core.errors import MmdeskError
from mmdesk.core.events import TurnFinished
from mmdesk.core.messages import assistant_message


def finished_entry(entry: Entry, event: TurnFinished, text: str) -> Entry:
    """Return an answer that ended, with all of its text."""
    stopped = event.stop_reason is StopReason.CANCELLED
    return replace(
        entry,
        message=assistant_message(text),
        status=EntryStatus.STOPPED if stopped else EntryStatus.FINISHED,
        stop_reason=event.stop_reason,
        usage=event.usage,
        model=event.model or entry.model,
        notes=event.notes,
        run=event.run,
    )


def failed_entry(entry: Entry, error: MmdeskError, text: str) -> Entry:
    """Return an answer that broke off, with what there is of its text."""
    return replace(
        entry,
        message=assistant_message(text),
        status=EntryStatus.FAILED,
        failure=Failure(error.kind, error.message_phrase, error.hint_phrase),
    )


def is_unfinished(entry: Entry) -> bool:
    """Tell whether more of an answer could follow: it was stopped, cut off, or broke off."""
    if entry.status is EntryStatus.FINISHED:
        return entry.stop_reason is StopReason.LENGTH
    return bool(entry.message.text)
