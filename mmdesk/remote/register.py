"""``servers.toml``: the servers that a person added. Keys are not in it."""

from __future__ import annotations

import contextlib
import os
import threading
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mmdesk.core.errors import (
    MmdeskError,
    SettingsError,
    SettingsUnreadable,
    SettingsUnwritable,
)
from mmdesk.core.messages import well_formed
from mmdesk.remote.address import normalise
from mmdesk.remote.wording import one_line


@dataclass(frozen=True, slots=True)
class Added:
    """One server.

    Attributes:
        url: Normalised.
        models: What it served when it was last asked.
        in_keyring: Whether the keyring has a key for its origin.
    """

    url: str
    models: tuple[str, ...] = ()
    in_keyring: bool = False


class Register:
    """The file, read anew each time: ``mmdesk models add`` writes it too."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def servers(self) -> tuple[Added, ...]:
        """Return the servers in the order in which they were added.

        Raises:
            SettingsUnreadable: the system refuses to read the file.
            SettingsError: nonsensical; the file was set aside as ``*.broken``.
        """
        with self._lock:
            return self._read()

    def change(self, change: Callable[[tuple[Added, ...]], tuple[Added, ...]]) -> None:
        """Replace the list by what ``change`` makes of it: whole or not at all.

        Raises:
            SettingsUnwritable, and as :meth:`servers`.
        """
        with self._lock:
            self._write(change(self._read()))

    def _read(self) -> tuple[Added, ...]:
        try:
            document = tomllib.loads(self._path.read_text(encoding="utf-8"))
            return _parse(document)
        except FileNotFoundError:
            return ()
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise SettingsUnreadable(path=self._path, reason=reason) from error
        except (ValueError, RecursionError, MmdeskError) as error:
            with contextlib.suppress(OSError):
                os.replace(self._path, self._path.with_name(f"{self._path.name}.broken"))
            raise SettingsError(path=self._path, reason=one_line(str(error))) from error

    def _write(self, servers: tuple[Added, ...]) -> None:
        import tomli_w  # here, not above: the window starts without it

        document = {
            "servers": [
                {
                    "url": server.url,
                    "models": [well_formed(model) for model in server.models],
                    "in_keyring": server.in_keyring,
                }
                for server in servers
            ]
        }
        draft = self._path.with_suffix(".new")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with open(draft, "wb") as file:
                os.chmod(draft, 0o600)
                tomli_w.dump(document, file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(draft, self._path)
        except OSError as error:
            with contextlib.suppress(OSError):
                draft.unlink(missing_ok=True)
            reason = (error.strerror or str(error)).lower()
            raise SettingsUnwritable(path=self._path.parent, reason=reason) from error


def with_server(servers: tuple[Added, ...], server: Added) -> tuple[Added, ...]:
    """Return the list with a server in its old place, or at the end."""
    if any(old.url == server.url for old in servers):
        return tuple(server if old.url == server.url else old for old in servers)
    return (*servers, server)


def marked(servers: tuple[Added, ...], urls: set[str], in_keyring: bool) -> tuple[Added, ...]:
    """Return the list with the given servers' keys in the keyring, or not."""
    return tuple(
        replace(server, in_keyring=in_keyring) if server.url in urls else server
        for server in servers
    )


def serving(servers: tuple[Added, ...], url: str, models: tuple[str, ...]) -> tuple[Added, ...]:
    """Return the list with what the server at ``url``, if it is there, serves now."""
    return tuple(
        replace(server, models=models) if server.url == url else server for server in servers
    )


def _parse(document: dict[str, Any]) -> tuple[Added, ...]:
    tables = document.get("servers", [])
    if not isinstance(tables, list):
        raise ValueError("servers is not a list")
    return tuple(_server(table) for table in tables)


def _server(table: object) -> Added:
    if not isinstance(table, dict):
        raise ValueError("a server is not a table")
    url, models, key = table.get("url"), table.get("models", []), table.get("in_keyring", False)
    if not isinstance(url, str):
        raise ValueError("a server has no url")
    if not isinstance(models, list) or not all(isinstance(model, str) for model in models):
        raise ValueError("models is not a list of texts")
    if not isinstance(key, bool):
        raise ValueError("in_keyring is neither true nor false")
    return Added(normalise(url), tuple(models), key)
