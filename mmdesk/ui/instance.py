"""One window: what later starts of mmdesk, and its commands, ask of it.

See :mod:`mmdesk.instance` for the socket and what is said there. Nothing here waits for a client:
requests are read as they come, and answered from the threads that do them.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import socket
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QSocketNotifier, Signal

from mmdesk import __version__
from mmdesk.core.archives import ArchiveItem, ArchiveReport
from mmdesk.instance import (
    DONE,
    MOST_BYTES,
    Document,
    item_document,
    line,
    report_document,
    request_of,
)
from mmdesk.ui.timers import single_shot

_log = logging.getLogger(__name__)

_MOST_CLIENTS = 16
_PATIENCE_MS = 5000
"""For a client that says nothing, and for one that doesn't listen."""


class Instance(QObject):
    """Listens for later starts and commands, from construction to :meth:`close`."""

    asked = Signal(object)
    """The files of a later start, as a tuple of paths; none brings only the window to the front."""
    requested = Signal(object, object)
    """A command's :data:`~mmdesk.core.archives.ArchiveRequest`, and who wants to be told of each
    item and of the end (see :data:`mmdesk.session.archiving.Told`)."""

    def __init__(self, address: Path, parent: QObject) -> None:
        super().__init__(parent)
        self._address = address
        self._server: socket.socket | None = None
        self._notifier: QSocketNotifier | None = None
        self._readers: set[_Reader] = set()
        if not hasattr(socket, "AF_UNIX"):
            return
        server = socket.socket(socket.AF_UNIX)
        try:
            address.unlink(missing_ok=True)
            server.bind(os.fspath(address))
            os.chmod(address, 0o600)
            server.listen(_MOST_CLIENTS)
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
        for reader in tuple(self._readers):
            reader.drop("the window closes")
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
        if len(self._readers) >= _MOST_CLIENTS:
            connection.close()
            return
        self._readers.add(_Reader(connection, self))

    def take(self, reader: _Reader, document: Document) -> None:
        """Do what a client wants."""
        try:
            if "wire" in document:
                self._take_request(reader, document)
                return
            files = tuple(Path(str(file)) for file in document["open"])
            with reader.leave() as connection:
                connection.sendall(DONE)
        except (OSError, ValueError, TypeError, KeyError) as error:
            reader.drop(repr(error))
            return
        self.asked.emit(files)

    def _take_request(self, reader: _Reader, document: Document) -> None:
        try:
            request = request_of(document)
        except ValueError:
            with reader.leave() as connection:
                connection.sendall(line({"refused": __version__}))
            raise
        connection = reader.leave()
        connection.sendall(line({"taken": __version__}))  # fails where it waits no longer
        self.requested.emit(request, partial(_tell, connection))

    def forget(self, reader: _Reader) -> None:
        """A client has said what it wants, or is gone."""
        self._readers.discard(reader)


class _Reader(QObject):
    """Reads one line from a client, as it comes."""

    def __init__(self, connection: socket.socket, instance: Instance) -> None:
        super().__init__(instance)
        self._instance = instance
        self._connection = connection
        self._data = b""
        connection.setblocking(False)
        self._notifier = QSocketNotifier(connection.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._read)
        self._patience = single_shot(self, 0, lambda: self.drop("it says nothing"))
        self._patience.start(_PATIENCE_MS)

    def leave(self) -> socket.socket:
        """Read no more; return the connection to be answered through."""
        if self._notifier.isEnabled():
            self._notifier.setEnabled(False)
            self._patience.stop()
            self._instance.forget(self)
            self._connection.settimeout(_PATIENCE_MS / 1000)
            self.deleteLater()
        return self._connection

    def drop(self, reason: str) -> None:
        """Have no more to do with a client."""
        _log.info("a later start made no sense: %s", reason)
        self.leave().close()

    def _read(self) -> None:
        try:
            piece = self._connection.recv(65536)
        except BlockingIOError:
            return
        except OSError as error:
            self.drop(repr(error))
            return
        self._data += piece
        if not piece or len(self._data) > MOST_BYTES:
            self.drop("no whole line")
        elif self._data.endswith(b"\n"):
            self._take()

    def _take(self) -> None:
        try:
            document = json.loads(self._data)
            if not isinstance(document, dict):
                raise ValueError("no object")
        except (ValueError, RecursionError) as error:
            self.drop(repr(error))
            return
        self._instance.take(self, document)


def _tell(connection: socket.socket, what: ArchiveItem | ArchiveReport) -> bool:
    """Tell a client; return whether it is still there. From the thread that does the work."""
    try:
        if isinstance(what, ArchiveItem):
            connection.sendall(line({"item": item_document(what)}))
            return True
        with connection:
            connection.sendall(line({"end": report_document(what)}))
    except OSError as error:
        _log.info("a command was ended before its request: %s", error)
    return False
