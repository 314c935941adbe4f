"""What a folder has to measure with, and how a chat model is asked about it."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from mmdesk.core.claims import has_han
from mmdesk.core.models import ModelRole
from mmdesk.training.own.folder import Entry, Turn

DESCRIBE = {False: "Describe this picture.", True: "描述这张图片。"}
"""How a chat model is asked for a caption, in the captions' language (whether it is Chinese)."""


class Kind(StrEnum):
    """What an example is; the values are for people."""

    CAPTION = "captions"
    QUESTION = "questions"
    BOXES = "boxes"
    LABEL = "labels"
    SOUND = "sounds"


MEASURES: dict[ModelRole, tuple[Kind, ...]] = {
    ModelRole.CHAT: (Kind.QUESTION, Kind.BOXES, Kind.CAPTION),
    ModelRole.MATCH: (Kind.CAPTION, Kind.LABEL),
    ModelRole.SPEECH: (Kind.SOUND,),
}
"""What each kind of model can be measured with."""


@dataclass(frozen=True, slots=True)
class Task:
    """What a chat model is asked about pictures, one turn after the other.

    Attributes:
        line: Where it stands in the list.
        turns: Of a caption: how it is asked for, with all captions of the picture as answers.
        boxes: The corners that are to be found; None where boxes aren't asked for.
    """

    kind: Kind
    line: int
    pictures: tuple[Path, ...]
    turns: tuple[Turn, ...]
    boxes: tuple[tuple[int, int, int, int], ...] | None = None


def kind_of(entry: Entry) -> Kind:
    """Return what an example is."""
    if entry.sound is not None:
        return Kind.SOUND
    if entry.boxes is not None:
        return Kind.BOXES
    if entry.turns:
        return Kind.QUESTION
    return Kind.LABEL if entry.label is not None else Kind.CAPTION


def counted(entries: Sequence[Entry]) -> Counter[Kind]:
    """Return how many examples there are of each kind."""
    return Counter(map(kind_of, entries))


def in_words(kinds: Sequence[Kind]) -> str:
    """Return kinds as a sentence has them: "questions and labels"."""
    *before, last = (kind.value for kind in kinds)
    return f"{', '.join(before)} and {last}" if before else last


def some(entries: Sequence[Entry], limit: int | None, seed: int) -> tuple[Entry, ...]:
    """Return ``limit`` of the examples, drawn by a seed, in their order; None is all."""
    if limit is None or limit >= len(entries):
        return tuple(entries)
    chosen = random.Random(f"eval own {seed}").sample(range(len(entries)), limit)
    return tuple(entries[number] for number in sorted(chosen))


def tasks(entries: Sequence[Entry]) -> list[Task]:
    """Return what a chat model is asked, in the examples' order.

    The captions of one picture and language are one task, wherever their lines are.
    """
    found: list[Task] = []
    captions = _captions(entries)
    for entry in entries:
        kind = kind_of(entry)
        if kind is Kind.QUESTION:
            found.append(Task(kind, entry.line, entry.pictures, entry.turns))
        elif kind is Kind.BOXES:
            boxes = tuple(box.corners for box in entry.boxes or ())
            found.append(Task(kind, entry.line, entry.pictures, entry.turns, boxes))
        elif kind is Kind.CAPTION:
            for chinese in (False, True):
                texts = captions.pop((entry.pictures[0], chinese), None)
                if texts:
                    turn = Turn(DESCRIBE[chinese], tuple(texts))
                    found.append(Task(kind, entry.line, entry.pictures, (turn,)))
    return found


def _captions(entries: Sequence[Entry]) -> dict[tuple[Path, bool], list[str]]:
    found: dict[tuple[Path, bool], list[str]] = {}
    for entry in entries:
        for text in entry.captions:
            found.setdefault((entry.pictures[0], has_han(text)), []).append(text)
    return found
