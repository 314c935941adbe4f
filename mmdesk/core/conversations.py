"""A conversation as it is kept: messages with their ids, in the order in which they are shown."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from mmdesk.core.messages import Message
from mmdesk.core.models import ModelKey
from mmdesk.core.phrases import Phrase
from mmdesk.core.requests import GenerationSettings
from mmdesk.core.sight import Sight
from mmdesk.core.values import value

if TYPE_CHECKING:
    from datetime import datetime

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


@value
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


@value
class Failure:
    """A kept error: what :class:`~mmdesk.core.errors.MmdeskError` said."""

    kind: str
    message: Phrase
    hint: Phrase


@value
class Run:
    """How an answer was computed: all that it takes to compute it again.

    Attributes:
        settings: As they held; the seed is the one that was drawn where none was chosen.
        tokens: The answer's, in order, without the one that ended it. Empty where nobody knows
            them: a server's answer, one that a crash cut off.
        begun: How many of them were there before: this run continued a stopped answer.
        system_prompt: What stood before all messages.
        model: Its key.
        sha256: Of the model's files (:mod:`mmdesk.models.identity`); "" until it is known.
        dtype, device, threads: Of the inference; the device by its name.
        libraries: Names and versions of the libraries that computed it.
        sight: What the model had before it; None where nobody knows.
    """

    settings: GenerationSettings
    tokens: tuple[int, ...] = ()
    begun: int = 0
    system_prompt: str = ""
    model: ModelKey = ""
    sha256: str = ""
    dtype: str = ""
    device: str = ""
    threads: int = 0
    libraries: tuple[tuple[str, str], ...] = ()
    sight: Sight | None = None


@value
class ConversationSettings:
    """What holds for one conversation alone.

    Attributes:
        system_prompt: Stands before all messages; "" is none.
        generation: How its answers are sampled; None follows the settings of the application.
    """

    system_prompt: str = ""
    generation: GenerationSettings | None = None


NO_SETTINGS = ConversationSettings()
"""Those of a conversation that has none of its own."""


@value
class Preset:
    """Settings with a name, to be taken for any conversation."""

    name: str
    settings: ConversationSettings


@value
class ReadingPlace:
    """What a person was reading: the first message in sight.

    Attributes:
        message: Its id.
        offset: Which fraction of its height is above the view, in [0, 1).
    """

    message: str
    offset: float


@value
class Entry:
    """One message of a conversation.

    Attributes:
        id: The store's; "" where it has none yet.
        notes: As ``TurnFinished`` has them.
        versions: The ids of all versions of it, its own too, in the order of writing; () where it
            is the only one.
        run: How an answer was computed, where that is known.
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
    run: Run | None = None


@value
class ConversationSummary:
    """A line of the conversation list.

    Attributes:
        title: The first question, shortened.
        updated: UTC.
        model: Who answers it; None where that was never chosen.
        leaves: Whether anything of it has left this computer, or would with the next question.
        pinned: Whether it stands above all others.
        folder: The name of the folder it is in, "" is none.
        drafted: Whether a question that was not sent waits in it.
    """

    id: str
    title: str
    updated: datetime
    model: ModelKey | None = None
    leaves: bool = False
    pinned: bool = False
    folder: str = ""
    drafted: bool = False


@value
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


@value
class Conversation:
    """The shown path through a conversation, oldest entry first.

    Attributes:
        draft: The question that was not sent.
        place: What was read last; None is the end.
    """

    summary: ConversationSummary
    entries: tuple[Entry, ...]
    settings: ConversationSettings = NO_SETTINGS
    draft: Message | None = None
    place: ReadingPlace | None = None


@value
class SavedTurn:
    """Ids that the store gave to a question and to the empty answer below it.

    For the versions see :class:`Entry`.
    """

    conversation: str
    question: str
    answer: str
    question_versions: tuple[str, ...] = ()
    answer_versions: tuple[str, ...] = ()


@value
class ReplayReport:
    """An answer that was computed again, compared with the kept one.

    Attributes:
        answer: Its id.
        tokens: How many were compared.
        differs: The first token that is another one, counted from 0; None if there is none.
        before, now: The text from there on, shortened.
        changes: What else is another one now: the model's files, the device, a library.
    """

    answer: str
    tokens: int
    differs: int | None = None
    before: str = ""
    now: str = ""
    changes: tuple[Phrase, ...] = ()


@value
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


@value
class ConversationTree:
    """A conversation with all versions of all of its messages.

    Attributes:
        created_us, updated_us: Microseconds since 1970, UTC.
        named: Whether the title is the person's own.
        model, leaves: As :class:`ConversationSummary` has them.
        leaf: The id of the message that ends the shown path; None without messages.
        nodes: In the order of writing: a parent comes before its children.
        settings: What holds for it alone.
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
    settings: ConversationSettings = NO_SETTINGS

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
