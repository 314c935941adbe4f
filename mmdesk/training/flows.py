"""Flowcharts: three boxes in a row or a column, joined by two arrows."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

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
from mmdesk.training.printed import Box, letters
from mmdesk.training.shades import Rgb, distinct, sample_shade
from mmdesk.training.split import Split


@dataclass(frozen=True)
class Flow:
    """The boxes' words as they stand on the page; `order`: their numbers along the arrows."""

    texts: tuple[str, ...]
    order: tuple[int, ...]


def _boxes(rng: random.Random, upright: bool) -> list[Box]:
    boxes = []
    if upright:
        wide, tall = rng.uniform(0.45, 0.8), rng.uniform(0.18, 0.23)
        for number in range(3):
            middle = 0.5 + rng.uniform(-1, 1) * (0.97 - wide) / 2 * rng.choice((0, 1))
            y = 0.03 + number * (0.94 - tall) / 2
            boxes.append((middle - wide / 2, y, middle + wide / 2, y + tall))
        return boxes
    wide, tall = rng.uniform(0.25, 0.275), rng.uniform(0.2, 0.4)
    middle = rng.uniform(0.25, 0.75)
    for number in range(3):
        x = 0.02 + number * (0.96 - wide) / 2
        boxes.append((x, middle - tall / 2, x + wide, middle + tall / 2))
    return boxes


def _arrow(a: Box, b: Box, upright: bool, rgb: Rgb) -> list[Stroke]:
    """From the rim of `a` to the rim of `b`, with a head."""
    forward = (a[1] < b[1]) if upright else (a[0] < b[0])
    if upright:
        start = ((a[0] + a[2]) / 2, a[3] if forward else a[1])
        end = ((b[0] + b[2]) / 2, b[1] if forward else b[3])
    else:
        start = (a[2] if forward else a[0], (a[1] + a[3]) / 2)
        end = (b[0] if forward else b[2], (b[1] + b[3]) / 2)
    turn = math.atan2(end[1] - start[1], end[0] - start[0])
    head = [end]
    for side in (-0.45, 0.45):
        head.append(
            (end[0] - 0.065 * math.cos(turn + side), end[1] - 0.065 * math.sin(turn + side))
        )
    return [Stroke(Form.LINE, (start, end), rgb, None, 4), Stroke(Form.POLYGON, tuple(head), rgb)]


def sample_flow(rng: random.Random, split: Split) -> Page:
    """A page with three boxes; one in four runs upwards or to the left."""
    size = sample_page_size(rng)
    paper = sample_paper(rng)
    upright = rng.random() < 0.6
    boxes = _boxes(rng, upright)
    texts = vocabulary.steps(rng, split, 7 if upright else 5, 3)
    fill = sample_shade(rng.choice(("white", "blue", "green", "yellow", "gray", "pink")), rng)
    line = ink(rng, paper)
    plain = rng.random() < 0.3 or not distinct(fill, paper)
    form = rng.choice((Form.BOX, Form.ROUNDED, Form.BOX))
    strokes = [Stroke(form, (box[:2], box[2:]), None if plain else fill, line, 3) for box in boxes]
    order = (0, 1, 2) if rng.random() < 0.75 else (2, 1, 0)
    for first, second in pairwise(order):
        strokes += _arrow(boxes[first], boxes[second], upright, line)
    words = fit_all(rng, texts, boxes, ink(rng, paper if plain else fill), size)
    return Page(*size, paper, tuple(strokes), words, Flow(tuple(texts), order))


def flow_ask(page: Page, rng: random.Random) -> Ask:
    """What comes after START? What comes before END? What is the first step, the last?"""
    flow: Flow = page.facts
    roll = rng.random()
    if roll < 0.3:
        first = rng.random() < 0.5
        number = flow.order[0 if first else 2]
        return _named(page, number, "first_step" if first else "last_step", {})
    after = rng.random() < 0.6
    at = rng.randrange(3)
    slots = {"name": flow.texts[flow.order[at]]}
    kind, there = ("after", at + 1) if after else ("before", at - 1)
    if not 0 <= there < 3:
        named = page.words[flow.order[at]]
        return Ask(Skill.FLOW, kind, Reply("nothing_else"), slots, (named,))
    return _named(page, flow.order[there], kind, slots)


def _named(page: Page, number: int, kind: str, slots: Mapping[str, object]) -> Ask:
    word = page.words[number]
    traced = letters(word, page.width, page.height)
    others = tuple(w for w in page.words if slots and w.text == slots["name"])
    return Ask(Skill.FLOW, kind, Reply("text", {"text": word.text}), slots, (word,), others, traced)
