"""A keyring that is there, is not, plays false, or never answers."""

from __future__ import annotations

import socket
import threading
import time
from pathlib import Path

import keyring
import pytest
from keyring.backends import chainer, fail, null

from mmdesk.core.errors import KeyringFailed
from mmdesk.remote.keys import KeyStore
from mmdesk.session.threads import start_thread
from tests.unit.remote.conftest import MemoryKeyring

ORIGIN = "https://host:443"


class PlaintextKeyring(MemoryKeyring):
    """Its name says what it does."""


class WeakKeyring(MemoryKeyring):
    priority = 0.5  # type: ignore[assignment]


class LockedKeyring(MemoryKeyring):
    def get_password(self, service: str, username: str) -> str | None:
        raise RuntimeError("locked: sk-secret")

    set_password = delete_password = get_password  # type: ignore[assignment]


class HangingKeyring(MemoryKeyring):
    def __init__(self) -> None:
        super().__init__()
        self.released = threading.Event()

    def get_password(self, service: str, username: str) -> str | None:
        self.released.wait()
        return None

    set_password = delete_password = get_password  # type: ignore[assignment]


def store(patience_s: float = 20.0) -> KeyStore:
    return KeyStore(start_thread, patience_s)


def test_kept(memory_keyring: MemoryKeyring) -> None:
    assert store().put(ORIGIN, "sk-secret")
    again = store()
    assert again.get(ORIGIN) == "sk-secret"
    assert not again.passes(ORIGIN)
    again.forget(ORIGIN)
    assert memory_keyring.secrets == {}
    again.forget(ORIGIN)
    with pytest.raises(KeyringFailed):
        again.get(ORIGIN)


@pytest.mark.parametrize(
    "backend", [null.Keyring, fail.Keyring, PlaintextKeyring, WeakKeyring, LockedKeyring]
)
def test_for_this_run_only(backend: type[MemoryKeyring]) -> None:
    keyring.set_keyring(backend())
    keys = store()
    assert not keys.put(ORIGIN, "sk-secret")
    assert keys.passes(ORIGIN)
    assert keys.get(ORIGIN) == "sk-secret"
    assert not getattr(keyring.get_keyring(), "secrets", {})
    keys.forget(ORIGIN)
    assert not keys.passes(ORIGIN)
    with pytest.raises(KeyringFailed) as caught:
        keys.get(ORIGIN)
    assert "sk-secret" not in str(caught.value)


def test_a_chain_of_keyrings_takes_the_good_one(monkeypatch: pytest.MonkeyPatch) -> None:
    good, bad = MemoryKeyring(), PlaintextKeyring()
    monkeypatch.setattr(chainer.ChainerBackend, "backends", [bad, WeakKeyring(), good])
    keyring.set_keyring(chainer.ChainerBackend())
    assert store().put(ORIGIN, "sk-secret")
    assert good.secrets
    assert not bad.secrets
    monkeypatch.setattr(chainer.ChainerBackend, "backends", [bad, WeakKeyring()])
    assert not store().put(ORIGIN, "sk-secret")
    assert not bad.secrets


def test_a_keyring_that_never_answers() -> None:
    backend = HangingKeyring()
    keyring.set_keyring(backend)
    keys = store(patience_s=0.2)
    before = time.monotonic()
    assert not keys.put(ORIGIN, "sk-secret")
    assert keys.get(ORIGIN) == "sk-secret"
    assert keys.passes(ORIGIN)
    with pytest.raises(KeyringFailed, match="does not answer"):
        keys.get("https://other:443")
    assert time.monotonic() - before < 60, "hung"
    backend.released.set()


def test_a_bus_that_never_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / "bus"))
        silent.listen()
        _use_secret_service(monkeypatch, tmp_path / "bus")
        keys = store(patience_s=0.5)
        assert not keys.put(ORIGIN, "sk-secret")
        assert keys.get(ORIGIN) == "sk-secret"


def test_no_bus_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    _use_secret_service(monkeypatch, Path("/nowhere/bus"))
    assert not store().put(ORIGIN, "sk-secret")


def _use_secret_service(monkeypatch: pytest.MonkeyPatch, bus: Path) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.SecretService.Keyring")
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={bus}")
    monkeypatch.setattr(keyring.core, "_keyring_backend", None)


def test_a_back_end_that_can_not_be_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "no.such.Backend")
    monkeypatch.setattr(keyring.core, "_keyring_backend", None)
    keys = store()
    assert not keys.put(ORIGIN, "sk-secret")
    assert keys.get(ORIGIN) == "sk-secret"


def test_not_in_a_representation() -> None:
    keys = store()
    keys.put(ORIGIN, "sk-secret")
    assert "sk-secret" not in repr(keys)
