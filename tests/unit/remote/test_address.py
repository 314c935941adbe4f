"""Addresses as people write them, and as nobody should."""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmdesk.core.errors import ServerAddressInvalid
from mmdesk.core.models import leaves_computer
from mmdesk.remote.address import normalise, origin

WRITTEN = {
    "localhost:11434": "http://localhost:11434",
    "http://localhost:11434/": "http://localhost:11434",
    "LOCALHOST": "http://localhost",
    "localhost.": "http://localhost",
    "127.0.0.1:8000/v1": "http://127.0.0.1:8000/v1",
    "127.0.0.2": "http://127.0.0.2",
    "0.0.0.0:8000": "http://127.0.0.1:8000",
    "[::1]:8000": "http://[::1]:8000",
    "::1": "http://[::1]",
    "[::]:8000": "http://[::1]:8000",
    "0:0:0:0:0:0:0:1": "http://[::1]",
    "192.168.1.5:8000": "https://192.168.1.5:8000",
    "http://192.168.1.5:8000": "http://192.168.1.5:8000",
    "fe80::1": "https://[fe80::1]",
    "host": "https://host",
    "gpu_box:8000": "https://gpu_box:8000",
    "https://Host.Example/v1/": "https://host.example/v1",
    "HTTPS://host:443//v1//": "https://host/v1",
    "http://host:80": "http://host",
    "https://host:80": "https://host:80",
    "  https://host/v1  ": "https://host/v1",
    "https://host/v1/chat/completions": "https://host/v1",
    "https://host/v1/models": "https://host/v1",
    "https://host/api/models/v1": "https://host/api/models/v1",
    "https://host/a%20b/v1": "https://host/a%20b/v1",
    "https://host/künstlich": "https://host/k%C3%BCnstlich",
    "https://müller.example/v1": "https://xn--mller-kva.example/v1",
    "https://模型.example": "https://xn--xgs754b.example",
    "https://ａｐｉ.example": "https://api.example",
    "１２７．０．０．１:80": "http://127.0.0.1",
}

WRONG = [
    "", " ", "http://", "https:///v1", "ftp://host", "file:///etc/passwd", "javascript:alert(1)",
    "//host", "http:/host", "https://host:0", "https://host:70000", "https://host:eighty",
    "https://ho st", "https://host\n.example", "https://host\x00", "https://host/a b",
    "https://host\\@evil.example", "https://[::1", "https://[not-an-address]", "https://-host",
    "https://host-", "https://a..b", "https://" + "a" * 300, "https://host/../v1", "https://host/.",
    "https://host?key=sk-secret", "https://host#sk-secret", "https://host/v1?", "https://host#",
    "https://sk-secret@host", "https://user:sk-secret@host/v1", "user:sk-secret@host", "@host",
    "https://xn--\u200d", "https://\u202ehost", "https://\ud800", "https://host/" + "a" * 3000,
    "<host>", '"host"', "{host}", "https://*.example",
]  # fmt: skip


@pytest.mark.parametrize("written", WRITTEN)
def test_written_in_many_ways(written: str) -> None:
    assert normalise(written) == WRITTEN[written]
    assert normalise(normalise(written)) == WRITTEN[written]


@pytest.mark.parametrize("written", WRONG)
def test_refused(written: str) -> None:
    with pytest.raises(ServerAddressInvalid) as caught:
        normalise(written)
    error = caught.value
    assert "sk-secret" not in f"{error} {error.fields}", "who writes a key there keeps it"
    assert len(error.message) < 200
    assert error.message.isprintable()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://host/v1", "https://host:443"),
        ("http://host:8000/a/b", "http://host:8000"),
        ("http://[::1]/v1", "http://[::1]:80"),
    ],
)
def test_origin(url: str, expected: str) -> None:
    assert origin(url) == expected


PIECES = st.lists(
    st.sampled_from(
        ["http://", "https://", "//", "/", "\\", "@", ":", ":80", ":443", "?", "#", "localhost",
         "127.0.0.1", "[::1]", "[", "]", "%2e", "%", "..", ".", "v1", "host", "evil.example",
         "é", "。", "／", "＠", "ß", "İ", "\u200b", "\u202e", "\t", "\r\n", " ", "0x7f.1", "0",
         "xn--", "-", "_", "\x00", "ſ", "℡", "⑩"]
    ),
    max_size=8,
).map("".join)  # fmt: skip


@given(PIECES | st.text(max_size=40))
def test_whatever_is_written(written: str) -> None:
    try:
        url = normalise(written)
    except ServerAddressInvalid:
        return
    assert normalise(url) == url
    assert url.isascii()
    assert urlsplit(url).scheme in ("http", "https")
    # What mmdesk judges by is what the request goes to: no two readings of one address.
    request = httpx2.URL(f"{url}/models")
    port = request.port or {"http": 80, "https": 443}[request.scheme]
    host = request.raw_host.decode()
    host = f"[{host}]" if ":" in host else host
    assert f"{request.scheme}://{host}:{port}" == origin(url)
    if urlsplit(url).scheme == "http" and not written.strip().lower().startswith("http:"):
        assert not leaves_computer(url)
