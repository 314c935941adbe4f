"""A session with a scripted engine, microphone and reader, and the real store behind it."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from mmdesk.core.errors import NotMedia
from mmdesk.core.events import ConversationOpened, Event, TextDelta, TurnFailed, TurnFinished
from mmdesk.core.messages import Picture
from mmdesk.core.protocols import ConversationStore
from mmdesk.core.requests import GenerationSettings, SpeechModel
from mmdesk.core.sight import Pixels
from mmdesk.core.speech import Recording
from mmdesk.session.answering import Answering
from mmdesk.session.controller import ChatSession
from mmdesk.session.draft import Draft
from mmdesk.session.library import ModelLibrary
from mmdesk.session.store_thread import StoreThread
from mmdesk.session.threads import job_pool
from mmdesk.session.voice import VoiceSession
from mmdesk.session.worker import ModelWorker
from mmdesk.store.sqlite import SqliteStore
from tests.unit.session.scripted import (
    LOCAL,
    PATIENCE_S,
    Events,
    ScriptedEngine,
    ScriptedListener,
    ScriptedServers,
    ScriptedShelf,
    ScriptedSound,
    flac,
    load_request,
)

_QUIET_S = 0.3
"""Without an event, all that was begun is taken to be done: longer than a busy machine dawdles."""


class Reader:
    """Reads pictures and sound by their names; ``gate`` holds decoding back."""

    def __init__(self, staging: Path) -> None:
        self._staging = staging
        self.gate = threading.Event()
        self.gate.set()
        self.seconds = 2.0

    def read(self, path: Path) -> Picture | Recording:
        assert self.gate.wait(PATIENCE_S)
        if path.suffix == ".wav":
            return flac(self._staging, path.name, self.seconds)
        if path.suffix != ".png":
            raise NotMedia(name=path.name)
        canonical = self._staging / f"canonical-{path.name}"
        thumbnail = self._staging / f"thumb-{path.name}"
        Image.new("RGB", (4, 3), (ord(path.name[0]), 0, 0)).save(canonical)
        Image.new("RGB", (4, 3)).save(thumbnail)
        digest = hashlib.sha256(canonical.read_bytes()).hexdigest()
        return Picture(digest, canonical, thumbnail, path.name, 4, 3)

    def read_bytes(self, data: bytes, name: str) -> Picture:
        found = self.read(Path(name))
        assert isinstance(found, Picture)
        return found

    def read_region(self, picture: Picture, box: Pixels) -> Picture:
        found = self.read(Path(f"{picture.name[0]} {list(box)}.png"))
        assert isinstance(found, Picture)
        return found

    def close(self) -> None:
        pass


class Desk:
    """A session with everything behind it, and the loop that a window would run."""

    def __init__(self, folder: Path, store_error: Exception | None = None) -> None:
        self.engine = ScriptedEngine()
        self.events = Events()
        self.reader = Reader(folder)
        self.shown: list[Event] = []
        self.store_path = folder / "c.sqlite3"
        self.store_error = store_error
        self.worker = ModelWorker(lambda: self.engine, self.events.put)
        self.store = StoreThread(lambda: self._open(folder), self.events.put)
        self.pool = job_pool(2)
        self.listener = ScriptedListener()
        self.sound = ScriptedSound(folder)
        self.servers = ScriptedServers()
        self.shelf = ScriptedShelf()
        put = self.events.put
        self.session = ChatSession(
            Answering(self.worker, lambda: self.servers, self.pool, put, load_request),
            ModelLibrary(lambda: self.shelf, lambda: self.servers, self.pool, put),
            self.store,
            self.reader,
            self.pool,
            put,
            self._hear,
        )
        self.worker.start()
        self.store.start()
        self.session.use(GenerationSettings(), LOCAL, load_request)
        self.session.load_model()

    def _hear(self, draft: Draft) -> VoiceSession:
        return VoiceSession(
            self.listener,
            self.sound,
            self.worker,
            draft,
            self.pool,
            self.events.put,
            SpeechModel(Path("/models/speech")),
        )

    def _open(self, folder: Path) -> ConversationStore:
        if self.store_error:
            raise self.store_error
        return SqliteStore(self.store_path, folder / "attachments", folder / "backups")

    def until(self, kind: type[Event], also: Callable[[], bool] = lambda: True) -> Event:
        """Handle events up to and with one of ``kind`` that is shown; return it."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            shown = self.session.handle(self.events.next())
            self.shown += shown
            if any(isinstance(event, kind) for event in shown) and also():
                return next(event for event in shown if isinstance(event, kind))
        raise AssertionError(f"no {kind.__name__}")

    def rest(self) -> None:
        """Handle events until none comes for a while."""
        while not self.events.quiet(_QUIET_S):
            self.shown += self.session.handle(self.events.seen[-1])

    def wait_for(self, condition: Callable[[], bool]) -> None:
        """Handle events until something holds."""
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < deadline
            if not self.events.quiet(0.02):
                self.shown += self.session.handle(self.events.seen[-1])

    def handle_some(self, most: int) -> None:
        """Handle what has come, ``most`` events at most."""
        for _ in range(most):
            if not self.events.quiet(0.0):
                self.shown += self.session.handle(self.events.seen[-1])

    def ask(self, text: str = "What color?") -> TurnFinished | TurnFailed:
        self.session.submit(text)
        event = self.until(TurnFinished | TurnFailed)  # type: ignore[arg-type]
        assert isinstance(event, TurnFinished | TurnFailed)
        return event

    def stopped(self, text: str = "What?") -> str:
        """Ask, and stop the answer after its first word; return the conversation."""
        self.engine.gate.clear()
        self.session.submit(text)
        self.until(TextDelta)
        self.session.stop()
        self.until(TurnFinished)
        self.engine.gate.set()
        assert self.session.conversation is not None
        return self.session.conversation

    def reopened(self, conversation: str) -> ConversationOpened:
        """Open a conversation, and wait until it is shown."""
        self.session.open_conversation(conversation)
        while True:  # a new one may have been shown before
            event = self.until(ConversationOpened)
            assert isinstance(event, ConversationOpened)
            if event.conversation and event.conversation.summary.id == conversation:
                return event

    def close(self) -> None:
        self.engine.gate.set()
        self.engine.load_gate.set()
        self.engine.hear_gate.set()
        self.engine.prefill_gate.set()
        self.sound.gate.set()
        self.reader.gate.set()
        self.shelf.hash_gate.set()
        self.session.close()
        self.pool.shutdown()
        self.worker.close()
        self.store.close()
