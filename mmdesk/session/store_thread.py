"""The store thread: the only one that touches the database."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from mmdesk.core.errors import InternalError, MmdeskError
from mmdesk.core.protocols import ConversationStore
from mmdesk.session.threads import start_thread

log = logging.getLogger(__name__)

Job = Callable[[ConversationStore], None]
OnError = Callable[[MmdeskError], None]
_Result = TypeVar("_Result")


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
        store = _attempt(self._open_store, lambda error: None)
        while (item := self._jobs.get()) is not None:
            job, on_error = item
            # What was in the way may be gone: another instance closed, a disk mounted again.
            store = store or _attempt(self._open_store, on_error)
            if store is not None:
                _attempt(partial(job, store), on_error)
        if store is not None:
            try:
                store.close()
            except Exception:  # every write is committed already
                log.exception("closing the store")


def _attempt(call: Callable[[], _Result], on_error: OnError) -> _Result | None:
    """Return what ``call`` returns, or None once ``on_error`` was told why it failed."""
    try:
        return call()
    except MmdeskError as error:
        on_error(error)
    except Exception as error:
        log.exception("in the store")
        on_error(InternalError.of(error))
    return None
