"""What one draft holds: its text, files, and recordings of what was said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from mmdesk.core.identity import new_id
from mmdesk.core.messages import Message, Picture, TranscriptPart, user_message, well_formed
from mmdesk.core.speech import Recording, UtteranceId
from mmdesk.core.values import value


@value
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


@dataclass(eq=False, slots=True)
class DraftContents:
    """What stands in one conversation's composer.

    Attributes:
        text: As the person has written it.
        items: The files, in the order in which they were given.
        heard: The recordings of the text; None while one is being written. Those that no word in
            the composer is tied to any more have their SHA-256 for a key.
        heard_text: The text that such recordings belong to.
        unsent: Questions that could not be saved: they are kept as a part of the draft.
        joining: What is to stand before the text as soon as the composer can show it.
    """

    text: str = ""
    items: dict[str, Attachment] = field(default_factory=dict)
    heard: dict[UtteranceId, Recording | None] = field(default_factory=dict)
    heard_text: str = ""
    unsent: list[Message] = field(default_factory=list)
    joining: list[Message] = field(default_factory=list)

    @property
    def decoding(self) -> bool:
        """Whether a file or a recording is still on its way."""
        return not all(item.ready for item in self.items.values()) or None in self.heard.values()

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """The decoded pictures."""
        return tuple(item.picture for item in self.items.values() if item.picture)

    def message(self, text: str, *, with_recordings: bool = True) -> Message:
        """Return the question that asks ``text``, with all that has come of the files."""
        transcripts = tuple(item.transcript for item in self.items.values() if item.transcript)
        said = self.heard_text in text  # else they say something else now
        heard = self.heard.items() if with_recordings else ()
        recordings = tuple(
            each for key, each in heard if each is not None and (said or key != each.sha256)
        )
        return user_message(text, self.pictures, transcripts, recordings)

    def as_kept(self, *, with_recordings: bool, above: Sequence[Message] = ()) -> Message | None:
        """Return the draft as the store keeps it; None where there is nothing to keep.

        Args:
            above: What else is kept with it, and stands before it.
        """
        text = well_formed(self.text)
        message = self.message(text if text.strip() else "", with_recordings=with_recordings)
        joining = (*reversed(self.joining), *reversed(self.unsent), *reversed(above))
        if joining:
            joined = DraftContents(self.text, dict(self.items), dict(self.heard), self.heard_text)
            for each in joining:
                joined.add(each)
            return joined.as_kept(with_recordings=with_recordings)
        return message if message.parts else None

    def add(self, message: Message) -> None:
        """Put a message's text and files before what is there."""
        for picture in message.pictures:
            item = Attachment(new_id(), picture.name, picture)
            self.items[item.id] = item
        for transcript in message.transcripts:
            item = Attachment(new_id(), transcript.name, transcript=transcript)
            self.items[item.id] = item
        self.loosen()
        self.heard |= {recording.sha256: recording for recording in message.recordings}
        self.heard_text = message.text if message.recordings else self.heard_text
        self.text = "\n\n".join(text for text in (message.text, self.text) if text.strip())

    def loosen(self) -> None:
        """Untie the recordings from the words in the composer, which shows another text now."""
        if any(recording and key != recording.sha256 for key, recording in self.heard.items()):
            self.heard_text = self.text.strip()
        self.heard = {
            recording.sha256 if recording else key: recording
            for key, recording in self.heard.items()
        }

    def add_heard(self, text: str) -> None:
        """Add what was said to the end of the text."""
        gap = " " if self.text and self.text[-1].isascii() and not self.text[-1].isspace() else ""
        self.text += gap + text


def differ(first: Message, second: Message) -> bool:
    """Whether two questions say something else; the composer has spaces of its own."""
    one, other = (
        (message.text.split(), [each.sha256 for each in message.pictures], message.transcripts)
        for message in (first, second)
    )
    return one != other


def rest_of(text: str, sent: str) -> str:
    """Return what stands behind a sent question that ``text`` begins with, else all of it."""
    begun = text.lstrip()
    if sent and begun.startswith(sent):
        return begun[len(sent) :].lstrip()
    return text
