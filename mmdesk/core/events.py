"""What happened: one frozen dataclass per event, in a closed union.

Events come from the worker, the store thread and the job pool through one queue, and are
handled on the main thread only. For every turn there is exactly one terminal event,
:class:`TurnFinished` or :class:`TurnFailed`.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from mmdesk.core.archives import ArchiveReport, ArchiveRequest, Backup
from mmdesk.core.connections import Connection
from mmdesk.core.conversations import (
    Conversation,
    ConversationSettings,
    ConversationSummary,
    Entry,
    Hit,
    ReplayReport,
    Run,
    SavedTurn,
    StopReason,
    Usage,
)
from mmdesk.core.errors import MmdeskError
from mmdesk.core.examinations import ExaminationFailed, ExaminationProgressed, Examined
from mmdesk.core.messages import Message, Picture, TranscriptPart
from mmdesk.core.models import Download, ModelEntry, ModelKey, Server
from mmdesk.core.phrases import Phrase
from mmdesk.core.requests import TurnId
from mmdesk.core.speech import Activity, AudioDevice, Recording, Transcript, UtteranceId
from mmdesk.core.values import value


class LoadStage(StrEnum):
    """The stages of loading a model, in order."""

    STARTING = "starting"
    """The child process starts and imports torch."""
    CHECKING = "checking"
    """Headers and configuration are checked."""
    PROCESSOR = "processor"
    WEIGHTS = "weights"
    WARMING = "warming"


class TurnStage(StrEnum):
    """What a turn is doing before its first token."""

    PICTURES = "pictures"
    """The processor prepares picture ``done`` of ``total``."""
    PREFILL = "prefill"


@value
class ModelInfo:
    """A loaded model.

    Attributes:
        name: For the status line, from the directory's name.
        parameters: Their number.
        context_length: Tokens of prompt and answer together, or None where it isn't declared.
    """

    name: str
    path: Path
    device: str
    dtype: str
    parameters: int
    context_length: int | None


@value
class ModelLoading:
    """Loading goes on; ``fraction`` in 0..1 where it is known."""

    stage: LoadStage
    fraction: float | None = None


@value
class ModelReady:
    """The model answers from now on."""

    info: ModelInfo


@value
class ModelFailed:
    """No model is loaded."""

    error: MmdeskError


@value
class ModelUnloaded:
    """The model's memory was freed after a while without a question; the next one loads it."""


@value
class ModelChosen:
    """The shown conversation is answered by this model from now on.

    Attributes:
        leaves: Whether questions, or earlier ones of this conversation, leave the computer.
    """

    key: ModelKey
    leaves: bool


@value
class ModelsListed:
    """All models that there are: the catalogue, this disk, the servers."""

    entries: tuple[ModelEntry, ...]
    servers: tuple[Server, ...]


@value
class ModelAdded:
    """The person named a folder with a model in it, or a download is done: it can be used."""

    entry: ModelEntry


@value
class ModelRemoved:
    """A model is gone from the disk, or only forgotten; ``freed`` bytes."""

    key: ModelKey
    freed: int


@value
class DownloadChanged:
    """A download goes on, waits, stopped or ended; a few times a second at most."""

    download: Download


@value
class ModelVerified:
    """A model's files were read and compared with their hashes.

    Attributes:
        fraction: How much of it is done; 1.0 is the end.
        error: What is wrong with it.
    """

    key: ModelKey
    fraction: float
    error: MmdeskError | None = None


@value
class ServerTested:
    """A server was asked what it serves.

    Attributes:
        url: Its address, or the text that was given for one.
        server: With its models; None where the test failed.
        milliseconds: How long it took.
    """

    url: str
    server: Server | None
    milliseconds: float
    error: MmdeskError | None = None


@value
class LibraryFailed:
    """Something about models that a person asked for could not be done.

    Attributes:
        subject: The key, id or address that it was about.
    """

    subject: str
    error: MmdeskError


@value
class TurnAdded:
    """A question was asked (or asked again): show it and an empty answer below.

    ``entries`` is the whole shown path up to and with the question, when it changed under the
    person (regenerate, edit); else None and only ``question`` is new. ``text`` is what the answer
    begins with: a stopped one is gone on with.
    """

    turn: TurnId
    question: Entry
    entries: tuple[Entry, ...] | None = None
    text: str = ""


@value
class TurnSaved:
    """The question is on disk; generation starts now."""

    turn: TurnId
    saved: SavedTurn


