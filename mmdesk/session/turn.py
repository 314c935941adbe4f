"""One question and its answer, while the answer is on its way."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from mmdesk.core.conversations import Entry, EntryStatus, Failure, SavedTurn, StopReason, Usage
from mmdesk.core.errors import MmdeskError
from mmdesk.core.events import TextDelta, TurnFailed, TurnFinished
from mmdesk.core.messages import assistant_message
from mmdesk.core.models import ModelKey
from mmdesk.core.requests import TurnId

SAVE_EVERY_S = 0.15
"""Streamed text is on its way to the disk after this long; the promise is 250 ms."""


@dataclass(slots=True)
class Turn:
    """State of a turn: saving, then waiting, then answering, then settled.

    Attributes:
        path: The shown entries up to and with the question.
        conversation: None until the store has made one for the first question.
        model: Who answers.
        saved: The store's ids, once the question is on disk.
    """

    id: TurnId
    path: list[Entry]
    conversation: str | None
    model: ModelKey
    saved: SavedTurn | None = None
    cancelled: bool = False
    _pieces: list[str] = field(default_factory=list)
    _dirty_since: float | None = None

    @property
    def text(self) -> str:
        """What was streamed so far."""
        return "".join(self._pieces)

    @property
    def unsaved(self) -> bool:
        """Whether streamed text is not yet on its way to the disk."""
        return self._dirty_since is not None

    def append(self, delta: TextDelta) -> None:
        """Take streamed text."""
        self._pieces.append(delta.text)
        if self._dirty_since is None:
            self._dirty_since = time.monotonic()

    def take_due(self) -> bool:
        """Return whether the text should be saved now, and count it as saved then."""
        if self._dirty_since is None or time.monotonic() - self._dirty_since < SAVE_EVERY_S:
            return False
        self._dirty_since = None
        return True

    def settle(self, event: TurnFinished | TurnFailed) -> Entry:
        """Return the answer as an entry, as the terminal event leaves it."""
        self._dirty_since = None
        status, stop_reason, usage, failure = _outcome(event)
        finished = event if isinstance(event, TurnFinished) else None
        return Entry(
            id=self.saved.answer if self.saved else "",
            message=assistant_message(self.text),
            status=status,
            stop_reason=stop_reason,
            usage=usage,
            failure=failure,
            model=(finished and finished.model) or self.model,
            notes=finished.notes if finished else (),
            versions=self.saved.answer_versions if self.saved else (),
        )


def failure_of(error: MmdeskError) -> Failure:
    """Return what is kept of an error."""
    return Failure(error.kind, error.message_phrase, error.hint_phrase)


def _outcome(
    event: TurnFinished | TurnFailed,
) -> tuple[EntryStatus, StopReason | None, Usage | None, Failure | None]:
    if isinstance(event, TurnFailed):
        return EntryStatus.FAILED, None, None, failure_of(event.error)
    stopped = event.stop_reason is StopReason.CANCELLED
    status = EntryStatus.STOPPED if stopped else EntryStatus.FINISHED
    return status, event.stop_reason, event.usage, None
