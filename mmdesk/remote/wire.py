"""Sockets that look at their guard: cancelled, timed and counted below HTTP and above TLS."""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Iterable
from typing import Any

import httpcore2

from mmdesk.core.connections import Purpose
from mmdesk.core.errors import ServerUnreachable, ServerUntrusted
from mmdesk.core.models import is_loopback
from mmdesk.network import opening
from mmdesk.remote.guard import Guard, StartThread, attend
from mmdesk.remote.wording import one_line

_WRITE_BYTES = 64 * 1024


class GuardedBackend(httpcore2.NetworkBackend):
    """Opens connections for one guarded exchange.

    The timeouts that httpcore2 hands down are ignored: the guard has its own.
    """

    def __init__(self, guard: Guard, start_thread: StartThread) -> None:
        self._guard = guard
        self._start_thread = start_thread

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        """Resolve and connect, in a thread: a resolver can't be interrupted."""
        limits = self._guard.limits

        def connect() -> socket.socket:
            with opening(self._guard.host, Purpose.SERVER):
                return socket.create_connection((host, port), timeout=limits.connect_s)

        try:
            connected = attend(
                self._start_thread,
                "connect",
                connect,
                self._guard.check,
                limits.poll_s,
                socket.socket.close,
            )
        except OSError as error:
            raise ServerUnreachable(host=self._guard.host, reason=_complaint(error)) from error
        if is_loopback(host) and not is_loopback(connected.getpeername()[0]):
            connected.close()
            reason = f"{host} leads to another computer"
            raise ServerUnreachable(host=self._guard.host, reason=reason)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return GuardedStream(connected, self._guard, self._start_thread)


class GuardedStream(httpcore2.NetworkStream):
    """A connection; closes itself where the guard ends the exchange."""

    def __init__(self, connected: socket.socket, guard: Guard, start_thread: StartThread) -> None:
        self._socket = connected
        self._socket.settimeout(guard.limits.poll_s)
        self._guard = guard
        self._start_thread = start_thread

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return what has come; b"" is the end."""
        while True:
            self._guard.check()
            try:
                data = self._socket.recv(max_bytes)
            except TimeoutError:
                continue
            except OSError as error:
                raise httpcore2.ReadError(_complaint(error)) from error
            self._guard.received(len(data))
            return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of it."""
        view = memoryview(buffer)
        while view:
            self._guard.check()
            try:
                view = view[self._socket.send(view[:_WRITE_BYTES]) :]
            except TimeoutError:
                continue  # TLS, too, takes the same bytes again
            except OSError as error:
                raise httpcore2.WriteError(_complaint(error)) from error

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        """Return the encrypted stream; the certificate is checked before anything is sent."""
        host, limits = self._guard.host, self._guard.limits
        if isinstance(self._socket, ssl.SSLSocket):
            self.close()
            raise ServerUnreachable(
                host=host, reason="proxies that are reached by https don't work"
            )
        plain = self._socket
        plain.settimeout(limits.connect_s)
        handle = plain.dup()  # to hang up with, in the middle of a handshake

        def shake_hands() -> ssl.SSLSocket:
            return ssl_context.wrap_socket(plain, server_hostname=server_hostname)

        try:
            encrypted = attend(
                self._start_thread,
                "tls",
                shake_hands,
                self._guard.check,
                limits.poll_s,
                ssl.SSLSocket.close,
            )
        except BaseException as error:
            with contextlib.suppress(OSError):
                handle.shutdown(socket.SHUT_RDWR)
            self.close()
            if isinstance(error, ssl.SSLCertVerificationError):
                reason = one_line(error.verify_message)
                raise ServerUntrusted(host=host, reason=reason) from error
            if isinstance(error, OSError):
                raise ServerUnreachable(host=host, reason=_tls_complaint(error)) from error
            raise
        finally:
            handle.close()
        return GuardedStream(encrypted, self._guard, self._start_thread)

    def get_extra_info(self, info: str) -> Any:
        """Return nothing: connections aren't kept for another request."""
        return None


def _complaint(error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return "no answer"
    if isinstance(error, socket.gaierror):
        return "no computer of that name is known"
    return one_line(error.strerror or str(error) or type(error).__name__).lower()


def _tls_complaint(error: OSError) -> str:
    if isinstance(error, ssl.SSLError):
        if error.reason in ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST"):
            return "it doesn't speak https there; perhaps it is http://"
        return f"no encryption could be agreed on ({one_line(str(error.reason or error))})"
    return _complaint(error)
