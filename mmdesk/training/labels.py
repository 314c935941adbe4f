"""Signs, labels and buttons: up to three printed words in a scene, each in a row of its own."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from mmdesk.training import vocabulary
from mmdesk.training.fonts import Script, faces
from mmdesk.training.printed import Box, Plate, Word, extent
from mmdesk.training.shades import Rgb, distance, sample_shade
from mmdesk.training.split import Split

if TYPE_CHECKING:
    from mmdesk.training.world import Background, Colour

# Of a letter, beside the picture's width: narrower ones can't be read at the model's resolution.
NARROWEST, WIDEST = 0.065, 0.13
TALLEST = 0.2
# How far ink stands out from paper: by `shades.distance`, and in brightness (0 to 255).
APART, BRIGHTER = 130, 75


def _brightness(rgb: Rgb) -> float:
    return 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2]


def _readable(rgb: Rgb, paper: Rgb) -> bool:
    apart = abs(_brightness(rgb) - _brightness(paper))
    return distance(rgb, paper) > APART and apart > BRIGHTER


def ink(rng: random.Random, *papers: Rgb) -> Rgb:
    """A colour that can be read on all of `papers`: mostly near black or near white."""
    for _ in range(40):
        if rng.random() < 0.7:
            name = rng.choice(("black", "white"))
        else:
            name = rng.choice(("red", "green", "blue", "yellow", "purple", "orange", "gray"))
        rgb = sample_shade(name, rng)
        if all(_readable(rgb, paper) for paper in papers):
            return rgb
    return max(((0, 0, 0), (255, 255, 255)), key=lambda c: min(distance(c, p) for p in papers))


def typeface(rng: random.Random, text: str) -> str:
    """A face that has all the letters of `text`."""
    return rng.choice(faces(Script.LATIN if text.isascii() else Script.HAN))


def printable(rng: random.Random, split: Split) -> str:
    """What stands on a sign: a word, a number, or a Chinese character where there is a face."""
    if faces(Script.HAN) and rng.random() < 0.15:
        return vocabulary.han(rng)
    return vocabulary.text(rng, split)


def fitted(word: Word, width: int, height: int, wide: float, tall: float) -> Word:
    """The word at the size at which it is `wide`, or `tall` if it gets that high first."""
    values = dict(word.__dict__)
    values["size"], values["angle"] = 0.2, 0.0
    trial = Word(**values | {"plate": None})
    x0, y0, x1, y1 = extent(trial, width, height)
    values["size"] = 0.2 * min(wide / (x1 - x0), tall / (y1 - y0))
    values["angle"] = word.angle
    return Word(**values)


def _plate(rng: random.Random, colours: list[Colour], round_ends: bool) -> Plate | None:
    if rng.random() < 0.4:
        return None
    colour = rng.choice(colours)
    rgb = sample_shade(colour.value, rng)
    rim = ink(rng, rgb) if rng.random() < 0.3 else None
    rounding = rng.choice((0.0, 0.2, 0.5) if round_ends else (0.0, 0.2))
    return Plate(colour, rgb, rng.uniform(0.3, 0.8), rounding, rim)


def _label(
    rng: random.Random, text: str, back: Background, size: tuple[int, int], row: int,
    rows: int, colours: list[Colour],
) -> Word:  # fmt: skip
    width, height = size
    # A single letter on a round plate would look like a circle.
    plate = _plate(rng, colours, len(text) > 2)
    papers = (plate.rgb,) if plate is not None else (back.rgb, back.rgb_end)
    angle = rng.uniform(-12, 12) if rng.random() < 0.35 else 0.0
    word = Word(text, typeface(rng, text), 0.5, 0.5, 0.1, ink(rng, *papers), angle, plate)
    broad = 1.6 if len(text) == 1 else 1.0
    wide = min(0.84, len(text) * broad * rng.uniform(NARROWEST, WIDEST))
    tall = TALLEST if rows > 1 else TALLEST * 1.4
    word = fitted(word, width, height, wide, tall)
    x0, y0, x1, y1 = extent(word, width, height)
    shrink = min(1.0, 0.98 / (x1 - x0), 0.32 / (y1 - y0))
    half_x, half_y = shrink * (x1 - x0) / 2, shrink * (y1 - y0) / 2
    x = rng.uniform(half_x, 1 - half_x) if half_x < 0.5 else 0.5
    middle = (row + 0.5) / 3
    y = middle + rng.uniform(-1, 1) * max(0.0, 1 / 6 - half_y)
    y = min(1 - half_y, max(half_y, y))
    return Word(**{**word.__dict__, "x": x, "y": y, "size": word.size * shrink})


def sample_labels(
    rng: random.Random, count: int, back: Background, size: tuple[int, int],
    colours: list[Colour], split: Split,
) -> tuple[Word, ...]:  # fmt: skip
    """`count` words, one a third of the picture's height each; top to bottom."""
    rows = sorted(rng.sample(range(3), count))
    made: list[Word] = []
    for row in rows:
        text = printable(rng, split)
        while any(text.casefold() == other.text.casefold() for other in made):
            text = printable(rng, split)
        made.append(_label(rng, text, back, size, row, count, colours))
    return tuple(made)


def overlaps(word: Word, box: Box, width: int, height: int) -> bool:
    """Whether the word or its plate comes near the box (shares)."""
    x0, y0, x1, y1 = extent(word, width, height)
    return x0 < box[2] + 0.01 and box[0] < x1 + 0.01 and y0 < box[3] + 0.01 and box[1] < y1 + 0.01
