"""The Qt-free composition root: the one place that names concrete classes."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from mmdesk import paths
from mmdesk.core.protocols import ChatEngine, ConversationStore, EventSink
from mmdesk.core.requests import LoadModel
from mmdesk.engine.process import ChildChatEngine
from mmdesk.media.reader import LimitedPictureReader
from mmdesk.session.controller import ChatSession
from mmdesk.session.store_thread import StoreThread
from mmdesk.session.threads import job_pool, spawn
from mmdesk.session.worker import ModelWorker
from mmdesk.settings import Settings
from mmdesk.store.sqlite import SqliteStore

ENGINES = ("child", "in-process")


@dataclass(slots=True)
class Application:
    """Everything below the window, running."""

    session: ChatSession
    worker: ModelWorker
    store: StoreThread
    reader: LimitedPictureReader
    pool: ThreadPoolExecutor
    _scratch: tempfile.TemporaryDirectory[str] | None = field(default=None)

    def close(self) -> None:
        """Stop answering, save, and end every thread and child."""
        self.session.close()
        self.pool.shutdown(wait=False, cancel_futures=True)
        self.worker.close()
        self.store.close()
        self.reader.close()
        if self._scratch is not None:
            self._scratch.cleanup()


def build(emit: EventSink, *, engine: str = "child", keep: bool = True) -> Application:
    """Build and start worker, store and session.

    Args:
        emit: Takes every event, from any thread.
        engine: "child" holds the model in a process of its own, "in-process" in the worker.
        keep: Whether conversations are kept; else the store is in memory.
    """
    scratch = None if keep else tempfile.TemporaryDirectory(prefix="mmdesk-")
    worker = ModelWorker(_engine_maker(engine), emit)
    store = StoreThread(_store_opener(Path(scratch.name) if scratch else None))
    reader = LimitedPictureReader(spawn, paths.staging())
    pool = job_pool()
    session = ChatSession(worker, store, reader, pool, emit)
    worker.start()
    store.start()
    return Application(session, worker, store, reader, pool, scratch)


def load_request(settings: Settings, model: Path | None = None) -> LoadModel:
    """Return the request for ``model``, the chosen model, or the starter."""
    return LoadModel(
        path=(model or settings.model or paths.starter()).expanduser().absolute(),
        device=settings.device,
        dtype=settings.dtype,
        threads=settings.threads,
    )


def _engine_maker(engine: str) -> Callable[[], ChatEngine]:
    if engine == "in-process":
        # Imports torch, which stalls a window for up to 200 ms: for debugging and tests.
        from mmdesk.engine.local import LocalChatEngine

        return LocalChatEngine
    return partial(ChildChatEngine, spawn, paths.engine_log_file())


def _store_opener(scratch: Path | None) -> Callable[[], ConversationStore]:
    if scratch is not None:
        return partial(SqliteStore, ":memory:", scratch)
    return partial(SqliteStore, paths.database(), paths.attachments())
