"""Reads pictures in full while the window goes on: a large one takes seconds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from queue import Empty, SimpleQueue

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QImage

from mmdesk.core.messages import Picture
from mmdesk.session.threads import start_thread

_POLL_MS = 10

_SMALL = 1000
"""Px of the longer side, under which no smaller image is made."""

Images = tuple[QImage, ...]
_Done = SimpleQueue[tuple[Picture, Images]]


class PictureReader(QObject):
    """Reads one file at a time; what is no longer wanted is neither begun nor told."""

    read = Signal(object, object)
    """A :class:`Picture` and what it looks like, in full and then each time half as large, as a
    tuple of images; () where it couldn't be read."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._wanted: list[Picture] = []
        self._reading: Picture | None = None
        self._done: _Done = SimpleQueue()
        self._timer = QTimer(self)
        self._timer.setInterval(_POLL_MS)
        self._timer.timeout.connect(self._look)

    def want(self, pictures: Sequence[Picture]) -> None:
        """Read these, in order, and nothing else."""
        self._wanted = list(pictures)
        self._begin()

    def _begin(self) -> None:
        if self._reading is not None or not self._wanted:
            return
        self._reading = self._wanted[0]
        start_thread("picture", partial(_read, self._reading, self._done))
        self._timer.start()

    def _look(self) -> None:
        try:
            picture, images = self._done.get_nowait()
        except Empty:
            return
        self._timer.stop()
        self._reading = None
        if picture in self._wanted:
            self._wanted.remove(picture)
            self.read.emit(picture, images)
        self._begin()


def _read(picture: Picture, done: _Done) -> None:
    # Not a device or a pipe that has taken the file's place: it might never end.
    image = QImage(str(picture.path)) if picture.path.is_file() else QImage()
    done.put((picture, tuple(_halved(image))))


def _halved(image: QImage) -> Iterator[QImage]:
    """Yield an image and smaller ones: painted at a tenth, the whole one would lose lines."""
    while not image.isNull():
        yield image
        if max(image.width(), image.height()) <= _SMALL:
            return
        image = image.scaled(
            (image.width() + 1) // 2,
            (image.height() + 1) // 2,
            mode=Qt.TransformationMode.SmoothTransformation,
        )
