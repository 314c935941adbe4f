"""What holds for every test: a home of its own, no network, and no surprise in the log."""

from __future__ import annotations

import logging
import re
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# The same examples every time, and no deadline: the machine may be busy.
settings.register_profile("mmdesk", deadline=None, derandomize=True, database=None)
settings.load_profile("mmdesk")

_FOLDERS = {
    "XDG_CONFIG_HOME": "config",
    "XDG_DATA_HOME": "data",
    "XDG_CACHE_HOME": "cache",
    "XDG_STATE_HOME": "state",
    "MMDESK_HOME": "mmdesk",
}


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the test, and every process it starts, a home of its own."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(folder))
    for variable, name in _FOLDERS.items():
        monkeypatch.setenv(variable, str(folder / name))
    # The engine in this process sets the first two for good, before transformers is imported.
    for variable in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_ENDPOINT", "HF_TOKEN"):
        monkeypatch.delenv(variable, raising=False)
    for variable in ("LANGUAGE", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    return folder


@pytest.fixture
def loopback() -> None:
    """Permit the test connections to this computer."""


@pytest.fixture(autouse=True)
def no_network(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse connections from this process (Unix sockets aside): mmdesk works offline."""
    here = ("127.0.0.1", "::1") if "loopback" in request.fixturenames else ()
    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, _offline(getattr(socket.socket, name), here))


def _offline(connect: Callable[..., object], permitted: tuple[str, ...]) -> Callable[..., object]:
    def checked(self: socket.socket, address: Any) -> object:
        if self.family != socket.AF_UNIX and address[0] not in permitted:
            self.close()
            pytest.fail(f"connects to {address}")
        return connect(self, address)

    return checked


class _Surprises(logging.Handler):
    """Collects records at WARNING and above, from any thread."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(f"{record.levelname} {record.name}: {record.getMessage()}")


@pytest.fixture(autouse=True)
def no_surprise(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail the test on a log record that it doesn't expect; ``logs`` marks name expected ones."""
    handler = _Surprises()
    logging.getLogger().addHandler(handler)
    yield
    logging.getLogger().removeHandler(handler)
    expected = [mark.args[0] for mark in request.node.iter_markers("logs")]
    for pattern in expected:
        if not any(re.search(pattern, text) for text in handler.texts):
            pytest.fail(f"no log record matches {pattern!r}")
    surprises = [
        text for text in handler.texts if not any(re.search(pattern, text) for pattern in expected)
    ]
    if surprises:
        pytest.fail("unexpected log records:\n" + "\n".join(surprises))
