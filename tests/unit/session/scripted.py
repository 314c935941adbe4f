"""Scripted engine, microphone, sound, shelf and servers for the session's tests.

All other tests have real ones.
"""

from __future__ import annotations

import hashlib
import queue
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from mmdesk.core.conversations import Run, StopReason, Usage
from mmdesk.core.errors import DownloadElsewhere, ModelUnknown
from mmdesk.core.events import (
    Event,
    LoadStage,
    MicrophoneClosed,
    MicrophoneOpened,
    ModelInfo,
    ModelLoading,
    PlaybackChanged,
    TextDelta,
    TurnFinished,
)
from mmdesk.core.examinations import AnswerScored, Examination, ExaminationProgressed, Examined
from mmdesk.core.models import (
    Download,
    DownloadState,
    ModelEntry,
    ModelKey,
    ModelRole,
    Place,
    Server,
)
from mmdesk.core.phrases import Phrase
from mmdesk.core.protocols import EventSink
from mmdesk.core.requests import AnswerQuestion, LoadModel, Prefill, Transcribe
from mmdesk.core.speech import (
    Activity,
    AudioDevice,
    Recording,
    Segment,
    Transcript,
    Word,
    seconds_of,
)

PATIENCE_S = 20.0
SECOND = b"\0" * 64_000
"""One second of samples."""
SPOKEN = Activity(0.9, 0.99, 0.1, 60.0)
SILENT = Activity(0.0, 0.02)


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
    hears: list[Transcript | Exception | None] = field(default_factory=list)
    hear_gate: threading.Event = field(default_factory=threading.Event)
    heard: list[Transcribe] = field(default_factory=list)
    prefills: list[Prefill] = field(default_factory=list)
    prefill_gate: threading.Event = field(default_factory=threading.Event)
    refusals: list[Exception] = field(default_factory=list)
    served: list[object] = field(default_factory=list)
    finds: list[Examined | Exception] = field(default_factory=list)
    examined: list[Examination] = field(default_factory=list)
    examine_gate: threading.Event = field(default_factory=threading.Event)
    name: str = ""
    drawn_seed: int = 77
    closed: bool = False

    def __post_init__(self) -> None:
        self.gate.set()
        self.load_gate.set()
        self.hear_gate.set()
        self.prefill_gate.set()
        self.examine_gate.set()

    def load(
        self, request: LoadModel, emit: EventSink, cancelled: Callable[[], bool]
    ) -> ModelInfo | None:
        self.loaded.append(request)
        self.served.append(request)
        emit(ModelLoading(LoadStage.STARTING))
        deadline = time.monotonic() + PATIENCE_S
        while not self.load_gate.wait(0.005):
            assert time.monotonic() < deadline
            if cancelled():
                return None
        error = self.loads.pop(0) if self.loads else None
        if error:
            raise error
        self.name = request.path.name
        return ModelInfo(self.name, request.path, "cpu", "float32", 1, 100)

    def answer(
        self, request: AnswerQuestion, emit: EventSink, cancelled: Callable[[], bool]
    ) -> TurnFinished:
        """Write the words that are not there yet; a word's number is its token."""
        self.asked.append(request)
        self.served.append(request)
        script = self.answers.pop(0) if self.answers else None
        first = len(request.begun.tokens) if request.begun else 0
        last = min(len(self.words), first + request.settings.max_tokens)
        for index in range(first, last):
            if script and index - first == script[0]:
                raise script[1]
            deadline = time.monotonic() + PATIENCE_S
            while index > first and not self.gate.wait(0.005) and time.monotonic() < deadline:
                if cancelled():
                    break
            if cancelled():
                return self._end(request, StopReason.CANCELLED, first, index)
            emit(TextDelta(request.turn, self.words[index]))
        whole = last == len(self.words) and first + request.settings.max_tokens > last
        return self._end(request, StopReason.STOP if whole else StopReason.LENGTH, first, last)

    def _end(
        self, request: AnswerQuestion, reason: StopReason, first: int, last: int
    ) -> TurnFinished:
        usage = Usage(5, last - first, 1.0, 10.0)
        settings = request.settings
        if settings.temperature > 0 and settings.seed is None:
            settings = replace(settings, seed=self.drawn_seed)
        tokens = tuple(map(self.token, self.words[:last]))
        run = Run(settings, tokens, first, dtype="float32", device="cpu", threads=1)
        text = "".join(self.words[first:last])
        return TurnFinished(request.turn, reason, text, usage, self.name, run=run)

    @staticmethod
    def token(word: str) -> int:
        """The token of a word: another word has another one."""
        return zlib.crc32(word.encode())

    def transcribe(self, request: Transcribe, cancelled: Callable[[], bool]) -> Transcript | None:
        """Return the next of ``hears``, by default that the colour was asked for."""
        if not request.samples:
            return Transcript(request.language or "en")
        self.heard.append(request)
        self.served.append(request)
        deadline = time.monotonic() + PATIENCE_S
        while not self.hear_gate.wait(0.005):
            assert time.monotonic() < deadline
            if cancelled():
                return None
        script = self.hears.pop(0) if self.hears else None
        if isinstance(script, Exception):
            raise script
        return script or said("What color is it?", word_times=request.word_times)

    def prefill(self, request: Prefill, cancelled: Callable[[], bool]) -> None:
        """Take until the test opens ``prefill_gate``, or someone else is waiting."""
        self.prefills.append(request)
        self.served.append(request)
        if self.refusals:
            raise self.refusals.pop(0)
        deadline = time.monotonic() + PATIENCE_S
        while not self.prefill_gate.wait(0.005) and not cancelled():
            assert time.monotonic() < deadline

    def examine(
        self, request: Examination, emit: EventSink, cancelled: Callable[[], bool]
    ) -> Examined | None:
        """Report one of two regions, and return the next of ``finds``, by default no tokens."""
        self.examined.append(request)
        self.served.append(request)
        emit(ExaminationProgressed(request.id, 1, 2))
        deadline = time.monotonic() + PATIENCE_S
        while not self.examine_gate.wait(0.005):
            assert time.monotonic() < deadline
            if cancelled():
                return None
        found = self.finds.pop(0) if self.finds else AnswerScored(request.id, ())
        if isinstance(found, Exception):
            raise found
        return found

    def close(self) -> None:
        self.closed = True


