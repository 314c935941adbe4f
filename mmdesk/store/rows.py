"""Messages to rows and back.

Reading never fails over one bad field: what can't be understood is left out or replaced, with a
line in the log, so that a conversation always opens.
"""

from __future__ import annotations

import logging
import math
import sqlite3
from enum import StrEnum
from functools import cache
from typing import TypeVar

from mmdesk.core.conversations import Entry, EntryStatus, StopReason, Usage
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
from mmdesk.core.speech import Recording
from mmdesk.store.attachments import AttachmentFolder, is_sha256
from mmdesk.store.fields import (
    failure_json,
    notes_json,
    read_failure,
    read_notes,
    read_run,
    shown,
)

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
_INSERT_PART = (
    f"INSERT INTO part ({', '.join(_PART_NAMES)})"
    f" VALUES ({', '.join(f':{name}' for name in _PART_NAMES)})"
)


def insert_parts(connection: sqlite3.Connection, identity: str, message: Message) -> None:
    """Write the parts of a message that has none yet. Raises ``sqlite3.Error``."""
    connection.executemany(
        _INSERT_PART,
        [
            {"message_id": identity, "ordinal": ordinal, **part_row(part)}
            for ordinal, part in enumerate(message.parts)
        ],
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


def read_part(row: sqlite3.Row, attachments: AttachmentFolder, of: str) -> Part | None:
    """Return a part, or None where the row makes no sense.

    Args:
        row: Of the table ``part`` or ``draft``.
        of: Whose part it is, a message's id or a draft; for the log.
    """
    part = _read_text(row) or _read_attachment(row, attachments)
    if part is None:
        _log.warning("message %s: part %s is damaged", of, shown(row["ordinal"]))
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
        notes=read_notes(row["notes"]),
    )
    return ImagePart(picture)


def read_entry(
    row: sqlite3.Row,
    parts: tuple[Part, ...],
    previous: Role | None,
    versions: tuple[str, ...] = (),
) -> Entry:
    """Return a message with its state.

    Args:
        row: Of the table ``message``.
        previous: Who spoke before, None at the start; tells the role where the row doesn't.
        versions: As :class:`Entry` has them.
    """
    guess = Role.ASSISTANT if previous is Role.USER else Role.USER
    return Entry(
        id=str(row["id"]),
        message=Message(_named(Role, row["role"]) or guess, parts),
        status=_named(EntryStatus, row["status"]) or EntryStatus.INTERRUPTED,
        stop_reason=_named(StopReason, row["stop_reason"]),
        usage=_usage(row),
        failure=read_failure(row["failure"]),
        model=row["model"] if isinstance(row["model"], str) else "",
        notes=read_notes(row["notes"]),
        versions=versions,
        run=read_run(row["run"], row["tokens"]),
    )


def answer_row(entry: Entry) -> dict[str, object]:
    """Return the columns of a message's state; its text and its run are not among them."""
    usage = entry.usage
    return {
        "status": entry.status.value,
        "stop_reason": entry.stop_reason.value if entry.stop_reason else None,
        "model": well_formed(entry.model),
        "failure": failure_json(entry.failure),
        "notes": notes_json(entry.notes) if entry.notes else None,
        "prompt_tokens": usage.prompt_tokens if usage else None,
        "completion_tokens": usage.completion_tokens if usage else None,
        "ttft_ms": usage.ttft_ms if usage else None,
        "tokens_per_second": usage.tokens_per_second if usage else None,
    }


def _named(kind: type[_Name], value: object) -> _Name | None:
    found = _members(kind).get(value)
    if found is None and value is not None:
        _log.warning("%s is no %s", shown(value), kind.__name__)
    return found


@cache
def _members(kind: type[_Name]) -> dict[object, _Name]:
    return {member.value: member for member in kind}


def _usage(row: sqlite3.Row) -> Usage | None:
    prompt, completion = row["prompt_tokens"], row["completion_tokens"]
    first, speed = row["ttft_ms"], row["tokens_per_second"]
    if (
        isinstance(prompt, int)
        and isinstance(completion, int)
        and isinstance(first, float)
        and isinstance(speed, float)
    ):
        return Usage(prompt, completion, first, speed)
    return None


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""


def _seconds(value: object) -> float:
    """Return a length that may be shown: neither negative nor endless."""
    return float(value) if isinstance(value, int | float) and 0 <= value < math.inf else 0.0
