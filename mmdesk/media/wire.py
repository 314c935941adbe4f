"""What goes between the reader and its child: JSON, never pickles.

The child reads hostile bytes, so the parent trusts nothing that it says: an answer is checked
field by field here, and unpickling would run code of the child's choice.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from mmdesk.core import errors
from mmdesk.core.errors import MmdeskError, PictureError
from mmdesk.core.phrases import Phrase

ANSWER_BYTES = 1 << 20
"""The longest answer that the parent accepts."""
READY = b"ready"
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


def pack_request(path: str, name: str) -> bytes:
    """Ask for a file; lone surrogates of undecodable names survive as JSON escapes."""
    return json.dumps({"path": path, "name": name}).encode("ascii")


def unpack_request(data: bytes) -> tuple[str, str]:
    """Return the path and the name for people."""
    request = json.loads(data)
    return request["path"], request["name"]


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


def pack_error(error: PictureError) -> bytes:
    """Answer with a refusal."""
    return json.dumps({"error": type(error).__name__, "fields": error.fields}).encode("ascii")


def pack_bug(what: str, details: str) -> bytes:
    """Answer with an exception that nobody expected; ``details`` is its traceback."""
    return json.dumps({"bug": what, "details": details[-16_000:]}).encode("ascii")


@dataclass(frozen=True, slots=True)
class Bug:
    """An unexpected exception in the child."""

    what: str
    details: str


def unpack_answer(data: bytes) -> Canonical | MmdeskError | Bug:
    """Return the child's answer.

    Raises:
        MalformedAnswer: it isn't one.
    """
    try:
        answer = json.loads(data)
        if "bug" in answer:
            return Bug(str(answer["bug"]), str(answer["details"]))
        if "error" in answer:
            return _error(str(answer["error"]), answer["fields"])
        return _canonical(answer)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise MalformedAnswer(str(error)) from error


def _error(kind: str, fields: dict[str, object]) -> PictureError:
    known = getattr(errors, kind)
    if not (isinstance(known, type) and issubclass(known, PictureError)):
        raise TypeError(f"{kind} is not a picture error")
    return known(**{str(key): _plain(value) for key, value in fields.items()})


def _canonical(answer: dict[str, object]) -> Canonical:
    sha256, width, height = answer["sha256"], answer["width"], answer["height"]
    if not (isinstance(sha256, str) and _SHA256.fullmatch(sha256)):
        raise TypeError("no SHA-256")
    if not (isinstance(width, int) and isinstance(height, int) and width > 0 and height > 0):
        raise TypeError("no size")
    notes = answer["notes"]
    if not isinstance(notes, list):
        raise TypeError("no notes")
    return Canonical(sha256, width, height, tuple(_note(note) for note in notes))


def _note(note: dict[str, object]) -> Phrase:
    fields = note["fields"]
    if not isinstance(fields, dict):
        raise TypeError("no fields")
    phrase = Phrase(str(note["template"]), {str(k): _plain(v) for k, v in fields.items()})
    str(phrase)  # raises where template and fields don't fit
    return phrase


def _plain(value: object) -> object:
    return value if isinstance(value, int | float) else str(value)
