"""One question and its answer, while the answer is on its way."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace

from mmdesk.core.conversations import (
    NO_SETTINGS,
    ConversationSettings,
    Entry,
    EntryStatus,
    Failure,
    SavedTurn,
    StopReason,
    Usage,
)
from mmdesk.core.errors import MmdeskError
from mmdesk.core.events import TextDelta, TurnFailed, TurnFinished
from mmdesk.core.messages import assistant_message
from mmdesk.core.models import ModelKey
from mmdesk.core.requests import GenerationSettings, TurnId

SAVE_EVERY_S = 0.15
"""Streamed text is on its way to the disk after this long; the promise is 250 ms."""


@dataclass(slots=True)
class Turn:
    """State of a turn: saving, then waiting, then answering, then settled.

    Attributes:
        path: The shown entries up to and with the question.
        conversation: None until the store has made one for the first question.
        model: Who answers.
        settings: What holds for the conversation.
        generation: How the answer is sampled.
        begun: The stopped answer that is gone on with.
        saved: The store's ids, once the question is on disk.
        withdrawn: Whether it was stopped before it could be saved.
    """

    id: TurnId
    path: list[Entry]
    conversation: str | None
    model: ModelKey
    settings: ConversationSettings = NO_SETTINGS
    generation: GenerationSettings = field(default_factory=GenerationSettings)
    begun: Entry | None = None
    saved: SavedTurn | None = None
    cancelled: bool = False
    withdrawn: bool = False
    _pieces: list[str] = field(default_factory=list)
    _dirty_since: float | None = None

    @property
    def text(self) -> str:
        """The answer so far."""
        begun = self.begun.message.text if self.begun else ""
        return begun + "".join(self._pieces)

    @property
    def unsaved(self) -> bool:
        """Whether streamed text is not yet on its way to the disk."""
        return self._dirty_since is not None

    @property
    def keeps_question(self) -> bool:
        """Whether its question is being saved; else the store has it already."""
        return self.saved is None and not self.path[-1].id

    def path_with(self, answer: Entry) -> list[Entry]:
        """Return the path as it is shown once the turn has ended."""
        if self.withdrawn:
            return self.path[:-1] if self.keeps_question else self.path
        return [*self.path, answer]

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

    def whole(self, event: TurnFinished) -> TurnFinished:
        """Return the terminal event as one about the whole answer, with what the session knows."""
        run = event.run and replace(
            event.run, model=self.model, system_prompt=self.settings.system_prompt
        )
        if self.begun is None:
            return replace(event, run=run)
        computed = bool(self._pieces) or event.stop_reason is StopReason.STOP
        return replace(
            event,
            text=self.text,
            usage=_added_up(self.begun.usage, event.usage),
            notes=tuple(dict.fromkeys((*self.begun.notes, *event.notes))),
            run=run if computed else self.begun.run,
        )

    def settle(self, event: TurnFinished | TurnFailed) -> Entry:
        """Return the answer as an entry, as the terminal event leaves it (see :meth:`whole`)."""
        self._dirty_since = None
        status, stop_reason, usage, failure = _outcome(event)
        finished = event if isinstance(event, TurnFinished) else None
        old = self.begun if finished is None else None
        known = self.saved.answer if self.saved else self.begun.id if self.begun else ""
        versions = self.saved.answer_versions if self.saved else ()
        return Entry(
            id=known,
            message=assistant_message(self.text),
            status=status,
            stop_reason=stop_reason,
            usage=usage or (old.usage if old else None),
            failure=failure,
            model=(finished and finished.model) or self.model,
            notes=finished.notes if finished else old.notes if old else (),
            versions=versions or (self.begun.versions if self.begun else ()),
            run=finished.run if finished else old.run if old and not self._pieces else None,
        )


def failure_of(error: MmdeskError) -> Failure:
    """Return what is kept of an error."""
    return Failure(error.kind, error.message_phrase, error.hint_phrase)


def can_continue(answer: Entry) -> bool:
    """Return whether an answer ended before its model had ended it."""
    if not answer.id or not answer.message.text.strip():
        return False
    cut_off = (EntryStatus.STOPPED, EntryStatus.INTERRUPTED, EntryStatus.FAILED)
    return answer.status in cut_off or answer.stop_reason is StopReason.LENGTH


def _added_up(before: Usage | None, now: Usage | None) -> Usage | None:
    if before is None or now is None:
        return before or now
    return replace(now, completion_tokens=before.completion_tokens + now.completion_tokens)


def _outcome(
    event: TurnFinished | TurnFailed,
) -> tuple[EntryStatus, StopReason | None, Usage | None, Failure | None]:
    if isinstance(event, TurnFailed):
        return EntryStatus.FAILED, None, None, failure_of(event.error)
    stopped = event.stop_reason is StopReason.CANCELLED
    status = EntryStatus.STOPPED if stopped else EntryStatus.FINISHED
    return status, event.stop_reason, event.usage, None
