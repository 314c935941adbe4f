"""Words as they are printed into pictures: where each letter stands, and the drawing of it.

Positions and sizes are shares of the picture, like those of items; letters are found in pixels.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageDraw

from mmdesk.training.fonts import face
from mmdesk.training.shades import Rgb

if TYPE_CHECKING:
    from mmdesk.training.world import Colour

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Plate:
    """What a word is printed on. `pad` and `rounding` are shares of the letters' height."""

    colour: Colour
    rgb: Rgb
    pad: float = 0.45
    rounding: float = 0.0
    rim: Rgb | None = None


@dataclass(frozen=True)
class Word:
    """Printed text, one line. x, y: its middle; size: the face's, as a share of the short side."""

    text: str
    face: str
    x: float
    y: float
    size: float
    rgb: Rgb
    angle: float = 0.0
    plate: Plate | None = None


@dataclass(frozen=True)
class Region:
    """A part of a picture that an answer is read from: x0, y0, x1, y1 as shares of its sides.

    `owner` is the word or the picture that it is a part of: that tells which picture it lies in.
    """

    owner: Any
    box: Box


@dataclass(frozen=True)
class _Set:
    """A word in pixels around its own middle, not yet turned."""

    left: float
    top: float
    right: float
    bottom: float
    stops: tuple[float, ...]


@lru_cache(maxsize=4096)
def _set(word: Word, short: int) -> _Set:
    font = face(word.face, max(5, round(word.size * short)))
    left, top, right, bottom = font.getbbox(word.text, anchor="ls")
    middle = (left + right) / 2
    stops = tuple(font.getlength(word.text[:n]) - middle for n in range(len(word.text) + 1))
    half_height = (bottom - top) / 2
    return _Set(left - middle, -half_height, right - middle, half_height, stops)


def _turned(points: Iterable[tuple[float, float]], word: Word, width: int, height: int
            ) -> list[tuple[float, float]]:  # fmt: skip
    turn = math.radians(word.angle)
    cos, sin = math.cos(turn), math.sin(turn)
    cx, cy = word.x * width, word.y * height
    return [(cx + x * cos - y * sin, cy + x * sin + y * cos) for x, y in points]


def _corners(left: float, top: float, right: float, bottom: float) -> list[tuple[float, float]]:
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def _around(points: list[tuple[float, float]], width: int, height: int) -> Box:
    xs, ys = [p[0] / width for p in points], [p[1] / height for p in points]
    return min(xs), min(ys), max(xs), max(ys)


def letters(word: Word, width: int, height: int) -> tuple[Region, ...]:
    """Where each character of the word stands in a picture of `width` x `height` pixels."""
    found = _set(word, min(width, height))
    regions = []
    for start, end in zip(found.stops, found.stops[1:], strict=False):
        corners = _turned(_corners(start, found.top, end, found.bottom), word, width, height)
        regions.append(Region(word, _around(corners, width, height)))
    return tuple(regions)


def extent(word: Word, width: int, height: int) -> Box:
    """The box around the word and its plate, in shares."""
    return _around(_plate_corners(word, width, height), width, height)


def _plate_corners(word: Word, width: int, height: int) -> list[tuple[float, float]]:
    found = _set(word, min(width, height))
    pad = word.plate.pad * (found.bottom - found.top) if word.plate is not None else 0.0
    box = _corners(found.left - pad, found.top - pad, found.right + pad, found.bottom + pad)
    return _turned(box, word, width, height)


def _draw_plate(
    pen: ImageDraw.ImageDraw, word: Word, plate: Plate, width: int, height: int
) -> None:
    corners = _plate_corners(word, width, height)
    if word.angle == 0 and plate.rounding > 0:
        tall = corners[2][1] - corners[0][1]
        box = (*corners[0], *corners[2])
        pen.rounded_rectangle(box, plate.rounding * tall, fill=plate.rgb, outline=plate.rim)
        return
    pen.polygon(corners, fill=plate.rgb, outline=plate.rim)


def draw_word(picture: Image.Image, word: Word) -> None:
    """Prints the word into the picture, on its plate if it has one."""
    width, height = picture.size
    if word.plate is not None:
        _draw_plate(ImageDraw.Draw(picture), word, word.plate, width, height)
    font = face(word.face, max(5, round(word.size * min(width, height))))
    left, top, right, bottom = (int(v) for v in font.getbbox(word.text, anchor="ls"))
    x, y = word.x * width, word.y * height
    if word.angle == 0:
        at = (x - (left + right) / 2, y - (top + bottom) / 2)
        ImageDraw.Draw(picture).text(at, word.text, fill=word.rgb, font=font, anchor="ls")
        return
    mask = Image.new("L", (right - left + 4, bottom - top + 4), 0)
    ImageDraw.Draw(mask).text((2 - left, 2 - top), word.text, fill=255, font=font, anchor="ls")
    mask = mask.rotate(-word.angle, Image.Resampling.BICUBIC, expand=True)
    corner = round(x - mask.width / 2), round(y - mask.height / 2)
    picture.paste(word.rgb, (*corner, corner[0] + mask.width, corner[1] + mask.height), mask)
