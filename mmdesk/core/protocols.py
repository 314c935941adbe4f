"""The seams between packages. Only what is built has one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from mmdesk.core.conversations import (
    Conversation,
    ConversationSummary,
    EntryStatus,
    Failure,
    SavedTurn,
    StopReason,
    Usage,
)
from mmdesk.core.events import Event, ModelInfo, TurnFinished
from mmdesk.core.messages import Message, Picture
from mmdesk.core.requests import AnswerQuestion, LoadModel

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

EventSink = Callable[[Event], None]
"""Takes an event from any thread, never blocks and never raises."""


class ChatEngine(Protocol):
    """Holds one multimodal model; every call comes from the model worker's thread."""

    def load(
        self, request: LoadModel, emit: EventSink, cancelled: Callable[[], bool]
    ) -> ModelInfo | None:
        """Load a checkpoint, emitting ``ModelLoading``; None if ``cancelled`` ended it early.

        An engine that can't stop in the middle loads to the end.

        Raises:
            ModelError: it can't be loaded; the engine is then empty but usable.
            EngineCrashed: the process that holds the model ended.
        """

    def answer(
        self, request: AnswerQuestion, emit: EventSink, cancelled: Callable[[], bool]
    ) -> TurnFinished:
        """Generate, emitting ``TurnProgress`` and ``TextDelta``; return the terminal event.

        ``cancelled`` is asked between tokens. Greedy answers are the same every time.

        Raises:
            GenerationError: what was emitted stays valid.
        """

    def close(self) -> None:
        """Free the model. May be called twice."""


class ConversationStore(Protocol):
    """Keeps conversations; every call comes from the store thread. All raise ``StoreError``."""

    def conversations(self) -> tuple[ConversationSummary, ...]:
        """Return all conversations, the latest first."""

    def conversation(self, conversation_id: str) -> Conversation:
        """Return the shown path; pictures point into the attachment folder."""

    def begin_turn(
        self, question: Message, *, conversation: str | None, parent: str | None, model: str
    ) -> SavedTurn:
        """Keep a question below ``parent`` (an entry's id) and an empty answer below it.

        None as ``conversation`` makes a new one. The pictures' files are kept too. When this
        returns, all of it is on disk.
        """

    def begin_answer(self, conversation: str, question: str, *, model: str) -> SavedTurn:
        """Add another, empty answer below a kept question; it becomes the shown one."""

    def write_answer(
        self,
        answer: str,
        text: str,
        status: EntryStatus,
        *,
        stop_reason: StopReason | None = None,
        usage: Usage | None = None,
        failure: Failure | None = None,
        model: str = "",
    ) -> None:
        """Replace an answer's text and state."""

    def close(self) -> None:
        """Commit and let go of the file."""


class PictureReader(Protocol):
    """Turns untrusted bytes into a canonical picture; calls block, from the job pool."""

    def read(self, path: Path) -> Picture:
        """Read a file. Raises ``PictureError``."""

    def read_bytes(self, data: bytes, name: str) -> Picture:
        """Read pasted or dragged image data. Raises ``PictureError``."""

    def close(self) -> None:
        """End the decoding process."""


class Child(Protocol):
    """A spawned process and the pipe to it."""

    @property
    def connection(self) -> Connection:
        """The parent's end; ``recv`` raises ``EOFError`` once the child has ended."""

    @property
    def pid(self) -> int:
        """The process id."""

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative is the signal that ended it."""

    def kill(self) -> None:
        """End it at once and reap it; safe to call twice."""


class Spawn(Protocol):
    """Starts a child process (``session.threads`` makes them all)."""

    def __call__(
        self, name: str, entry: Callable[..., None], *arguments: object, nice: int = 0
    ) -> Child:
        """Run ``entry(connection, *arguments)`` in a fresh interpreter.

        ``entry`` is a module-level function; ``nice`` lowers its priority where the system can.
        """
