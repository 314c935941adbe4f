"""Encryption, proxies, names that lead nowhere: what happens before a server says a word."""

from __future__ import annotations

import datetime
import ipaddress
import socket
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from mmdesk.core.conversations import StopReason
from mmdesk.core.errors import ServerTooSlow, ServerUnreachable, ServerUntrusted
from mmdesk.core.messages import user_message
from mmdesk.core.models import remote_key
from mmdesk.core.requests import AnswerQuestion
from mmdesk.remote.servers import OpenAIServers
from tests.unit.remote.fake_server import FakeServer, Talk
from tests.unit.remote.saying import DONE, HEAD, HELLO, KEY, STOP
from tests.unit.remote.test_servers import listing

OpenServers = Callable[..., OpenAIServers]

pytestmark = pytest.mark.usefixtures("loopback")

QUESTION = AnswerQuestion("turn", (user_message("Hello?"),))


def certificate(folder: Path, address: str = "127.0.0.1", days: int = 1) -> Path:
    """Write a self-signed certificate with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.datetime.now(datetime.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=30))
        .not_valid_after(now + datetime.timedelta(days=days))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file.write_bytes(secret + built.public_bytes(serialization.Encoding.PEM))
    return file


def server_side(file: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def behave(talk: Talk) -> None:
    talk.say(listing("m") if talk.head.startswith("GET") else HEAD + HELLO + STOP + DONE)


def test_encrypted(
    open_servers: OpenServers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with FakeServer(behave, tls=server_side(file)) as server:
        servers = open_servers()
        added = servers.add(f"https://127.0.0.1:{server.port}/v1", KEY, confirmed=False)
        finished = servers.answer(
            QUESTION, remote_key(added.url, "m"), lambda event: None, lambda: False
        )
    assert finished.text == "Hello"


@pytest.mark.parametrize(
    ("address", "days", "trusted"),
    [("127.0.0.1", 1, False), ("127.0.0.2", 1, True), ("127.0.0.1", -1, True)],
)
def test_certificates_that_do_not_hold(
    address: str,
    days: int,
    trusted: bool,
    open_servers: OpenServers,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = certificate(tmp_path, address, days)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with FakeServer(behave, tls=server_side(file)) as server:
        with pytest.raises(ServerUntrusted):
            open_servers().add(f"https://127.0.0.1:{server.port}/v1", KEY, confirmed=False)
        assert server.requests == []


def test_no_encryption_there(open_servers: OpenServers) -> None:
    with FakeServer(behave) as server:
        with pytest.raises(ServerUnreachable, match="perhaps it is http://"):
            open_servers().add(f"https://127.0.0.1:{server.port}/v1", KEY, confirmed=False)
        assert not any(KEY in head for head in server.requests)


def test_a_handshake_that_never_ends(open_servers: OpenServers) -> None:
    with FakeServer(Talk.stall) as server, pytest.raises(ServerTooSlow):
        open_servers(list_s=0.3).add(f"https://127.0.0.1:{server.port}/v1", KEY, confirmed=False)


def test_encrypted_and_cancelled(
    open_servers: OpenServers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def talking(talk: Talk) -> None:
        if talk.head.startswith("GET"):
            talk.say(listing("m"))
        else:
            talk.say(HEAD, HELLO)
            talk.stall()

    file = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with FakeServer(talking, tls=server_side(file)) as server:
        servers = open_servers()
        added = servers.add(f"https://127.0.0.1:{server.port}/v1", KEY, confirmed=False)
        events: list[object] = []
        finished = servers.answer(
            QUESTION, remote_key(added.url, "m"), events.append, lambda: len(events) > 2
        )
        assert server.hung_up.wait(60)
    assert finished.stop_reason is StopReason.CANCELLED
    assert finished.text == "Hello"


def test_certificates_of_the_system_that_are_not_there(
    open_servers: OpenServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/certificates.pem")
    with FakeServer(behave) as server, pytest.raises(ServerUntrusted):
        open_servers().add(f"https://127.0.0.1:{server.port}/v1", KEY, confirmed=False)


def _has_ipv6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


@pytest.mark.skipif(not _has_ipv6(), reason="this system has no IPv6")
def test_the_other_internet_protocol(open_servers: OpenServers) -> None:
    with FakeServer(behave, host="::1") as server:
        servers = open_servers()
        added = servers.add(f"[::1]:{server.port}/v1", KEY, confirmed=False)
        assert added.url == f"http://[::1]:{server.port}/v1"
        assert f"Host: [::1]:{server.port}" in server.requests[0]
        model = remote_key(added.url, "m")
        assert servers.answer(QUESTION, model, lambda event: None, lambda: False).text == "Hello"


@pytest.mark.parametrize("variable", ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"])
def test_this_computer_needs_no_proxy(
    variable: str, open_servers: OpenServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FakeServer(behave) as proxy, FakeServer(behave) as server:
        monkeypatch.setenv(variable, f"http://127.0.0.1:{proxy.port}")
        open_servers().add(server.url, KEY, confirmed=False)
        open_servers().add(server.url.replace("127.0.0.1", "localhost"), KEY, confirmed=False)
        assert proxy.requests == []
        assert len(server.requests) == 2


def test_other_computers_are_reached_by_the_proxy(
    open_servers: OpenServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """192.0.2.1 is nobody's address (RFC 5737)."""
    with FakeServer(behave) as proxy:
        monkeypatch.setenv("http_proxy", f"http://me:pass%20word@127.0.0.1:{proxy.port}/")
        added = open_servers().add("http://192.0.2.1:8000/v1", KEY, confirmed=True)
        assert added.models == ("m",)
        assert proxy.requests[0].startswith("GET http://192.0.2.1:8000/v1/models HTTP/1.1")
        assert "Proxy-Authorization: Basic bWU6cGFzcyB3b3Jk" in proxy.requests[0]


def test_a_tunnel_hides_the_key(open_servers: OpenServers, monkeypatch: pytest.MonkeyPatch) -> None:
    with FakeServer(lambda talk: talk.say(b"HTTP/1.1 407 No\r\n\r\n")) as proxy:
        monkeypatch.setenv("https_proxy", f"127.0.0.1:{proxy.port}")
        with pytest.raises(ServerUnreachable, match="the proxy says 407"):
            open_servers().add("192.0.2.1/v1", KEY, confirmed=False)
        assert proxy.requests[0].startswith("CONNECT 192.0.2.1:443")
        assert not any(KEY in head for head in proxy.requests)


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1", "https://127.0.0.1:1", "http://"])
def test_proxies_that_do_not_work(
    proxy: str, open_servers: OpenServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", proxy)
    with pytest.raises(ServerUnreachable, match="prox"):
        open_servers().add("192.0.2.1/v1", KEY, confirmed=False)


def test_exceptions_from_the_proxy(
    open_servers: OpenServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FakeServer(behave) as proxy:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("no_proxy", "gpu-box.test")
        _resolve(monkeypatch, "127.0.0.1", proxy.port)
        added = open_servers().add(f"http://gpu-box.test:{proxy.port}/v1", KEY, confirmed=True)
        assert added.models == ("m",)
        assert proxy.requests[0].startswith("GET /v1/models")


def test_a_name_that_nobody_has(open_servers: OpenServers, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(*arguments: object, **options: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    with pytest.raises(ServerUnreachable, match="no computer of that name"):
        open_servers().add("https://gpu-box.test/v1", KEY, confirmed=False)


def _resolve(monkeypatch: pytest.MonkeyPatch, address: str, port: int) -> None:
    """There is no resolver where tests run."""
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *arguments, **options: found)
