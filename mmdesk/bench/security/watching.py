"""Counts what a process does to the world: connections, reads of planted files, things opened."""

from __future__ import annotations

import ctypes
import os
import socket
import sys
from collections.abc import Collection
from pathlib import Path

from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QImage

from mmdesk.ui.chat.text_view import TextView

_ACCESSED, _OPENED = 0x1, 0x20
"""IN_ACCESS and IN_OPEN of inotify(7)."""
_EVENT = 16
"""Bytes of an event without its name, at least."""


class PlantedFiles:
    """Tells whether anything has opened a file of a folder: Qt does so unseen by Python."""

    def __init__(self, folder: Path) -> None:
        self._watch: int | None = None
        if sys.platform == "linux":
            libc = ctypes.CDLL(None, use_errno=True)
            descriptor = libc.inotify_init1(os.O_NONBLOCK)
            if libc.inotify_add_watch(descriptor, os.fsencode(folder), _ACCESSED | _OPENED) >= 0:
                self._watch = descriptor

    def reads(self) -> int | None:
        """Return how many events there were since the last call; None where none is told."""
        if self._watch is None:
            return None
        try:
            return len(os.read(self._watch, 1 << 20)) // _EVENT
        except BlockingIOError:
            return 0


class Sockets:
    """Counts what Python asks the network for."""

    def __init__(self) -> None:
        self.count = 0
        sys.addaudithook(self._heard)

    def _heard(self, event: str, arguments: tuple[object, ...]) -> None:
        if event in ("socket.getaddrinfo", "socket.gethostbyname"):
            self.count += 1
        elif event in ("socket.connect", "socket.sendto", "socket.sendmsg", "socket.bind"):
            asked = arguments[0]
            unix = getattr(socket, "AF_UNIX", None)
            self.count += isinstance(asked, socket.socket) and asked.family != unix


class Resources:
    """Counts what message texts got when they asked for a resource; an empty picture is nothing."""

    def __init__(self) -> None:
        self.count = 0
        load = TextView.loadResource

        def counted(view: TextView, kind: int, name: QUrl | str) -> object:
            found = load(view, kind, name)
            nothing = found is None or (isinstance(found, QImage) and found.width() <= 1)
            self.count += not nothing
            return found

        TextView.loadResource = counted  # type: ignore[assignment, method-assign]


class Navigations(QObject):
    """Takes all that the system would be asked to open, and counts it."""

    def __init__(self, schemes: Collection[str]) -> None:
        super().__init__()
        self.count = 0
        for scheme in schemes:
            # PySide takes the name as text alone, whatever its stub says.
            QDesktopServices.setUrlHandler(scheme, self, "navigate")  # type: ignore[arg-type]

    @Slot(QUrl)
    def navigate(self, url: QUrl) -> None:
        """Open nothing."""
        del url
        self.count += 1
