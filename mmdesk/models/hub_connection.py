"""Requests to a model hub: bounded, over https, and with the person's token for the hub alone.

Every answer is foreign: redirects, sizes and headers are checked here, and whatever is wrong ends
in a :class:`~mmdesk.core.errors.DownloadError`.
"""

from __future__ import annotations

import contextlib
import email.utils
import json
import logging
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import httpx2

from mmdesk.core.connections import Purpose
from mmdesk.core.errors import (
    DownloadError,
    HubBusy,
    HubModelGated,
    HubModelUnknown,
    HubNonsense,
    HubUnreachable,
)
from mmdesk.core.models import is_loopback
from mmdesk.network import opening

_REDIRECTS = (301, 302, 303, 307, 308)
_MOST_REDIRECTS = 5
_JSON_LIMIT = 32 * 2**20
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Pace:
    """How patient a download is; seconds unless it says otherwise.

    Attributes:
        chunk: Bytes that are asked for at once: what a kill can cost at most. It is doubled up
            to ``largest_chunk`` while a chunk takes less than half a second, so that far servers
            don't cost a round trip each mebibyte.
        connect_s: For a connection to be made.
        stall_s: Nothing came for so long: the connection is taken for dead.
        backoff_s: Before the first retry; doubled each time.
        longest_wait_s: Bounds backoff and the server's ``Retry-After``.
        attempts: Failures in a row, without a byte of progress, that end it.
        nonsense: Senseless answers in a row that end it.
        report_s: Between two reports.
    """

    chunk: int = 2**20
    largest_chunk: int = 8 * 2**20
    connect_s: float = 15.0
    stall_s: float = 10.0
    backoff_s: float = 1.0
    longest_wait_s: float = 60.0
    attempts: int = 16
    nonsense: int = 3
    report_s: float = 0.25


class TryAgain(Exception):
    """A failure that may pass.

    Attributes:
        error: What to say when it doesn't.
        wait_s: What the server asks for, or None.
    """

    def __init__(self, error: DownloadError, wait_s: float | None = None) -> None:
        super().__init__(str(error))
        self.error = error
        self.wait_s = wait_s


