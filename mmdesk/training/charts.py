"""Bar charts: three to five upright bars with names, and a scale or the values above them."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from mmdesk.training import vocabulary
from mmdesk.training.grammar import Ask, Reply, Skill
from mmdesk.training.labels import ink
from mmdesk.training.pages import (
    Form,
    Page,
    Stroke,
    fit_all,
    sample_page_size,
    sample_paper,
)
from mmdesk.training.printed import Box, Region, Word, letters
from mmdesk.training.shades import Rgb, distinct, sample_shade
from mmdesk.training.split import Split

SCALES = (10, 20, 50, 100)
STEPS = 10  # a bar ends on one of these


@dataclass(frozen=True)
class Chart:
    """Names and values of the bars from the left; `tops` are the boxes of the bars, in shares."""

    names: tuple[str, ...]
    values: tuple[int, ...]
    bars: tuple[Box, ...]
    scale: bool


@dataclass(frozen=True)
class _Frame:
    """Where the bars may stand."""

    left: float
    top: float
    right: float
    bottom: float

    def height_of(self, step: float) -> float:
        """The y of a bar that reaches `step` of `STEPS`."""
        return self.bottom - (self.bottom - self.top) * step / STEPS


def _heights(rng: random.Random, count: int) -> list[int]:
    """Steps from 1 to 10, no two the same, so that each comparison has an answer."""
    return rng.sample(range(1, STEPS + 1), count)


def _shades(rng: random.Random, count: int, paper: Rgb) -> list[Rgb]:
    shades: list[Rgb] = []
    while len(shades) < count:
        colour = rng.choice(("red", "green", "blue", "yellow", "purple", "orange", "gray", "black"))
        rgb = sample_shade(colour, rng)
        if distinct(rgb, paper):
            shades.append(rgb)
    return shades if rng.random() < 0.5 else shades[:1] * count


def _axis(frame: _Frame, top: int, line: Rgb, rng: random.Random, size: tuple[int, int]
          ) -> tuple[list[Stroke], list[Word]]:  # fmt: skip
    """The scale at the left: a line, ticks, numbers at every second step or at three of them."""
    strokes = []
    every = rng.choice((2, 5))
    texts, boxes = [], []
    grid = rng.random() < 0.6
    for step in range(0, STEPS + 1, every):
        y = frame.height_of(step)
        end = frame.right if grid else frame.left + 0.015
        strokes.append(Stroke(Form.LINE, ((frame.left - 0.015, y), (end, y)), line))
        texts.append(str(top * step // STEPS))
        boxes.append((frame.left - 0.14, y - 0.05, frame.left - 0.02, y + 0.05))
    return strokes, list(fit_all(rng, texts, boxes, line, size))


def sample_chart(rng: random.Random, split: Split) -> Page:
    """A page with one chart; half have a scale, the others the values above the bars."""
    size = sample_page_size(rng)
    paper = sample_paper(rng)
    line = ink(rng, paper)
    count = rng.randint(3, 5)
    names = vocabulary.names(rng, split, 4 if count == 3 else 3, count)
    steps, scale = _heights(rng, count), rng.random() < 0.5
    top = rng.choice(SCALES)
    values = [top * step // STEPS for step in steps] if scale else _free_values(rng, steps)
    frame = _Frame(0.16 if scale else 0.06, 0.14, 0.96, 0.84)
    strokes, words = _axis(frame, top, line, rng, size) if scale else ([], [])
    slot = (frame.right - frame.left) / count
    share = rng.uniform(0.5, 0.8)
    bars: list[Box] = []
    for number, step in enumerate(steps):
        middle = frame.left + slot * (number + 0.5)
        x0, x1 = middle - slot * share / 2, middle + slot * share / 2
        bars.append((x0, frame.height_of(step), x1, frame.bottom))
    for bar, rgb in zip(bars, _shades(rng, count, paper), strict=True):
        strokes.append(Stroke(Form.BOX, (bar[:2], bar[2:]), rgb))
    base = ((frame.left, frame.bottom), (frame.right, frame.bottom))
    upright = ((frame.left, frame.bottom), (frame.left, frame.top))
    strokes += [Stroke(Form.LINE, ends, line, None, 2) for ends in (base, upright)]
    below = [(b[0] - slot * 0.1, 0.86, b[2] + slot * 0.1, 0.98) for b in bars]
    words = [*fit_all(rng, names, below, line, size), *words]
    if not scale:
        above = [(b[0] - slot * 0.1, b[1] - 0.11, b[2] + slot * 0.1, b[1] - 0.01) for b in bars]
        words += fit_all(rng, [str(v) for v in values], above, line, size)
    chart = Chart(tuple(names), tuple(values), tuple(bars), scale)
    return Page(*size, paper, tuple(strokes), tuple(words), chart)


def _free_values(rng: random.Random, steps: list[int]) -> list[int]:
    """Any numbers in the order of the bars' heights."""
    top = rng.choice((9, 99, 99, 999))
    least = 1 if top == 9 else top // 10
    found: set[int] = set()
    while len(found) < len(steps):
        found.add(rng.randint(least, top) if top > 9 else rng.randint(1, 9))
    ranked = sorted(found)
    return [ranked[sorted(steps).index(step)] for step in steps]


def _end(page: Page, number: int) -> Region:
    """The upper end of a bar and what stands over it."""
    x0, y0, x1, _ = page.facts.bars[number]
    return Region(page, (x0, max(0.0, y0 - 0.11), x1, min(1.0, y0 + 0.06)))


def _named(page: Page, number: int, kind: str) -> Ask:
    word = page.words[number]
    traced = letters(word, page.width, page.height)
    reply = Reply("text", {"text": word.text})
    ends = tuple(_end(page, n) for n in range(len(page.facts.bars)) if n != number)
    return Ask(Skill.CHART, kind, reply, {}, (_end(page, number), word), ends, traced)


def chart_ask(page: Page, rng: random.Random) -> Ask:
    """Which bar is the tallest? What is the value of B? Is A taller than C? How many bars?"""
    chart: Chart = page.facts
    count = len(chart.values)
    roll = rng.random()
    if roll < 0.33:
        most = rng.random() < 0.6
        number = chart.values.index((max if most else min)(chart.values))
        return _named(page, number, "tallest" if most else "shortest")
    number = rng.randrange(count)
    name = chart.names[number]
    if roll < 0.68:
        value = str(chart.values[number])
        reply = Reply("number", {"number": value})
        slots = {"name": name}
        traced = _digits(page, number, value)
        return Ask(
            Skill.CHART, "bar_value", reply, slots, (_end(page, number),), (page.words[number],),
            traced,
        )  # fmt: skip
    if roll < 0.93:
        other = rng.choice([n for n in range(count) if n != number])
        truth = chart.values[number] > chart.values[other]
        slots = {"name": name, "other_name": chart.names[other]}
        return Ask(Skill.CHART, "taller", Reply("yes" if truth else "no"), slots,
                   (_end(page, number),), (_end(page, other),))  # fmt: skip
    return Ask(Skill.CHART, "bars", Reply("bars", {"number": str(count)}))


def _digits(page: Page, number: int, value: str) -> tuple[Region, ...]:
    """Where a bar's value is read: the number above it, or the bar's end beside the scale."""
    count = len(page.facts.bars)
    if page.facts.scale:
        return tuple(_end(page, number) for _ in value)
    word = replace(page.words[count + number])
    return tuple(Region(page, r.box) for r in letters(word, page.width, page.height))
