"""One window: a second start of mmdesk raises the first one's and hands its files over.

Through a Unix socket in the person's own folder. Where there are none (Windows), and where the
first window doesn't answer, the store's lock tells the second one what is the matter.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import socket
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QSocketNotifier, Signal

_log = logging.getLogger(__name__)
_PATIENCE_S = 2.0
_MOST_BYTES = 1 << 20
_DONE = b"ok\n"


def hand_over(address: Path, files: Sequence[Path]) -> bool:
    """Ask a running window to come to the front and take ``files``; return whether it does."""
    if not hasattr(socket, "AF_UNIX") or not address.exists():
        return False
    message = json.dumps({"open": [os.fsdecode(file.absolute()) for file in files]})
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(_PATIENCE_S)
            connection.connect(os.fspath(address))
            connection.sendall(message.encode("utf-8", "surrogateescape") + b"\n")
            return connection.recv(len(_DONE)) == _DONE
    except (OSError, ValueError):
        return False  # a killed instance has left it, or it is stuck


class Instance(QObject):
    """Listens for later starts, from construction to :meth:`close`."""

    asked = Signal(object)
    """The files of a later start, as a tuple of paths; none brings only the window to the front."""

    def __init__(self, address: Path, parent: QObject) -> None:
        super().__init__(parent)
        self._address = address
        self._server: socket.socket | None = None
        self._notifier: QSocketNotifier | None = None
        if not hasattr(socket, "AF_UNIX"):
            return
        server = socket.socket(socket.AF_UNIX)
        try:
            address.unlink(missing_ok=True)
            server.bind(os.fspath(address))
            os.chmod(address, 0o600)
            server.listen(4)
        except (OSError, ValueError) as error:  # too long a path, a read-only folder
            _log.info("later starts can't reach this window: %s", error)
            server.close()
            return
        server.setblocking(False)
        self._server = server
        self._notifier = QSocketNotifier(server.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._accept)

    def close(self) -> None:
        """Listen no more. May be called twice."""
        if self._notifier is not None:
            self._notifier.setEnabled(False)  # before its socket goes
            self._notifier = None
        if self._server is not None:
            self._server.close()
            self._server = None
            with contextlib.suppress(OSError):
                self._address.unlink(missing_ok=True)

    def _accept(self) -> None:
        if self._server is None:
            return
        try:
            connection, _ = self._server.accept()
        except OSError:
            return
        with connection:
            connection.settimeout(0.2)  # it has written before it waits
            try:
                files = _read(connection)
                connection.sendall(_DONE)
            except (OSError, ValueError, TypeError, KeyError) as error:
                _log.info("a later start made no sense: %r", error)
                return
        self.asked.emit(files)


def _read(connection: socket.socket) -> tuple[Path, ...]:
    data = b""
    while not data.endswith(b"\n"):
        piece = connection.recv(65536)
        data += piece
        if not piece or len(data) > _MOST_BYTES:
            raise ValueError("no whole line")
    files = json.loads(data.decode("utf-8", "surrogateescape"))["open"]
    return tuple(Path(str(file)) for file in files)
