"""OpenAI-compatible servers: added, tested, asked."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from mmdesk.core.errors import (
    ServerKeyRefused,
    ServerNonsense,
    ServerNotEncrypted,
    ServerRedirects,
    ServerRefused,
    ServerUnknown,
    ServerUnreachable,
)
from mmdesk.core.events import TurnFinished
from mmdesk.core.models import (
    ModelKey,
    Server,
    host_of,
    leaves_computer,
    split_remote,
)
from mmdesk.core.protocols import EventSink
from mmdesk.core.requests import AnswerQuestion
from mmdesk.remote.address import normalise, origin
from mmdesk.remote.guard import StartThread, Stopped
from mmdesk.remote.keys import KeyStore, checked
from mmdesk.remote.limits import Limits
from mmdesk.remote.register import Added, Register, marked, serving, with_server

_PERHAPS_ELSEWHERE = (ServerNonsense, ServerRefused, ServerRedirects, ServerKeyRefused)
"""What a server says to a request that misses its ``/v1``."""


class OpenAIServers:
    """The ``RemoteServers`` of this computer's user.

    Args:
        file: ``servers.toml``.
        start_thread: Makes the threads that wait for resolvers and handshakes.
    """

    def __init__(
        self, file: Path, keys: KeyStore, start_thread: StartThread, limits: Limits | None = None
    ) -> None:
        self._register = Register(file)
        self._keys = keys
        self._start_thread = start_thread
        self._limits = limits or Limits()
        self._closing = threading.Event()

    def servers(self) -> tuple[Server, ...]:
        """Return the added ones, without asking them or the keyring.

        Raises:
            SettingsError: their file was damaged and is set aside; the next call returns none.
        """
        return tuple(self._server(added) for added in self._register.servers())

    def add(self, address: str, api_key: str | None, *, confirmed: bool) -> Server:
        """Ask a server what it serves, and keep it with its key if it answers.

        Where the address has no ``/v1``, it is tried as it is, then with it. An origin that is
        among the servers was confirmed before.
        """
        url = normalise(address)
        known = self._register.servers()
        confirmed = confirmed or any(origin(old.url) == origin(url) for old in known)
        if url.startswith("http:") and leaves_computer(url) and not confirmed:
            raise ServerNotEncrypted(host=host_of(url))
        key = self._key_for(url, known) if api_key is None else checked(api_key, url)
        url, models = self._find(url, key or None)
        held = self._in_keyring(url, known)
        if api_key is not None:
            held = self._keep_key(origin(url), key, held)
        added = Added(url, models, held)
        others = {other.url for other in known if origin(other.url) == origin(url)}
        self._register.change(lambda servers: with_server(marked(servers, others, held), added))
        return self._server(added)

    def test(self, url: str) -> Server:
        """Ask an added server what it serves now."""
        known = self._register.servers()
        _among(known, url)
        models = self._ask(url, self._key_for(url, known))
        # It may have been forgotten, or got another key, while it was asked.
        self._register.change(lambda servers: serving(servers, url, models))
        return self._server(_among(self._register.servers(), url))

    def remove(self, url: str) -> None:
        """Forget a server, and the key if no other server is at its origin."""
        known = self._register.servers()
        added = _among(known, url)
        shared = any(o.url != url and origin(o.url) == origin(url) for o in known)
        if not shared and (added.in_keyring or self._passes(url)):
            self._keys.forget(origin(url))  # first: while the server is there it can be tried again
        self._register.change(lambda servers: tuple(s for s in servers if s.url != url))

    def answer(
        self,
        request: AnswerQuestion,
        model: ModelKey,
        emit: EventSink,
        cancelled: Callable[[], bool],
    ) -> TurnFinished:
        """Stream an answer; any number may run at once."""
        from mmdesk.remote.answering import Answering

        url, _ = split_remote(model)
        known = self._register.servers()
        _among(known, url)
        return Answering(
            request,
            model,
            self._key_for(url, known),
            emit,
            lambda: cancelled() or self._closing.is_set(),
            self._start_thread,
            self._limits,
        ).run()

    def close(self) -> None:
        """End every exchange that still runs. May be called twice."""
        self._closing.set()

    def _server(self, added: Added) -> Server:
        passes = self._passes(added.url)
        return Server(added.url, added.models, added.in_keyring or passes, passes)

    def _passes(self, url: str) -> bool:
        return self._keys.passes(origin(url))

    def _in_keyring(self, url: str, known: tuple[Added, ...]) -> bool:
        return any(o.in_keyring for o in known if origin(o.url) == origin(url))

    def _key_for(self, url: str, known: tuple[Added, ...]) -> str | None:
        """Return the key of a server's origin, and of no other."""
        if self._passes(url) or self._in_keyring(url, known):
            return self._keys.get(origin(url))
        return None

    def _keep_key(self, place: str, key: str | None, held: bool) -> bool:
        """Keep or forget an origin's key; return whether the keyring has it now."""
        if key:
            return self._keys.put(place, key)
        if held or self._keys.passes(place):
            self._keys.forget(place)
        return False

    def _find(self, url: str, key: str | None) -> tuple[str, tuple[str, ...]]:
        """Return the address at which a server has its models, and them."""
        try:
            return url, self._ask(url, key)
        except _PERHAPS_ELSEWHERE:
            if url.endswith("/v1"):
                raise
        return f"{url}/v1", self._ask(f"{url}/v1", key)

    def _ask(self, url: str, key: str | None) -> tuple[str, ...]:
        from mmdesk.remote.listing import served_models

        try:
            return served_models(url, key, self._closing.is_set, self._start_thread, self._limits)
        except Stopped:
            raise ServerUnreachable(host=host_of(url), reason="mmdesk is being closed") from None


def _among(known: tuple[Added, ...], url: str) -> Added:
    for added in known:
        if added.url == url:
            return added
    raise ServerUnknown(host=host_of(url))
