"""Servers, a store of keys, and what was logged."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keyring
import pytest
from keyring.backend import KeyringBackend

from mmdesk.remote.keys import KeyStore
from mmdesk.remote.limits import Limits
from mmdesk.remote.servers import OpenAIServers
from mmdesk.session.threads import start_thread

# Small, so that too much is soon there; slow, so that a busy machine is no failure.
LIMITS: dict[str, Any] = {
    "poll_s": 0.02,
    "connect_s": 20.0,
    "list_s": 20.0,
    "list_bytes": 200_000,
    "first_s": 60.0,
    "idle_s": 60.0,
    "after_s": 60.0,
    "total_s": 120.0,
    "stream_bytes": 1_000_000,
    "event_bytes": 100_000,
    "answer_chars": 100_000,
    "error_bytes": 4000,
}


class MemoryKeyring(KeyringBackend):
    """A keyring that keeps its secrets in this object."""

    priority = 5

    def __init__(self) -> None:
        super().__init__()
        self.secrets: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.secrets.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.secrets[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.secrets[service, username]


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture(autouse=True)
def memory_keyring(monkeypatch: pytest.MonkeyPatch) -> MemoryKeyring:
    """Keep the keyring of whoever runs the tests out of them."""
    memory = MemoryKeyring()
    monkeypatch.setattr(keyring.core, "_keyring_backend", memory)
    return memory


@pytest.fixture
def open_servers(home: Path) -> Iterator[Callable[..., OpenAIServers]]:
    """Open the person's servers with limits of one's own."""
    opened: list[OpenAIServers] = []

    def open_one(**limits: Any) -> OpenAIServers:
        file = home / "config" / "servers.toml"
        keys = KeyStore(start_thread, patience_s=20.0)
        opened.append(OpenAIServers(file, keys, start_thread, Limits(**(LIMITS | limits))))
        return opened[-1]

    yield open_one
    for servers in opened:
        servers.close()
