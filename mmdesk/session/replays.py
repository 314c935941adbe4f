"""Replays: a kept answer is computed again and compared, one at a time, after all questions."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mmdesk.core.conversations import Entry, Run, StopReason
from mmdesk.core.errors import MmdeskError
from mmdesk.core.events import (
    Event,
    ReplayFinished,
    ReplayProgressed,
    TextDelta,
    TurnFailed,
    TurnFinished,
    TurnProgress,
)
from mmdesk.core.identity import new_id
from mmdesk.core.models import ModelKey, is_remote
from mmdesk.core.protocols import EventSink
from mmdesk.core.requests import AnswerQuestion, Begun, TurnId
from mmdesk.session.answering import Answering
from mmdesk.session.comparing import Computed, compare, kept_answer
from mmdesk.session.history import prompt_messages
from mmdesk.session.identities import ModelIdentities, same_files

_TELL_S = 0.1


@dataclass(slots=True)
class _Replay:
    """One replay.

    Attributes:
        request: Its turn changes with each try.
        yields: Whether it was stopped for a person's question, to be begun again behind it.
    """

    entry: Entry
    run: Run
    request: AnswerQuestion
    done: int = 0
    told: float = 0.0
    yields: bool = False

    @property
    def total(self) -> int:
        return len(kept_answer(self.entry, self.run).tokens) - self.run.begun


class Replays:
    """Has answers computed again; nothing of it is shown as an answer."""

    def __init__(self, answering: Answering, identities: ModelIdentities, emit: EventSink) -> None:
        self._answering = answering
        self._identities = identities
        self._emit = emit
        self._running: _Replay | None = None

    @property
    def model(self) -> ModelKey | None:
        """The model that computes now, or will next."""
        return self._running.run.model if self._running is not None else None

    def begin(self, entries: Sequence[Entry], index: int) -> None:
        """Compute ``entries[index]`` again; one that runs already is stopped."""
        entry = entries[index]
        run = entry.run
        if run is None or not can_replay(entry):
            return
        self.stop()
        self._running = _Replay(entry, run, _request(entries[:index], entry, run))
        self._emit(ReplayProgressed(entry.id, 0, self._running.total))
        self._answering.replay(self._running.request, run.model)

    def stop(self) -> None:
        """Stop it: ``ReplayFinished`` without a report."""
        running, self._running = self._running, None
        if running is not None:
            self._answering.cancel(running.request.turn)
            self._emit(ReplayFinished(running.entry.id, None))

    def make_way(self) -> None:
        """Let a question go first; the replay begins again behind it."""
        if self._running is not None and not self._running.yields:
            self._running.yields = True
            self._answering.cancel(self._running.request.turn)

    def handle(self, event: Event) -> tuple[Event, ...] | None:
        """Take an event that is about a replay; return what is to be shown, None if it isn't."""
        running = self._running
        if not isinstance(event, TextDelta | TurnProgress | TurnFinished | TurnFailed):
            return None
        if running is None or event.turn != running.request.turn:
            return None
        match event:
            case TextDelta(tokens=tokens):
                return self._progress(running, tokens)
            case TurnProgress():
                return ()
            case TurnFinished(stop_reason=StopReason.CANCELLED) if running.yields:
                return self._again(running)
            case TurnFinished():
                return (self._finished(running, event),)
            case TurnFailed(error=error):
                return (self._over(running, error),)

    def _progress(self, running: _Replay, tokens: int) -> tuple[Event, ...]:
        running.done += tokens
        now = time.monotonic()
        if now - running.told < _TELL_S:
            return ()
        running.told = now
        done = min(running.done, running.total)
        return (ReplayProgressed(running.entry.id, done, running.total),)

    def _again(self, running: _Replay) -> tuple[Event, ...]:
        running.yields, running.done = False, 0
        running.request = replace(running.request, turn=new_id())
        self._answering.replay(running.request, running.run.model)
        return (ReplayProgressed(running.entry.id, 0, running.total),)

    def _finished(self, running: _Replay, event: TurnFinished) -> Event:
        if event.run is None or event.stop_reason is StopReason.CANCELLED:
            return self._over(running)
        run = self._identities.identified(replace(event.run, model=running.run.model))
        now = Computed(event.text, run, event.stop_reason is StopReason.STOP)
        report = compare(running.entry.id, kept_answer(running.entry, running.run), now)
        self._running = None
        return ReplayFinished(running.entry.id, report)

    def _over(self, running: _Replay, error: MmdeskError | None = None) -> Event:
        self._running = None
        return ReplayFinished(running.entry.id, None, error)


def can_replay(entry: Entry) -> bool:
    """Return whether an answer can be computed again."""
    run = entry.run
    return run is not None and bool(run.tokens) and bool(run.model) and not is_remote(run.model)


def _request(path: Sequence[Entry], entry: Entry, run: Run) -> AnswerQuestion:
    """Return what has an answer computed as it was, and no further."""
    turn: TurnId = new_id()
    messages = prompt_messages(path, run.system_prompt, lambda each: same_files(each, run))
    most = len(kept_answer(entry, run).tokens)
    begun = Begun("", run.tokens[: run.begun]) if run.begun else None
    return AnswerQuestion(turn, messages, replace(run.settings, max_tokens=most), begun=begun)
