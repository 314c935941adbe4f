"""Archiving: exports, imports and backups, beside everything else that goes on."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from mmdesk.core.archives import (
    ArchiveItem,
    ArchiveReport,
    ExportRequest,
    ImportRequest,
    RestoreRequest,
)
from mmdesk.core.errors import (
    ArchiveStopped,
    InternalError,
    MmdeskError,
    RestoreWhileAnswering,
    StoreClosed,
)
from mmdesk.core.events import (
    ArchiveFinished,
    ArchiveProgressed,
    BackupsListed,
    ConversationsListed,
    StoreFailed,
)
from mmdesk.core.protocols import (
    Archives,
    Backups,
    ConversationStore,
    EventSink,
)
from mmdesk.session.store_thread import StoreThread

if TYPE_CHECKING:
    from concurrent.futures import Executor

log = logging.getLogger(__name__)

_PROGRESS_S = 0.1
_Result = TypeVar("_Result")

Told = Callable[[ArchiveItem | ArchiveReport], bool]
"""Takes each item as it comes and the report at the end, on any thread; False wants no more."""


class Archiving:
    """Exports, imports and restores. Calls return at once, from the main thread.

    ``ArchiveProgressed`` comes at most ten times a second, then one ``ArchiveFinished``.
    Conversations pass through the store thread one by one, so that it serves others in between.

    Attributes:
        answering: Whether an answer is on its way anywhere; set by who knows. A restore is
            refused then, since what is being written would have no place any more.
    """

    def __init__(
        self,
        store: StoreThread,
        archives: Callable[[], Archives],
        backups: Callable[[], Backups],
        pool: Executor,
        emit: EventSink,
    ) -> None:
        """Prepare.

        Args:
            archives, backups: Make them when they are first needed.
            pool: For this alone: an export may take minutes.
        """
        self._store = store
        self._archives = archives
        self._backups = backups
        self._pool = pool
        self._emit = emit
        self._closed = False
        self.answering: Callable[[], bool] = lambda: False

    def export(self, request: ExportRequest, told: Told | None = None) -> None:
        """Write conversations into a folder; ``told`` hears of each."""
        self._pool.submit(self._work, request, told)

    def import_files(self, request: ImportRequest, told: Told | None = None) -> None:
        """Take conversations over; ``ConversationsListed`` follows."""
        self._pool.submit(self._work, request, told)

    def restore(self, request: RestoreRequest, told: Told | None = None) -> None:
        """Put a backup in the place of the conversations.

        After an ``ArchiveFinished`` with ``report.restored`` no conversation that was shown needs
        to be there; ``ConversationsListed`` follows.
        """
        if self.answering():
            self._end(ArchiveReport(request, error=RestoreWhileAnswering()), told)
            return
        self._emit(ArchiveProgressed(request, 0, 1))

        def restored() -> None:
            self._end(self._backups().restore(request), told)
            self._list()

        def failed(error: MmdeskError) -> None:
            self._end(ArchiveReport(request, error=error), told)

        self._store.put_alone(restored, failed)

    def list_backups(self) -> None:
        """List the backups: ``BackupsListed``."""
        self._pool.submit(self._list_backups)

    def close(self) -> None:
        """Stop what is going on after the conversation at hand."""
        self._closed = True

    # On the pool

    def _work(self, request: ExportRequest | ImportRequest, told: Told | None) -> None:
        items: list[ArchiveItem] = []
        emitted = 0.0

        def tell(item: ArchiveItem, done: int, total: int) -> None:
            nonlocal emitted
            items.append(item)
            if time.monotonic() - emitted >= _PROGRESS_S:
                emitted = time.monotonic()
                self._emit(ArchiveProgressed(request, done, total))
            if told is not None and not told(item):
                raise ArchiveStopped

        report = ArchiveReport(request)
        try:
            if isinstance(request, ExportRequest):
                self._archives().export(request, self._with_store, tell)
            else:
                self._archives().import_files(request, self._with_store, tell)
        except MmdeskError as error:
            report = ArchiveReport(request, error=error)
        except Exception as error:
            log.exception("in an archive")
            report = ArchiveReport(request, error=InternalError.of(error))
        self._end(replace(report, items=tuple(items)), told)
        if isinstance(request, ImportRequest):
            self._list()

    def _with_store(self, job: Callable[[ConversationStore], _Result]) -> _Result:
        from concurrent.futures import Future

        if self._closed:
            raise StoreClosed
        future: Future[_Result] = Future()
        self._store.put(lambda store: future.set_result(job(store)), future.set_exception)
        return future.result()

    def _list_backups(self) -> None:
        try:
            self._emit(BackupsListed(self._backups().backups()))
        except MmdeskError as error:
            self._emit(StoreFailed(error))
        except Exception as error:
            log.exception("listing the backups")
            self._emit(StoreFailed(InternalError.of(error)))

    # Anywhere

    def _list(self) -> None:
        self._store.put(
            lambda store: self._emit(ConversationsListed(store.conversations())),
            lambda error: self._emit(StoreFailed(error)),
        )

    def _end(self, report: ArchiveReport, told: Told | None) -> None:
        if told is not None:
            told(report)
        self._emit(ArchiveFinished(report))
