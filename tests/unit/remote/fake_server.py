"""A server of plain sockets that does to its clients whatever a test tells it to."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable
from typing import Self

Behaviour = Callable[["Talk"], None]


class Talk:
    """One connection, its request already read.

    Attributes:
        head: The request's first line and headers.
        body: What it carried.
        number: How many requests the server had before this one.
    """

    def __init__(
        self, connection: socket.socket, head: str, body: bytes, number: int, elsewhere: str
    ) -> None:
        self._connection = connection
        self.head = head
        self.body = body
        self.number = number
        self.elsewhere = elsewhere

    def say(self, *pieces: bytes) -> None:
        """Send; raises ``OSError`` once the client has hung up."""
        for piece in pieces:
            self._connection.sendall(piece)

    def stall(self) -> None:
        """Do nothing until the client hangs up."""
        with contextlib.suppress(OSError):
            while self._connection.recv(4096):
                pass

    def waits(self, seconds: float) -> bool:
        """Do nothing for a moment; return whether the client is still there."""
        self._connection.settimeout(seconds)
        try:
            return bool(self._connection.recv(4096))
        except TimeoutError:
            return True
        except OSError:
            return False
        finally:
            self._connection.settimeout(None)

    def reset(self) -> None:
        """Hang up with RST."""
        linger = (1).to_bytes(4, "little") + (0).to_bytes(4, "little")
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self._connection.close()


class FakeServer:
    """Listens on 127.0.0.1; usable in a ``with`` statement.

    Attributes:
        url: Its address with ``/v1``.
        requests: The heads of all requests, and "" for connections without one.
        instead: What to do with connections whose request is not to be read.
        hung_up: Set when who asked for more than a list has left.
    """

    def __init__(
        self,
        behaviour: Behaviour,
        elsewhere: str = "",
        tls: ssl.SSLContext | None = None,
        host: str = "127.0.0.1",
    ) -> None:
        self._tls = tls
        self._behaviour = behaviour
        self._elsewhere = elsewhere
        self._listener = socket.create_server(
            (host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET
        )
        self.instead: Callable[[], None] | None = None
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/v1"
        self.requests: list[str] = []
        self.hung_up = threading.Event()

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *exception: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()
        for thread in self._threads:
            thread.join(10)

    def _start(self, target: Callable[[], None]) -> None:
        self._threads.append(threading.Thread(target=target, daemon=True))
        self._threads[-1].start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(connection)
            self._start(lambda connection=connection: self._serve(connection))  # type: ignore[misc]

    def _serve(self, connection: socket.socket) -> None:
        head = ""
        with contextlib.closing(connection):
            try:
                if self._tls is not None:
                    connection = self._tls.wrap_socket(connection, server_side=True)
                    self._open.append(connection)
                if self.instead is not None:
                    self.instead()
                    return
                head, body = _request(connection)
                self.requests.append(head)
                number = len(self.requests) - 1
                self._behaviour(Talk(connection, head, body, number, self._elsewhere))
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(4096):
                    pass
            except OSError:
                pass
            if not head.startswith("GET"):
                self.hung_up.set()


def _request(connection: socket.socket) -> tuple[str, bytes]:
    data = connection.recv(65536)
    if data.startswith(b"\x16"):
        return "", b""  # a handshake, and no encryption here
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return data.decode("latin-1"), b""
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    text = head.decode("latin-1")
    length = next(
        (
            int(line.split(":")[1])
            for line in text.splitlines()
            if line.lower().startswith("content-length")
        ),
        0,
    )
    while len(body) < length:
        body += connection.recv(65536)
    return text, body
