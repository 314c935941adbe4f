"""What ``mmdesk ask`` tells of an answer's evidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import log
from pathlib import Path
from typing import Any

from mmdesk.core.conversations import Entry
from mmdesk.core.evidence import evidence_document
from mmdesk.core.examinations import AnswerScored, ScoredToken
from mmdesk.core.messages import pictures_of
from mmdesk.core.sight import SeenPicture
from mmdesk.session.examining import places, prompted

_DIGITS = 6


def evidence_fields(entry: Entry, scored: AnswerScored | None) -> dict[str, Any]:
    """Return what the last JSON object has of evidence.

    Boxes and points are in pixels of the picture as people see it, EXIF orientation applied.
    """
    found = places(entry)
    sight = entry.run.sight if entry.run is not None else None
    return {
        "evidence": [evidence_document(each) for each in found.evidence],
        "unread": len(found.unread) + found.homeless,
        "tokens": [_token(each) for each in scored.tokens] if scored else None,
        "choices": [
            {"text": each.text, "probability": round(each.probability, _DIGITS)}
            for each in scored.choices
        ]
        if scored
        else None,
        "saw": [_seen(each) for each in sight.pictures] if sight else None,
    }


def untold(entry: Entry) -> str:
    """Return a sentence about places that can't be drawn; "" where there are none."""
    found = places(entry)
    if found.unread:
        return f"{len(found.unread)} place(s) in the answer can't be read: none is drawn."
    if found.homeless:
        return "The answer names places, but not on which of the pictures."
    return ""


def write_evidence(entries: Sequence[Entry], out: Path) -> Iterator[str]:
    """Write the pictures that the last answer points at, with its boxes.

    The first goes to ``out``; another one has its number added to the name.

    Yields:
        What was written, or that there was nothing to write, as sentences.

    Raises:
        MediaError: a picture can't be read, or the file not be written.
    """
    from mmdesk.ui.evidence.annotated import save_annotated

    found = list(enumerate(places(entries[-1]).evidence))
    pictures = pictures_of(prompted(entries, len(entries) - 1))
    shown = sorted({each.image for _, each in found if each.image < len(pictures)})
    if not shown:
        yield "The answer points at nothing in the picture: none was written."
    for count, image in enumerate(shown):
        path = out if count == 0 else out.with_stem(f"{out.stem}-{count + 1}")
        here = [each for each in found if each[1].image == image]
        save_annotated(pictures[image], here, path)
        yield f"Wrote {path}: {', '.join(each.text or 'a place' for _, each in here)}"


def _token(each: ScoredToken) -> dict[str, Any]:
    others = [{"text": a.text, "logprob": _log(a.probability)} for a in each.alternatives]
    return {
        "start": each.start, "end": each.end,
        "logprob": _log(each.probability), "alternatives": others,
    }  # fmt: skip


def _log(probability: float) -> float | None:
    """JSON knows no infinity: a probability of 0 has no logarithm there."""
    return round(log(probability), _DIGITS) if probability > 0 else None


def _seen(picture: SeenPicture) -> dict[str, Any]:
    return {
        "width": picture.width,
        "height": picture.height,
        "tokens": picture.tokens or None,
        "frames": [
            {"width": f.width, "height": f.height, "shown": [round(n, 1) for n in f.shown]}
            for f in picture.frames
        ],
        "unseen": round(picture.unseen, 4),
    }
