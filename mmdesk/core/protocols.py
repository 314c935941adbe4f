"""The seams between packages. Only what is built has one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from mmdesk.core.archives import (
    ArchiveItem,
    ArchiveReport,
    Backup,
    ExportRequest,
    ImportRequest,
    RestoreRequest,
)
from mmdesk.core.conversations import (
    NO_SETTINGS,
    Conversation,
    ConversationSettings,
    ConversationSummary,
    ConversationTree,
    Entry,
    Hit,
    ReadingPlace,
    SavedTurn,
)
from mmdesk.core.events import Event, ModelInfo, TurnFinished
from mmdesk.core.examinations import AnswerExamination, Examination, Examined
from mmdesk.core.messages import Message, Picture
from mmdesk.core.models import Download, ModelEntry, ModelKey, Server
from mmdesk.core.requests import AnswerQuestion, LoadModel, Prefill, Transcribe
from mmdesk.core.sight import Pixels
from mmdesk.core.speech import Activity, AudioDevice, Recording, Transcript

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

EventSink = Callable[[Event], None]
"""Takes an event from any thread, never blocks and never raises."""

_Result = TypeVar("_Result")


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

    def examine(
        self, request: AnswerExamination, emit: EventSink, cancelled: Callable[[], bool]
    ) -> Examined | None:
        """Look closer at a picture or an answer, emitting ``ExaminationProgressed``.

        ``cancelled`` is asked between passes of the model; None if it ended it early.

        Raises:
            MmdeskError: as answering the question would; or the model can't be asked that.
        """

    def prefill(self, request: Prefill, cancelled: Callable[[], bool]) -> None:
        """Encode pictures and read the prompt up to the question, so that its answer begins early.

        Does nothing without a model or where the model can't; the answer is the same either way.
        ``cancelled`` is asked every few hundred tokens; what was read until then is kept.
        """

    def close(self) -> None:
        """Free the model. May be called twice."""


class Transcriber(Protocol):
    """Holds one speech model; every call comes from the model worker's thread."""

    def transcribe(self, request: Transcribe, cancelled: Callable[[], bool]) -> Transcript | None:
        """Write down what was said, loading the request's model first where it is another.

        ``cancelled`` is asked between tokens; None if it ended the call early. The same samples
        give the same text.

        Raises:
            SpeechError: this can't be transcribed; the next request may be.
            DeviceUnavailable: the request names a device that isn't there.
            EngineCrashed: the process that holds the model ended.
        """

    def close(self) -> None:
        """Free the model. May be called twice."""


class Engine(ChatEngine, Transcriber, Protocol):
    """Everything that computes on the model worker's thread, sharing one device."""

    def examine(
        self, request: Examination, emit: EventSink, cancelled: Callable[[], bool]
    ) -> Examined | None:
        """Look closer, or compare a picture with texts; see :meth:`ChatEngine.examine`."""


class Listener(Protocol):
    """A microphone that knows when someone speaks. Calls return at once, from the main thread.

    Events, from a thread of its own: ``MicrophoneOpened``, then ``MicrophoneLevel`` some twenty
    times a second, ``SpeechGrown`` while someone speaks, ``SpeechCaptured`` for each utterance,
    and one ``MicrophoneClosed`` at the end, whatever happened.
    """

    def start(self, device: str, *, hands_free: bool, silence_s: float, emit: EventSink) -> None:
        """Open a microphone and listen; nothing happens while another start is in effect.

        Args:
            device: An :class:`AudioDevice`'s name; "" is the system's default.
            hands_free: Cut the sound into utterances at pauses, until :meth:`stop`; else
                everything up to :meth:`stop` is one utterance.
            silence_s: The pause that ends an utterance.
        """

    def stop(self) -> None:
        """Stop listening; what is being said becomes the last utterance."""

    def cancel(self) -> None:
        """Stop listening and forget what is being said."""

    def close(self) -> None:
        """Let go of the sound system. May be called twice."""