def said(
    text: str, language: str = "en", *, word_times: bool = False, sure: float = -0.1
) -> Transcript:
    """Return a transcript whose words are a tenth of a second long."""
    pieces = text.split(" ")
    texts = [piece + " " for piece in pieces[:-1]] + pieces[-1:]
    words = tuple(
        Word(piece, 0.9, index / 10, (index + 1) / 10) if word_times else Word(piece, 0.9)
        for index, piece in enumerate(texts)
    )
    return Transcript(language, (Segment(0.0, 1.0, text, words),), sure, 0.01, model="scripted")


class ScriptedListener:
    """A microphone that says what the test makes it say."""

    def __init__(self) -> None:
        self.calls: list[object] = []
        self.emit: EventSink = lambda event: None

    def start(self, device: str, *, hands_free: bool, silence_s: float, emit: EventSink) -> None:
        self.calls.append(("start", device, hands_free, silence_s))
        self.emit = emit
        emit(MicrophoneOpened(device or "default"))

    def stop(self) -> None:
        self.calls.append("stop")

    def cancel(self) -> None:
        self.calls.append("cancel")
        self.emit(MicrophoneClosed())

    def close(self) -> None:
        self.calls.append("close")


class ScriptedSound:
    """Recordings in memory; ``stretches`` is what a long one is split into."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.kept: list[bytes] = []
        self.refusal: Exception | None = None
        self.found = SPOKEN
        self.stretches: list[tuple[float, bytes]] = []
        self.played: list[tuple[str, object, float, float | None]] = []
        self.gate = threading.Event()
        self.gate.set()

    def devices(self) -> tuple[AudioDevice, ...]:
        if self.refusal:
            raise self.refusal
        return (AudioDevice("default", True, 48_000, 2),)

    def keep(self, samples: bytes, name: str = "") -> Recording:
        assert self.gate.wait(PATIENCE_S)
        if self.refusal:
            raise self.refusal
        self.kept.append(samples)
        return flac(self._folder, name, seconds_of(samples))

    def read(self, recording: Recording) -> bytes:
        if self.refusal:
            raise self.refusal
        return SECOND

    def activity(self, samples: bytes) -> Activity:
        return self.found

    def split(self, recording: Recording) -> Iterator[tuple[float, bytes]]:
        yield from self.stretches

    def play(
        self, key: str, sound: Recording | bytes, start: float, end: float | None, emit: EventSink
    ) -> None:
        self.played.append((key, sound, start, end))
        emit(PlaybackChanged(key))

    def stop(self) -> None:
        self.played.clear()

    def close(self) -> None:
        pass


def flac(folder: Path, name: str, seconds: float) -> Recording:
    """Write a file that stands for a recording."""
    path = folder / f"{name}-{time.monotonic_ns()}.flac"
    path.write_bytes(path.name.encode())
    return Recording(hashlib.sha256(path.read_bytes()).hexdigest(), path, name, seconds)


class ScriptedServers:
    """Servers that stream ``words``; ``gate`` holds back what follows the first."""

    def __init__(self) -> None:
        self.words = ("From ", "afar.")
        self.notes: tuple[Phrase, ...] = ()
        self.gate = threading.Event()
        self.gate.set()
        self.asked: list[tuple[AnswerQuestion, ModelKey]] = []
        self.refusal: Exception | None = None
        self.kept: dict[str, Server] = {}

    def servers(self) -> tuple[Server, ...]:
        return tuple(self.kept.values())

    def add(self, address: str, api_key: str | None, *, confirmed: bool) -> Server:
        if self.refusal:
            raise self.refusal
        self.kept[address] = Server(address, ("far",), has_key=bool(api_key))
        return self.kept[address]

    def test(self, url: str) -> Server:
        if self.refusal:
            raise self.refusal
        return self.kept[url]

    def remove(self, url: str) -> None:
        del self.kept[url]

    def answer(
        self,
        request: AnswerQuestion,
        model: ModelKey,
        emit: EventSink,
        cancelled: Callable[[], bool],
    ) -> TurnFinished:
        self.asked.append((request, model))
        if self.refusal:
            raise self.refusal
        for index, word in enumerate(self.words):
            deadline = time.monotonic() + PATIENCE_S
            while index and not self.gate.wait(0.005) and not cancelled():
                assert time.monotonic() < deadline
            if cancelled():
                text = "".join(self.words[:index])
                return TurnFinished(request.turn, StopReason.CANCELLED, text, None, model)
            emit(TextDelta(request.turn, word))
        text = "".join(self.words)
        return TurnFinished(request.turn, StopReason.STOP, text, None, model, self.notes)

    def close(self) -> None:
        pass


class ScriptedShelf:
    """One model that can be fetched, in ``steps`` of a byte; ``gate`` holds all but the first.

    Every model's files have a hash; ``hash_gate`` holds it back.

    While ``deaf`` is clear, a download doesn't notice that it was stopped. A second one beside it
    is refused, as by the lock on the files.
    """

    def __init__(self) -> None:
        self.deaf = threading.Event()
        self.deaf.set()
        self.at_once = self.most_at_once = 0
        self.steps = 3
        self.gate = threading.Event()
        self.gate.set()
        self.refusal: Exception | None = None
        self.done = 0
        self.removed: list[ModelKey] = []
        self.hashes: dict[ModelKey, str] = {}
        self.hashed: list[ModelKey] = []
        self.no_hash: Exception | None = None
        self.hash_gate = threading.Event()
        self.hash_gate.set()

    def entry(self, key: ModelKey | None = None) -> ModelEntry:
        place = Place.DOWNLOADED if key else Place.CATALOGUE
        return ModelEntry("maker/name", key, ModelRole.CHAT, place, "name")

    def entries(self) -> tuple[ModelEntry, ...]:
        return (self.entry(),)

    def resolve(self, name: str) -> ModelKey:
        raise ModelUnknown(id=name)

    def add(self, path: Path) -> ModelEntry:
        if self.refusal:
            raise self.refusal
        return self.entry(str(path))

    def download(
        self, model_id: str, report: Callable[[Download], None], stopped: Callable[[], bool]
    ) -> ModelEntry | None:
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        try:
            if self.at_once > 1:
                raise DownloadElsewhere(id=model_id)
            return self._fetched(model_id, report, lambda: self.deaf.is_set() and stopped())
        finally:
            self.at_once -= 1

    def _fetched(
        self, model_id: str, report: Callable[[Download], None], stopped: Callable[[], bool]
    ) -> ModelEntry | None:
        while self.done < self.steps:
            report(Download(model_id, DownloadState.RUNNING, self.done, self.steps))
            deadline = time.monotonic() + PATIENCE_S
            while self.done and not self.gate.wait(0.005) and not stopped():
                assert time.monotonic() < deadline
            if stopped():
                return None
            if self.refusal:
                raise self.refusal
            self.done += 1
        return self.entry("/models/name")

    def discard(self, model_id: str) -> None:
        self.done = 0

    def verify(
        self, key: ModelKey, report: Callable[[float], None], stopped: Callable[[], bool]
    ) -> None:
        if self.refusal:
            raise self.refusal
        report(0.5)
        report(1.0)

    def sha256(self, key: ModelKey) -> str:
        assert self.hash_gate.wait(PATIENCE_S)
        if self.no_hash:
            raise self.no_hash
        self.hashed.append(key)
        return self.hashes.get(key, f"hash of {key}")

    def remove(self, key: ModelKey) -> int:
        self.removed.append(key)
        return 7


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


LOCAL: ModelKey = "/models/model"
OTHER: ModelKey = "/models/other"
FAR: ModelKey = "https://far.example/v1#maker/far"


def load_request(key: ModelKey = LOCAL) -> LoadModel:
    return LoadModel(Path("/models") / key)
