"""The store thread: the only one that touches the database."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from mmdesk.core.errors import (
    InternalError,
    MmdeskError,
    StoreClosed,
    StoreError,
    StoreNotBackedUp,
    StoreUnwritable,
)
from mmdesk.core.events import SavingPaused, SavingResumed
from mmdesk.core.protocols import ConversationStore, EventSink
from mmdesk.session.threads import start_thread

log = logging.getLogger(__name__)

Job = Callable[[ConversationStore], None]
OnError = Callable[[MmdeskError], None]

_NO_PLACE = (StoreUnwritable, StoreNotBackedUp)
"""What is wrong with the place, not with the job: it may pass."""
RETRY_S = 1.0
"""Until what could not be written is tried again."""


@dataclass(eq=False, slots=True)
class _Task:
    """A queued job; ``final`` once it is not to be held, whatever becomes of it.

    For ``keep`` and ``apart`` see :meth:`StoreThread.put`.
    """

    run: Callable[[], None]
    on_error: OnError
    keep: str = ""
    apart: bool = False
    final: bool = False


class StoreThread:
    """Runs jobs against a :class:`ConversationStore`, in order, on one thread.

    The store is opened there too, since a sqlite connection belongs to its thread. While it
    can't be opened, each job tries again, or fails with the reason.

    What is to be kept is put with a name. Where nothing can be written (a full disk, a read-only
    one), such jobs are held in memory, in order, and tried again until they can be done:
    ``SavingPaused`` tells of the first, ``SavingResumed`` of the end. Jobs without a name, which
    read, go on meanwhile.
    """

    def __init__(self, open_store: Callable[[], ConversationStore], emit: EventSink) -> None:
        self._open_store = open_store
        self._emit = emit
        self._changed = threading.Condition()
        """Guards the queue, what is held, what runs, and whether it is closed."""
        self._queue: deque[_Task] = deque()
        self._held: dict[str, _Task] = {}
        self._running: _Task | None = None
        self._closed = False
        self._thread: threading.Thread | None = None
        # The rest is the thread's own.
        self._store: ConversationStore | None = None
        self._paused: MmdeskError | None = None
        self._try_at = 0.0

    def start(self) -> None:
        """Open the store and begin to serve."""
        self._thread = start_thread("store", self._run)

    @property
    def waiting(self) -> int:
        """How many jobs are held in memory, since nothing can be written."""
        return len(self._held)

    def put(self, job: Job, on_error: OnError, keep: str = "", *, apart: bool = False) -> None:
        """Queue a job.

        Args:
            on_error: Called on the store thread if it fails, unless it is held; at once, here, if
                the store is closed.
            keep: A name has the job held where nothing can be written. A newer one of the same
                name makes the held one needless, and lines up behind all others: what was put
                in between may undo it (a sent question forgets the draft of before).
            apart: Nothing else undoes it or needs to come before it: it is done even where
                something that is held can't be, such as a question whose picture finds no room.
        """
        self._put(_Task(partial(self._with_store, job), on_error, keep, apart))

    def put_alone(self, job: Callable[[], None], on_error: OnError) -> None:
        """Queue a job that needs the database's file for itself: the store is closed for it.

        It fails where something is held that would have no place afterwards.
        """
        self._put(_Task(partial(self._alone, job), on_error))

    def withdraw(self, name: str) -> bool:
        """Take back what was put under a name; return whether it is certain not to be done.

        One that is being done is not: it is, or its ``on_error`` is called.
        """
        with self._changed:
            queued = [task for task in self._queue if task.keep == name]
            for task in queued:
                self._queue.remove(task)
            found = self._held.pop(name, None) is not None or bool(queued)
            if self._running is not None and self._running.keep == name:
                self._running.final = True
                found = False
            self._changed.notify()
        return found

    def close(self, timeout_s: float = 10.0) -> None:
        """Do what is queued, try once more what is held, close the store and end the thread."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join(timeout_s)

    def _put(self, task: _Task) -> None:
        with self._changed:
            if not self._closed:
                self._queue.append(task)
                self._changed.notify()
                return
        task.on_error(StoreClosed())

    # On the store thread

    def _run(self) -> None:
        # Each job tries again to open it, and says why it can't be.
        self._failure(_Task(partial(self._with_store, lambda store: None), lambda error: None))
        while not self._is_over():
            task = self._next()
            if task is not None:
                self._take(task)
            if self._held and time.monotonic() >= self._try_at:
                self._try_held()
            self._resume_if_done()
        self._finish()

    def _is_over(self) -> bool:
        with self._changed:
            return self._closed and not self._queue

    def _next(self) -> _Task | None:
        """Wait for a task, for the time to try again, or for the end."""
        with self._changed:
            self._running = None
            if not self._queue and not self._closed and not self._is_resumed():
                left = max(0.0, self._try_at - time.monotonic()) if self._held else None
                self._changed.wait(left)
            if not self._queue:
                return None
            self._running = self._queue.popleft()
            return self._running

    def _take(self, task: _Task) -> None:
        if task.apart and self._store is not None:
            self._drop_held(task.keep)  # done later, it would undo this one
            lines_up = False
        else:
            lines_up = bool(task.keep and self._held)
        error = self._paused if lines_up else self._failure(task)
        if error is None:
            return
        if not (isinstance(error, _NO_PLACE) and self._hold(task)):
            task.on_error(error)
        elif self._paused is None:
            self._try_at = time.monotonic() + RETRY_S
            self._paused = error
            self._emit(SavingPaused(error))

    def _hold(self, task: _Task) -> bool:
        """Hold a task behind all others, or before them; return False where it isn't to be."""
        with self._changed:
            if not task.keep or task.final:
                return False
            self._running = None
            self._held.pop(task.keep, None)
            if task.apart:
                self._held = {task.keep: task, **self._held}
            else:
                self._held[task.keep] = task
            return True

    def _drop_held(self, name: str) -> None:
        with self._changed:
            self._held.pop(name, None)

    def _try_held(self) -> None:
        """Do what is held, in order, up to the first that still can't be."""
        while (task := self._first_held()) is not None:
            if (error := self._failure(task)) is None:
                continue
            if isinstance(error, _NO_PLACE) and self._put_back(task):
                self._paused = error
                self._try_at = time.monotonic() + RETRY_S
                self._let_go_if_lost()
                return
            task.on_error(error)

    def _first_held(self) -> _Task | None:
        with self._changed:
            name = next(iter(self._held), None)
            self._running = self._held.pop(name) if name is not None else None
            return self._running

    def _put_back(self, task: _Task) -> bool:
        with self._changed:
            self._running = None
            if not task.final:
                self._held = {task.keep: task, **self._held}
            return not task.final

    def _is_resumed(self) -> bool:
        return self._paused is not None and not self._held

    def _resume_if_done(self) -> None:
        if self._is_resumed():
            self._paused = None
            self._emit(SavingResumed())

    def _let_go_if_lost(self) -> None:
        """Close a store that can't be read either: its disk was taken away and perhaps put back."""
        try:
            if self._store is not None:
                self._store.has("")
        except StoreError:
            self._close_store()

    def _failure(self, task: _Task) -> MmdeskError | None:
        """Do a task; return why that failed."""
        try:
            task.run()
        except MmdeskError as error:
            return error
        except Exception as error:
            log.exception("in the store")
            return InternalError.of(error)
        return None

    def _with_store(self, job: Job) -> None:
        # What was in the way may be gone: another instance closed, a disk mounted again.
        job(self._opened())

    def _alone(self, job: Callable[[], None]) -> None:
        if self._held:
            self._try_held()
        if self._held and self._paused is not None:
            raise self._paused
        self._close_store()
        job()

    def _opened(self) -> ConversationStore:
        if self._store is None:
            self._store = self._open_store()
        return self._store

    def _close_store(self) -> None:
        store, self._store = self._store, None
        if store is not None:
            try:
                store.close()
            except Exception:  # every write is committed already
                log.exception("closing the store")

    def _finish(self) -> None:
        """Write what still can be; say of the rest that it is lost."""
        while (task := self._first_held()) is not None:
            if (error := self._failure(task)) is not None:
                log.error("never saved: %s (%s)", task.keep, error.kind)
        self._close_store()