class HubConnection:
    """One client for a hub and the servers that it redirects to. Close it after use.

    Attributes:
        host: The hub's, for people.
    """

    def __init__(self, endpoint: str, token: str | None, pace: Pace, *, model_id: str) -> None:
        """Prepare it; nothing is sent yet.

        Args:
            endpoint: The hub's address, without a slash at the end.
            token: Sent to the endpoint's origin only, and never unencrypted to another computer.

        Raises:
            HubUnreachable: the endpoint is no address.
        """
        self.host = _host(endpoint) or endpoint[:80]
        if _origin(endpoint) is None:
            raise HubUnreachable(host=self.host, reason="this is not the address of a hub")
        self.endpoint = endpoint
        self._origin = _origin(endpoint)
        secret = endpoint.startswith("https://") or is_loopback(self.host)
        self._token = token if secret else None
        self._model_id = model_id
        # It logs every address, also those that a redirect has signed for this person.
        logging.getLogger("httpx2").setLevel(logging.WARNING)
        timeout = httpx2.Timeout(pace.stall_s, connect=pace.connect_s)
        self._client = httpx2.Client(timeout=timeout, follow_redirects=False, trust_env=True)

    def close(self) -> None:
        """Close every connection."""
        self._client.close()

    def json(self, url: str) -> object:
        """Return a JSON document.

        Raises:
            TryAgain: it may work later.
            DownloadError: it won't.
        """
        with self.get(url, {}) as response:
            self._check(response)
            content = bytearray()
            for piece in _broken_off(response.iter_bytes(), self.host):
                content += piece
                if len(content) > _JSON_LIMIT:
                    raise HubNonsense(host=self.host, reason="its list of files never ends")
        try:
            return json.loads(content.decode("utf-8"))
        except (ValueError, RecursionError):
            raise HubNonsense(host=self.host, reason="it sent no JSON") from None

    @contextlib.contextmanager
    def get(self, url: str, headers: Mapping[str, str]) -> Iterator[httpx2.Response]:
        """Open a response, whatever its status; redirects are followed where they may lead.

        ``response.url`` is where it came from in the end.

        Raises:
            TryAgain: no answer.
            HubNonsense: a redirect that leads to something unencrypted, or nowhere.
        """
        for _ in range(_MOST_REDIRECTS + 1):
            response = self._send(url, headers)
            try:
                if response.status_code not in _REDIRECTS:
                    yield response
                    return
                url = self._redirected(url, response.headers.get("location", ""))
            finally:
                response.close()
        raise HubNonsense(host=self.host, reason="it redirects in circles")

    def read(self, response: httpx2.Response) -> Iterator[bytes]:
        """Yield the body as it comes. Raises :class:`TryAgain` where it breaks off."""
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            raise HubNonsense(host=self.host, reason="it packs what was asked for as it is")
        return _broken_off(response.iter_raw(), self.host)

    def is_own(self, response: httpx2.Response) -> bool:
        """Whether the hub itself answers, and not where it redirected to."""
        return _origin(str(response.url)) == self._origin

    def _check(self, response: httpx2.Response) -> None:
        """Raise for a status that isn't success."""
        status = response.status_code
        if status in (200, 206):
            return
        self.check_busy(response)
        # Hugging Face says 401 for what isn't there as well, unless one is logged in.
        missing = response.headers.get("x-error-code") in ("RepoNotFound", "RevisionNotFound")
        if missing or status in (404, 410):
            raise HubModelUnknown(id=self._model_id, host=self.host)
        self.check_gated(response)
        raise HubNonsense(host=self.host, reason=f"it says status {status}")

    def check_gated(self, response: httpx2.Response) -> None:
        """Raise ``HubModelGated`` where access is refused."""
        if response.status_code in (401, 403):
            raise HubModelGated(id=self._model_id, host=self.host)

    def check_busy(self, response: httpx2.Response) -> None:
        """Raise :class:`TryAgain` for a status that passes."""
        status = response.status_code
        if status in (408, 425, 429) or status >= 500:
            wait = retry_after(response.headers.get("retry-after", ""))
            raise TryAgain(HubBusy(host=self.host, status=status), wait)

    def _send(self, url: str, headers: Mapping[str, str]) -> httpx2.Response:
        sent = {"Accept-Encoding": "identity", "User-Agent": "mmdesk", **headers}
        if self._token is not None and _origin(url) == self._origin:
            sent["Authorization"] = f"Bearer {self._token}"
        try:
            request = self._client.build_request("GET", url, headers=sent)
            with opening(request.url.host, Purpose.DOWNLOAD):
                return self._client.send(request, stream=True)
        except (httpx2.TransportError, OSError) as error:
            raise _unreachable(self.host, error) from error
        except (httpx2.InvalidURL, ValueError) as error:
            raise HubNonsense(host=self.host, reason="it redirects to no address") from error

    def _redirected(self, url: str, location: str) -> str:
        try:
            target = urljoin(url, location)
        except ValueError:
            target = ""
        if not location or _origin(target) is None:
            raise HubNonsense(host=self.host, reason="it redirects to no address")
        same_host = _host(target) == _host(url)
        if target.startswith("http://") and not (
            url.startswith("http://") and (same_host or is_loopback(_host(target)))
        ):
            raise HubNonsense(host=self.host, reason="it redirects to an unencrypted address")
        return target


def retry_after(value: str) -> float | None:
    """Return the seconds that a ``Retry-After`` header asks for (RFC 9110, 10.2.3)."""
    try:
        return max(0.0, float(int(value)))
    except ValueError:
        pass
    try:
        moment = email.utils.parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    return max(0.0, moment.timestamp() - time.time())


def _broken_off(pieces: Iterator[bytes], host: str) -> Iterator[bytes]:
    """Yield a body's pieces; raise :class:`TryAgain` where the connection ends it."""
    try:
        yield from pieces
    except (httpx2.TransportError, OSError) as error:
        raise _unreachable(host, error) from error
    except httpx2.DecodingError as error:
        raise HubNonsense(host=host, reason="it sent no JSON") from error


def _unreachable(host: str, error: Exception) -> TryAgain:
    return TryAgain(HubUnreachable(host=host, reason=_reason(error)))


def _reason(error: BaseException) -> str:
    """Say in a few words what happened to a connection."""
    causes: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and len(causes) < 8:
        causes.append(cause)
        cause = cause.__cause__ or cause.__context__
    known: tuple[tuple[type[BaseException], str], ...] = (
        (ssl.SSLCertVerificationError, "its certificate can't be trusted"),
        (socket.gaierror, "its name is not known here"),
        (ConnectionRefusedError, "it refuses the connection"),
        (httpx2.TimeoutException, "nothing came for a while"),
        (httpx2.ProxyError, "the proxy refuses"),
        (httpx2.RemoteProtocolError, "the connection broke off"),
        (httpx2.NetworkError, "the connection broke off"),
    )
    for kind, text in known:
        if any(isinstance(cause, kind) for cause in causes):
            return text
    return (str(error).splitlines() or [type(error).__name__])[0][:120]


def _origin(url: str) -> tuple[str, str, int] | None:
    """Return scheme, host and port; None where it is no http address."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not parts.hostname or parts.username is not None:
        return None
    return parts.scheme, parts.hostname, port or _PORTS[parts.scheme]


def _host(url: str) -> str:
    origin = _origin(url)
    return origin[1] if origin else ""
