"""The address of a server, from what a person types to the one way in which it is kept."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import quote, urlsplit

from mmdesk.core.errors import ServerAddressInvalid
from mmdesk.core.models import is_loopback
from mmdesk.remote.wording import one_line

_MOST_CHARS = 2000
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_REFUSED = re.compile(r"[\s\x00-\x20\x7f-\x9f\\\"<>^`{|}?#@]")
"""Blanks, what no URL holds, and query, fragment and user: keys there would be kept in the open."""
_HOST = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")
_ENDPOINT = re.compile(r"/(chat/completions|completions|models)$")
_PORTS = {"http": 80, "https": 443}
_EVERY_INTERFACE = {"0.0.0.0": "127.0.0.1", "::": "::1"}
"""What servers print when they listen everywhere; nobody can be called like that."""


def normalise(address: str) -> str:
    """Return a base address: scheme, host in lower case, port if unusual, path without end slash.

    Without a scheme it is http for this computer and https for any other. International names
    become ASCII (UTS 46), so that two that look alike don't look alike. Of an endpoint's address
    (``…/v1/chat/completions``) the base is taken.

    Raises:
        ServerAddressInvalid: it is no http or https address, or holds more than one should.
    """
    try:
        return _normalise(address.strip())
    except ValueError as error:
        shown = _without_secrets(address.strip())
        raise ServerAddressInvalid(address=shown, host=shown) from error


def origin(url: str) -> str:
    """Return scheme, host and port of a normalised address, as ``https://host:443``."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{_bracketed(parts.hostname or '')}:{_port(parts.scheme, parts.port)}"


def _normalise(text: str) -> str:
    if not text or len(text) > _MOST_CHARS or _REFUSED.search(text):
        raise ValueError("not an address")
    if not _SCHEME.match(text):
        text = f"//{_bare_ipv6(text)}"
    parts = urlsplit(text)
    host = _host(parts.hostname or "")
    scheme = parts.scheme or ("http" if is_loopback(host) else "https")
    if scheme not in _PORTS or parts.netloc.endswith(":"):
        raise ValueError("neither http nor https, or a port that is missing")
    port = _port(scheme, parts.port)
    suffix = "" if port == _PORTS[scheme] else f":{port}"
    return f"{scheme}://{_bracketed(host)}{suffix}{_path(parts.path)}"


def _bare_ipv6(text: str) -> str:
    try:
        return f"[{ipaddress.IPv6Address(text)}]"
    except ValueError:
        return text


def _host(host: str) -> str:
    """Return a host in lower case ASCII; an IPv6 address compressed."""
    if ":" in host:
        host = str(ipaddress.IPv6Address(host.partition("%25")[0]))  # a zone is no part of it
    elif not host.isascii():
        import idna

        host = idna.encode(host, uts46=True).decode("ascii")  # its error is a ValueError
    host = host.lower().removesuffix(".")
    host = _EVERY_INTERFACE.get(host, host)
    if ":" not in host and (len(host) > 253 or not _HOST.fullmatch(host)):
        raise ValueError("not a host")
    return host


def _port(scheme: str, port: int | None) -> int:
    if port == 0:
        raise ValueError("no port")
    return port or _PORTS[scheme]


def _path(path: str) -> str:
    segments = [segment for segment in path.split("/") if segment]
    if any(segment in (".", "..") for segment in segments):
        raise ValueError("a path that climbs")
    clean = "".join(f"/{quote(segment, safe='%:+,;=!$&()*~')}" for segment in segments)
    return _ENDPOINT.sub("", clean)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _without_secrets(text: str) -> str:
    """Return an address for an error message: no user, password, query or fragment."""
    text = re.split(r"[?#]", text, maxsplit=1)[0]
    return one_line(re.sub(r"[^/]*@", "…@", text), 100)
