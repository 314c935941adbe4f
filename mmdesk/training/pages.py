"""Drawn pages: tables, charts and flowcharts are strokes and printed words on plain paper."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from PIL import Image, ImageDraw

from mmdesk.training.labels import fitted, ink, typeface
from mmdesk.training.printed import Box, Word, draw_word, extent
from mmdesk.training.shades import Rgb, sample_shade


class Form(Enum):
    """How a stroke's points are meant: two opposite corners, two ends, or all corners."""

    BOX = "box"
    ROUNDED = "rounded"
    OVAL = "oval"
    LINE = "line"
    POLYGON = "polygon"


@dataclass(frozen=True)
class Stroke:
    """One figure; points are shares of the page. `thick` is in 500ths of the shorter side."""

    form: Form
    points: tuple[tuple[float, float], ...]
    fill: Rgb | None = None
    edge: Rgb | None = None
    thick: int = 1


@dataclass(frozen=True)
class Page:
    """A page in pixels. `facts` is what stands on it: a `Table`, a `Chart` or a `Flow`."""

    width: int
    height: int
    paper: Rgb
    strokes: tuple[Stroke, ...]
    words: tuple[Word, ...]
    facts: Any


def sample_page_size(rng: random.Random) -> tuple[int, int]:
    """Width and height in pixels: square up to 1.6:1, 240 to 640 a side."""
    short = rng.randint(240, 400)
    if rng.random() < 0.4:
        return short, short
    long = int(short * rng.uniform(1.0, 1.6))
    return (long, short) if rng.random() < 0.75 else (short, long)


def sample_paper(rng: random.Random) -> Rgb:
    """White most often, else light, dark or coloured."""
    roll = rng.random()
    if roll < 0.5:
        return sample_shade("white", rng)
    return sample_shade(rng.choice(("black", "gray", "yellow", "blue", "green", "pink")), rng)


def fit_all(
    rng: random.Random, texts: Sequence[str], boxes: Sequence[Box], rgb: Rgb, size: tuple[int, int]
) -> tuple[Word, ...]:
    """The texts in the middle of their boxes, in one face and one size that fits all of them."""
    name = typeface(rng, "".join(texts))
    words = []
    for text, (x0, y0, x1, y1) in zip(texts, boxes, strict=True):
        word = Word(text, name, (x0 + x1) / 2, (y0 + y1) / 2, 0.1, rgb)
        words.append(fitted(word, *size, 0.86 * (x1 - x0), 0.62 * (y1 - y0)))
    least = min(word.size for word in words) * rng.uniform(0.85, 1.0)
    return tuple(replace(word, size=least) for word in words)


def draw_page(page: Page) -> Image.Image:
    """The page as RGB, `page.width` x `page.height` pixels."""
    picture = Image.new("RGB", (page.width, page.height), page.paper)
    pen = ImageDraw.Draw(picture)
    for stroke in page.strokes:
        _draw_stroke(pen, stroke, page.width, page.height)
    for word in page.words:
        draw_word(picture, word)
    return picture


def _draw_stroke(pen: ImageDraw.ImageDraw, stroke: Stroke, width: int, height: int) -> None:
    points = [(x * width, y * height) for x, y in stroke.points]
    thick = max(1, round(stroke.thick * min(width, height) / 500))
    if stroke.form is Form.LINE:
        pen.line(points, fill=stroke.fill, width=thick)
    elif stroke.form is Form.POLYGON:
        pen.polygon(points, fill=stroke.fill)
    else:
        box = (*points[0], *points[1])
        if stroke.form is Form.OVAL:
            pen.ellipse(box, fill=stroke.fill, outline=stroke.edge, width=thick)
        elif stroke.form is Form.ROUNDED:
            radius = 0.25 * (box[3] - box[1])
            pen.rounded_rectangle(box, radius, fill=stroke.fill, outline=stroke.edge, width=thick)
        else:
            pen.rectangle(box, fill=stroke.fill, outline=stroke.edge, width=thick)


def word_box(page: Page, word: Word) -> Box:
    """The box around a word of the page, in shares."""
    return extent(word, page.width, page.height)


__all__ = ["Form", "Page", "Stroke", "draw_page", "fit_all", "ink", "sample_page_size"]
