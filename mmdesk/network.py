"""Who may open a connection, and which were opened: the network exists inside :func:`opening` only.

An audit hook (PEP 578) is asked whenever Python code of this process, in whatever library, looks a
name up, connects, or sends to an address. Where nobody has said what for, it is refused. It is no
wall against code that wants to get out: C code can open sockets unasked. That there is none which
does is what ``mmdesk bench security`` looks at from outside, and what ``--sealed`` makes certain.
"""

from __future__ import annotations

import errno
import logging
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from mmdesk.core.connections import Connection, Purpose
from mmdesk.core.models import is_loopback

_LOG = logging.getLogger(__name__)
_LOCAL = ("AF_UNIX", "AF_NETLINK")
"""Families of addresses that lead to no other computer."""
_LOOKS_UP = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}
_REACHES = {"socket.connect", "socket.sendto", "socket.sendmsg", "socket.bind"}


class _Opening:
    """What a connection is for, and whether it was told of already."""

    def __init__(self, wanted: str, purpose: Purpose) -> None:
        self.wanted, self.purpose = wanted, purpose
        self.told = False


_OPENING: ContextVar[_Opening | None] = ContextVar("opening", default=None)


class Meter:
    """Counts connections, from the first on; safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._opened: list[Connection] = []
        self._listener: Callable[[Connection], None] | None = None
        self._guarded = False

    @property
    def opened(self) -> tuple[Connection, ...]:
        """The connections of this process, the first one first."""
        with self._lock:
            return tuple(self._opened)

    def listen(self, listener: Callable[[Connection], None]) -> None:
        """Have each further connection told, in the thread that opens it."""
        self._listener = listener

    def guard(self) -> None:
        """Refuse whatever has no purpose, from now until the process ends."""
        if not self._guarded:
            self._guarded = True
            sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not event.startswith("socket."):  # thousands of others
            return
        if event in _LOOKS_UP:
            host = arguments[0]
        elif event in _REACHES and arguments[0].family.name not in _LOCAL:
            host = _host(arguments[1])
        else:
            return
        if host is not None and not _is_internal(event, host):
            self._judge(host.decode() if isinstance(host, bytes) else str(host))

    def _judge(self, host: str) -> None:
        opening = _OPENING.get()
        if opening is None:
            _LOG.warning("a connection to %s was refused: nobody asked for it", host)
            raise PermissionError(errno.EACCES, "mmdesk opens no connection here")
        if opening.told:
            return
        from datetime import UTC, datetime  # the window is painted without it

        opening.told = True
        made = Connection(host, opening.wanted, opening.purpose, datetime.now(UTC))
        with self._lock:
            self._opened.append(made)
        if self._listener is not None:
            self._listener(made)


METER = Meter()


@contextmanager
def opening(wanted: str, purpose: Purpose) -> Iterator[None]:
    """Let this thread open a connection to ``wanted`` in the block."""
    token = _OPENING.set(_Opening(wanted, purpose))
    try:
        yield
    finally:
        _OPENING.reset(token)


def _host(address: Any) -> str | None:
    """Return whom an address names; None where a socket has one already."""
    return str(address[0]) if isinstance(address, tuple) and address else None


def _is_internal(event: str, host: object) -> bool:
    """Windows has no pair of sockets but one over its own loopback, for event loops."""
    return (
        sys.platform == "win32"
        and event in ("socket.connect", "socket.bind")
        and is_loopback(str(host))
    )
