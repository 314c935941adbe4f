"""The drawn world of the starter model: a picture is a background and up to six flat shapes.

Everything here is a plain value made from a `random.Random`; nothing is drawn yet.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from mmdesk.training.labels import overlaps, sample_labels
from mmdesk.training.printed import Region, Word, letters
from mmdesk.training.shades import Rgb, distinct, sample_shade
from mmdesk.training.split import Split


class Shape(Enum):
    """What an item is."""

    CIRCLE = "circle"
    SQUARE = "square"
    TRIANGLE = "triangle"
    STAR = "star"
    DIAMOND = "diamond"
    CROSS = "cross"


class Colour(Enum):
    """The ten colour names that the starter uses."""

    RED = "red"
    GREEN = "green"
    BLUE = "blue"
    YELLOW = "yellow"
    PURPLE = "purple"
    ORANGE = "orange"
    BLACK = "black"
    WHITE = "white"
    GRAY = "gray"
    PINK = "pink"


class Size(Enum):
    """How large an item is beside the picture; MEDIUM is never asked about."""

    SMALL = "small"
    MEDIUM = "medium"
    BIG = "big"


class Cell(Enum):
    """The 3 x 3 grid, in reading order: value = 3 * row + column."""

    TOP_LEFT = 0
    TOP = 1
    TOP_RIGHT = 2
    LEFT = 3
    CENTER = 4
    RIGHT = 5
    BOTTOM_LEFT = 6
    BOTTOM = 7
    BOTTOM_RIGHT = 8

    @property
    def row(self) -> int:
        """0 at the top."""
        return self.value // 3

    @property
    def column(self) -> int:
        """0 at the left."""
        return self.value % 3


SHAPES = tuple(Shape)
COLOURS = tuple(Colour)
CELLS = tuple(Cell)

# Diameter as a share of the picture's shorter side. The gaps keep "big" and "small" apart.
SIZE_RANGES: dict[Size, tuple[float, float]] = {
    Size.SMALL: (0.13, 0.17),
    Size.MEDIUM: (0.18, 0.225),
    Size.BIG: (0.25, 0.32),
}
MAX_ITEMS = 6
SHORTEST, SHORTEST_PRINTED = 110, 220  # pixels of the shorter side, without and with words


@dataclass(frozen=True)
class Item:
    """One shape. x, y: centre as a share of width and height; diameter: of the shorter side."""

    shape: Shape
    colour: Colour
    rgb: Rgb
    x: float
    y: float
    size: Size
    diameter: float
    filled: bool = True
    angle: float = 0.0
    stroke: float = 0.16

    @property
    def cell(self) -> Cell:
        """The grid cell that holds the centre."""
        return Cell(3 * min(2, int(self.y * 3)) + min(2, int(self.x * 3)))


@dataclass(frozen=True)
class Background:
    """A flat or slightly graded background; `noise` is a standard deviation in 8-bit levels."""

    colour: Colour
    rgb: Rgb
    rgb_end: Rgb
    vertical: bool = True
    noise: float = 0.0


@dataclass(frozen=True)
class Scene:
    """A whole picture; `items` stand in reading order of their cells, `words` from the top."""

    width: int
    height: int
    background: Background
    items: tuple[Item, ...]
    noise_seed: int = 0
    words: tuple[Word, ...] = ()

    def matching(
        self, shape: Shape | None = None, colour: Colour | None = None, size: Size | None = None
    ) -> tuple[Item, ...]:
        """The items that have all of the properties given."""
        return tuple(
            item
            for item in self.items
            if (shape is None or item.shape is shape)
            and (colour is None or item.colour is colour)
            and (size is None or item.size is size)
        )

    def at(self, cell: Cell) -> tuple[Item, ...]:
        """The items whose centre lies in `cell`."""
        return tuple(item for item in self.items if item.cell is cell)

    def printed_at(self, cell: Cell) -> bool:
        """Whether a word reaches into `cell`."""
        return cell not in _clear(self.words, (cell,), (self.width, self.height))

    def letters(self) -> tuple[Region, ...]:
        """Every printed character, word by word."""
        size = self.width, self.height
        return tuple(region for word in self.words for region in letters(word, *size))


def sample_size(rng: random.Random, shortest: int = SHORTEST) -> tuple[int, int]:
    """Width and height in pixels: half square, half up to 2:1 either way, up to 700 a side."""
    short = int(math.exp(rng.uniform(math.log(shortest), math.log(420))))
    if rng.random() < 0.5:
        return short, short
    long = min(700, int(short * rng.uniform(1.0, 2.0)))
    return (long, short) if rng.random() < 0.75 else (short, long)


def sample_background(rng: random.Random, colour: Colour | None = None) -> Background:
    """White and gray a little more often than others: that is what people draw on."""
    weights = [3 if c in (Colour.WHITE, Colour.GRAY) else 1 for c in COLOURS]
    name = colour or rng.choices(COLOURS, weights)[0]
    start = sample_shade(name.value, rng)
    end = start
    if rng.random() < 0.25:
        other = sample_shade(name.value, rng)
        share = rng.uniform(0.2, 0.6)
        end = tuple(round(a + (b - a) * share) for a, b in zip(start, other, strict=True))  # type: ignore[assignment]
    noise = rng.uniform(1, 7) if rng.random() < 0.25 else 0.0
    return Background(name, start, end, rng.random() < 0.5, noise)


def _sample_count(rng: random.Random) -> int:
    return rng.choices(range(MAX_ITEMS + 1), (1, 3, 4, 4, 4, 4, 4))[0]


def _sample_item(rng: random.Random, back: Background, shape: Shape, colour: Colour) -> Item:
    rgb = sample_shade(colour.value, rng)
    for _ in range(20):
        if distinct(rgb, back.rgb) and distinct(rgb, back.rgb_end):
            break
        rgb = sample_shade(colour.value, rng)
    size = rng.choice(tuple(Size))
    angle = rng.uniform(-14, 14) if rng.random() < 0.4 else 0.0
    diameter = rng.uniform(*SIZE_RANGES[size])
    return Item(
        shape, colour, rgb, 0.5, 0.5, size, diameter,
        rng.random() < 0.75, angle, rng.uniform(0.12, 0.2),
    )  # fmt: skip


def _centre(rng: random.Random, item: Item, cell: Cell, spread: float) -> tuple[float, float]:
    """A centre inside `cell`, away from its borders and such that the item stays in the picture."""
    margin = item.diameter * 0.42
    x = (cell.column + 0.5 + rng.uniform(-spread, spread)) / 3
    y = (cell.row + 0.5 + rng.uniform(-spread, spread)) / 3
    return min(1 - margin, max(margin, x)), min(1 - margin, max(margin, y))


def _free(x: float, y: float, item: Item, placed: list[Item], width: int, height: int) -> bool:
    short = min(width, height)
    for other in placed:
        distance = math.hypot((x - other.x) * width, (y - other.y) * height)
        if distance < 0.54 * short * (item.diameter + other.diameter):
            return False
    return True


def _on_word(x: float, y: float, item: Item, words: Sequence[Word], size: tuple[int, int]) -> bool:
    width, height = size
    radius = 0.62 * item.diameter * min(size)
    box = (x - radius / width, y - radius / height, x + radius / width, y + radius / height)
    return any(overlaps(word, box, width, height) for word in words)


def _clear(words: Sequence[Word], cells: Sequence[Cell], size: tuple[int, int]) -> list[Cell]:
    """The cells that no word reaches into."""
    free = []
    for cell in cells:
        box = (cell.column / 3, cell.row / 3, (cell.column + 1) / 3, (cell.row + 1) / 3)
        if not any(overlaps(word, box, *size) for word in words):
            free.append(cell)
    return free


def _place(
    rng: random.Random, items: list[Item], width: int, height: int, words: Sequence[Word]
) -> list[Item]:
    """Most scenes hold one item a cell; one in six lets items share cells."""
    shared = rng.random() < 1 / 6
    here = _clear(words, CELLS, (width, height)) if words else CELLS
    items = items if shared and here else items[: len(here)]
    cells = [rng.choice(here) for _ in items] if shared else rng.sample(here, len(items))
    spread = rng.choice((0.05, 0.2, 0.36))
    placed: list[Item] = []
    for item, cell in zip(items, cells, strict=True):
        for attempt in range(25):
            x, y = _centre(rng, item, cell, spread if attempt < 15 else 0.36)
            if _free(x, y, item, placed, width, height) and not _on_word(
                x, y, item, words, (width, height)
            ):
                values = {**item.__dict__, "x": x, "y": y}
                placed.append(Item(**values))
                break
    return placed


def sample_scene(
    rng: random.Random,
    count: int | None = None,
    size: tuple[int, int] | None = None,
    background: Colour | None = None,
    words: int = 0,
    split: Split = Split.TRAIN,
) -> Scene:
    """A random scene; `count` is how many items are tried (crowded ones may hold fewer).

    `words` signs and labels stand in it, of the split's words.
    """
    width, height = size or sample_size(rng, SHORTEST_PRINTED if words else SHORTEST)
    back = sample_background(rng, background)
    wanted = _sample_count(rng) if count is None else count
    colours = [c for c in COLOURS if c is not back.colour]
    # Few kinds in some scenes, so that counting "red circles" has answers above one.
    shape_pool = rng.sample(SHAPES, rng.choice((1, 2, 2, 3, 6, 6, 6)))
    colour_pool = rng.sample(colours, rng.choice((1, 2, 3, 9, 9, 9)))
    items = [
        _sample_item(rng, back, rng.choice(shape_pool), rng.choice(colour_pool))
        for _ in range(wanted)
    ]
    printed = sample_labels(rng, words, back, (width, height), colours, split) if words else ()
    placed = _place(rng, items, width, height, printed)
    placed.sort(key=lambda item: (item.cell.value, item.x))
    return Scene(width, height, back, tuple(placed), rng.getrandbits(31), printed)
