"""The pictures that stand in the composer, decoded or on their way."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from mmdesk.core.errors import InternalError, MmdeskError, TooManyPictures
from mmdesk.core.events import (
    AttachmentAdded,
    AttachmentReady,
    AttachmentRefused,
    AttachmentRemoved,
    Event,
)
from mmdesk.core.messages import Picture, well_formed
from mmdesk.core.protocols import EventSink, PictureReader

if TYPE_CHECKING:
    from concurrent.futures import Executor

log = logging.getLogger(__name__)

MAX_PICTURES = 20
"""Pictures in one message."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A picture in the composer; ``picture`` is None while it is being decoded."""

    id: str
    name: str
    picture: Picture | None = None


class Draft:
    """The attachments of the question that is being written.

    Args:
        reader: Decodes; called from ``pool``.
        emit: Takes the events of the decoding jobs.
    """

    def __init__(self, reader: PictureReader, pool: Executor, emit: EventSink) -> None:
        self._reader = reader
        self._pool = pool
        self._emit = emit
        self._items: dict[str, Attachment] = {}

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """In the order in which they were given."""
        return tuple(self._items.values())

    @property
    def decoding(self) -> bool:
        """Whether a picture is still on its way."""
        return any(item.picture is None for item in self._items.values())

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """The decoded pictures."""
        return tuple(item.picture for item in self._items.values() if item.picture)

    def attach(self, paths: Sequence[Path]) -> None:
        """Begin to read files; each ends in ``AttachmentReady`` or ``AttachmentRefused``."""
        room = MAX_PICTURES - len(self._items)
        for path in paths[:room]:
            self._begin(well_formed(path.name or str(path)), partial(self._reader.read, path))
        if len(paths) > room:
            error = TooManyPictures(
                name="", count=len(self._items) + len(paths) - room, limit=MAX_PICTURES
            )
            self._emit(AttachmentRefused(uuid.uuid4().hex, "", error))

    def attach_bytes(self, data: bytes, name: str) -> None:
        """Begin to read pasted or dragged image data."""
        if len(self._items) >= MAX_PICTURES:
            error = TooManyPictures(name=name, count=len(self._items) + 1, limit=MAX_PICTURES)
            self._emit(AttachmentRefused(uuid.uuid4().hex, name, error))
        else:
            self._begin(name, partial(self._reader.read_bytes, data, name))

    def put(self, pictures: Sequence[Picture]) -> None:
        """Replace the draft's pictures by ones that are decoded already."""
        self.clear()
        for picture in pictures:
            item = Attachment(uuid.uuid4().hex, picture.name, picture)
            self._items[item.id] = item
            self._emit(AttachmentAdded(item.id, item.name))
            self._emit(AttachmentReady(item.id, picture))

    def remove(self, attachment: str) -> None:
        """Take a picture out; one that is still being decoded is forgotten when it arrives."""
        if self._items.pop(attachment, None) is not None:
            self._emit(AttachmentRemoved(attachment))

    def clear(self) -> None:
        """Take all pictures out."""
        for attachment in tuple(self._items):
            self.remove(attachment)

    def handle(self, event: AttachmentReady | AttachmentRefused) -> bool:
        """Take a decoding job's result; return False if nobody waits for it any more."""
        item = self._items.get(event.id)
        if isinstance(event, AttachmentReady):
            if item is not None:
                self._items[event.id] = replace(item, picture=event.picture)
            return item is not None
        self._items.pop(event.id, None)
        return item is not None or isinstance(event.error, TooManyPictures)

    def _begin(self, name: str, read: Callable[[], Picture]) -> None:
        item = Attachment(uuid.uuid4().hex, name)
        self._items[item.id] = item
        self._emit(AttachmentAdded(item.id, name))
        self._pool.submit(self._read, item, read)

    def _read(self, item: Attachment, read: Callable[[], Picture]) -> None:
        event: Event
        try:
            event = AttachmentReady(item.id, read())
        except MmdeskError as error:
            event = AttachmentRefused(item.id, item.name, error)
        except Exception as error:
            log.exception("reading a picture")
            event = AttachmentRefused(item.id, item.name, InternalError.of(error))
        self._emit(event)
