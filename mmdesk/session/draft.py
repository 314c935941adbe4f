"""What stands in the composer beside the text: pictures, transcripts, and recordings of it."""

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
    AudioDecoded,
    AudioProgress,
    AudioTranscribed,
    Event,
)
from mmdesk.core.messages import Message, Picture, TranscriptPart, user_message, well_formed
from mmdesk.core.protocols import EventSink, MediaReader
from mmdesk.core.speech import Recording, UtteranceId

if TYPE_CHECKING:
    from concurrent.futures import Executor

log = logging.getLogger(__name__)

MAX_PICTURES = 20
"""Files in one message."""

DraftEvent = AttachmentReady | AttachmentRefused | AudioDecoded | AudioProgress | AudioTranscribed
"""What jobs tell of the files in the composer."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file in the composer.

    Attributes:
        picture: The decoded picture; None while it is being read, and for sound.
        recording: The decoded sound, which is being transcribed until ``transcript`` is there.
        done: Seconds of the recording that are transcribed.
    """

    id: str
    name: str
    picture: Picture | None = None
    recording: Recording | None = None
    transcript: TranscriptPart | None = None
    done: float = 0.0

    @property
    def ready(self) -> bool:
        """Whether it can be sent."""
        return self.picture is not None or self.transcript is not None


class Draft:
    """The attachments and recordings of the question that is being written.

    Args:
        reader: Decodes; called from ``pool``.
        emit: Takes the events of the decoding jobs.
    """

    def __init__(self, reader: MediaReader, pool: Executor, emit: EventSink) -> None:
        self._reader = reader
        self._pool = pool
        self._emit = emit
        self._items: dict[str, Attachment] = {}
        self._heard: dict[UtteranceId, Recording | None] = {}
        """The recordings of the question's text; None while one is being written."""

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """In the order in which they were given."""
        return tuple(self._items.values())

    @property
    def decoding(self) -> bool:
        """Whether a file or a recording is still on its way."""
        return not all(item.ready for item in self._items.values()) or None in self._heard.values()

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """The decoded pictures."""
        return tuple(item.picture for item in self._items.values() if item.picture)

    def message(self, text: str, *, with_recordings: bool = True) -> Message:
        """Return the question; without recordings where they are not to be kept any more."""
        transcripts = tuple(item.transcript for item in self._items.values() if item.transcript)
        heard = self._heard.values() if with_recordings else ()
        recordings = tuple(recording for recording in heard if recording)
        return user_message(text, self.pictures, transcripts, recordings)

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

    def put(self, message: Message) -> None:
        """Replace the draft by a message's pictures, transcripts and recordings."""
        self.clear()
        for picture in message.pictures:
            item = Attachment(uuid.uuid4().hex, picture.name, picture)
            self._items[item.id] = item
            self._emit(AttachmentAdded(item.id, item.name))
            self._emit(AttachmentReady(item.id, picture))
        for transcript in message.transcripts:
            item = Attachment(uuid.uuid4().hex, transcript.name, transcript=transcript)
            self._items[item.id] = item
            self._emit(AttachmentAdded(item.id, item.name))
            self._emit(AudioTranscribed(item.id, transcript))
        self._heard = {recording.sha256: recording for recording in message.recordings}

    def remove(self, attachment: str) -> None:
        """Take a picture out; one that is still being decoded is forgotten when it arrives."""
        if self._items.pop(attachment, None) is not None:
            self._emit(AttachmentRemoved(attachment))

    def clear(self) -> None:
        """Take everything out."""
        for attachment in tuple(self._items):
            self.remove(attachment)
        self._heard.clear()

    def handle(self, event: DraftEvent) -> bool:
        """Take what a job has found; return False if nobody waits for it any more."""
        item = self._items.get(event.id)
        if isinstance(event, AttachmentRefused):
            self._items.pop(event.id, None)
            return item is not None or isinstance(event.error, TooManyPictures)
        if item is None:
            return False
        match event:
            case AttachmentReady(picture=picture):
                item = replace(item, picture=picture)
            case AudioDecoded(recording=recording):
                item = replace(item, recording=recording)
            case AudioProgress(done=done):
                item = replace(item, done=done)
            case AudioTranscribed(transcript=transcript):
                item = replace(item, transcript=transcript)
        self._items[event.id] = item
        return True

    def hear(self, utterance: UtteranceId) -> None:
        """Wait for an utterance's recording: it goes with the question."""
        self._heard[utterance] = None

    def heard(self, utterance: UtteranceId, recording: Recording | None) -> bool:
        """Take a recording, or that there is none; return False if nobody waits for it."""
        if utterance not in self._heard:
            return False
        if recording is None:
            del self._heard[utterance]
        else:
            self._heard[utterance] = recording
        return True

    def unhear(self, utterance: UtteranceId) -> Recording | None:
        """Leave a recording out; return it if there is one."""
        return self._heard.pop(utterance, None)

    def unhear_kept(self) -> None:
        """Leave out the recordings that came with the message that :meth:`put` was given."""
        for recording in tuple(self._heard.values()):
            if recording is not None:
                self._heard.pop(recording.sha256, None)

    def _begin(self, name: str, read: Callable[[], Picture | Recording]) -> None:
        item = Attachment(uuid.uuid4().hex, name)
        self._items[item.id] = item
        self._emit(AttachmentAdded(item.id, name))
        self._pool.submit(self._read, item, read)

    def _read(self, item: Attachment, read: Callable[[], Picture | Recording]) -> None:
        event: Event
        try:
            found = read()
            if isinstance(found, Picture):
                event = AttachmentReady(item.id, found)
            else:
                event = AudioDecoded(item.id, found)
        except MmdeskError as error:
            event = AttachmentRefused(item.id, item.name, error)
        except Exception as error:
            log.exception("reading a file")
            event = AttachmentRefused(item.id, item.name, InternalError.of(error))
        self._emit(event)
