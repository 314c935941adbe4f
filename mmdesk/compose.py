"""The Qt-free composition root: the one place that names concrete classes.

They are imported where they are made, on the threads that use them: the window is painted before
any of that is read from the disk.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mmdesk import paths
from mmdesk.core.messages import Picture
from mmdesk.core.protocols import (
    ConversationStore,
    Engine,
    EventSink,
    Listener,
    MediaReader,
    Sound,
)
from mmdesk.core.requests import SpeechModel
from mmdesk.core.speech import Recording
from mmdesk.session.controller import ChatSession
from mmdesk.session.draft import Draft
from mmdesk.session.store_thread import StoreThread
from mmdesk.session.threads import job_pool, spawn, start_thread
from mmdesk.session.voice import VoiceSession
from mmdesk.session.worker import ModelWorker

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor


@dataclass(slots=True)
class Application:
    """Everything below the window."""

    session: ChatSession
    worker: ModelWorker
    store: StoreThread
    reader: MediaReader
    listener: Listener
    sound: Sound
    pools: tuple[ThreadPoolExecutor, ...]
    _passing: tuple[Path, ...] = ()
    """Folders that end with this run."""

    def start(self) -> None:
        """Start the threads; what was asked before waits for them."""
        self.worker.start()
        self.store.start()
        self.pools[0].submit(_clear_up)

    def close(self) -> None:
        """Stop answering, save, and end every thread and child."""
        with ExitStack() as last_first:  # each of them, even if Ctrl+C breaks one off
            for folder in self._passing:
                last_first.callback(shutil.rmtree, folder, ignore_errors=True)
            last_first.callback(self.reader.close)  # after the store, which takes its pictures
            last_first.callback(self.store.close)
            last_first.callback(self.worker.close)
            for pool in self.pools:
                last_first.callback(pool.shutdown, wait=False, cancel_futures=True)
            last_first.callback(self.session.close)


def build(emit: EventSink, *, engine: str = "child", keep: bool = True) -> Application:
    """Build worker, store and session; :meth:`Application.start` sets them going.

    Args:
        emit: Takes every event, from any thread.
        engine: "child" holds the model in a process of its own, "in-process" in the worker.
        keep: Whether conversations are kept; else the store is in memory.
    """
    scratch = None if keep else _run_folder("scratch")
    recordings = _run_folder("sound")
    worker = ModelWorker(_engine_maker(engine), emit)
    store = StoreThread(_store_opener(scratch))
    reader = MediaOnDemand()
    # Apart, so that pictures behind a sound file of hours hold no recording up.
    reading, pool = job_pool(2), job_pool()
    listener, sound = _listener(), _sound(recordings)

    def hear(draft: Draft) -> VoiceSession:
        model = SpeechModel(paths.starter_speech())
        return VoiceSession(listener, sound, worker, draft, pool, emit, model)

    session = ChatSession(worker, store, reader, reading, emit, hear)
    passing = (recordings,) if scratch is None else (scratch, recordings)
    return Application(session, worker, store, reader, listener, sound, (reading, pool), passing)


class MediaOnDemand:
    """A :class:`MediaReader` that is made for the first file, on the job pool."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._reader: MediaReader | None = None
        self._closed = False

    def read(self, path: Path) -> Picture | Recording:
        """Read a file. Raises ``MediaError``."""
        return self._made().read(path)

    def read_bytes(self, data: bytes, name: str) -> Picture:
        """Read pasted or dragged image data. Raises ``MediaError``."""
        return self._made().read_bytes(data, name)

    def close(self) -> None:
        """End the decoding process, if there is one."""
        with self._lock:
            self._closed = True
            if self._reader is not None:
                self._reader.close()

    def _made(self) -> MediaReader:
        from mmdesk.media.reader import LimitedMediaReader

        with self._lock:
            if self._reader is None:
                self._reader = LimitedMediaReader(spawn, paths.staging())
                if self._closed:
                    self._reader.close()  # it says so to whoever still asks
            return self._reader


def _clear_up() -> None:
    """Remove what crashed runs have left, recordings above all."""
    from mmdesk.media.staging import remove_stale

    remove_stale(paths.staging())


def _listener() -> Listener:
    from mmdesk.audio.listening import MicrophoneListener

    return MicrophoneListener(start_thread, paths.voice_activity_model())


def _sound(recordings: Path) -> Sound:
    from mmdesk.audio.sound import LocalSound

    return LocalSound(start_thread, paths.voice_activity_model(), recordings)


def _engine_maker(engine: str) -> Callable[[], Engine]:
    def in_child() -> Engine:
        from mmdesk.inference.process import ChildEngine

        return ChildEngine(spawn, paths.engine_log_file())

    def in_process() -> Engine:
        # Imports torch, which stalls a window for up to 200 ms: for debugging and tests.
        from mmdesk.inference.local import LocalEngine

        return LocalEngine()

    return in_process if engine == "in-process" else in_child


def _store_opener(scratch: Path | None) -> Callable[[], ConversationStore]:
    def open_store() -> ConversationStore:
        from mmdesk.store.sqlite import SqliteStore

        if scratch is not None:
            return SqliteStore(":memory:", scratch)
        return SqliteStore(paths.database(), paths.attachments())

    return open_store


def _run_folder(name: str) -> Path:
    """Return a place for pictures or recordings that no message keeps, made when there is one.

    It is beside the decoded pictures: they are linked, not copied, and what a killed process
    leaves is cleared up with theirs (see :mod:`mmdesk.media.staging`).
    """
    return paths.staging() / f"run-{os.getpid()}-{name}"