class Sound(Protocol):
    """Devices, recordings and playback; calls block, from the job pool, unless they say so."""

    def devices(self) -> tuple[AudioDevice, ...]:
        """Return the microphones. Raises ``MicrophoneError``."""

    def keep(self, samples: bytes, name: str = "") -> Recording:
        """Write samples as FLAC to the staging folder. Raises ``SoundError``."""

    def read(self, recording: Recording) -> bytes:
        """Return a short recording's samples. Raises ``MediaError``."""

    def activity(self, samples: bytes) -> Activity:
        """Return what voice activity detection finds."""

    def split(self, recording: Recording) -> Iterator[tuple[float, bytes]]:
        """Cut a recording of any length at its pauses.

        Yields the offset in seconds and the samples of each stretch with a voice, none longer
        than 28 s; silence in between is left out. Reads as it goes. Raises ``MediaError``.
        """

    def play(
        self, key: str, sound: Recording | bytes, start: float, end: float | None, emit: EventSink
    ) -> None:
        """Play from ``start`` to ``end`` (seconds); returns at once and ends what played before.

        Emits ``PlaybackChanged(key)`` when it begins and ``PlaybackChanged(None)`` when it ends.
        """

    def stop(self) -> None:
        """End what is played; returns at once."""

    def close(self) -> None:
        """Let go of the sound system. May be called twice."""


class ConversationStore(Protocol):
    """Keeps conversations; every call comes from the store thread. All raise ``StoreError``."""

    def conversations(self) -> tuple[ConversationSummary, ...]:
        """Return the conversations that aren't in the bin, the latest first."""

    def draft(self) -> Message | None:
        """Return the draft of a conversation that isn't there yet."""

    def keep_draft(self, conversation: str | None, draft: Message | None) -> None:
        """Keep what stands in the composer, its files too; None forgets it.

        ``begin_turn`` forgets it as well.
        """

    def binned(self) -> tuple[ConversationSummary, ...]:
        """Return the conversations in the bin, the latest first."""

    def search(self, query: str, limit: int = 50) -> tuple[Hit, ...]:
        """Return the messages that have all words of ``query``, the latest first.

        The last word may be incomplete; Chinese needs no spaces; "quoted words" are a phrase.
        """

    def conversation(self, conversation_id: str) -> Conversation:
        """Return the shown path; pictures point into the attachment folder."""

    def begin_turn(
        self,
        question: Message,
        *,
        conversation: str | None,
        parent: str | None,
        model: ModelKey,
        settings: ConversationSettings = NO_SETTINGS,
    ) -> SavedTurn:
        """Keep a question below ``parent`` (an entry's id) and an empty answer below it.

        None as ``conversation`` makes a new one, with ``settings``. The pictures' files are kept
        too, and the draft is forgotten. When this returns, all of it is on disk. The conversation
        is ``model``'s from now on.
        """

    def begin_answer(self, conversation: str, question: str, *, model: ModelKey) -> SavedTurn:
        """Add another, empty answer below a kept question; it becomes the shown one."""

    def continue_answer(self, conversation: str, answer: str, *, model: ModelKey) -> SavedTurn:
        """Have a kept answer stream again, from where it stopped."""

    def alter(
        self,
        conversation: str,
        *,
        model: ModelKey | None = None,
        title: str | None = None,
        pinned: bool | None = None,
        folder: str | None = None,
        binned: bool | None = None,
        settings: ConversationSettings | None = None,
    ) -> None:
        """Change what is given of a conversation.

        Args:
            model: Who answers it from now on.
            title: The person's own.
            pinned: Whether it stands above all others.
            folder: "" takes it out of its folder.
            binned: Whether it is in the bin, where it stays for 30 days.
            settings: What holds for it alone.
        """

    def keep_place(self, conversation: str, place: ReadingPlace | None) -> None:
        """Remember what was read last; None is the end."""

    def show(self, conversation: str, message: str) -> None:
        """Have the shown path lead through a message, and on to what came last below it."""

    def write_answer(self, answer: Entry) -> None:
        """Replace an answer's text and state, by its id; an empty ``model`` keeps the name it has.

        None as ``run`` keeps the one that it has, as long as the text is still that one's.
        """

    def identify(self, answers: Collection[str], sha256: str) -> None:
        """Add the SHA-256 of the model's files to runs that were kept without."""

    def tree(self, conversation: str) -> ConversationTree:
        """Return a conversation with all versions; files point into the attachment folder."""

    def has(self, conversation: str) -> bool:
        """Whether there is a conversation with that id, perhaps in the bin."""

    def add_tree(self, tree: ConversationTree) -> None:
        """Keep a whole conversation, at once or not at all, with those of its files that exist.

        There must be none with its id.
        """

    def back_up(self) -> None:
        """Keep a checked copy of everything, if one is due."""

    def close(self) -> None:
        """Commit and let go of the file."""


class StoreAccess(Protocol):
    """Has something done where the store is, and waits for it."""

    def __call__(self, job: Callable[[ConversationStore], _Result]) -> _Result:
        """Return what ``job`` returns. Raises what it raises; ``StoreClosed`` at the end."""


