"""Batches of pictures, each with an English and a Chinese caption.

Batch number n of a seed is always the same batch, whichever process makes it: that is what makes a
run resumable.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from tokenizers import Tokenizer
from torch.utils.data import Dataset

from mmdesk.training.batches import IGNORE, Batch, dense_labels, render
from mmdesk.training.clip.captions import DEFAULT_MIX, Caption, Kind, facts, some_caption
from mmdesk.training.clip.model import PAD
from mmdesk.training.clip.variants import family
from mmdesk.training.grammar import Lang
from mmdesk.training.world import CELLS, COLOURS, SHAPES, Scene, sample_scene

# Captions of like lengths are padded together: a batch's text comes in so many pieces.
PIECES = 4
STRIDE = 8
LANGS = (Lang.EN, Lang.ZH)


@dataclass(frozen=True)
class Plan:
    """How a batch is made up: `pictures` (even), of which so many families of `family` variants.

    `single`: the share of the other pictures that hold one item alone.
    """

    seed: int
    side: int = 144
    grid: int = 9
    pictures: int = 128
    families: int = 16
    family: int = 4
    single: float = 0.2
    mix: Mapping[Kind, float] = field(default_factory=lambda: dict(DEFAULT_MIX))
    family_mix: Mapping[Kind, float] = field(
        default_factory=lambda: {Kind.WHOLE: 8, Kind.BAG: 1, Kind.RELATION: 1}
    )


def sample_pictures(rng: random.Random, plan: Plan) -> tuple[list[Scene], int]:
    """The batch's scenes, and how many of the first ones belong to families."""
    scenes: list[Scene] = []
    for _ in range(plan.families):
        scenes += family(sample_scene(rng, rng.randint(1, 6)), plan.family, rng)
    related = len(scenes)
    while len(scenes) < plan.pictures:
        scenes.append(sample_scene(rng, 1 if rng.random() < plan.single else None))
    return scenes, related


def also_true(captions: Sequence[Caption], scenes: Sequence[Scene]) -> np.ndarray:
    """(captions, scenes) bool: the caption fits the scene, which is not the one it was made for.

    Caption number i was made for scene number i.
    """
    known = [facts(scene) for scene in scenes]
    fits = np.array([[caption.fits(each) for each in known] for caption in captions])
    np.fill_diagonal(fits, False)
    return fits


def cell_labels(scene: Scene) -> np.ndarray:
    """(9 * 2 + 1,) int64: shape and colour of each cell (0: nothing), and the background.

    IGNORE where a cell holds several items.
    """
    labels = np.zeros(2 * len(CELLS) + 1, dtype=np.int64)
    for cell in CELLS:
        items = scene.at(cell)
        spot = slice(2 * cell.value, 2 * cell.value + 2)
        if len(items) > 1:
            labels[spot] = IGNORE
        elif items:
            labels[spot] = SHAPES.index(items[0].shape) + 1, COLOURS.index(items[0].colour) + 1
    labels[-1] = COLOURS.index(scene.background.colour)
    return labels


def _told(caption: Caption, labels: np.ndarray) -> np.ndarray:
    """The cell labels that can be read from the caption; IGNORE for the others."""
    names = {claim[0] for claim in caption.claims}
    told = labels.copy()
    if "all" not in names:
        told[:-1] = IGNORE
    if "background" not in names:
        told[-1] = IGNORE
    return told


def in_pieces(rows: Sequence[Sequence[int]]) -> Batch:
    """Token ids in `PIECES` arrays, short rows first, and `place`: where each row went."""
    order = sorted(range(len(rows)), key=lambda number: (len(rows[number]), number))
    share = len(rows) // PIECES
    pieces: Batch = {}
    for piece in range(PIECES):
        chosen = order[piece * share : (piece + 1) * share]
        length = -(-max(len(rows[number]) for number in chosen) // STRIDE) * STRIDE
        ids = np.full((share, length), PAD, dtype=np.int64)
        for row, number in enumerate(chosen):
            ids[row, : len(rows[number])] = rows[number]
        pieces[f"ids{piece}"] = torch.from_numpy(ids)
    pieces["place"] = torch.from_numpy(np.argsort(np.array(order)))
    return pieces


class CaptionBatches(Dataset[Batch]):
    """Batch n: pixels (n, side, side, 3) uint8, patch labels, 2 n captions (English ones first).

    `also_true` is (2, n, n) bool; `cells` (n, 19) and `told` (2 n, 19) are `cell_labels` of the
    pictures and of what each caption says.
    """

    def __init__(self, plan: Plan, tokenizer: Tokenizer, end: int) -> None:
        self._plan, self._tokenizer, self._end = plan, tokenizer, end

    def __len__(self) -> int:
        return self._end

    def __getitem__(self, number: int) -> Batch:
        plan = self._plan
        rng = random.Random(f"captions {plan.seed} {number}")
        scenes, related = sample_pictures(rng, plan)
        captions = [list(self._captions(scenes, related, lang, rng)) for lang in LANGS]
        cells = np.stack([cell_labels(scene) for scene in scenes])
        spoken = [caption for both in captions for caption in both]
        told = [_told(caption, cells[n % len(scenes)]) for n, caption in enumerate(spoken)]
        pixels = np.stack([render(scene, plan.side) for scene in scenes])
        dense = np.stack([dense_labels(scene, plan.grid) for scene in scenes])
        rows = self._tokenizer.encode_batch([caption.text for caption in spoken])
        return {
            "pixels": torch.from_numpy(pixels),
            "dense": torch.from_numpy(dense),
            "also_true": torch.from_numpy(np.stack([also_true(c, scenes) for c in captions])),
            "cells": torch.from_numpy(cells),
            "told": torch.from_numpy(np.stack(told)),
            **in_pieces([row.ids for row in rows]),
        }

    def _captions(
        self, scenes: Sequence[Scene], related: int, lang: Lang, rng: random.Random
    ) -> Iterator[Caption]:
        for number, scene in enumerate(scenes):
            mix = self._plan.family_mix if number < related else self._plan.mix
            yield some_caption(scene, mix, lang, rng)
