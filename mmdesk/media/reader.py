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
    PictureTooSlow,
    PictureUnwritable,
    SoundDamaged,
    SoundTooSlow,
)
from mmdesk.core.messages import Picture
from mmdesk.core.protocols import Child, Spawn
from mmdesk.core.sight import Pixels
from mmdesk.core.speech import Recording
from mmdesk.media import child as decoder
from mmdesk.media import wire
from mmdesk.media.staging import StagingFolder

DEADLINE_SECONDS = 30.0
"""For one picture, by the clock. The largest allowed takes 5 to 9 s of a 2.5 GHz core, and the
model may be using the cores meanwhile."""
SECONDS_PER_MINUTE = 1.0
"""What a sound gets on top, for each minute that it says that it lasts."""
_DECLARATIONS = 3
"""How often a whole child speaks of a sound's length: what it is, and what two decoders say."""
START_SECONDS = 60.0
"""For the child to start: an interpreter and Pillow, perhaps from a slow disk."""
_LOOK_SECONDS = 0.1
"""How often a wait looks whether the reader was closed."""
_BIDI_CONTROLS = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_log = logging.getLogger(__name__)


class _ChildEnded(Exception):
    """The pipe broke: the child crashed or was killed."""

    def __init__(self, *, sound: bool = False) -> None:
        super().__init__()
        self.sound = sound


class LimitedMediaReader:
    """Reads pictures and sound in a child process that it starts at the first file and keeps.

    A child that hangs or crashes is replaced. Calls may come from any thread; one file is
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

    def read(self, path: Path) -> Picture | Recording:
        """Read a file, whichever of them its content is. Raises ``MediaError``."""
        name = display_name(path.name or str(path))
        with self._turn:
            self._prepare(name)
            return self._read(_request(path, name, sound=True))

    def read_bytes(self, data: bytes, name: str) -> Picture:
        """Read pasted or dragged image data. Raises ``MediaError``."""
        shown = display_name(name)
        with self._turn:
            self._prepare(shown)
            try:
                with self._staging.holding(data) as pasted:
                    picture = self._read(_request(pasted, shown))
            except OSError as error:
                raise self._unwritable(error, shown) from error
        assert isinstance(picture, Picture)  # sound was not asked for
        return picture

    def read_region(self, picture: Picture, box: Pixels) -> Picture:
        """Cut a region out of a canonical picture, at full size. Raises ``MediaError``.

        What is outside of the picture is left out; of a box that isn't on it, one pixel remains.
        """
        x0, x1 = _within(box[0], box[2], picture.width)
        y0, y1 = _within(box[1], box[3], picture.height)
        shown = display_name(f"{picture.name} [{x0}, {y0}, {x1}, {y1}]")
        with self._turn:
            self._prepare(shown)
            region = self._read(_request(picture.path, shown, (x0, y0, x1, y1)))
        assert isinstance(region, Picture)  # sound was not asked for
        return region

    def close(self) -> None:
        """End the child, even in the middle of a file, and remove what was staged."""
        self._closed = True  # a call that waits sees it, ends the child and gives up the turn
        with self._turn:
            self._drop_child()
            self._staging.remove()

    def _read(self, request: wire.Request) -> Picture | Recording:
        # A child that ended may have been the victim of another program's hunger: only a file
        # that ends two in a row is to blame.
        was_sound = False
        for _attempt in range(2):
            try:
                return self._read_once(request)
            except _ChildEnded as ended:
                self._drop_child()
                was_sound = ended.sound
        raise (SoundDamaged if was_sound else PictureDamaged)(name=request.name)

    def _read_once(self, request: wire.Request) -> Picture | Recording:
        connection = self._running_child(request.name).connection
        start = time.monotonic()
        seconds, declared = self._deadline_seconds, 0
        try:
            connection.send_bytes(wire.pack_request(request))
            while declared <= _DECLARATIONS:
                left = start + seconds - time.monotonic()
                if not self._wait(connection, left, request.name):
                    self._drop_child()
                    slow = SoundTooSlow if declared else PictureTooSlow
                    raise slow(name=request.name, seconds=round(seconds))
                answer = self._answer(connection.recv_bytes(wire.ANSWER_BYTES))
                if not isinstance(answer, wire.Declared):
                    return self._result(answer, request)
                declared += 1
                minutes = answer.seconds / 60
                seconds = self._deadline_seconds + SECONDS_PER_MINUTE * minutes
        except (EOFError, OSError, wire.MalformedAnswer) as error:
            raise _ChildEnded(sound=bool(declared)) from error
        raise _ChildEnded(sound=True)

    def _running_child(self, name: str) -> Child:
        if self._child is not None and self._child.exit_code is None:
            return self._child
        self._drop_child()
        try:
            child = self._spawn("media", decoder.serve, str(self._staging.path))
        except OSError as error:
            raise InternalError(what=f"the media decoder did not start: {error}") from error
        self._child = child
        try:
            ready = self._wait(child.connection, START_SECONDS, name)
            if ready and child.connection.recv_bytes(wire.ANSWER_BYTES) == wire.READY:
                return child
        except (EOFError, OSError):
            pass
        self._drop_child()
        raise InternalError(what=f"the media decoder did not start: exit {child.exit_code}")

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

    def _answer(self, data: bytes) -> wire.Canonical | wire.Recorded | wire.Declared:
        try:
            answer = wire.unpack_answer(data)
        except wire.MalformedAnswer as error:
            cause = type(error.__cause__ or error).__name__  # its words may be a file's
            _log.warning("the media decoder gave no answer: %s", cause)
            raise
        if isinstance(answer, wire.Bug):
            _log.error("the media decoder failed: %s", answer.details)
            raise InternalError(what=answer.what)
        if isinstance(answer, MmdeskError):
            raise answer
        return answer

    def _result(
        self, answer: wire.Canonical | wire.Recorded, request: wire.Request
    ) -> Picture | Recording:
        name = request.name
        if isinstance(answer, wire.Recorded):
            if not request.sound:
                raise wire.MalformedAnswer("sound where none was asked for")
            path = self._staging.recording(answer.sha256)
            return Recording(answer.sha256, path, name, answer.seconds)
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

    def _unwritable(self, error: OSError, name: str) -> PictureUnwritable:
        reason = (error.strerror or str(error)).lower()
        return PictureUnwritable(name=name, reason=reason, path=str(self._staging.path))


def _request(
    path: Path, name: str, box: Pixels | None = None, *, sound: bool = False
) -> wire.Request:
    """Absolute, since the child need not share the working directory."""
    return wire.Request(os.path.abspath(path), name, sound, box)


def _within(start: int, end: int, side: int) -> tuple[int, int]:
    start = max(0, min(start, side - 1))
    return start, max(start + 1, min(end, side))


def display_name(name: str) -> str:
    """Return a file name fit for a sentence: bytes that are no text, line breaks, other control
    characters and overrides of the writing direction become U+FFFD."""
    return "".join(
        "\ufffd" if char in _BIDI_CONTROLS or unicodedata.category(char) in {"Cc", "Cs"} else char
        for char in name
    )
