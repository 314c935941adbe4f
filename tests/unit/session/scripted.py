"""A scripted engine for the session's own tests; models are real in every other test."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from mmdesk.core.conversations import StopReason, Usage
from mmdesk.core.events import Event, LoadStage, ModelInfo, ModelLoading, TextDelta, TurnFinished
from mmdesk.core.protocols import EventSink
from mmdesk.core.requests import AnswerQuestion, LoadModel

PATIENCE_S = 20.0


@dataclass
class ScriptedEngine:
    """Writes ``words``; ``loads`` and ``answers`` hold exceptions to raise, first come first."""

    words: tuple[str, ...] = ("It ", "is ", "red.")
    loads: list[Exception | None] = field(default_factory=list)
    answers: list[tuple[int, Exception] | None] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)
    load_gate: threading.Event = field(default_factory=threading.Event)
    asked: list[AnswerQuestion] = field(default_factory=list)
    loaded: list[LoadModel] = field(default_factory=list)
    closed: bool = False

    def __post_init__(self) -> None:
        self.gate.set()
        self.load_gate.set()

    def load(
        self, request: LoadModel, emit: EventSink, cancelled: Callable[[], bool]
    ) -> ModelInfo | None:
        self.loaded.append(request)
        emit(ModelLoading(LoadStage.STARTING))
        deadline = time.monotonic() + PATIENCE_S
        while not self.load_gate.wait(0.005):
            assert time.monotonic() < deadline
            if cancelled():
                return None
        error = self.loads.pop(0) if self.loads else None
        if error:
            raise error
        return ModelInfo(request.path.name, request.path, "cpu", "float32", 1, 100)

    def answer(
        self, request: AnswerQuestion, emit: EventSink, cancelled: Callable[[], bool]
    ) -> TurnFinished:
        self.asked.append(request)
        script = self.answers.pop(0) if self.answers else None
        for index, word in enumerate(self.words):
            if script and index == script[0]:
                raise script[1]
            deadline = time.monotonic() + PATIENCE_S
            while index and not self.gate.wait(0.005) and time.monotonic() < deadline:
                if cancelled():
                    break
            if cancelled():
                text = "".join(self.words[:index])
                return TurnFinished(request.turn, StopReason.CANCELLED, text, None)
            emit(TextDelta(request.turn, word))
        usage = Usage(5, len(self.words), 1.0, 10.0)
        return TurnFinished(request.turn, StopReason.STOP, "".join(self.words), usage)

    def close(self) -> None:
        self.closed = True


class Events:
    """A sink that the tests read."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.seen: list[Event] = []

    def put(self, event: Event) -> None:
        self._queue.put(event)

    def next(self) -> Event:
        event = self._queue.get(timeout=PATIENCE_S)
        self.seen.append(event)
        return event

    def until(self, kind: type[Event]) -> list[Event]:
        """Return the events up to and with the first of ``kind``."""
        events = [self.next()]
        while not isinstance(events[-1], kind):
            events.append(self.next())
        return events

    def quiet(self, seconds: float = 0.1) -> bool:
        """Return whether nothing comes for a while."""
        try:
            self.seen.append(self._queue.get(timeout=seconds))
        except queue.Empty:
            return True
        return False


def load_request(name: str = "model") -> LoadModel:
    return LoadModel(Path("/models") / name)
