"""What goes between the reader and its child: JSON, never pickles.

The child reads hostile bytes, so the parent trusts nothing that it says: an answer is checked
field by field here, and unpickling would run code of the child's choice.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, replace

from mmdesk.core import errors
from mmdesk.core.errors import MediaError, MmdeskError
from mmdesk.core.phrases import Phrase
from mmdesk.core.sight import Pixels

ANSWER_BYTES = 1 << 20
"""The longest answer that the parent accepts."""
READY = b"ready"
SOUND_LIMIT_SECONDS = 4 * 3600
"""The longest sound that is decoded."""
_SHA256 = re.compile(r"[0-9a-f]{64}")


class MalformedAnswer(Exception):
    """The child said something that no whole child says."""


@dataclass(frozen=True, slots=True)
class Canonical:
    """A canonical file in the staging folder."""

    sha256: str
    width: int
    height: int
    notes: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class Recorded:
    """A canonical FLAC file in the staging folder."""

    sha256: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Declared:
    """The file is sound, and says that it lasts ``seconds``; its answer follows later."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Bug:
    """An unexpected exception in the child."""

    what: str
    details: str


@dataclass(frozen=True, slots=True)
class Request:
    """Which file to read.

    Attributes:
        name: For people.
        sound: Whether it may be sound.
        box: The pixels of a picture that are wanted; None is all.
    """

    path: str
    name: str
    sound: bool = True
    box: Pixels | None = None


def pack_request(request: Request) -> bytes:
    """Ask for a file; lone surrogates of undecodable names survive as JSON escapes."""
    return json.dumps(asdict(request)).encode("ascii")


def unpack_request(data: bytes) -> Request:
    """Return what is asked for."""
    request = Request(**json.loads(data))
    if request.box is None:
        return request
    x0, y0, x1, y1 = request.box  # a list now
    return replace(request, box=(x0, y0, x1, y1))


def pack_canonical(canonical: Canonical) -> bytes:
    """Answer with a picture."""
    notes = [{"template": note.template, "fields": note.fields} for note in canonical.notes]
    return json.dumps(
        {
            "sha256": canonical.sha256,
            "width": canonical.width,
            "height": canonical.height,
            "notes": notes,
        }
    ).encode("ascii")


def pack_recorded(recorded: Recorded) -> bytes:
    """Answer with a recording."""
    return json.dumps({"recording": recorded.sha256, "seconds": recorded.seconds}).encode("ascii")


def pack_declared(declared: Declared) -> bytes:
    """Say that the answer will be a recording, and how long it may take."""
    return json.dumps({"declared": declared.seconds}).encode("ascii")


def pack_error(error: MediaError) -> bytes:
    """Answer with a refusal."""
    return json.dumps({"error": type(error).__name__, "fields": error.fields}).encode("ascii")


def pack_bug(what: str, details: str) -> bytes:
    """Answer with an exception that nobody expected; ``details`` is a traceback without words."""
    return json.dumps({"bug": what, "details": details[-16_000:]}).encode("ascii")


def unpack_answer(data: bytes) -> Canonical | Recorded | Declared | MmdeskError | Bug:
    """Return the child's answer, or what it says before.

    Raises:
        MalformedAnswer: it isn't one.
    """
    try:
        answer = json.loads(data)
        if "bug" in answer:
            return Bug(str(answer["bug"]), str(answer["details"]))
        if "error" in answer:
            return _error(str(answer["error"]), answer["fields"])
        if "declared" in answer:
            return Declared(_seconds(answer["declared"]))
        if "recording" in answer:
            return Recorded(_sha256(answer["recording"]), _seconds(answer["seconds"]))
        return _canonical(answer)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise MalformedAnswer(str(error)) from error


def _error(kind: str, fields: dict[str, object]) -> MediaError:
    known = getattr(errors, kind)
    if not (isinstance(known, type) and issubclass(known, MediaError)):
        raise TypeError(f"{kind} is no media error")
    return known(**{str(key): _plain(value) for key, value in fields.items()})


def _canonical(answer: dict[str, object]) -> Canonical:
    sha256, width, height = _sha256(answer["sha256"]), answer["width"], answer["height"]
    if not (isinstance(width, int) and isinstance(height, int) and width > 0 and height > 0):
        raise TypeError("no size")
    notes = answer["notes"]
    if not isinstance(notes, list):
        raise TypeError("no notes")
    return Canonical(sha256, width, height, tuple(_note(note) for note in notes))


def _sha256(value: object) -> str:
    if not (isinstance(value, str) and _SHA256.fullmatch(value)):
        raise TypeError("no SHA-256")
    return value


def _seconds(value: object) -> float:
    # A second more than the limit: lengths are rounded up on the way through a resampler.
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("no length")
    if not 0 <= value <= SOUND_LIMIT_SECONDS + 2:
        raise ValueError("an impossible length")
    return float(value)


def _note(note: dict[str, object]) -> Phrase:
    fields = note["fields"]
    if not isinstance(fields, dict):
        raise TypeError("no fields")
    phrase = Phrase(str(note["template"]), {str(k): _plain(v) for k, v in fields.items()})
    str(phrase)  # raises where template and fields don't fit
    return phrase


def _plain(value: object) -> object:
    return value if isinstance(value, int | float) else str(value)
