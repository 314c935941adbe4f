"""Turns lessons into arrays: token ids, answer labels, pixels, and per-patch labels.

Batch number n of a seed is always the same batch, whichever process makes it: that is what makes a
run resumable.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import torch
from PIL import Image
from tokenizers import Tokenizer
from torch.utils.data import Dataset

from mmdesk.training.draw import draw_scene, patch_cover, squeeze
from mmdesk.training.foreign import foreign_picture
from mmdesk.training.grammar import Skill
from mmdesk.training.lessons import Lesson, Said, Turn, one_picture, two_picture
from mmdesk.training.model import ASSISTANT, END, IMAGE, PAD, SYSTEM, USER
from mmdesk.training.unknown import Split
from mmdesk.training.world import COLOURS, SHAPES, Item, Scene, Size, sample_scene

IGNORE = -100
# Classes of each per-patch head: shape (0 background, 7 foreign), colour, cell, size, filled,
# centre, background colour (10 foreign).
HEADS = {"shape": 8, "colour": 11, "cell": 10, "size": 3, "filled": 3, "centre": 2, "back": 11}
Batch = dict[str, torch.Tensor]
LessonMaker = Callable[[random.Random, Mapping[Skill, float], float], Lesson]


@dataclass(frozen=True)
class Plan:
    """How a batch is made up. `length`: tokens a sequence; singles + doubles: sequences.

    `counting`: whether questions that count also say how to share out attention.
    """

    seed: int
    side: int = 144
    grid: int = 9
    length: int = 272
    singles: int = 40
    doubles: int = 8
    foreign: float = 0.08
    counting: bool = True


def render(picture: Scene | Image.Image, side: int) -> np.ndarray:
    """(side, side, 3) uint8, as the processor makes them; large scenes need no supersampling."""
    if isinstance(picture, Scene):
        short = min(picture.width, picture.height)
        return squeeze(draw_scene(picture, 1 if short > 2.2 * side else None), side)
    return squeeze(picture, side)


def dense_labels(picture: Scene | Image.Image, grid: int) -> np.ndarray:
    """(grid * grid, heads) int64 classes in the order of `HEADS`, IGNORE where nothing is asked."""
    labels = np.zeros((grid, grid, len(HEADS)), dtype=np.int64)
    if not isinstance(picture, Scene):
        labels[..., 1:6] = IGNORE
        labels[..., 0], labels[..., 6] = 7, 10
        return labels.reshape(grid * grid, -1)
    owner = patch_cover(picture, grid)
    for number, item in enumerate(picture.items):
        size = {Size.SMALL: 1, Size.BIG: 2, Size.MEDIUM: IGNORE}[item.size]
        labels[owner == number] = (
            SHAPES.index(item.shape) + 1, COLOURS.index(item.colour) + 1, item.cell.value + 1,
            size, 1 + item.filled, 0, 0,
        )  # fmt: skip
        row, column = int(item.y * grid), int(item.x * grid)
        labels[min(grid - 1, row), min(grid - 1, column), 5] = 1
    labels[owner == -2, :5] = IGNORE
    labels[..., 6] = COLOURS.index(picture.background.colour)
    return labels.reshape(grid * grid, -1)


class LessonTooLong(Exception):
    """A turn with a picture stands past the end of the sequence."""


@dataclass(frozen=True)
class Look:
    """At `position` a head should give `items` this share of its attention.

    Without items the share goes to the marks that begin a person's turn; `centres`: only the one
    patch of each item that holds its centre.
    """

    position: int
    head: int
    items: tuple[Item, ...]
    share: float = 1.0
    centres: bool = False


def _wanted(said: Said, position: int) -> Iterator[Look]:
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


@dataclass
class Row:
    """One conversation as ids and labels, and where its answers should be looked up."""

    ids: list[int] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)


class Encoder:
    """Tokenises turns exactly as the chat template does."""

    def __init__(self, tokenizer: Tokenizer, image_tokens: int) -> None:
        self._tokenizer = tokenizer
        self._image = [IMAGE] * image_tokens
        self._ids = lru_cache(maxsize=20000)(self._encode)

    def _encode(self, text: str) -> tuple[int, ...]:
        return tuple(self._tokenizer.encode(text.strip(), add_special_tokens=False).ids)

    def turn(self, turn: Turn) -> tuple[list[int], int]:
        """(ids, how many of the last ones are the answer with its end mark)."""
        shown = self._image * len(turn.pictures)
        text = list(self._ids(turn.said.question))
        content = shown + text if turn.picture_first else text + shown
        answer = [*self._ids(turn.said.answer), END]
        return [USER, *content, END, ASSISTANT, *answer], len(answer)

    def lesson(self, lesson: Lesson, length: int) -> Row:
        """Turns that don't fit are left out, then padding."""
        row = Row()
        if lesson.system is not None:
            row.ids = [SYSTEM, *self._ids(lesson.system), END]
            row.labels = [IGNORE] * len(row.ids)
        for turn in lesson.turns:
            new, answered = self.turn(turn)
            if len(row.ids) + len(new) > length:
                if turn.pictures:
                    raise LessonTooLong
                break
            row.ids += new
            row.labels += [IGNORE] * (len(new) - answered) + new[-answered:]
            first = len(row.ids) - answered - 1
            spots = range(first, min(first + 6, len(row.ids) - 1))
            row.looks += [look for spot in spots for look in _wanted(turn.said, spot)]
        rest = length - len(row.ids)
        row.ids += [PAD] * rest
        row.labels += [IGNORE] * rest
        return row


