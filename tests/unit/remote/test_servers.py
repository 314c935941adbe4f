"""Servers are added, kept, tested, forgotten; keys go to their own origin and into no file."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mmdesk.core.errors import (
    KeyringFailed,
    ServerError,
    ServerKeyRefused,
    ServerNotEncrypted,
    ServerUnknown,
    SettingsError,
    SettingsUnwritable,
)
from mmdesk.core.messages import user_message
from mmdesk.core.models import Server, remote_key
from mmdesk.core.requests import AnswerQuestion
from mmdesk.remote.address import origin
from mmdesk.remote.servers import OpenAIServers
from tests.unit.remote.conftest import MemoryKeyring
from tests.unit.remote.fake_server import FakeServer, Talk
from tests.unit.remote.saying import DONE, HEAD, HELLO, KEY, page

OpenServers = Callable[..., OpenAIServers]

pytestmark = pytest.mark.usefixtures("loopback")

QUESTION = AnswerQuestion("turn", (user_message("Hello?"),))


def listing(*models: str) -> bytes:
    return page(200, json.dumps({"data": [{"id": model} for model in models]}))


def vllm(talk: Talk) -> None:
    """Answer like a server that knows nothing outside /v1 and wants a key."""
    if "/v1/" not in talk.head.partition("\r\n")[0]:
        talk.say(page(404, '{"detail": "Not Found"}'))
    elif f"Authorization: Bearer {KEY}" not in talk.head:
        talk.say(page(401, '{"error": "Unauthorized"}'))
    elif talk.head.startswith("GET"):
        talk.say(listing("org/model"))
    else:
        talk.say(HEAD, HELLO, DONE)


def test_added_and_kept(
    open_servers: OpenServers, home: Path, memory_keyring: MemoryKeyring
) -> None:
    with FakeServer(vllm) as server:
        added = open_servers().add(f"127.0.0.1:{server.port}", KEY, confirmed=False)
        assert added == Server(server.url, ("org/model",), has_key=True)
        assert [head.split()[1] for head in server.requests] == ["/models", "/v1/models"]

        again = open_servers()
        assert again.servers() == (added,)
        assert again.test(server.url) == added
        finished = again.answer(
            QUESTION, remote_key(added.url, "org/model"), lambda event: None, lambda: False
        )
        assert finished.text == "Hello"
        assert finished.model == f"{server.url}#org/model"

    file = home / "config" / "servers.toml"
    assert KEY not in file.read_text()
    assert file.stat().st_mode & 0o077 == 0
    assert memory_keyring.secrets == {("mmdesk", f"http://127.0.0.1:{server.port}"): KEY}


def test_headers_tell_nothing_of_this_computer(
    open_servers: OpenServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-another-server")
    monkeypatch.setenv("OPENAI_ADMIN_KEY", "sk-of-another-server")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-of-another-server")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "project-of-another-server")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Secret: of-another-server")
    monkeypatch.setenv("OPENAI_BASE_URL", "https://another-server.example/v1")

    def behave(talk: Talk) -> None:
        talk.say(listing("m") if talk.head.startswith("GET") else HEAD + HELLO + DONE)

    with FakeServer(behave) as server:
        servers = open_servers()
        servers.add(server.url, None, confirmed=False)
        servers.answer(QUESTION, remote_key(server.url, "m"), lambda event: None, lambda: False)
        for head in server.requests:
            names = {line.partition(":")[0].lower() for line in head.splitlines()[1:]}
            assert names <= {
                "host", "accept", "accept-encoding", "connection", "content-type",
                "content-length", "user-agent",
            }  # fmt: skip
            assert "another-server" not in head


def test_one_key_for_one_origin(open_servers: OpenServers, memory_keyring: MemoryKeyring) -> None:
    def behave(talk: Talk) -> None:
        talk.say(listing("m"))

    with FakeServer(behave) as first, FakeServer(behave) as second:
        servers = open_servers()
        servers.add(first.url, KEY, confirmed=False)
        other = servers.add(second.url, None, confirmed=False)
        assert not other.has_key
        assert "Authorization" not in second.requests[0]

        twin = servers.add(first.url.replace("/v1", "/other/v1"), None, confirmed=False)
        assert twin.has_key
        assert f"Bearer {KEY}" in first.requests[-1]
        servers.remove(first.url)
        assert len(memory_keyring.secrets) == 1, "the other one at this origin needs it"
        servers.remove(twin.url)
        assert memory_keyring.secrets == {}
        assert [server.url for server in servers.servers()] == [second.url]


def test_a_key_is_changed_and_forgotten(
    open_servers: OpenServers, memory_keyring: MemoryKeyring
) -> None:
    with FakeServer(lambda talk: talk.say(listing("m"))) as server:
        servers = open_servers()
        servers.add(server.url, KEY, confirmed=False)
        servers.add(server.url, "sk-another", confirmed=False)
        assert "Bearer sk-another" in server.requests[-1]
        assert servers.add(server.url, None, confirmed=False).has_key
        assert "Bearer sk-another" in server.requests[-1]
        assert not servers.add(server.url, "", confirmed=False).has_key
        assert "Bearer" not in server.requests[-1]
        assert memory_keyring.secrets == {}
        assert len(servers.servers()) == 1


def test_a_key_that_is_refused_changes_nothing(
    open_servers: OpenServers, memory_keyring: MemoryKeyring
) -> None:
    with FakeServer(vllm) as server:
        servers = open_servers()
        added = servers.add(server.url, KEY, confirmed=False)
        with pytest.raises(ServerKeyRefused):
            servers.add(server.url, "sk-wrong", confirmed=False)
        assert servers.servers() == (added,)
        assert list(memory_keyring.secrets.values()) == [KEY]


@pytest.mark.parametrize("key", ["sk-a\r\nX-Evil: 1", "sk-ä", "sk a", "\x00", "k" * 20_000])
def test_keys_that_are_none(key: str, open_servers: OpenServers) -> None:
    with FakeServer(vllm) as server:
        with pytest.raises(ServerKeyRefused) as caught:
            open_servers().add(server.url, key, confirmed=False)
        assert server.requests == []
    assert key not in f"{caught.value!r} {caught.value.fields}"


def test_a_key_that_the_keyring_has_lost(
    open_servers: OpenServers, memory_keyring: MemoryKeyring
) -> None:
    with FakeServer(vllm) as server:
        url = open_servers().add(server.url, KEY, confirmed=False).url
        memory_keyring.secrets.clear()
        before = len(server.requests)
        with pytest.raises(KeyringFailed):
            open_servers().answer(
                QUESTION, remote_key(url, "org/model"), lambda event: None, lambda: False
            )
        assert len(server.requests) == before, "nothing is sent without the key"
        assert open_servers().add(server.url, KEY, confirmed=False).has_key


@pytest.mark.parametrize(
    "address", ["http://192.168.1.5:8000", "http://gpu-box/v1", "http://localhost.example"]
)
def test_http_to_another_computer(address: str, open_servers: OpenServers) -> None:
    """The test process may not connect there: nothing was sent."""
    with pytest.raises(ServerNotEncrypted):
        open_servers().add(address, KEY, confirmed=False)


def test_servers_that_are_not_there(open_servers: OpenServers) -> None:
    with FakeServer(vllm) as server:
        servers = open_servers()
        jobs: list[Callable[[], Any]] = [
            lambda: servers.test(server.url),
            lambda: servers.remove(server.url),
            lambda: servers.answer(
                QUESTION, remote_key(server.url, "m"), lambda event: None, lambda: False
            ),
        ]
        for job in jobs:
            with pytest.raises(ServerUnknown):
                job()
        assert server.requests == []


def test_nobody_listens(open_servers: OpenServers) -> None:
    with FakeServer(vllm) as server:
        url = server.url
    with pytest.raises(ServerError) as caught:
        open_servers().add(url, None, confirmed=False)
    assert caught.value.message == "127.0.0.1 can't be reached: connection refused."


DAMAGED = {
    "no TOML": "servers = [",
    "no list": 'servers = "http://127.0.0.1"',
    "no table": 'servers = ["http://127.0.0.1"]',
    "no url": "[[servers]]\nmodels = []",
    "no address": '[[servers]]\nurl = "ftp://x"',
    "models are numbers": '[[servers]]\nurl = "http://127.0.0.1"\nmodels = [1]',
    "a key in it": '[[servers]]\nurl = "http://127.0.0.1"\nin_keyring = "sk-x"',
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_file_is_set_aside(name: str, open_servers: OpenServers, home: Path) -> None:
    file = home / "config" / "servers.toml"
    file.parent.mkdir(parents=True)
    file.write_text(DAMAGED[name])
    servers = open_servers()
    with pytest.raises(SettingsError):
        servers.servers()
    assert servers.servers() == ()
    assert (file.parent / "servers.toml.broken").read_text() == DAMAGED[name]


def test_no_text_at_all_is_set_aside(open_servers: OpenServers, home: Path) -> None:
    file = home / "config" / "servers.toml"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError):
        open_servers().servers()
    assert (file.parent / "servers.toml.broken").read_bytes() == b"\xff\xfe\x00"


def test_a_folder_that_can_not_be_written(open_servers: OpenServers, home: Path) -> None:
    (home / "config").write_text("a file where the folder should be")
    with FakeServer(vllm) as server, pytest.raises((SettingsUnwritable, SettingsError)):
        open_servers().add(server.url, KEY, confirmed=False)
    assert sorted(os.listdir(home)) == ["config"]


def test_the_keyring_knows_origins_alone() -> None:
    assert origin("https://host/a/v1") == origin("https://host/b") != origin("http://host/a/v1")


def test_a_server_that_is_forgotten_while_it_is_tested_stays_forgotten(
    open_servers: OpenServers,
) -> None:
    servers = open_servers()

    def forgotten(talk: Talk) -> None:
        if servers.servers():
            servers.remove(servers.servers()[0].url)
        talk.say(listing("model"))

    with FakeServer(forgotten) as server:
        added = servers.add(f"http://127.0.0.1:{server.port}/v1", None, confirmed=False)
        with pytest.raises(ServerUnknown):
            servers.test(added.url)
    assert servers.servers() == ()
