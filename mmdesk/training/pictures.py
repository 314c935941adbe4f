"""Every kind of picture that the starter is taught on, drawn and as the processor sees it."""

from __future__ import annotations

import random

import numpy as np
from PIL import Image

from mmdesk.training.charts import sample_chart
from mmdesk.training.draw import draw_scene, squeeze
from mmdesk.training.flows import sample_flow
from mmdesk.training.foreign import foreign_picture
from mmdesk.training.pages import Page, draw_page
from mmdesk.training.split import Split
from mmdesk.training.tables import sample_table
from mmdesk.training.world import Scene, sample_scene

Picture = Scene | Page | Image.Image
# Of the drawn pictures: shares with words among the shapes, and of each kind of page.
SIGNS, TABLES, CHARTS, FLOWS = 0.25, 0.13, 0.18, 0.08


def render(picture: Picture, side: int) -> np.ndarray:
    """(side, side, 3) uint8, as the processor makes them; large scenes need no supersampling."""
    if isinstance(picture, Scene):
        short = min(picture.width, picture.height)
        return squeeze(draw_scene(picture, 1 if short > 2.2 * side else None), side)
    return squeeze(draw_page(picture) if isinstance(picture, Page) else picture, side)


def sample_sign(rng: random.Random, split: Split, count: int | None = None) -> Scene:
    """A scene with one word mostly, at times two or three."""
    return sample_scene(rng, count, words=rng.choices((1, 2, 3), (6, 3, 1))[0], split=split)


def sample_drawn(rng: random.Random, split: Split, count: int | None = None) -> Scene | Page:
    """A scene without or with words, or a page; `count` is how many items a scene should hold."""
    roll = rng.random()
    for share, page in ((TABLES, sample_table), (CHARTS, sample_chart), (FLOWS, sample_flow)):
        if roll < share:
            return page(rng, split)
        roll -= share
    if roll < SIGNS:
        return sample_sign(rng, split, None if count is None else min(3, count))
    return sample_scene(rng, count)


def sample_picture(rng: random.Random, foreign: float, count: int | None = None) -> Picture:
    """A training picture; the share `foreign` is of another world."""
    if rng.random() < foreign:
        return foreign_picture(rng, Split.TRAIN)
    return sample_drawn(rng, Split.TRAIN, count)
