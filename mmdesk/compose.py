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
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from mmdesk import paths
from mmdesk.core.events import StoreFailed, StoreUpgrading
from mmdesk.core.models import STARTER, ModelKey, is_remote
from mmdesk.core.protocols import (
    Archives,
    Backups,
    ConversationStore,
    Engine,
    EventSink,
    Listener,
    MediaReader,
    ModelShelf,
    RemoteServers,
    Sound,
)
from mmdesk.core.requests import SpeechModel
from mmdesk.on_demand import ListenerOnDemand, MediaOnDemand, Once, SoundOnDemand
from mmdesk.session.answering import Answering
from mmdesk.session.archiving import Archiving
from mmdesk.session.controller import ChatSession
from mmdesk.session.draft import Draft
from mmdesk.session.library import ModelLibrary
from mmdesk.session.store_thread import StoreThread
from mmdesk.session.threads import job_pool, spawn, start_thread
from mmdesk.session.voice import VoiceSession
from mmdesk.session.worker import ModelWorker
from mmdesk.settings import Settings

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor


@dataclass(eq=False, repr=False)
class Application:
    """Everything below the window."""

    session: ChatSession
    worker: ModelWorker
    store: StoreThread
    reader: MediaReader
    listener: Listener
    sound: Sound
    servers: Once[RemoteServers]
    archive: Archiving
    pools: tuple[ThreadPoolExecutor, ...]
    _passing: tuple[Path, ...] = ()
    """Folders that end with this run."""
    _settings: Settings = field(default_factory=Settings)
    _shelf: tuple[tuple[str, str], ModelShelf] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def use(self, settings: Settings) -> None:
        """Let settings hold from now on, without keeping them."""
        self._settings = settings
        self.worker.idle_s = settings.idle_minutes * 60.0
        request_for = partial(settings.load_request, paths.starter())
        self.session.use(settings.generation, settings.model, request_for)
        self.session.voice.use(settings.speech(paths.starter_speech()), settings.voice)

    def shelf(self) -> ModelShelf:
        """Return the models on this computer and in the catalogue.

        It is the same as long as its settings hold: it remembers what it saw in the folders.
        """
        wanted = self._settings.hub, self._settings.dtype
        with self._lock:
            if self._shelf is None or self._shelf[0] != wanted:
                self._shelf = wanted, shelf(self._settings)
            return self._shelf[1]

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
            last_first.callback(self.servers.close)
            for pool in self.pools:
                last_first.callback(pool.shutdown, wait=False, cancel_futures=True)
            last_first.callback(self.session.close)
            last_first.callback(self.archive.close)


def build(
    emit: EventSink, settings: Settings, *, engine: str = "child", keep: bool = True
) -> Application:
    """Build worker, store and session; :meth:`Application.start` sets them going.

    Args:
        emit: Takes every event, from any thread.
        settings: As they are at the start; :meth:`Application.use` takes changed ones.
        engine: "child" holds the model in a process of its own, "in-process" in the worker.
        keep: Whether conversations are kept; else the store is in memory.
    """
    scratch = None if keep else _run_folder("scratch")
    recordings = _run_folder("sound")
    worker = ModelWorker(_engine_maker(engine), emit)
    store = StoreThread(_store_opener(scratch, emit), emit)
    reader = media_reader()
    # Apart, so that pictures behind a sound file of hours hold no recording up, and downloads no
    # picture and no answer; an export may take minutes.
    reading, pool, network, answers, files = pools = tuple(map(job_pool, (2, 4, 12, 12, 2)))
    servers = Once(remote_servers)
    request_for = partial(settings.load_request, paths.starter())
    answering = Answering(worker, servers, answers, emit, request_for)
    library = ModelLibrary(lambda: application.shelf(), servers, network, emit)
    listener = ListenerOnDemand(_listener)
    sound = SoundOnDemand(partial(_sound, recordings))
    hear = _voice_maker(listener, sound, worker, pool, emit)
    archive = Archiving(store, lambda: archives(reader), backups, files, emit)
    session = ChatSession(answering, library, store, reader, reading, emit, hear)
    session.archive = archive
    application = Application(
        session=session,
        worker=worker,
        store=store,
        reader=reader,
        listener=listener,
        sound=sound,
        servers=servers,
        archive=archive,
        pools=pools,
        _passing=(recordings,) if scratch is None else (scratch, recordings),
    )
    application.use(settings)
    return application


