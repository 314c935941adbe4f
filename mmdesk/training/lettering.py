"""Pages full of letters, in rows: what letters look like is learned from many at a time.

A scene with words has some ten letters, one of these pages forty. Nothing is asked about them; they
are for the dense stage.
"""

from __future__ import annotations

import random
import string
from dataclasses import replace

from mmdesk.training import vocabulary
from mmdesk.training.fonts import Script, faces
from mmdesk.training.labels import fitted, ink, typeface
from mmdesk.training.pages import Page, sample_page_size, sample_paper
from mmdesk.training.printed import Word, extent
from mmdesk.training.shades import Rgb
from mmdesk.training.split import Split

# Of a letter, as a share of the page's width; a Chinese character is as wide as it is tall.
_WIDTHS, _HAN_WIDTHS = (0.05, 0.13), (0.08, 0.16)
_TALLEST = 0.25
_SIGNS = string.ascii_lowercase + string.digits
_HAN_ROWS = 0.12


def sample_lettering(rng: random.Random) -> Page:
    """A page with as many rows of words, numbers and mixed signs as fit."""
    size, paper = sample_page_size(rng), sample_paper(rng)
    words: list[Word] = []
    top = rng.uniform(0.01, 0.06)
    while True:
        row, tall = _row(rng, paper, size)
        if top + tall > 0.99:
            return Page(*size, paper, (), tuple(words), None)
        words += [replace(word, y=top + tall / 2) for word in row]
        top += tall * rng.uniform(1.0, 1.15) + 0.005


def _row(rng: random.Random, paper: Rgb, size: tuple[int, int]) -> tuple[list[Word], float]:
    """A row of one colour and one size, each word in a face of its own; its words and height."""
    han = bool(faces(Script.HAN)) and rng.random() < _HAN_ROWS
    advance = rng.uniform(*_HAN_WIDTHS if han else _WIDTHS)
    rgb = ink(rng, paper)
    row, tall, left = [], 0.0, rng.uniform(0.01, 0.05)
    while left + advance < 0.99:
        text = (vocabulary.han(rng) if han else _text(rng))[: int((0.99 - left) / advance)]
        wide = len(text) * advance
        word = Word(text, typeface(rng, text), left + wide / 2, 0.5, 0.1, rgb)
        word = fitted(word, *size, wide, _TALLEST)
        _, above, _, below = extent(word, *size)
        tall = max(tall, below - above)
        row.append(word)
        left += wide + advance * rng.uniform(0.6, 1.5)
    return row, tall


def _text(rng: random.Random) -> str:
    """A word, a number or, half of the time, signs of no meaning: each as often as any other."""
    if rng.random() < 0.5:
        return vocabulary.text(rng, Split.TRAIN)
    text = "".join(rng.choices(_SIGNS, k=rng.randint(2, vocabulary.LONGEST)))
    return text.upper() if rng.random() < 0.4 else text
