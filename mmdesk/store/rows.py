"""Messages to rows and back.

Reading never fails over one bad field: what can't be understood is left out or replaced, with a
line in the log, so that a conversation always opens.
"""

from __future__ import annotations

import json
import logging
import math
import sqlite3
from enum import StrEnum
from typing import TypeVar

from mmdesk.core.conversations import Entry, EntryStatus, Failure, StopReason, Usage
from mmdesk.core.messages import (
    AudioPart,
    ImagePart,
    Message,
    Part,
    Picture,
    Role,
    TextPart,
    TranscriptPart,
    well_formed,
)
from mmdesk.core.phrases import Phrase
from mmdesk.core.speech import Recording
from mmdesk.store.attachments import AttachmentFolder, is_sha256

_log = logging.getLogger(__name__)
_Name = TypeVar("_Name", bound=StrEnum)

TITLE_CHARACTERS = 60


def title_of(message: Message) -> str:
    """Return a conversation's title: the first line of its question, shortened.

    A question without text has the name of its first transcript or, failing that, picture.
    """
    lines = [" ".join(line.split()) for line in message.text.splitlines()]
    names = [transcript.name for transcript in message.transcripts]
    names += [picture.name for picture in message.pictures]
    return clean_title(
        next(filter(None, [*lines, *(" ".join(name.split()) for name in names)]), "")
    )


def clean_title(text: str) -> str:
    """Return a text as a title: on one line, shortened, never empty."""
    title = " ".join(well_formed(text).replace("\0", "").split()) or "…"
    if len(title) <= TITLE_CHARACTERS:
        return title
    head = title[: TITLE_CHARACTERS - 1]
    words = head.rpartition(" ")[0]
    return f"{words if len(words) > TITLE_CHARACTERS // 2 else head}…"


PART_COLUMNS = (
    "kind", "text", "sha256", "name", "width", "height", "notes", "seconds", "language",
)  # fmt: skip
_PART_NAMES = ("message_id", "ordinal", *PART_COLUMNS)
INSERT_PART = (
    f"INSERT INTO part ({', '.join(_PART_NAMES)})"
    f" VALUES ({', '.join(f':{name}' for name in _PART_NAMES)})"
)


def part_row(part: Part) -> dict[str, object]:
    """Return a part's columns, without ``message_id`` and ``ordinal``."""
    row: dict[str, object] = dict.fromkeys(PART_COLUMNS)
    match part:
        case TextPart():
            row.update(kind="text", text=well_formed(part.text))
        case ImagePart(picture):
            row.update(
                kind="image",
                sha256=picture.sha256,
                name=well_formed(picture.name),
                width=picture.width,
                height=picture.height,
                notes=notes_json(picture.notes),
            )
        case AudioPart(recording):
            row.update(
                kind="audio",
                sha256=recording.sha256,
                name=well_formed(recording.name),
                seconds=recording.seconds,
            )
        case TranscriptPart():
            row.update(
                kind="transcript",
                text=well_formed(part.text),
                name=well_formed(part.name),
                seconds=part.seconds,
                language=well_formed(part.language),
            )
    return row


def read_part(row: sqlite3.Row, attachments: AttachmentFolder) -> Part | None:
    """Return a part, or None where the row makes no sense."""
    part = _read_text(row) or _read_attachment(row, attachments)
    if part is None:
        _log.warning("message %s: part %s is damaged", row["message_id"], row["ordinal"])
    return part


def _read_text(row: sqlite3.Row) -> Part | None:
    kind, text = row["kind"], row["text"]
    if not isinstance(text, str) or kind not in {"text", "transcript"}:
        return None
    if kind == "text":
        return TextPart(text)
    return TranscriptPart(
        _string(row["name"]), text, _seconds(row["seconds"]), _string(row["language"])
    )


