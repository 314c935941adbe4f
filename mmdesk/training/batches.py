"""Turns lessons into arrays: token ids, answer labels, pixels, and per-patch labels.

Batch number n of a seed is always the same batch, whichever process makes it: that is what makes a
run resumable.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from tokenizers import Tokenizer
from torch.utils.data import Dataset

from mmdesk.training.foreign import foreign_picture
from mmdesk.training.grammar import Skill
from mmdesk.training.lessons import one_picture, two_picture
from mmdesk.training.lettering import sample_lettering
from mmdesk.training.looks import Row, looks, wanted
from mmdesk.training.patches import HEADS as HEADS
from mmdesk.training.patches import IGNORE as IGNORE
from mmdesk.training.patches import dense_labels as dense_labels
from mmdesk.training.pictures import Picture, sample_picture
from mmdesk.training.pictures import render as render
from mmdesk.training.said import Lesson, Turn
from mmdesk.training.split import Split
from mmdesk.training.tokens import ASSISTANT, END, IMAGE, PAD, SYSTEM, USER
from mmdesk.training.world import sample_scene

Batch = dict[str, torch.Tensor]
LessonMaker = Callable[[random.Random, Mapping[Skill, float], float, bool], Lesson]


@dataclass(frozen=True)
class Plan:
    """How a batch is made up. `length`: tokens a sequence; singles + doubles: sequences.

    `counting`: whether questions that count also say how to share out attention. `printed`:
    whether there are words, tables, charts and flowcharts among the pictures. `lettering`: the
    share of pages full of letters in a dense batch.
    """

    seed: int
    side: int = 144
    grid: int = 9
    length: int = 272
    singles: int = 40
    doubles: int = 8
    foreign: float = 0.08
    counting: bool = True
    printed: bool = False
    lettering: float = 0.0


class LessonTooLong(Exception):
    """A turn with a picture stands past the end of the sequence."""


class Encoder:
    """Tokenises turns exactly as the chat template does."""

    def __init__(self, tokenizer: Tokenizer, image_tokens: int) -> None:
        self._tokenizer = tokenizer
        self._image = [IMAGE] * image_tokens
        self._ids = lru_cache(maxsize=20000)(self._encode)

    def _encode(self, text: str) -> tuple[tuple[int, ...], tuple[tuple[int, int], ...]]:
        made = self._tokenizer.encode(text.strip(), add_special_tokens=False)
        return tuple(made.ids), tuple(made.offsets)

    def turn(self, turn: Turn) -> tuple[list[int], int]:
        """(ids, how many of the last ones are the answer with its end mark)."""
        shown = self._image * len(turn.pictures)
        text = list(self._ids(turn.said.question)[0])
        content = shown + text if turn.picture_first else text + shown
        answer = [*self._ids(turn.said.answer)[0], END]
        return [USER, *content, END, ASSISTANT, *answer], len(answer)

    def lesson(self, lesson: Lesson, length: int) -> Row:
        """Turns that don't fit are left out, then padding."""
        row = Row()
        if lesson.system is not None:
            row.ids = [SYSTEM, *self._ids(lesson.system)[0], END]
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
            row.looks += wanted(turn.said, first, self._ids(turn.said.answer)[1])
        rest = length - len(row.ids)
        row.ids += [PAD] * rest
        row.labels += [IGNORE] * rest
        return row


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

    def _picture(self, rng: random.Random) -> Picture:
        if rng.random() < self._plan.lettering:
            return sample_lettering(rng)
        if self._plan.printed:
            return sample_picture(rng, self._plan.foreign, rng.randint(3, 6))
        if rng.random() < self._plan.foreign:
            return foreign_picture(rng, Split.TRAIN)
        return sample_scene(rng, count=rng.randint(3, 6))


def _pictures(pictures: list[Picture], plan: Plan) -> Batch:
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
        return joint_batch(lessons, rows, plan)

    def _fitting(self, make: LessonMaker, rng: random.Random) -> tuple[Lesson, Row]:
        """The first lesson whose pictures fit into the length."""
        while True:
            lesson = make(rng, self._mix, self._plan.foreign, self._plan.printed)
            try:
                return lesson, self._encoder.lesson(lesson, self._plan.length)
            except LessonTooLong:
                continue


def joint_batch(lessons: list[Lesson], rows: list[Row], plan: Plan) -> Batch:
    """Encoded conversations with their pictures as one batch."""
    ids = np.array([row.ids for row in rows])
    batch = _pictures([picture for lesson in lessons for picture in lesson.pictures], plan)
    batch |= looks(lessons, rows, plan.length, plan.grid, plan.counting)
    batch["ids"] = torch.from_numpy(ids)
    batch["labels"] = torch.from_numpy(np.array([row.labels for row in rows]))
    batch["slots"] = torch.from_numpy(np.flatnonzero(ids == IMAGE))
    return batch
