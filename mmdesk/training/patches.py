"""What each patch of a drawn picture shows: the classes that the vision tower is taught first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from mmdesk.training.draw import bounds, patch_cover
from mmdesk.training.printed import Box, Word, letters
from mmdesk.training.vocabulary import HAN
from mmdesk.training.world import COLOURS, SHAPES, Item, Scene, Size

if TYPE_CHECKING:
    from mmdesk.training.pictures import Picture

IGNORE = -100
BINS = 50  # of a box's edges along a side of the picture
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
# Classes of each per-patch head: shape (0 background, 7 foreign), colour, cell, size, filled,
# centre, background colour (10 foreign); where an item's box begins and ends; the letters whose
# middles lie in the patch, from the left, and a Chinese character's.
ITEM_HEADS = {"shape": 8, "colour": 11, "cell": 10, "size": 3, "filled": 3, "centre": 2, "back": 11}
BOX_HEADS = dict.fromkeys(("x0", "y0", "x1", "y1"), BINS + 1)
LETTER_HEADS = {"letter": len(_LETTERS) + 1, "next_letter": len(_LETTERS) + 1, "han": len(HAN) + 1}
HEADS = ITEM_HEADS | BOX_HEADS | LETTER_HEADS
_COLUMN = {name: number for number, name in enumerate(HEADS)}
_FIRST_BOX, _FIRST_LETTER = _COLUMN["x0"], _COLUMN["letter"]


def dense_labels(picture: Picture, grid: int) -> np.ndarray:
    """(grid * grid, heads) int64 classes in the order of `HEADS`, IGNORE where nothing is asked."""
    labels = np.zeros((grid, grid, len(HEADS)), dtype=np.int64)
    labels[..., _FIRST_BOX:_FIRST_LETTER] = IGNORE
    if isinstance(picture, Image.Image):
        labels[..., 1:6] = IGNORE
        labels[..., 0], labels[..., 6] = 7, 10
        labels[..., _FIRST_LETTER:] = IGNORE
        return labels.reshape(grid * grid, -1)
    labels[..., 6] = IGNORE
    if isinstance(picture, Scene):
        _items(labels, picture, grid)
    _words(labels, picture.words, (picture.width, picture.height), grid)
    return labels.reshape(grid * grid, -1)


def _items(labels: np.ndarray, scene: Scene, grid: int) -> None:
    owner = patch_cover(scene, grid)
    for number, item in enumerate(scene.items):
        here = owner == number
        labels[here] = IGNORE
        labels[here, :7] = (*_item(item), 0, 0)
        edges = bounds(item, scene.width, scene.height)
        labels[here, _FIRST_BOX:_FIRST_LETTER] = [round(edge * BINS) for edge in edges]
        labels[here, _FIRST_LETTER:] = 0
        row, column = int(item.y * grid), int(item.x * grid)
        labels[min(grid - 1, row), min(grid - 1, column), 5] = 1
    labels[owner == -2, :5] = IGNORE
    labels[..., 6] = COLOURS.index(scene.background.colour)


def _item(item: Item) -> tuple[int, ...]:
    size = {Size.SMALL: 1, Size.BIG: 2, Size.MEDIUM: IGNORE}[item.size]
    shape, colour = SHAPES.index(item.shape) + 1, COLOURS.index(item.colour) + 1
    return shape, colour, item.cell.value + 1, size, 1 + item.filled


def touched(box: Box, grid: int) -> list[int]:
    """The patches, row by row, whose middle lies in the box; at least that of its own middle."""
    spots = (np.arange(grid) + 0.5) / grid
    across = np.flatnonzero((spots >= box[0]) & (spots <= box[2]))
    down = np.flatnonzero((spots >= box[1]) & (spots <= box[3]))
    found = {int(row * grid + column) for row in down for column in across}
    column, row = middle(box, grid)
    return sorted(found | {row * grid + column})


def middle(box: Box, grid: int) -> tuple[int, int]:
    """Column and row of the patch that holds the box's middle."""
    column, row = (int((a + b) / 2 * grid) for a, b in (box[::2], box[1::2]))
    return min(grid - 1, max(0, column)), min(grid - 1, max(0, row))


def _words(labels: np.ndarray, words: tuple[Word, ...], size: tuple[int, int], grid: int) -> None:
    for word in words:
        for sign, region in zip(word.text.lower(), letters(word, *size), strict=True):
            column, row = middle(region.box, grid)
            spot = labels[row, column]
            if sign in HAN:
                spot[_COLUMN["han"]] = HAN.index(sign) + 1
            elif sign in _LETTERS:
                free = _FIRST_LETTER + (spot[_FIRST_LETTER] > 0)
                if spot[free] == 0:
                    spot[free] = _LETTERS.index(sign) + 1