class _Keys:
    """Which positions of a row hold what: the patches of each item, and the turn marks."""

    def __init__(self, lesson: Lesson, row: Row, grid: int) -> None:
        spots = [n for n, token in enumerate(row.ids) if token == IMAGE]
        self._marks = [n for n, token in enumerate(row.ids) if token == USER]
        self._patches: dict[int, list[int]] = {}
        self._centres: dict[int, int] = {}
        for number, picture in enumerate(lesson.pictures):
            if isinstance(picture, Scene) and picture.items:
                owner = patch_cover(picture, grid).reshape(-1)
                start = number * grid * grid
                for index, item in enumerate(picture.items):
                    patches = [spots[start + n] for n in np.flatnonzero(owner == index)]
                    self._patches[id(item)] = patches
                    row_at, column = (min(grid - 1, int(v * grid)) for v in (item.y, item.x))
                    self._centres[id(item)] = spots[start + row_at * grid + column]

    def of(self, look: Look) -> list[int]:
        """The positions that share the attention that `look` wants."""
        if not look.items:
            return [n for n in self._marks if n <= look.position]
        if look.centres:
            return [self._centres[id(item)] for item in look.items]
        return [n for item in look.items for n in self._patches[id(item)]]


def looks(lessons: list[Lesson], rows: list[Row], plan: Plan) -> Batch:
    """Where answers are read from: flat query position, head (0 or 1), keys (a mask), share."""
    queries: list[tuple[int, int]] = []
    masks, shares = [], []
    for number, (lesson, row) in enumerate(zip(lessons, rows, strict=True)):
        keys = _Keys(lesson, row, plan.grid)
        for look in row.looks:
            if not plan.counting and (look.centres or not look.items):
                continue
            mask = np.zeros(plan.length, dtype=bool)
            mask[keys.of(look)] = True
            queries.append((number * plan.length + look.position, look.head))
            masks.append(mask)
            shares.append(look.share)
    look_at = np.array(queries, dtype=np.int64).reshape(-1, 2)
    stacked = np.array(masks, dtype=bool).reshape(-1, plan.length)
    return {
        "look": torch.from_numpy(look_at),
        "look_mask": torch.from_numpy(stacked),
        "look_share": torch.tensor(shares),
    }


class DenseBatches(Dataset[Batch]):
    """Batch n: pixels and per-patch labels of `plan.singles` pictures."""

    def __init__(self, plan: Plan, end: int) -> None:
        self._plan, self._end = plan, end

    def __len__(self) -> int:
        return self._end

    def __getitem__(self, number: int) -> Batch:
        rng = random.Random(f"dense {self._plan.seed} {number}")
        pictures = [self._picture(rng) for _ in range(self._plan.singles)]
        return _pictures(pictures, self._plan)

    def _picture(self, rng: random.Random) -> Scene | Image.Image:
        if rng.random() < self._plan.foreign:
            return foreign_picture(rng, Split.TRAIN)
        return sample_scene(rng, count=rng.randint(3, 6))


def _pictures(pictures: list[Scene | Image.Image], plan: Plan) -> Batch:
    pixels = np.stack([render(p, plan.side) for p in pictures])
    dense = np.stack([dense_labels(p, plan.grid) for p in pictures])
    return {"pixels": torch.from_numpy(pixels), "dense": torch.from_numpy(dense)}


class JointBatches(Dataset[Batch]):
    """Batch n: `plan.singles` one-picture and `plan.doubles` two-picture conversations.

    `slots` are the flat positions of all image tokens, in the order of `pixels`; `look` (k, 2) and
    `look_mask` (k, length) say which patches an answer is read from.
    """

    def __init__(
        self, plan: Plan, tokenizer: Tokenizer, mix: Mapping[Skill, float], end: int
    ) -> None:
        self._plan, self._mix, self._end = plan, mix, end
        self._encoder = Encoder(tokenizer, plan.grid**2)

    def __len__(self) -> int:
        return self._end

    def __getitem__(self, number: int) -> Batch:
        plan = self._plan
        rng = random.Random(f"joint {plan.seed} {number}")
        lessons, rows = [], []
        for index in range(plan.singles + plan.doubles):
            make = one_picture if index < plan.singles else two_picture
            lesson, row = self._fitting(make, rng)
            lessons.append(lesson)
            rows.append(row)
        ids = np.array([row.ids for row in rows])
        batch = _pictures([picture for lesson in lessons for picture in lesson.pictures], plan)
        batch |= looks(lessons, rows, plan)
        batch["ids"] = torch.from_numpy(ids)
        batch["labels"] = torch.from_numpy(np.array([row.labels for row in rows]))
        batch["slots"] = torch.from_numpy(np.flatnonzero(ids == IMAGE))
        return batch

    def _fitting(self, make: LessonMaker, rng: random.Random) -> tuple[Lesson, Row]:
        """The first lesson whose pictures fit into the length."""
        while True:
            lesson = make(rng, self._mix, self._plan.foreign)
            try:
                return lesson, self._encoder.lesson(lesson, self._plan.length)
            except LessonTooLong:
                continue
