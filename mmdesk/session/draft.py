"""What stands in the composer: the text, pictures, transcripts, and recordings of what was said.

Each conversation has its own :class:`DraftContents`. :class:`Draft` is what the person, the voice
session and the decoding jobs act on: what they bring goes to the conversation it was meant for,
though another one may be shown when it comes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
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
from mmdesk.core.identity import new_id
from mmdesk.core.messages import Picture, well_formed
from mmdesk.core.protocols import EventSink, MediaReader
from mmdesk.core.sight import Pixels
from mmdesk.core.speech import Recording, UtteranceId
from mmdesk.session.draft_contents import Attachment, DraftContents

if TYPE_CHECKING:
    from concurrent.futures import Executor

log = logging.getLogger(__name__)

MAX_PICTURES = 20
"""Files in one message."""

DraftEvent = AttachmentReady | AttachmentRefused | AudioDecoded | AudioProgress | AudioTranscribed
"""What jobs tell of the files in the composer."""


class Draft:
    """The draft that is shown, and those that still get something.

    Args:
        reader: Decodes; called from ``pool``.
        emit: Takes the events of the decoding jobs.

    Attributes:
        contents: Those of the shown conversation.
    """

    def __init__(self, reader: MediaReader, pool: Executor, emit: EventSink) -> None:
        self._reader = reader
        self._pool = pool
        self._emit = emit
        self.contents = DraftContents()
        self._claims: dict[str, DraftContents] = {}
        """Who gets what comes of an attachment or utterance that is on its way."""

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """In the order in which they were given."""
        return tuple(self.contents.items.values())

    @property
    def decoding(self) -> bool:
        """Whether a file or a recording is still on its way."""
        return self.contents.decoding

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """The decoded pictures."""
        return self.contents.pictures

    def owner(self, thing: str) -> DraftContents:
        """Return the draft that an attachment or utterance belongs to."""
        return self._claims.get(thing, self.contents)

    def attach(self, paths: Sequence[Path]) -> None:
        """Begin to read files; each ends in ``AttachmentReady`` or ``AttachmentRefused``."""
        there = len(self.contents.items)
        room = max(0, MAX_PICTURES - there)
        for path in paths[:room]:
            self._begin(well_formed(path.name or str(path)), partial(self._reader.read, path))
        if len(paths) > room:
            error = TooManyPictures(name="", count=there + len(paths), limit=MAX_PICTURES)
            self._emit(AttachmentRefused(new_id(), "", error))

    def attach_bytes(self, data: bytes, name: str) -> None:
        """Begin to read pasted or dragged image data."""
        self._begin_one(name, partial(self._reader.read_bytes, data, name))

    def attach_region(self, picture: Picture, box: Pixels) -> None:
        """Begin to cut a region out of a picture."""
        self._begin_one(picture.name, partial(self._reader.read_region, picture, box))

    def show(self, contents: DraftContents, on_their_way: Iterable[UtteranceId] = ()) -> None:
        """Show another draft; the one that was shown gets what is on its way for it.

        Args:
            on_their_way: Utterances that are being written down.
        """
        left = self.contents
        waiting = [utterance for utterance, recording in left.heard.items() if recording is None]
        for utterance in (*on_their_way, *waiting):
            self._claims.setdefault(utterance, left)
        left.loosen()
        for attachment in left.items:
            self._emit(AttachmentRemoved(attachment))
        self.contents = contents
        self.tell(contents.items.values())

    def hand_over(self, left: DraftContents, to: DraftContents) -> None:
        """Let one draft get what is still on its way for another that is no more."""
        for thing, owner in self._claims.items():
            if owner is left:
                self._claims[thing] = to
        coming = {key: item for key, item in left.items.items() if not item.ready}
        to.items |= coming
        to.heard |= {key: None for key, recording in left.heard.items() if recording is None}
        if to is self.contents:
            self.tell(coming.values())

    def clear(self) -> None:
        """Take the files and recordings of the shown draft out."""
        for attachment in tuple(self.contents.items):
            self.remove(attachment)
        self.contents.heard.clear()
        self.contents.heard_text = ""

    def remove(self, attachment: str) -> None:
        """Take a picture out; one that is still being decoded is forgotten when it arrives."""
        owner = self.owner(attachment)
        if owner.items.pop(attachment, None) is not None and owner is self.contents:
            self._emit(AttachmentRemoved(attachment))

    def handle(self, event: DraftEvent) -> bool:
        """Take what a job has found; return False if nobody waits for it any more."""
        owner = self.owner(event.id)
        item = owner.items.get(event.id)
        if isinstance(event, AttachmentRefused):
            owner.items.pop(event.id, None)
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
        owner.items[event.id] = item
        return True

    def hear(self, utterance: UtteranceId) -> None:
        """Wait for an utterance's recording: it goes with the question."""
        self.owner(utterance).heard[utterance] = None

    def heard(self, utterance: UtteranceId, recording: Recording | None) -> bool:
        """Take a recording, or that there is none; return False if nobody waits for it."""
        owner = self.owner(utterance)
        if utterance not in owner.heard:
            return False
        del owner.heard[utterance]
        if recording is not None:
            owner.heard[utterance] = recording
            if owner is not self.contents:
                owner.loosen()
        return True

    def unhear(self, utterance: UtteranceId) -> Recording | None:
        """Leave a recording out; return it if there is one."""
        return self.owner(utterance).heard.pop(utterance, None)

    def tell(self, items: Iterable[Attachment]) -> None:
        """Tell the window of files that are in the shown draft now."""
        for item in items:
            self._emit(AttachmentAdded(item.id, item.name))
            if item.picture is not None:
                self._emit(AttachmentReady(item.id, item.picture))
            if item.transcript is not None:
                self._emit(AudioTranscribed(item.id, item.transcript))

    def _begin_one(self, name: str, read: Callable[[], Picture]) -> None:
        if len(self.contents.items) >= MAX_PICTURES:
            error = TooManyPictures(name=name, count=MAX_PICTURES + 1, limit=MAX_PICTURES)
            self._emit(AttachmentRefused(new_id(), name, error))
        else:
            self._begin(name, read)

    def _begin(self, name: str, read: Callable[[], Picture | Recording]) -> None:
        item = Attachment(new_id(), name)
        self._claims[item.id] = self.contents
        self.contents.items[item.id] = item
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
