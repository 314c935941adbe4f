"""What is said in a conversation, as pure values.

A message knows nothing of where it is kept: ids belong to the store.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

from mmdesk.core.phrases import Phrase
from mmdesk.core.speech import Recording
from mmdesk.core.values import value


class Role(StrEnum):
    """Who speaks; the values are those of chat templates."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


@value
class Picture:
    """A decoded picture: a canonical RGB file that mmdesk wrote itself.

    EXIF orientation is applied, the colour profile converted to sRGB, and the size bounded.

    Attributes:
        sha256: Hex digest of the canonical file; also its name in the attachment folder.
        path: The canonical PNG, 8-bit RGB.
        thumbnail: A PNG of the same picture, at most 512 px on its longer side.
        name: The name of the file that the person gave, for display only.
        width, height: Pixels of the canonical picture.
        notes: What the person should know about how it was read ("first frame of 12").
    """

    sha256: str
    path: Path
    thumbnail: Path
    name: str
    width: int
    height: int
    notes: tuple[Phrase, ...] = ()


@value
class TextPart:
    """Plain text."""

    text: str


@value
class ImagePart:
    """One picture of a message."""

    picture: Picture


@value
class AudioPart:
    """The recording of a spoken question, to be played again; the model gets the text."""

    recording: Recording


@value
class TranscriptPart:
    """What was said in a long sound file, attached as text.

    Attributes:
        name: The sound file's name.
        text: One line per segment, each with its time: ``[1:02:05] …``.
        seconds: The sound file's length.
        language: Whisper's code.
    """

    name: str
    text: str
    seconds: float
    language: str

    @property
    def prompt_text(self) -> str:
        """What the model gets: a line that says what it is, and a gap to what follows."""
        name = " ".join(self.name.split())
        heading = f"Transcript of “{name}”:" if name else "Transcript:"
        return f"{heading}\n{self.text.strip()}\n\n"


Part = TextPart | ImagePart | AudioPart | TranscriptPart


@value
class Message:
    """One turn of one speaker; parts in the order in which they are given to the model.

    Attributes:
        tokens: Of an answer in a prompt: those that it was written with, by the model that gets
            the prompt; () is unknown. What is kept and shown has none: they are its run's.
    """

    role: Role
    parts: tuple[Part, ...]
    tokens: tuple[int, ...] = ()

    @property
    def text(self) -> str:
        """All text parts, joined by line breaks."""
        return "\n".join(part.text for part in self.parts if isinstance(part, TextPart))

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """The pictures, in order."""
        return tuple(part.picture for part in self.parts if isinstance(part, ImagePart))

    @property
    def recordings(self) -> tuple[Recording, ...]:
        """The recordings of what was said, in order."""
        return tuple(part.recording for part in self.parts if isinstance(part, AudioPart))

    @property
    def transcripts(self) -> tuple[TranscriptPart, ...]:
        """The transcripts that were attached, in order."""
        return tuple(part for part in self.parts if isinstance(part, TranscriptPart))


def pictures_of(messages: Iterable[Message]) -> list[Picture]:
    """Return the pictures of a conversation, in order."""
    return [picture for message in messages for picture in message.pictures]


def well_formed(text: str) -> str:
    """Return ``text`` as UTF-8 can hold it: surrogate pairs joined, lone ones replaced.

    Lone surrogates come from a command line or a clipboard that isn't UTF-8; neither a database
    nor a tokenizer takes them.
    """
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def user_message(
    text: str,
    pictures: tuple[Picture, ...] = (),
    transcripts: tuple[TranscriptPart, ...] = (),
    recordings: tuple[Recording, ...] = (),
) -> Message:
    """Return a question: the pictures first, then what is read, as chat templates expect."""
    parts: list[Part] = [ImagePart(picture) for picture in pictures]
    parts += transcripts
    if text:
        parts.append(TextPart(text))
    parts += [AudioPart(recording) for recording in recordings]
    return Message(Role.USER, tuple(parts))


def assistant_message(text: str) -> Message:
    """Return an answer."""
    return Message(Role.ASSISTANT, (TextPart(text),))