ItemTold = Callable[[ArchiveItem, int, int], None]
"""Takes what became of a conversation, and how many of how many are done; may raise to stop."""


class Archives(Protocol):
    """Conversations as files of the person's; calls block, from the job pool.

    What fails with one conversation is told with it; what is raised ends the whole.
    """

    def export(self, request: ExportRequest, store: StoreAccess, told: ItemTold) -> None:
        """Write conversations. Raises ``StoreError``, ``ExportUnwritable``."""

    def import_files(self, request: ImportRequest, store: StoreAccess, told: ItemTold) -> None:
        """Take conversations over. Raises ``StoreError``."""


class Backups(Protocol):
    """The copies of all conversations; calls block."""

    def backups(self) -> tuple[Backup, ...]:
        """Return them, the latest first."""

    def restore(self, request: RestoreRequest) -> ArchiveReport:
        """Put one in the place of the conversations, which no store has open.

        Raises ``StoreError``; then nothing was changed.
        """


class ModelShelf(Protocol):
    """The models on this computer and in the catalogue; calls block, from the job pool."""

    def entries(self) -> tuple[ModelEntry, ...]:
        """Return the starter, what is on the disk, and the rest of the catalogue. No network.

        A download that was interrupted has its entry's ``download`` as PAUSED.
        """

    def resolve(self, name: str) -> ModelKey:
        """Return the key that a person means by an id, a key, a path or a folder's name.

        Raises ``ModelUnknown``.
        """

    def add(self, path: Path) -> ModelEntry:
        """Remember a folder (or a Whisper ``.pt`` file) with a model in it; nothing is copied.

        Raises ``ModelError`` or ``SpeechError``.
        """

    def download(
        self,
        model_id: str,
        report: Callable[[Download], None],
        stopped: Callable[[], bool],
    ) -> ModelEntry | None:
        """Fetch a hub's model, or go on with it; None if ``stopped`` ended it (PAUSED).

        ``report`` is called a few times a second. Any hub id will do, not only the catalogue's.
        Raises ``DownloadError``; what is there stays for the next try.
        """

    def discard(self, model_id: str) -> None:
        """Remove what an unfinished download has left. Raises ``DownloadError``."""

    def sha256(self, key: ModelKey) -> str:
        """Return the SHA-256 of a model's files: the same as long as none of them changes.

        The first time all of them are read; then it is remembered with their sizes and times.
        Raises ``ModelError``.
        """

    def verify(
        self, key: ModelKey, report: Callable[[float], None], stopped: Callable[[], bool]
    ) -> None:
        """Read all files and compare them with the hub's hashes, or those of the first reading.

        ``report`` gets the fraction. Raises ``ModelError``: ``ModelDamaged`` names the file.
        """

    def remove(self, key: ModelKey) -> int:
        """Delete a downloaded model, or forget a folder; return the bytes that are free now.

        Raises ``ModelNotOurs``, ``ModelUnknown``, ``DownloadError``.
        """


class RemoteServers(Protocol):
    """OpenAI-compatible servers; calls block, from the job pool. All raise ``ServerError``."""

    def servers(self) -> tuple[Server, ...]:
        """Return the added ones, without asking them."""

    def add(self, address: str, api_key: str | None, *, confirmed: bool) -> Server:
        """Ask a server what it serves, and keep it with its key if it answers.

        Args:
            api_key: None keeps the key that there is; "" forgets it.
            confirmed: Whether the person permitted http to another computer.
        """

    def test(self, url: str) -> Server:
        """Ask an added server what it serves now."""

    def remove(self, url: str) -> None:
        """Forget a server and its key."""

    def answer(
        self,
        request: AnswerQuestion,
        model: ModelKey,
        emit: EventSink,
        cancelled: Callable[[], bool],
    ) -> TurnFinished:
        """Stream an answer, as :meth:`ChatEngine.answer` does; many may run at once.

        Pictures are re-encoded without any metadata before they leave. ``request.model`` is of
        no meaning here.
        """

    def close(self) -> None:
        """Close every connection; streams that still run end."""


class MediaReader(Protocol):
    """Turns untrusted bytes into a canonical picture or recording; calls block, from the pool."""

    def read(self, path: Path) -> Picture | Recording:
        """Read a file, whichever of them its content is. Raises ``MediaError``."""

    def read_bytes(self, data: bytes, name: str) -> Picture:
        """Read pasted or dragged image data. Raises ``MediaError``."""

    def read_region(self, picture: Picture, box: Pixels) -> Picture:
        """Cut a region out of a canonical picture, at full size. Raises ``MediaError``."""

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
