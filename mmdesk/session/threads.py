"""The only place where threads and processes are made.

* The **model worker** and the **store thread** are :func:`start_thread` threads.
* The **job pool** serves what merely waits: decoding pictures, exports, downloads.
* Children (the engine, the picture decoder) are :func:`spawn` processes: fresh interpreters,
  because a fork of a process with threads and a display connection is not safe.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mmdesk.network import METER

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess

_KILL_WAIT_S = 5.0


def start_thread(name: str, target: Callable[[], None]) -> threading.Thread:
    """Start a thread that doesn't keep the process alive."""
    thread = threading.Thread(target=target, name=name, daemon=True)
    thread.start()
    return thread


def job_pool(size: int = 4) -> ThreadPoolExecutor:
    """Return a pool for jobs that wait more than they compute."""
    from concurrent.futures import ThreadPoolExecutor

    return ThreadPoolExecutor(max_workers=size, thread_name_prefix="job")


class SpawnedChild:
    """A child process and the parent's end of the pipe to it."""

    def __init__(self, process: SpawnProcess, connection: Connection) -> None:
        self._process = process
        self._connection = connection

    @property
    def connection(self) -> Connection:
        """The parent's end; ``recv`` raises ``EOFError`` once the child has ended."""
        return self._connection

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid or 0

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative is the signal that ended it."""
        return self._process.exitcode

    def kill(self) -> None:
        """End it at once and reap it; safe to call twice."""
        if self._process.is_alive():
            self._process.kill()
        self._process.join(_KILL_WAIT_S)
        self._connection.close()


def spawn(name: str, entry: Callable[..., None], *arguments: object, nice: int = 0) -> SpawnedChild:
    """Run ``entry(connection, *arguments)`` in a fresh interpreter.

    Args:
        entry: A module-level function. It ends with the application, however that ended, in
            the middle of whatever it does.
        nice: Added to the priority number where the system has one.
    """
    # Imported here: it costs the window a tenth of its start and is needed after its first paint.
    from multiprocessing import get_context

    context = get_context("spawn")
    ours, theirs = context.Pipe(duplex=True)
    process = context.Process(
        target=_child_main, args=(theirs, nice, entry, arguments), name=name, daemon=True
    )
    _leave_removed_folder()
    with _interrupts_held():
        process.start()
    theirs.close()
    return SpawnedChild(process, ours)


def _child_main(
    connection: Connection,
    nice: int,
    entry: Callable[..., None],
    arguments: tuple[object, ...],
) -> None:
    # Ctrl+C in a terminal reaches the whole group: the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _end_with_parent()
    METER.guard()
    if nice and sys.platform != "win32":
        os.nice(nice)
    try:
        entry(connection, *arguments)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return  # the parent is gone


def _leave_removed_folder() -> None:
    """A child is started in this process's working directory, which may have been removed."""
    try:
        os.getcwd()
    except OSError:
        os.chdir(os.path.abspath(os.sep))


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Let a child that starts in the block inherit a blocked SIGINT: until it can ignore Ctrl+C,
    its interpreter would print a traceback. This thread's own SIGINT goes to another or waits."""
    if sys.platform == "win32":
        yield
        return
    from multiprocessing.resource_tracker import ensure_running

    ensure_running()  # the first start of a child does it, and unblocks SIGINT behind it
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _end_with_parent() -> None:
    """End this child at once when its parent has ended: a load or a prefill looks at no pipe."""
    from multiprocessing import parent_process
    from multiprocessing.connection import wait

    parent = parent_process()
    assert parent is not None

    def watch() -> None:
        wait([parent.sentinel])
        os._exit(1)

    start_thread("parent-watch", watch)
