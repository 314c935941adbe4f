"""Which lines of a folder a training is about, and whether they are enough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mmdesk.core.errors import DataAllAlike, DataTooFew
from mmdesk.training.own.folder import Entry, Folder, read_folder
from mmdesk.training.own.held_out import Parts, split
from mmdesk.training.own.options import Kind

LEAST_PICTURES = 4
_NAMES: dict[Kind, str] = {"clip": "captions", "chat": "questions and answers"}


@dataclass(frozen=True, slots=True)
class Chosen:
    """A folder's examples of one kind; `left_out` counts the lines of others."""

    folder: Folder
    parts: Parts
    left_out: int


def choose(data: Path, kind: Kind, held_out: float) -> Chosen:
    """Reads a folder for a training.

    Raises:
        DataError, MediaError: see `read_folder`.
        DataTooFew: fewer pictures than `LEAST_PICTURES`, or all in one group.
        DataAllAlike: there is one caption, or one answer, to everything.
    """
    folder = read_folder(data)
    fits = [
        entry for entry in folder.entries if (entry.captions if kind == "clip" else entry.turns)
    ]
    pictures = {folder.digests[path] for entry in fits for path in entry.pictures}
    if len(pictures) < LEAST_PICTURES:
        raise DataTooFew(
            path=str(folder.file), what=_NAMES[kind], count=len(pictures), least=LEAST_PICTURES
        )
    _require_different(fits, kind, folder)
    parts = split(fits, folder.digests, held_out)
    return Chosen(folder, parts, len(folder.entries) - len(fits))


def _require_different(entries: Sequence[Entry], kind: Kind, folder: Folder) -> None:
    if kind == "clip":
        said = {caption.casefold() for entry in entries for caption in entry.captions}
        what = "captions"
    else:
        said = {
            str(entry.boxes) if entry.boxes is not None else answer.casefold()
            for entry in entries
            for turn in entry.turns
            for answer in turn.answers or ("",)
        }
        what = "answers"
    if len(said) < 2:
        raise DataAllAlike(path=str(folder.file), what=what)
