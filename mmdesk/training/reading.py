"""Questions about the words that are printed in a scene."""

from __future__ import annotations

import random

from mmdesk.training.grammar import Ask, Reply, Skill
from mmdesk.training.printed import Region, Word, letters
from mmdesk.training.world import CELLS, Cell, Scene


def cell_of(word: Word) -> Cell:
    """The grid cell of the word's middle."""
    return Cell(3 * min(2, int(word.y * 3)) + min(2, int(word.x * 3)))


def _letters(scene: Scene, words: tuple[Word, ...]) -> tuple[Region, ...]:
    return tuple(r for word in words for r in letters(word, scene.width, scene.height))


def _says(scene: Scene, kind: str, words: tuple[Word, ...], slots: dict[str, object]) -> Ask:
    reply = Reply("says", {"texts": tuple(word.text for word in words)})
    return Ask(Skill.READ, kind, reply, slots, words[:1], (), _letters(scene, words))


def read(scene: Scene, rng: random.Random) -> Ask | None:
    """What does it say? What is written at the top, on the red sign? What is the first letter?"""
    words = scene.words
    if rng.random() < 0.08:
        reply = Reply("has" if words else "has_not")
        return Ask(Skill.READ, "has_text", reply, {}, words)
    if not words:
        return Ask(Skill.READ, "read", Reply("no_text"))
    roll = rng.random()
    if roll < 0.25 or (len(words) > 1 and roll < 0.45):
        return _read_at(scene, rng)
    if roll < 0.6:
        ask = _read_on(scene, rng)
        if ask is not None:
            return ask
    if roll > 0.9 and len(words) == 1 and words[0].text.isalpha() and words[0].text.isascii():
        return _letter(scene, rng)
    return _says(scene, "read", words, {})


def _read_at(scene: Scene, rng: random.Random) -> Ask | None:
    cells = {cell_of(word): word for word in scene.words}
    if rng.random() < 0.1:
        empty = [cell for cell in CELLS if cell.row not in {c.row for c in cells}]
        if not empty:
            return None
        return Ask(Skill.READ, "read_at", Reply("no_text_there"), {"cell": rng.choice(empty)})
    cell = rng.choice(list(cells))
    return _says(scene, "read_at", (cells[cell],), {"cell": cell})


def _read_on(scene: Scene, rng: random.Random) -> Ask | None:
    plates = [word.plate.colour for word in scene.words if word.plate is not None]
    single = [word for word in scene.words if word.plate and plates.count(word.plate.colour) == 1]
    if not single:
        return None
    word = rng.choice(single)
    assert word.plate is not None
    return _says(scene, "read_on", (word,), {"colour": word.plate.colour})


def _letter(scene: Scene, rng: random.Random) -> Ask:
    word = scene.words[0]
    first = rng.random() < 0.6
    traced = _letters(scene, (word,))
    one = traced[:1] if first else traced[-1:]
    reply = Reply("text", {"text": word.text[0 if first else -1]})
    kind = "first_letter" if first else "last_letter"
    return Ask(Skill.READ, kind, reply, {}, (word,), (), one)
