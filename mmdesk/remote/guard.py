"""The clock, the scale and the stop button of one exchange with a server."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from mmdesk.core.errors import ServerTooMuch, ServerTooSlow
from mmdesk.remote.limits import Limits
from mmdesk.remote.wording import size

if TYPE_CHECKING:
    from concurrent.futures import Future

StartThread = Callable[[str, Callable[[], None]], object]
"""``session.threads.start_thread``, which makes all threads."""

_T = TypeVar("_T")


class Stopped(Exception):
    """The person, or the application's end, stopped the exchange."""


class Guard:
    """Ends an exchange that takes too long, brings too much, or isn't wanted any more.

    Args:
        host: The server, for errors.
        total_s: Seconds for all of it.
        most_bytes: Bytes that may come, headers included.
    """

    def __init__(
        self,
        host: str,
        limits: Limits,
        stopped: Callable[[], bool],
        *,
        total_s: float,
        first_s: float,
        most_bytes: int,
    ) -> None:
        self.host = host
        self.limits = limits
        self._stopped = stopped
        self._total_s = total_s
        self._ends = time.monotonic() + total_s
        self._left = most_bytes
        self._most_bytes = most_bytes
        self.allow(first_s)

    def allow(self, seconds: float) -> None:
        """Give the server so long, from now, for the next thing that is of use."""
        self._patience_s = seconds
        self._patience_ends = time.monotonic() + seconds

    def check(self) -> None:
        """Raise ``Stopped`` or ``ServerTooSlow`` where it is time to."""
        if self._stopped():
            raise Stopped
        now = time.monotonic()
        if now >= self._patience_ends:
            raise ServerTooSlow(host=self.host, seconds=f"{self._patience_s:g}")
        if now >= self._ends:
            raise ServerTooSlow(host=self.host, seconds=f"{self._total_s:g}")

    def received(self, count: int) -> None:
        """Count bytes that came. Raises ``ServerTooMuch``."""
        self._left -= count
        if self._left < 0:
            raise ServerTooMuch(host=self.host, limit=size(self._most_bytes))


def attend(
    start_thread: StartThread,
    name: str,
    job: Callable[[], _T],
    check: Callable[[], None],
    poll_s: float,
    dispose: Callable[[_T], None] = lambda result: None,
) -> _T:
    """Run a job that can't be interrupted in a thread of its own, and wait for it.

    Args:
        check: Called every ``poll_s``; what it raises ends the wait. The job then runs on by
            itself, and ``dispose`` gets what it comes to.
    """
    from concurrent.futures import Future, wait  # here: the window starts without them

    future: Future[_T] = Future()

    def run() -> None:
        try:
            result = job()
        except BaseException as error:
            _settle(lambda error=error: future.set_exception(error))  # type: ignore[misc]
        else:
            if not _settle(lambda: future.set_result(result)):
                dispose(result)

    start_thread(name, run)
    try:
        while not wait([future], timeout=poll_s).done:
            check()
    except BaseException:
        if not future.cancel() and future.exception() is None:
            dispose(future.result())
        raise
    return future.result()


def _settle(settle: Callable[[], None]) -> bool:
    from concurrent.futures import InvalidStateError

    try:
        settle()
    except InvalidStateError:
        return False  # nobody waits any more
    return True
