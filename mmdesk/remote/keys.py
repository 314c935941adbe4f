"""API keys: in the system's keyring, or where there is none, for this run only.

One key belongs to one origin. It is never written to a file of mmdesk's own, nor to the log.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from mmdesk.core.errors import KeyringFailed, ServerKeyRefused
from mmdesk.core.models import host_of
from mmdesk.remote.guard import StartThread, attend

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "mmdesk"

_RECOMMENDED = 1
"""From this priority on, keyring itself recommends a back end: not null, fail or plaintext."""
_MOST_CHARS = 16_384
_POLL_S = 0.1

log = logging.getLogger(__name__)
_T = TypeVar("_T")


class KeyStore:
    """Keeps keys by origin; calls block for ``patience_s`` at most, from any thread.

    Args:
        start_thread: Makes the thread that asks the keyring: a D-Bus service may never answer.
        patience_s: Long enough for a keyring; short enough for a person.
    """

    def __init__(self, start_thread: StartThread, patience_s: float = 5.0) -> None:
        self._start_thread = start_thread
        self._patience_s = patience_s
        self._known: dict[str, str] = {}
        self._passing: set[str] = set()

    def get(self, origin: str) -> str:
        """Return the key that is kept for ``origin``.

        Raises:
            KeyringFailed: the keyring doesn't give it.
        """
        if origin not in self._known:
            try:
                key = self._ask(lambda: _backend().get_password(SERVICE, origin))
            except Exception as error:
                raise _failure(origin, error) from None  # its text may be anything
            if not key:
                raise KeyringFailed(host=host_of(origin), reason="it has none")
            self._known[origin] = checked(key, origin)
        return self._known[origin]

    def put(self, origin: str, key: str) -> bool:
        """Keep a key; return whether it outlives this run."""
        self._known[origin] = key
        try:
            self._ask(lambda: _backend().set_password(SERVICE, origin, key))
        except Exception as error:
            log.info("a key is kept for this run only: %s", type(error).__name__)
            self._passing.add(origin)
            return False
        self._passing.discard(origin)
        return True

    def passes(self, origin: str) -> bool:
        """Whether there is a key that is forgotten with this run."""
        return origin in self._passing

    def forget(self, origin: str) -> None:
        """Remove a key from the keyring and from memory.

        Raises:
            KeyringFailed: the keyring still has it.
        """
        self._known.pop(origin, None)
        if origin in self._passing:
            self._passing.discard(origin)
            return
        try:
            self._ask(lambda: _delete(_backend(), origin))
        except Exception as error:
            raise _failure(origin, error) from None

    def _ask(self, job: Callable[[], _T]) -> _T:
        ends = time.monotonic() + self._patience_s

        def check() -> None:
            if time.monotonic() > ends:
                raise TimeoutError

        return attend(self._start_thread, "keyring", job, check, _POLL_S)


class _NoKeyring(Exception):
    """No back end that keeps secrets."""


def checked(key: str, address: str) -> str:
    """Return a key without blanks around it; one that no HTTP header can hold is refused.

    Raises:
        ServerKeyRefused: it has characters that no key has.
    """
    key = key.strip()
    if len(key) > _MOST_CHARS or not all("!" <= character <= "~" for character in key):
        raise ServerKeyRefused(host=host_of(address))
    return key


def _backend() -> KeyringBackend:
    """Return the best back end that really keeps secrets; the chainer might fall back to others."""
    import keyring
    from keyring.backends.chainer import ChainerBackend

    chosen = keyring.get_keyring()
    candidates = chosen.backends if isinstance(chosen, ChainerBackend) else [chosen]
    for candidate in candidates:
        if candidate.priority >= _RECOMMENDED and "plain" not in type(candidate).__name__.lower():
            return candidate
    raise _NoKeyring


def _delete(backend: KeyringBackend, origin: str) -> None:
    if backend.get_password(SERVICE, origin) is not None:
        backend.delete_password(SERVICE, origin)


def _failure(origin: str, error: Exception) -> KeyringFailed:
    reasons = {_NoKeyring: "there is none that keeps secrets", TimeoutError: "it does not answer"}
    reason = reasons.get(type(error), f"it failed ({type(error).__name__})")
    return KeyringFailed(host=host_of(origin), reason=reason)