@value
class TurnProgress:
    """The turn waits for something that takes time."""

    turn: TurnId
    stage: TurnStage
    done: int = 0
    total: int = 0


@value
class TextDelta:
    """New text at the end of the answer, always whole characters; ``tokens`` it came from."""

    turn: TurnId
    text: str
    tokens: int = 1


@value
class ConnectionOpened:
    """This process speaks to another computer, or tries to."""

    connection: Connection


@value
class TurnFinished:
    """The answer ended. ``text`` is all of it, equal to the joined deltas.

    Attributes:
        model: Who answered: :attr:`ModelInfo.name`, or a remote model's key.
        notes: What the person should know about how: "the picture was made smaller".
        run: How it was computed; the session adds whose model and files it was.
    """

    turn: TurnId
    stop_reason: StopReason
    text: str
    usage: Usage | None
    model: str = ""
    notes: tuple[Phrase, ...] = ()
    run: Run | None = None


@value
class TurnFailed:
    """The answer broke off; what was streamed stays."""

    turn: TurnId
    error: MmdeskError


@value
class AttachmentAdded:
    """A file was dropped and is being decoded. ``id`` is the session's."""

    id: str
    name: str


@value
class AttachmentReady:
    """The picture stands in the composer."""

    id: str
    picture: Picture


@value
class AttachmentRefused:
    """The file can't be used; it left the draft by itself."""

    id: str
    name: str
    error: MmdeskError


@value
class AttachmentRemoved:
    """The picture left the draft."""

    id: str


@value
class AudioDecoded:
    """A dropped file is sound. For the session alone."""

    id: str
    recording: Recording


@value
class AudioProgress:
    """A long sound file is being transcribed: ``done`` of ``total`` seconds."""

    id: str
    done: float
    total: float


@value
class AudioTranscribed:
    """A long sound file stands in the composer as text."""

    id: str
    transcript: TranscriptPart


@value
class MicrophonesListed:
    """The microphones that are there now, or why they can't be told."""

    devices: tuple[AudioDevice, ...]
    error: MmdeskError | None = None


@value
class MicrophoneOpened:
    """The microphone listens from now on; ``device`` is its name."""

    device: str


@value
class MicrophoneLevel:
    """How loud it is: 0 is silence (-60 dBFS or less), 1 is full scale.

    ``voice`` is whether voice activity detection hears someone speak.
    """

    level: float
    voice: bool


@value
class SpeechGrown:
    """Someone is still speaking: ``samples`` of the utterance so far. For the session alone."""

    utterance: UtteranceId
    samples: bytes


@value
class SpeechCaptured:
    """An utterance ended. For the session alone.

    Attributes:
        error: Why it ended, where the microphone failed in the middle of it.
    """

    utterance: UtteranceId
    samples: bytes
    activity: Activity
    error: MmdeskError | None = None


@value
class MicrophoneClosed:
    """The microphone no longer listens; ``error`` where it failed."""

    error: MmdeskError | None = None


class VoiceState(StrEnum):
    """What the microphone button shows."""

    IDLE = "idle"
    OPENING = "opening"
    LISTENING = "listening"
    TRANSCRIBING = "transcribing"


@value
class VoiceChanged:
    """The voice session is in another state; ``hands_free`` as :class:`Listener` has it."""

    state: VoiceState
    hands_free: bool


@value
class TranscriptPartial:
    """What has been heard in the first ``seconds``; the next one may say it differently."""

    utterance: UtteranceId
    text: str
    language: str
    seconds: float


@value
class TranscriptReady:
    """What was heard, with every word's certainty.

    Attributes:
        samples: What it was heard in.
        send: Whether it is to be sent at once, as soon as no answer is being written.
    """

    utterance: UtteranceId
    transcript: Transcript
    samples: bytes
    send: bool = False


@value
class NothingHeard:
    """Nobody spoke, or nothing that the model is certain of: nothing is sent."""

    utterance: UtteranceId


@value
class TranscriptFailed:
    """What was said could not be written down; the recording is kept to try again."""

    utterance: UtteranceId
    error: MmdeskError


@value
class RecordingKept:
    """The utterance's recording is on disk, for the message that it will belong to.

    None where it can't be written: ``error`` says why, and the question goes without it.
    """

    utterance: UtteranceId
    recording: Recording | None
    error: MmdeskError | None = None


@value
class PlaybackChanged:
    """A recording is being played, ``key`` as it was given, or (None) no longer."""

    key: str | None
    error: MmdeskError | None = None


