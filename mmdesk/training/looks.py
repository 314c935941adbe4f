"""Where an answer is read from, and where two attention heads are taught to look for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from PIL import Image

from mmdesk.training.draw import patch_cover
from mmdesk.training.patches import middle, touched
from mmdesk.training.printed import Region, Word, extent
from mmdesk.training.tokens import IMAGE, USER
from mmdesk.training.world import Item, Scene

if TYPE_CHECKING:
    from mmdesk.training.said import Lesson, Said

FIRST_TOKENS = 6  # of an answer: they look at what the question names


@dataclass(frozen=True)
class Look:
    """At `position` a head should give `items` this share of its attention.

    Without items the share goes to the marks that begin a person's turn; `centres`: only the one
    patch of each item that holds its centre.
    """

    position: int
    head: int
    items: tuple[Any, ...]
    share: float = 1.0
    centres: bool = False


@dataclass
class Row:
    """One conversation as ids and labels, and where its answers should be looked up."""

    ids: list[int] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)


def _named(said: Said, position: int) -> Iterator[Look]:
    """Items to read from, and for counting n / (n + 2) of the attention on n centres.

    Softmax averages what it reads, so a number can only show in how much of it goes elsewhere.
    """
    groups = (said.items, said.others) if len(said.counted) < 2 else ()
    for head, items in enumerate(groups):
        if items and not (head == 1 and said.counted):
            yield Look(position, head, items)
    for offset, items in enumerate(said.counted):
        head = offset if len(said.counted) == 2 else 1
        share = len(items) / (len(items) + 2)
        if items:
            yield Look(position, head, items, share, True)
        yield Look(position, head, (), 1 - share)


def wanted(said: Said, first: int, offsets: Sequence[tuple[int, int]]) -> Iterator[Look]:
    """The looks of an answer whose tokens stand at these characters, predicted from `first` on.

    A token that writes a printed letter or a box looks at that letter or item alone.
    """
    at = dict(said.traced)
    for number, (start, end) in enumerate([*offsets, (0, 0)]):  # the end mark writes nothing
        traced = [at[n] for n in range(start, end) if n in at]
        if traced:
            yield Look(first + number, 0, (traced[-1],))
        elif number < FIRST_TOKENS:
            yield from _named(said, first + number)


class _Keys:
    """Which positions of a row hold what: the patches of each thing, and the turn marks."""

    def __init__(self, lesson: Lesson, row: Row, grid: int) -> None:
        self._spots = [n for n, token in enumerate(row.ids) if token == IMAGE]
        self._marks = [n for n, token in enumerate(row.ids) if token == USER]
        self._grid = grid
        self._patches: dict[int, list[int]] = {}
        self._centres: dict[int, int] = {}
        self._starts: dict[int, int] = {}
        for number, picture in enumerate(lesson.pictures):
            if not isinstance(picture, Image.Image):
                self._enter(picture, number * grid * grid)

    def _enter(self, picture: Any, start: int) -> None:
        grid = self._grid
        self._starts[id(picture)] = start
        for word in picture.words:
            self._starts[id(word)] = start
            box = extent(word, picture.width, picture.height)
            self._patches[id(word)] = [self._spots[start + n] for n in touched(box, grid)]
        if not isinstance(picture, Scene) or not picture.items:
            return
        owner = patch_cover(picture, grid).reshape(-1)
        for index, item in enumerate(picture.items):
            patches = [self._spots[start + n] for n in np.flatnonzero(owner == index)]
            self._patches[id(item)] = patches
            column, row = middle((item.x, item.y, item.x, item.y), grid)
            self._centres[id(item)] = self._spots[start + row * grid + column]

    def _of(self, thing: Item | Word | Region) -> list[int]:
        if not isinstance(thing, Region):
            return self._patches[id(thing)]
        start = self._starts[id(thing.owner)]
        return [self._spots[start + n] for n in touched(thing.box, self._grid)]

    def of(self, look: Look) -> list[int]:
        """The positions that share the attention that `look` wants."""
        if not look.items:
            return [n for n in self._marks if n <= look.position]
        if look.centres:
            return [self._centres[id(item)] for item in look.items]
        return [n for item in look.items for n in self._of(item)]


def looks(lessons: list[Lesson], rows: list[Row], length: int, grid: int, counting: bool = True
          ) -> dict[str, torch.Tensor]:  # fmt: skip
    """Where answers are read from: flat query position, head (0 or 1), keys (a mask), share."""
    queries: list[tuple[int, int]] = []
    masks, shares = [], []
    for number, (lesson, row) in enumerate(zip(lessons, rows, strict=True)):
        keys = _Keys(lesson, row, grid)
        for look in row.looks:
            if not counting and (look.centres or not look.items):
                continue
            mask = np.zeros(length, dtype=bool)
            mask[keys.of(look)] = True
            queries.append((number * length + look.position, look.head))
            masks.append(mask)
            shares.append(look.share)
    return {
        "look": torch.from_numpy(np.array(queries, dtype=np.int64).reshape(-1, 2)),
        "look_mask": torch.from_numpy(np.array(masks, dtype=bool).reshape(-1, length)),
        "look_share": torch.tensor(shares),
    }
