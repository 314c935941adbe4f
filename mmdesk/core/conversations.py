"""A conversation as it is kept: messages with their ids, in the order in which they are shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mmdesk.core.messages import Message
from mmdesk.core.models import ModelKey
from mmdesk.core.phrases import Phrase

BIN_DAYS = 30
"""How long a conversation stays in the bin."""


class StopReason(StrEnum):
    """Why an answer ended."""

    STOP = "stop"
    """The model ended it."""
    LENGTH = "length"
    """It reached ``max_tokens``."""
    CANCELLED = "cancelled"
    """The person stopped it."""


class EntryStatus(StrEnum):
    """How far a message is. Questions are always ``FINISHED``."""

    STREAMING = "streaming"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    """The application ended while it streamed; found at the next start."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What an answer cost.

    Attributes:
        prompt_tokens: Tokens of the prompt, image tokens included.
        completion_tokens: Tokens of the answer.
        ttft_ms: Milliseconds from the start of processing to the first token.
        tokens_per_second: Decode speed after the first token.
    """

    prompt_tokens: int
    completion_tokens: int
    ttft_ms: float
    tokens_per_second: float


@dataclass(frozen=True, slots=True)
class Failure:
    """A kept error: what :class:`~mmdesk.core.errors.MmdeskError` said."""

    kind: str
    message: Phrase
    hint: Phrase


@dataclass(frozen=True, slots=True)
class Entry:
    """One message of a conversation.

    Attributes:
        id: The store's; "" where it has none yet.
        notes: As ``TurnFinished`` has them.
        versions: The ids of all versions of it, its own too, in the order of writing; () where it
            is the only one.
    """

    id: str
    message: Message
    status: EntryStatus = EntryStatus.FINISHED
    stop_reason: StopReason | None = None
    usage: Usage | None = None
    failure: Failure | None = None
    model: str = ""
    notes: tuple[Phrase, ...] = ()
    versions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ConversationSummary:
    """A line of the conversation list.

    Attributes:
        title: The first question, shortened.
        updated: UTC.
        model: Who answers it; None where that was never chosen.
        leaves: Whether anything of it has left this computer, or would with the next question.
        pinned: Whether it stands above all others.
        folder: The name of the folder it is in, "" is none.
    """

    id: str
    title: str
    updated: datetime
    model: ModelKey | None = None
    leaves: bool = False
    pinned: bool = False
    folder: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """A message that a search found.

    Attributes:
        conversation: The summary of the conversation it is in.
        message: Its id.
        excerpt: The text around the first of the words that were looked for.
    """

    conversation: ConversationSummary
    message: str
    excerpt: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """The shown path through a conversation, oldest entry first."""

    summary: ConversationSummary
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class SavedTurn:
    """Ids that the store gave to a question and to the empty answer below it.

    For the versions see :class:`Entry`.
    """

    conversation: str
    question: str
    answer: str
    question_versions: tuple[str, ...] = ()
    answer_versions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Node:
    """One message in the tree of a conversation.

    Attributes:
        entry: The message; ``versions`` is empty, the tree has them.
        parent: The id of the message above it; None at the root.
        created_us: Microseconds since 1970, UTC.
    """

    entry: Entry
    parent: str | None
    created_us: int


@dataclass(frozen=True, slots=True)
class ConversationTree:
    """A conversation with all versions of all of its messages.

    Attributes:
        created_us, updated_us: Microseconds since 1970, UTC.
        named: Whether the title is the person's own.
        model, leaves: As :class:`ConversationSummary` has them.
        leaf: The id of the message that ends the shown path; None without messages.
        nodes: In the order of writing: a parent comes before its children.
    """

    id: str
    title: str
    created_us: int
    updated_us: int
    named: bool = False
    model: ModelKey | None = None
    leaves: bool = False
    pinned: bool = False
    folder: str = ""
    leaf: str | None = None
    nodes: tuple[Node, ...] = ()

    @property
    def shown(self) -> tuple[Node, ...]:
        """The shown path, from the root to the leaf."""
        by_id = {node.entry.id: node for node in self.nodes}
        path: list[Node] = []
        at = self.leaf
        while at is not None:
            path.append(by_id[at])
            at = by_id[at].parent
        return tuple(reversed(path))