@value
class ConversationsListed:
    """All conversations, the latest first."""

    summaries: tuple[ConversationSummary, ...]


@value
class BinListed:
    """The conversations in the bin, the latest first."""

    summaries: tuple[ConversationSummary, ...]


@value
class SearchDone:
    """What a search found, the latest first."""

    query: str
    hits: tuple[Hit, ...]


@value
class ConversationLoaded:
    """The store has read this; the session turns it into :class:`ConversationOpened`.

    ``message`` is to be gone to, and marked if it was ``found`` by a search.
    """

    conversation: Conversation
    message: str | None = None
    found: bool = False


@value
class ConversationOpened:
    """This conversation is shown now; None is a new, empty one.

    ``turn`` is the turn that is still answering at its end, with ``text`` streamed so far. A
    :class:`ModelChosen` follows. For ``message`` and ``found`` see
    :class:`ConversationLoaded`.
    """

    conversation: Conversation | None
    turn: TurnId | None = None
    text: str = ""
    message: str | None = None
    found: bool = False


@value
class DraftLoaded:
    """The store has read the draft of a new conversation. For the session alone."""

    draft: Message | None


@value
class DraftShown:
    """The composer holds another draft now: ``text``; its files come as ``Attachment…``."""

    text: str


@value
class ConversationSettingsChanged:
    """These hold for the shown conversation from now on."""

    settings: ConversationSettings


@value
class ModelIdentified:
    """The SHA-256 of a model's files is known. For the session alone."""

    key: ModelKey
    sha256: str


@value
class ReplayProgressed:
    """An answer is being computed again: ``done`` tokens of ``total``."""

    answer: str
    done: int
    total: int


@value
class ReplayFinished:
    """An answer was computed again, or could not be.

    Attributes:
        answer: Its id.
        report: None where it was stopped or ``error`` says why there is none.
    """

    answer: str
    report: ReplayReport | None
    error: MmdeskError | None = None


@value
class StoreUpgrading:
    """An older version's conversations are brought up to date, which takes a while.

    ``ConversationsListed`` follows, or ``StoreFailed``.
    """


@value
class SavingPaused:
    """Nothing can be written: it stays in memory, and is tried again until it can be."""

    error: MmdeskError


@value
class SavingResumed:
    """All that was held in memory is on disk."""


@value
class BackupsListed:
    """The backups of all conversations, the latest first."""

    backups: tuple[Backup, ...]


@value
class ArchiveProgressed:
    """An export, import or restore goes on: ``done`` of ``total`` conversations or files."""

    request: ArchiveRequest
    done: int
    total: int


@value
class ArchiveFinished:
    """An export, import or restore ended."""

    report: ArchiveReport


@value
class AnswerKept:
    """The store has a settled answer; ``answer`` is its id. For the session alone."""

    answer: str


@value
class StoreFailed:
    """Something could not be read or saved; what is in memory stays."""

    error: MmdeskError


Event = (
    ModelLoading
    | ModelReady
    | ModelFailed
    | ModelUnloaded
    | ModelChosen
    | ModelsListed
    | ModelAdded
    | ModelRemoved
    | ModelVerified
    | DownloadChanged
    | ServerTested
    | LibraryFailed
    | TurnAdded
    | TurnSaved
    | TurnProgress
    | TextDelta
    | TurnFinished
    | TurnFailed
    | AttachmentAdded
    | AttachmentReady
    | AttachmentRefused
    | AttachmentRemoved
    | AudioDecoded
    | AudioProgress
    | AudioTranscribed
    | MicrophonesListed
    | MicrophoneOpened
    | MicrophoneLevel
    | MicrophoneClosed
    | SpeechGrown
    | SpeechCaptured
    | VoiceChanged
    | TranscriptPartial
    | TranscriptReady
    | NothingHeard
    | TranscriptFailed
    | RecordingKept
    | PlaybackChanged
    | ConversationsListed
    | BinListed
    | SearchDone
    | ConversationLoaded
    | ConversationOpened
    | DraftLoaded
    | DraftShown
    | ConversationSettingsChanged
    | ModelIdentified
    | ReplayProgressed
    | ReplayFinished
    | StoreUpgrading
    | SavingPaused
    | SavingResumed
    | BackupsListed
    | ArchiveProgressed
    | ArchiveFinished
    | AnswerKept
    | Examined
    | ExaminationProgressed
    | ExaminationFailed
    | ConnectionOpened
    | StoreFailed
)
