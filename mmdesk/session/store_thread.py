"""The store thread: the only one that touches the database."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable

from mmdesk.core.errors import InternalError, MmdeskError
from mmdesk.core.protocols import ConversationStore
from mmdesk.session.threads import start_thread

log = logging.getLogger(__name__)

Job = Callable[[ConversationStore], None]
OnError = Callable[[MmdeskError], None]


class StoreThread:
    """Runs jobs against a :class:`ConversationStore`, in order, on one thread.

    The store is opened there too, since a sqlite connection belongs to its thread. While it
    can't be opened, each job tries again, or fails with the reason.
    """

    def __init__(self, open_store: Callable[[], ConversationStore]) -> None:
        self._open_store = open_store
        self._jobs: queue.SimpleQueue[tuple[Job, OnError] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Open the store and begin to serve."""
        self._thread = start_thread("store", self._run)

    def put(self, job: Job, on_error: OnError) -> None:
        """Queue a job; ``on_error`` is called on the store thread if it fails."""
        self._jobs.put((job, on_error))

    def close(self, timeout_s: float = 10.0) -> None:
        """Finish the queued jobs, close the store and end the thread."""
        self._jobs.put(None)
        if self._thread is not None:
            self._thread.join(timeout_s)

    def _run(self) -> None:
        store = self._opened(lambda error: None)
        while (item := self._jobs.get()) is not None:
            job, on_error = item
            # What was in the way may be gone: another instance closed, a disk mounted again.
            store = store or self._opened(on_error)
            if store is not None:
                _run_job(store, job, on_error)
        if store is not None:
            try:
                store.close()
            except Exception:  # every write is committed already
                log.exception("closing the store")

    def _opened(self, on_error: OnError) -> ConversationStore | None:
        try:
            return self._open_store()
        except MmdeskError as error:
            on_error(error)
        except Exception as error:
            log.exception("opening the store")
            on_error(InternalError(what=f"{type(error).__name__}: {error}"))
        return None


def _run_job(store: ConversationStore, job: Job, on_error: OnError) -> None:
    try:
        job(store)
    except MmdeskError as error:
        on_error(error)
    except Exception as error:
        log.exception("in a store job")
        on_error(InternalError(what=f"{type(error).__name__}: {error}"))