def _read_attachment(row: sqlite3.Row, attachments: AttachmentFolder) -> Part | None:
    kind, sha256 = row["kind"], row["sha256"]
    if not isinstance(sha256, str) or not is_sha256(sha256) or kind not in {"image", "audio"}:
        return None
    if kind == "audio":
        path = attachments.recording_path(sha256)
        name, seconds = _string(row["name"]), _seconds(row["seconds"])
        return AudioPart(Recording(sha256, path, name, seconds))
    path, thumbnail = attachments.paths(sha256)
    picture = Picture(
        sha256=sha256,
        path=path,
        thumbnail=thumbnail,
        name=row["name"] if isinstance(row["name"], str) else path.name,
        width=_whole(row["width"]),
        height=_whole(row["height"]),
        notes=_notes(row["notes"]),
    )
    return ImagePart(picture)


def read_entry(row: sqlite3.Row, parts: tuple[Part, ...], previous: Role | None) -> Entry:
    """Return a message with its state.

    Args:
        row: Of the table ``message``.
        previous: Who spoke before, None at the start; tells the role where the row doesn't.
    """
    guess = Role.ASSISTANT if previous is Role.USER else Role.USER
    return Entry(
        id=str(row["id"]),
        message=Message(_named(Role, row["role"]) or guess, parts),
        status=_named(EntryStatus, row["status"]) or EntryStatus.INTERRUPTED,
        stop_reason=_named(StopReason, row["stop_reason"]),
        usage=_usage(row),
        failure=_failure(row["failure"]),
        model=row["model"] if isinstance(row["model"], str) else "",
        notes=_notes(row["notes"]),
    )


def usage_row(usage: Usage | None) -> dict[str, object]:
    """Return the columns of a usage."""
    return {
        "prompt_tokens": usage.prompt_tokens if usage else None,
        "completion_tokens": usage.completion_tokens if usage else None,
        "ttft_ms": usage.ttft_ms if usage else None,
        "tokens_per_second": usage.tokens_per_second if usage else None,
    }


def failure_json(failure: Failure | None) -> str | None:
    """Return the column of a failure."""
    if failure is None:
        return None
    return _dump(
        {
            "kind": failure.kind,
            "message": _phrase_json(failure.message),
            "hint": _phrase_json(failure.hint),
        }
    )


def notes_json(notes: tuple[Phrase, ...]) -> str:
    """Return the column of what was noted about a picture or an answer."""
    return _dump([_phrase_json(note) for note in notes])


def _dump(value: object) -> str:
    # ASCII, so that lone surrogates in a field stay escapes; a path in a field becomes text.
    return json.dumps(value, default=str)


def _phrase_json(phrase: Phrase) -> dict[str, object]:
    return {"template": phrase.template, "fields": phrase.fields}


def _read_phrase(value: dict[str, object]) -> Phrase:
    fields = value["fields"]
    if not isinstance(fields, dict):
        raise TypeError("fields are no object")
    phrase = Phrase(str(value["template"]), fields)
    str(phrase)  # raises where template and fields don't fit
    return phrase


def _notes(text: object) -> tuple[Phrase, ...]:
    if not text:
        return ()
    try:
        return tuple(_read_phrase(note) for note in json.loads(str(text)))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        _log.warning("the notes of a picture or an answer are damaged")
        return ()


def _failure(text: object) -> Failure | None:
    if not text:
        return None
    try:
        value = json.loads(str(text))
        message, hint = _read_phrase(value["message"]), _read_phrase(value["hint"])
        return Failure(str(value["kind"]), message, hint)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        _log.warning("the failure of a message is damaged")
        return None


def _named(kind: type[_Name], value: object) -> _Name | None:
    try:
        return kind(str(value)) if value is not None else None
    except ValueError:
        _log.warning("%r is no %s", value, kind.__name__)
        return None


def _usage(row: sqlite3.Row) -> Usage | None:
    values = [row[column] for column in ("prompt_tokens", "completion_tokens", "ttft_ms")] + [
        row["tokens_per_second"]
    ]
    if any(not isinstance(value, int | float) for value in values):
        return None
    return Usage(int(values[0]), int(values[1]), float(values[2]), float(values[3]))


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""


def _seconds(value: object) -> float:
    """Return a length that may be shown: neither negative nor endless."""
    return float(value) if isinstance(value, int | float) and 0 <= value < math.inf else 0.0