def shelf(settings: Settings) -> ModelShelf:
    """Return the models on this computer and in the catalogue, as ``settings`` see them."""
    from mmdesk.models.shelf import DiskShelf
    from mmdesk.speech.official import OFFICIAL_CHECKPOINTS

    return DiskShelf(
        folder=paths.models(),
        catalogue=paths.catalogue(),
        starter=paths.starter(),
        starter_speech=paths.starter_speech(),
        hub=settings.hub,
        dtype=settings.dtype,
        whisper_files={digest: each.name for digest, each in OFFICIAL_CHECKPOINTS.items()},
    )


def model_key(settings: Settings, name: str) -> ModelKey:
    """Return the key of the model that a person names on the command line.

    Args:
        name: A folder, a key, or the id of a model that is on this computer.

    Raises:
        ModelUnknown: there is none.
    """
    if name == STARTER or is_remote(name):
        return name
    path = paths.absolute(Path(name))
    if path.is_dir() or name.startswith((os.sep, ".", "~")):
        return str(path)
    return shelf(settings).resolve(name)


def remote_servers() -> RemoteServers:
    """Return the servers that the person added."""
    from mmdesk.remote.keys import KeyStore
    from mmdesk.remote.servers import OpenAIServers

    return OpenAIServers(paths.servers_file(), KeyStore(start_thread), start_thread)


def archives(reader: MediaReader) -> Archives:
    """Return what writes conversations into files and reads them; ``reader`` decodes."""
    from mmdesk.archive.files import FileArchives

    return FileArchives(reader)


def backups() -> Backups:
    """Return the backups of the person's conversations."""
    from mmdesk.store.shelf import BackupShelf

    return BackupShelf(paths.database(), paths.backups())


def media_reader() -> MediaReader:
    """Return what decodes files, in a process that starts with the first of them."""
    return MediaOnDemand(_limited_reader)


def _limited_reader() -> MediaReader:
    from mmdesk.media.reader import LimitedMediaReader

    return LimitedMediaReader(spawn, paths.staging())


def _clear_up() -> None:
    """Remove what crashed runs have left, recordings above all."""
    from mmdesk.media.staging import remove_stale

    remove_stale(paths.staging())


def _voice_maker(
    listener: Listener, sound: Sound, worker: ModelWorker, pool: ThreadPoolExecutor, emit: EventSink
) -> Callable[[Draft], VoiceSession]:
    """Return what makes the voice of a session, which speaks into its draft."""

    def hear(draft: Draft) -> VoiceSession:
        model = SpeechModel(paths.starter_speech())
        return VoiceSession(listener, sound, worker, draft, pool, emit, model)

    return hear


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


def _store_opener(scratch: Path | None, emit: EventSink) -> Callable[[], ConversationStore]:
    def open_store() -> ConversationStore:
        from mmdesk.store.sqlite import SqliteStore

        if scratch is not None:
            return SqliteStore(":memory:", scratch)
        store = SqliteStore(
            paths.database(),
            paths.attachments(),
            paths.backups(),
            upgrading=lambda: emit(StoreUpgrading()),
        )
        if store.mended is not None:
            emit(StoreFailed(store.mended))
        return store

    return open_store


def _run_folder(name: str) -> Path:
    """Return a place for pictures or recordings that no message keeps, made when there is one.

    It is beside the decoded pictures: they are linked, not copied, and what a killed process
    leaves is cleared up with theirs (see :mod:`mmdesk.media.staging`).
    """
    return paths.staging() / f"run-{os.getpid()}-{name}"
