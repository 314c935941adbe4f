"""The whole application below the window, with an engine that only streams: to be killed.

python -m mmdesk.bench.durability.application SEED [ROOM]

It says on standard output what happens: ``ready``; ``turn ID QUESTION ANSWER`` and ``kept ANSWER
CHARACTERS`` once the store has returned; ``delta CHARACTERS NANOSECONDS`` before a piece of text is
handed on (the length with it, and the monotonic clock); ``settled ANSWER CHARACTERS`` when an
answer is whole, whether the disk took it or not.

Without ROOM it answers until it is killed. With ROOM, the database may grow by so many bytes: from
then on the disk is full, until a while later it is not, and everything is saved.
"""

from __future__ import annotations

import os
import queue
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

from mmdesk import compose, paths
from mmdesk.core.conversations import (
    NO_SETTINGS,
    ConversationSettings,
    Entry,
    SavedTurn,
    StopReason,
    Usage,
)
from mmdesk.core.errors import EngineEmpty, InternalError
from mmdesk.core.events import (
    ConversationsListed,
    Event,
    ModelInfo,
    SavingPaused,
    SavingResumed,
    StoreFailed,
    TextDelta,
    TurnFailed,
    TurnFinished,
    TurnSaved,
)
from mmdesk.core.messages import Message
from mmdesk.core.models import ModelKey
from mmdesk.core.protocols import Engine, EventSink
from mmdesk.core.requests import AnswerQuestion, LoadModel
from mmdesk.session.no_engine import NoEngine
from mmdesk.settings import Settings
from mmdesk.store import sqlite

STREAM = "".join(f"{number} words 第{number}个词。" for number in range(1000))
"""What every answer begins with; it says the rest of itself after that."""

QUESTION = "Which of them is it? 是哪一个？ "
_FRAME_S = 0.016
_FULL_TURNS = 6
"""Questions with a full disk, at most."""
_FULL_S = 1.5
"""How long it stays full at most once it is; what waits is tried again each second."""


def say(*words: object) -> None:
    """Write a line past every buffer: what was said before a kill has been said."""
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


class StreamingEngine(NoEngine):
    """Streams pieces of :data:`STREAM` of random lengths at random moments."""

    def __init__(self, chance: random.Random, pause_s: float) -> None:
        super().__init__(EngineEmpty())
        self._chance = chance
        self._pause_s = pause_s

    def load(
        self, request: LoadModel, emit: EventSink, cancelled: Callable[[], bool]
    ) -> ModelInfo | None:
        """There is nothing to load."""
        return ModelInfo("streaming", request.path, "cpu", "float32", 0, None)

    def answer(
        self, request: AnswerQuestion, emit: EventSink, cancelled: Callable[[], bool]
    ) -> TurnFinished:
        """Stream 100 to 3,000 characters."""
        length, end = 0, self._chance.randint(100, 3000)
        while length < end and not cancelled():
            piece = STREAM[length : length + self._chance.randint(1, 40)]
            length += len(piece)
            say("delta", length, time.monotonic_ns())
            emit(TextDelta(request.turn, piece))
            time.sleep(self._chance.uniform(0, self._pause_s))
        usage = Usage(1, length, 1.0, 100.0)
        return TurnFinished(request.turn, StopReason.STOP, STREAM[:length], usage, "streaming")


class SayingStore(sqlite.SqliteStore):
    """Says what it has acknowledged."""

    def begin_turn(
        self,
        question: Message,
        *,
        conversation: str | None,
        parent: str | None,
        model: ModelKey,
        settings: ConversationSettings = NO_SETTINGS,
    ) -> SavedTurn:
        """Keep a question."""
        saved = super().begin_turn(
            question, conversation=conversation, parent=parent, model=model, settings=settings
        )
        say("turn", saved.conversation, saved.question, saved.answer)
        return saved

    def write_answer(self, answer: Entry) -> None:
        """Keep an answer."""
        super().write_answer(answer)
        say("kept", answer.id, len(answer.message.text))


class Run:
    """Asks one question after the other."""

    def __init__(self, chance: random.Random, room: int | None) -> None:
        self._chance = chance
        self._room = room
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._application = compose.build(self._events.put, Settings())
        self._session = self._application.session
        self._answers: dict[str, str] = {}
        self._turns = 0
        self._open = 0
        """Questions that nothing has ended yet."""
        self._failures = 0
        self._paused = False
        self.broken = False

    def run(self) -> None:
        """Ask until killed, or until the disk was full and no longer is."""
        self._application.start()
        self._session.start()
        while not self._frame(ConversationsListed):
            pass
        say("ready")
        if self._room is None:
            while True:
                self._ask()
        self._ask()
        _let_grow(paths.database(), self._room)
        while self._failures == 0 and self._turns < _FULL_TURNS:
            self._ask()
        time.sleep(self._chance.uniform(0, _FULL_S))
        _let_grow(paths.database(), None)
        while self._open or self._paused:
            self._frame()
        self._ask()
        self._session.close()
        self._application.close()

    def _ask(self) -> None:
        """Ask, and wait for the end; what can't be saved ends later."""
        if self._chance.random() < 0.2:
            self._session.new_conversation()
        self._turns += 1
        self._open += 1
        self._session.submit(QUESTION + "x" * self._chance.randint(0, 500))
        while self._open and not self._paused:
            self._frame()

    def _frame(self, *kinds: type[object]) -> bool:
        """Do what the window does in a frame; return whether one of ``kinds`` was among it."""
        time.sleep(_FRAME_S)
        found = False
        while not self._events.empty():
            event = self._events.get()
            self._note(event)
            for shown in self._session.handle(event):
                found = found or isinstance(shown, kinds)
                self._open -= isinstance(shown, TurnFinished | TurnFailed)
        self._session.tick()
        return found

    def _note(self, event: Event) -> None:
        match event:
            case TurnSaved(turn=turn, saved=saved):
                self._answers[turn] = saved.answer
            case TurnFinished(turn=turn, text=text):
                say("settled", self._answers[turn], len(text))
            case SavingPaused():
                self._failures += 1
                self._paused = True
            case SavingResumed():
                self._paused = False
            case TurnFailed(error=error) | StoreFailed(error=error):
                self._failures += 1
                self.broken = self.broken or isinstance(error, InternalError)


def _let_grow(database: Path, room: int | None) -> None:
    """Let no file of this process become larger than the database and ``room``; None lifts it."""
    import resource

    size = resource.RLIM_INFINITY if room is None else database.stat().st_size + room
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def main() -> int:
    """Run; 1 where an error was not one that mmdesk knows."""
    chance = random.Random(int(sys.argv[1]))
    room = int(sys.argv[2]) if len(sys.argv) > 2 else None
    pause_s = 0.02 if room is None else 0.002

    def maker(engine: str) -> Callable[[], Engine]:
        return lambda: StreamingEngine(chance, pause_s)

    # The only changes to the application: who answers, and that the store tells.
    compose._engine_maker = maker
    sqlite.SqliteStore = SayingStore  # type: ignore[misc]
    run = Run(chance, room)
    run.run()
    return int(run.broken)


if __name__ == "__main__":
    sys.exit(main())
