"""HTTP to one server: its origin alone, few headers, no redirect, nothing compressed."""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import unquote, urlsplit

import httpcore2
import httpx2

from mmdesk import __version__
from mmdesk.core.errors import (
    ServerBrokeOff,
    ServerNonsense,
    ServerRedirects,
    ServerUnreachable,
)
from mmdesk.core.models import host_of, is_loopback
from mmdesk.remote.address import origin
from mmdesk.remote.failures import Refusal
from mmdesk.remote.guard import Guard
from mmdesk.remote.wording import one_line

_SENT = (b"host", b"accept", b"content-type")
"""Of what openai would send; its own tell the system, the processor and Python's version, and
the environment (OPENAI_ORG_ID, OPENAI_CUSTOM_HEADERS …) is meant for another server."""


Inserts = Mapping[bytes, tuple[bytes, ...]]


class GuardedTransport(httpx2.BaseTransport):
    """Sends requests to one origin; every failure is a ``ServerError``, ``Refusal`` or ``Stopped``.

    Args:
        url: The server's normalised address.
        api_key: Sent as bearer token; None sends none.
        backend: Opens the connections.
        inserts: What stands in the request's body instead of these marks, in pieces. Pictures
            never become part of one large text, whose making would hold the window up.
    """

    def __init__(
        self,
        url: str,
        api_key: str | None,
        guard: Guard,
        backend: httpcore2.NetworkBackend,
        inserts: Inserts,
    ) -> None:
        self._inserts = inserts
        self._origin = origin(url)
        self._guard = guard
        self._headers = [
            (b"User-Agent", f"mmdesk/{__version__}".encode()),
            (b"Accept-Encoding", b"identity"),
            (b"Connection", b"close"),
        ]
        if api_key:
            self._headers.append((b"Authorization", f"Bearer {api_key}".encode("latin-1")))
        self._pool = _pool(url, guard.host, backend)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request and return its answer, if that has status 200."""
        host = self._guard.host
        if origin(str(request.url)) != self._origin:
            raise ServerRedirects(host=host, target=request.url.host)
        sent = [pair for pair in request.headers.raw if pair[0].lower() in _SENT]
        pieces = self._pieces(request.read())
        if request.method != "GET":
            sent.append((b"Content-Length", str(sum(map(len, pieces))).encode()))
        with _beginning(host):
            response = self._pool.handle_request(
                httpcore2.Request(
                    method=request.method,
                    url=str(request.url).encode("ascii"),
                    headers=sent + self._headers,
                    content=pieces,
                )
            )
        headers = {name.lower(): value for name, value in response.headers}
        try:
            self._refuse(response, headers)
        except BaseException:
            response.close()
            raise
        kind = headers.get(b"content-type", b"").decode("latin-1")
        return httpx2.Response(
            200, headers={"Content-Type": kind}, stream=_Body(response, self._guard)
        )

    def close(self) -> None:
        """Close the connection."""
        self._pool.close()

    def _pieces(self, body: bytes) -> list[bytes]:
        if not self._inserts:
            return [body]
        marks = b"|".join(map(re.escape, self._inserts))
        parts = re.split(b"(" + marks + b")", body)
        return [piece for part in parts for piece in self._inserts.get(part, (part,))]

    def _refuse(self, response: httpcore2.Response, headers: dict[bytes, bytes]) -> None:
        host = self._guard.host
        if 300 <= response.status < 400:
            target = one_line(host_of(headers.get(b"location", b"").decode("latin-1")), 100)
            raise ServerRedirects(host=host, target=target or "another page")
        encoding = headers.get(b"content-encoding", b"identity").decode("latin-1")
        if encoding.strip().lower() not in ("", "identity"):
            reason = f"it sent {one_line(encoding, 20)} that nobody asked for"
            raise ServerNonsense(host=host, reason=reason)
        if response.status != 200:
            raise Refusal(response.status, self._beginning_of(response))

    def _beginning_of(self, response: httpcore2.Response) -> str:
        """Return the first of what a refusal says; that it breaks off changes nothing."""
        most = self._guard.limits.error_bytes
        read = bytearray()
        try:
            for chunk in _chunks(response):
                read += chunk
                if len(read) >= most:
                    break
        except (httpcore2.ProtocolError, httpcore2.NetworkError):
            pass
        return read[:most].decode("utf-8", "replace")


class _Body(httpx2.SyncByteStream):
    def __init__(self, response: httpcore2.Response, guard: Guard) -> None:
        self._response = response
        self._guard = guard

    def __iter__(self) -> Iterator[bytes]:
        with _continuing(self._guard.host):
            yield from _chunks(self._response)

    def close(self) -> None:
        self._response.close()


def _chunks(response: httpcore2.Response) -> Iterable[bytes]:
    assert isinstance(response.stream, Iterable)
    return response.stream


def _pool(url: str, host: str, backend: httpcore2.NetworkBackend) -> httpcore2.ConnectionPool:
    tls = httpx2.create_ssl_context() if url.startswith("https:") else None
    proxy = _proxy(url)
    if proxy is None:
        return httpcore2.ConnectionPool(ssl_context=tls, network_backend=backend)
    parts = urlsplit(proxy)
    if parts.scheme != "http" or not parts.hostname:
        raise ServerUnreachable(host=host, reason="only proxies with an http:// address work")
    login = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
    return httpcore2.HTTPProxy(
        proxy_url=f"http://{parts.netloc.rpartition('@')[2]}",
        proxy_auth=login,
        ssl_context=tls,
        network_backend=backend,
    )


def _proxy(url: str) -> str | None:
    """Return the proxy that the system names for an address; this computer needs none."""
    host = host_of(url)
    if is_loopback(host) or urllib.request.proxy_bypass(host):
        return None
    proxies = urllib.request.getproxies()
    proxy = proxies.get(urlsplit(url).scheme) or proxies.get("all")
    if proxy and "://" not in proxy:
        proxy = f"http://{proxy}"
    return proxy


@contextmanager
def _beginning(host: str) -> Iterator[None]:
    """Turn what happens before an answer's headers are there into a ``ServerError``."""
    try:
        yield
    except httpcore2.ProxyError as error:
        reason = f"the proxy says {one_line(str(error))}"
        raise ServerUnreachable(host=host, reason=reason) from error
    except httpcore2.RemoteProtocolError as error:
        if "disconnected" in str(error):
            raise ServerUnreachable(host=host, reason="it hung up without an answer") from error
        raise ServerNonsense(host=host, reason=f"no HTTP ({one_line(str(error))})") from error
    except (httpcore2.NetworkError, httpcore2.TimeoutException) as error:
        raise ServerUnreachable(host=host, reason=one_line(str(error))) from error


@contextmanager
def _continuing(host: str) -> Iterator[None]:
    """Turn what happens within an answer into a ``ServerError``."""
    try:
        yield
    except (httpcore2.ProtocolError, httpcore2.NetworkError) as error:
        raise ServerBrokeOff(host=host) from error
