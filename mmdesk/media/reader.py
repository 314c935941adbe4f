"""The parent's half: gives files to the decoding child, one at a time, against the clock."""

from __future__ import annotations

import logging
import os
import threading
import time
import unicodedata
from multiprocessing.connection import Connection
from pathlib import Path

from mmdesk.core.errors import (
    FileUnreadable,
    InternalError,
    MmdeskError,
    PictureDamaged,
    PictureError,
    PictureTooSlow,
    PictureUnwritable,
)
from mmdesk.core.messages import Picture
from mmdesk.core.protocols import Child, Spawn
from mmdesk.media import child as decoder
from mmdesk.media import wire
from mmdesk.media.staging import StagingFolder

DEADLINE_SECONDS = 30.0
"""For one picture, by the clock. The largest allowed takes 5 to 9 s of a 2.5 GHz core, and the
model may be using the cores meanwhile."""
START_SECONDS = 60.0
"""For the child to start: an interpreter and Pillow, perhaps from a slow disk."""
_LOOK_SECONDS = 0.1
"""How often a wait looks whether the reader was closed."""
_BIDI_CONTROLS = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_log = logging.getLogger(__name__)


class _ChildEnded(Exception):
    """The pipe broke: the child crashed or was killed."""


class LimitedPictureReader:
    """Reads pictures in a child process that it starts at the first one and keeps.

    A child that hangs or crashes is replaced. Calls may come from any thread; one picture is
    decoded at a time, which bounds the memory.
    """

    def __init__(
        self, spawn: Spawn, staging: Path, deadline_seconds: float = DEADLINE_SECONDS
    ) -> None:
        """Prepare; nothing is started yet.

        Args:
            staging: The canonical files lie in a folder of this reader's own inside. It goes
                with :meth:`close`, so what is to stay must be kept by the store by then.
        """
        self._spawn = spawn
        self._staging = StagingFolder(staging)
        self._deadline_seconds = deadline_seconds
        self._turn = threading.Lock()
        self._child: Child | None = None
        self._closed = False

    def read(self, path: Path) -> Picture:
        """Read a file. Raises ``PictureError``."""
        name = display_name(path.name or str(path))
        with self._turn:
            self._prepare(name)
            return self._read(path, name)

    def read_bytes(self, data: bytes, name: str) -> Picture:
        """Read pasted or dragged image data. Raises ``PictureError``."""
        shown = display_name(name)
        with self._turn:
            self._prepare(shown)
            try:
                with self._staging.holding(data) as pasted:
                    return self._read(pasted, shown)
            except OSError as error:
                raise self._unwritable(error, shown) from error

    def close(self) -> None:
        """End the child, even in the middle of a picture, and remove what was staged."""
        self._closed = True  # a call that waits sees it, ends the child and gives up the turn
        with self._turn:
            self._drop_child()
            self._staging.remove()

    def _read(self, path: Path, name: str) -> Picture:
        # A child that ended may have been the victim of another program's hunger: only a file
        # that ends two in a row is to blame.
        for _attempt in range(2):
            try:
                return self._picture(self._ask(path, name), name)
            except _ChildEnded:
                self._drop_child()
        raise PictureDamaged(name=name)

    def _ask(self, path: Path, name: str) -> bytes:
        connection = self._running_child(name).connection
        try:
            # Absolute, since the child need not share the working directory.
            connection.send_bytes(wire.pack_request(os.path.abspath(path), name))
            if not self._wait(connection, self._deadline_seconds, name):
                self._drop_child()
                raise PictureTooSlow(name=name, seconds=round(self._deadline_seconds))
            return connection.recv_bytes(wire.ANSWER_BYTES)
        except (EOFError, OSError) as error:
            raise _ChildEnded from error

    def _running_child(self, name: str) -> Child:
        if self._child is not None and self._child.exit_code is None:
            return self._child
        self._drop_child()
        try:
            child = self._spawn("media", decoder.serve, str(self._staging.path))
        except OSError as error:
            raise InternalError(what=f"the picture decoder did not start: {error}") from error
        self._child = child
        try:
            ready = self._wait(child.connection, START_SECONDS, name)
            if ready and child.connection.recv_bytes(wire.ANSWER_BYTES) == wire.READY:
                return child
        except (EOFError, OSError):
            pass
        self._drop_child()
        raise InternalError(what=f"the picture decoder did not start: exit {child.exit_code}")

    def _wait(self, connection: Connection, seconds: float, name: str) -> bool:
        """Return whether something came in time, or the pipe broke."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if connection.poll(min(left, _LOOK_SECONDS)):
                return True
            self._require_open(name)
        return False

    def _require_open(self, name: str) -> None:
        if self._closed:
            self._drop_child()
            raise FileUnreadable(name=name, reason="mmdesk is closing")

    def _picture(self, data: bytes, name: str) -> Picture:
        try:
            answer = wire.unpack_answer(data)
        except wire.MalformedAnswer as error:
            _log.warning("the picture decoder gave no answer: %s", error)
            raise _ChildEnded from error
        if isinstance(answer, wire.Bug):
            _log.error("the picture decoder failed: %s", answer.details)
            raise InternalError(what=answer.what)
        if isinstance(answer, MmdeskError):
            raise answer
        path, thumbnail = self._staging.canonical(answer.sha256)
        return Picture(
            sha256=answer.sha256,
            path=path,
            thumbnail=thumbnail,
            name=name,
            width=answer.width,
            height=answer.height,
            notes=answer.notes,
        )

    def _drop_child(self) -> None:
        child = self._child
        if child is not None:
            child.kill()
            self._child = None
            self._staging.remove_parts(child.pid)

    def _prepare(self, name: str) -> None:
        self._require_open(name)
        try:
            self._staging.make()
        except OSError as error:
            raise self._unwritable(error, name) from error

    def _unwritable(self, error: OSError, name: str) -> PictureError:
        reason = (error.strerror or str(error)).lower()
        return PictureUnwritable(name=name, reason=reason, path=str(self._staging.path))


def display_name(name: str) -> str:
    """Return a file name fit for a sentence: bytes that are no text, line breaks, other control
    characters and overrides of the writing direction become U+FFFD."""
    return "".join(
        "\ufffd" if char in _BIDI_CONTROLS or unicodedata.category(char) in {"Cc", "Cs"} else char
        for char in name
    )
