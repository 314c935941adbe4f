"""What is said in a conversation, as pure values.

A message knows nothing of where it is kept: ids belong to the store.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from mmdesk.core.phrases import Phrase


class Role(StrEnum):
    """Who speaks; the values are those of chat templates."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class TextPart:
    """Plain text."""

    text: str


@dataclass(frozen=True, slots=True)
class ImagePart:
    """One picture of a message."""

    picture: Picture


Part = TextPart | ImagePart


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of one speaker; parts in the order in which they are given to the model."""

    role: Role
    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        """All text parts, joined by line breaks."""
        return "\n".join(part.text for part in self.parts if isinstance(part, TextPart))

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """The pictures, in order."""
        return tuple(part.picture for part in self.parts if isinstance(part, ImagePart))


def well_formed(text: str) -> str:
    """Return ``text`` as UTF-8 can hold it: surrogate pairs joined, lone ones replaced.

    Lone surrogates come from a command line or a clipboard that isn't UTF-8; neither a database
    nor a tokenizer takes them.
    """
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def user_message(text: str, pictures: tuple[Picture, ...] = ()) -> Message:
    """Return a question: the pictures first, then the text, as chat templates expect."""
    parts: list[Part] = [ImagePart(picture) for picture in pictures]
    if text:
        parts.append(TextPart(text))
    return Message(Role.USER, tuple(parts))


def assistant_message(text: str) -> Message:
    """Return an answer."""
    return Message(Role.ASSISTANT, (TextPart(text),))
