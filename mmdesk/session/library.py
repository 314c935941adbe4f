"""ModelLibrary: what a person does with models that takes time, on the job pool.

Everything ends in an event; nothing here waits. Calls come from the main thread.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING

from mmdesk.core.errors import InternalError, MmdeskError, ModelInUse
from mmdesk.core.events import (
    DownloadChanged,
    LibraryFailed,
    ModelAdded,
    ModelIdentified,
    ModelRemoved,
    ModelsListed,
    ModelVerified,
    ServerTested,
)
from mmdesk.core.models import Download, DownloadState, ModelKey, Server, short_name
from mmdesk.core.protocols import EventSink, ModelShelf, RemoteServers
from mmdesk.core.values import value

if TYPE_CHECKING:
    from concurrent.futures import Executor

log = logging.getLogger(__name__)

_LOOK_S = 0.1


@value
class _Try:
    """One job that downloads a model; a paused one takes a moment to notice."""

    stopped: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)


class ModelLibrary:
    """The catalogue, the disk and the servers.

    Attributes:
        downloads: Those of this run, by id, as the person last saw them.
    """

    def __init__(
        self,
        shelf: Callable[[], ModelShelf],
        servers: Callable[[], RemoteServers],
        pool: Executor,
        emit: EventSink,
    ) -> None:
        """``shelf`` and ``servers`` are called on ``pool``, for each job."""
        self._shelf = shelf
        self._servers = servers
        self._pool = pool
        self._emit = emit
        self._closing = False
        self._tries: dict[str, _Try] = {}
        self._verifying: set[ModelKey] = set()
        self._identifying: set[ModelKey] = set()
        self.downloads: dict[str, Download] = {}

    def refresh(self) -> None:
        """List everything anew: ``ModelsListed``."""
        self._do("", self._list)

    def add_folder(self, path: Path) -> None:
        """Remember a model's folder: ``ModelAdded``, or ``LibraryFailed`` about the path."""

        def add() -> None:
            self._emit(ModelAdded(self._shelf().add(path)))
            self._list()

        self._do(str(path), add)

    def download(self, model_id: str) -> None:
        """Fetch a model, or go on with it: ``DownloadChanged`` until DONE, PAUSED or FAILED."""
        last = self._tries.get(model_id)
        if last is not None and not (last.stopped.is_set() or last.over.is_set()):
            return
        self._tries[model_id] = this = _Try()
        self._changed(Download(model_id, DownloadState.ASKING))
        self._pool.submit(self._download, model_id, this, last)

    def pause(self, model_id: str) -> None:
        """Stop a download; what is there stays for :meth:`download`."""
        if (last := self._tries.get(model_id)) is not None:
            last.stopped.set()

    def discard(self, model_id: str) -> None:
        """Give an unfinished download up and remove what it has left."""
        last = self._tries.get(model_id)

        def discard() -> None:
            self._await(last)
            self._shelf().discard(model_id)
            if self._tries.get(model_id) is last:
                self.downloads.pop(model_id, None)
            self._list()

        self.pause(model_id)
        self._do(model_id, discard)

    def verify(self, key: ModelKey) -> None:
        """Compare a model's files with their hashes: ``ModelVerified``."""
        if key not in self._verifying:
            self._verifying.add(key)
            self._do(key, lambda: self._verify(key))

    def stop_verifying(self, key: ModelKey) -> None:
        """Break it off; nothing is said of it."""
        self._verifying.discard(key)

    def identify(self, key: ModelKey) -> None:
        """Find out the SHA-256 of a model's files: ``ModelIdentified``, where there are any."""
        if key not in self._identifying and not self._closing:
            self._identifying.add(key)
            self._pool.submit(self._identify, key)

    def remove(self, key: ModelKey, *, in_use: bool) -> None:
        """Delete a download or forget a folder: ``ModelRemoved``."""

        def remove() -> None:
            if in_use:
                raise ModelInUse(name=short_name(key))
            self._emit(ModelRemoved(key, self._shelf().remove(key)))
            self._list()

        self._do(key, remove)

    def add_server(self, address: str, api_key: str | None, *, confirmed: bool) -> None:
        """Test a server and keep it if it answers: ``ServerTested``."""
        self._ask(address, lambda: self._servers().add(address, api_key, confirmed=confirmed))

    def test_server(self, url: str) -> None:
        """Ask a server what it serves now: ``ServerTested``."""
        self._ask(url, lambda: self._servers().test(url))

    def remove_server(self, url: str) -> None:
        """Forget a server and its key."""

        def remove() -> None:
            self._servers().remove(url)
            self._list()

        self._do(url, remove)

    def close(self) -> None:
        """Stop what runs; downloads stay as they are for the next time."""
        self._closing = True

    def _list(self) -> None:
        self._emit(ModelsListed(self._shelf().entries(), self._servers().servers()))

    def _download(self, model_id: str, this: _Try, last: _Try | None) -> None:
        try:
            self._await(last)
            self._try(model_id, this)
        finally:
            this.over.set()
        self._do("", self._list)

    def _try(self, model_id: str, this: _Try) -> None:
        """Fetch a model; what is said of a try that a newer one has taken over from is nothing."""

        def report(download: Download) -> None:
            if self._tries.get(model_id) is this:
                self._changed(download)

        def end(state: DownloadState, error: MmdeskError | None = None) -> None:
            last = self.downloads.get(model_id)
            done, total = (last.done, last.total) if last else (0, 0)
            report(Download(model_id, state, done, total, error=error))

        try:
            entry = self._shelf().download(
                model_id, report, lambda: self._closing or this.stopped.is_set()
            )
        except Exception as error:
            end(DownloadState.FAILED, _expected(error))
            return
        end(DownloadState.PAUSED if entry is None else DownloadState.DONE)
        if entry is not None:
            self._emit(ModelAdded(entry))

    def _await(self, last: _Try | None) -> None:
        """Wait until a try that was stopped has let go of the files."""
        while last is not None and not self._closing and not last.over.wait(_LOOK_S):
            pass

    def _changed(self, download: Download) -> None:
        self.downloads[download.id] = download
        self._emit(DownloadChanged(download))

    def _verify(self, key: ModelKey) -> None:
        def stopped() -> bool:
            return self._closing or key not in self._verifying

        try:
            self._shelf().verify(
                key, lambda fraction: self._emit(ModelVerified(key, fraction)), stopped
            )
        except MmdeskError as error:
            self._emit(ModelVerified(key, 1.0, error))
        finally:
            self._verifying.discard(key)

    def _identify(self, key: ModelKey) -> None:
        try:
            self._emit(ModelIdentified(key, self._shelf().sha256(key)))
        except MmdeskError as error:  # nobody asked for it: answers are kept without
            log.info("no hash of %s: %s", key, error.message)
        except Exception:
            log.exception("hashing a model")
        finally:
            self._identifying.discard(key)

    def _ask(self, url: str, job: Callable[[], Server]) -> None:
        def ask() -> None:
            started = time.perf_counter()
            server, refusal = None, None
            try:
                server = job()
            except MmdeskError as error:
                refusal = error
            spent = (time.perf_counter() - started) * 1000
            self._emit(ServerTested(url, server, spent, refusal))
            self._list()

        self._do(url, ask)

    def _do(self, subject: str, job: Callable[[], None]) -> None:
        def run() -> None:
            try:
                job()
            except Exception as error:
                self._emit(LibraryFailed(subject, _expected(error)))

        if not self._closing:
            self._pool.submit(run)


def _expected(error: Exception) -> MmdeskError:
    if isinstance(error, MmdeskError):
        return error
    log.error("managing models", exc_info=error)
    return InternalError.of(error)
