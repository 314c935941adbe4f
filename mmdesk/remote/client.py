"""openai's client, kept from everything that it would take from the environment."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mmdesk.core.errors import InstallationBroken, ServerUntrusted
from mmdesk.remote.guard import Guard, StartThread
from mmdesk.remote.wording import one_line

if TYPE_CHECKING:
    from openai import OpenAI

    from mmdesk.remote.transport import Inserts

_LOGGERS = ("openai", "httpx2", "httpcore2")
"""At DEBUG they write down headers, and what is asked."""


@contextmanager
def client_for(
    url: str,
    api_key: str | None,
    guard: Guard,
    start_thread: StartThread,
    inserts: Inserts | None = None,
) -> Iterator[OpenAI]:
    """Give a client for one exchange with the server at ``url``; its connection ends with it.

    It makes requests and finds their paths. The transport below it sends the key, sees to limits,
    redirects and headers, and raises ``ServerError``, ``Refusal`` or ``Stopped``, which the client
    passes on.

    Args:
        inserts: As for the transport.

    Raises:
        InstallationBroken: a package is missing.
    """
    try:
        import httpx2
        from openai import OpenAI

        from mmdesk.remote.transport import GuardedTransport
        from mmdesk.remote.wire import GuardedBackend
    except ImportError as error:
        raise InstallationBroken(what=str(error)) from error
    for name in _LOGGERS:  # each time: importing openai sets its own by OPENAI_LOG
        logging.getLogger(name).setLevel(logging.WARNING)
    try:
        transport = GuardedTransport(
            url, api_key, guard, GuardedBackend(guard, start_thread), inserts or {}
        )
    except OSError as error:  # SSL_CERT_FILE leads nowhere
        reason = f"this system's certificates can't be read ({one_line(error.strerror or '')})"
        raise ServerUntrusted(host=guard.host, reason=reason) from error
    # The transport is the only one: no proxy, .netrc or redirect of httpx2's own.
    with httpx2.Client(transport=transport, trust_env=False, follow_redirects=False) as http:
        yield OpenAI(base_url=url, api_key="unused", http_client=http, timeout=None, max_retries=0)
