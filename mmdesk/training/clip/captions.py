"""Captions in English and Chinese, and what each of them claims about a scene.

A caption is a set of claims, and a scene a set of facts: a caption is true of a scene when all of
its claims are among the facts. That is how training knows which other pictures of a batch a short
caption fits as well, and how the evaluation knows that only one does.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from itertools import permutations, product

from mmdesk.training.clip import words
from mmdesk.training.grammar import Lang, Noun
from mmdesk.training.world import Item, Scene

Claim = tuple[Hashable, ...]


class Kind(Enum):
    """What a caption tells.

    WHOLE: every item and where it is. BAG: every item, without places. ITEM: one thing. PLACE: one
    thing and where it is. COUNT: how many of a kind. RELATION: one thing left of, right of, above
    or below another.
    """

    WHOLE = "whole"
    BAG = "bag"
    ITEM = "item"
    PLACE = "place"
    COUNT = "count"
    RELATION = "relation"


DEFAULT_MIX: Mapping[Kind, float] = {
    Kind.WHOLE: 50,
    Kind.BAG: 8,
    Kind.ITEM: 16,
    Kind.PLACE: 10,
    Kind.COUNT: 8,
    Kind.RELATION: 8,
}


@dataclass(frozen=True)
class Caption:
    """A caption in words, and the claims that it makes."""

    text: str
    kind: Kind
    claims: frozenset[Claim]

    def fits(self, facts: frozenset[Claim]) -> bool:
        """Whether it is true of the scene with these facts."""
        return self.claims <= facts


def _nouns(item: Item) -> tuple[Noun, ...]:
    return Noun(item.shape), Noun(None, item.colour), Noun(item.shape, item.colour)


def _all(scene: Scene) -> Claim:
    return ("all", *sorted((i.cell.value, i.shape.value, i.colour.value) for i in scene.items))


def _bag(scene: Scene) -> Claim:
    return ("bag", *sorted((i.shape.value, i.colour.value) for i in scene.items))


def whole(scene: Scene) -> frozenset[Claim]:
    """What a whole caption with background claims: two scenes that differ in it look different."""
    return frozenset({_all(scene), ("background", scene.background.colour)})


def facts(scene: Scene) -> frozenset[Claim]:
    """Every claim that a caption could make and that is true of the scene."""
    found = {*whole(scene), _bag(scene), ("count", Noun(), len(scene.items))}
    counts = Counter(noun for item in scene.items for noun in _nouns(item))
    found |= {("count", noun, count) for noun, count in counts.items()}
    found |= {("is", noun) for noun in counts}
    found |= {("at", noun, item.cell) for item in scene.items for noun in _nouns(item)}
    for one, other in permutations(scene.items, 2):
        found |= set(_relations(one, other))
    return frozenset(found)


def _relations(one: Item, other: Item) -> Iterator[Claim]:
    across = one.cell.column < other.cell.column
    down = one.cell.row < other.cell.row
    for pair in product((Noun(one.shape), _nouns(one)[2]), (Noun(other.shape), _nouns(other)[2])):
        if across:
            yield ("left", *pair)
        if down:
            yield ("above", *pair)


def caption(scene: Scene, kind: Kind, lang: Lang, rng: random.Random) -> Caption:
    """A caption of the kind wanted, or of the whole where the scene has no such thing to tell."""
    if kind is Kind.BAG and scene.items:
        return _bagged(scene, lang, rng)
    if kind is Kind.COUNT and scene.items:
        return _counted(scene, lang, rng)
    if kind is Kind.RELATION and (made := _related(scene, lang, rng)) is not None:
        return made
    if kind in (Kind.ITEM, Kind.PLACE) and scene.items:
        return _single(scene, kind, lang, rng)
    return whole_caption(scene, lang, rng, background=rng.random() < 0.6)


def some_caption(
    scene: Scene, mix: Mapping[Kind, float], lang: Lang, rng: random.Random
) -> Caption:
    """A caption of a random kind."""
    kind = rng.choices(tuple(mix), tuple(mix.values()))[0]
    return caption(scene, kind, lang, rng)


def whole_caption(
    scene: Scene, lang: Lang, rng: random.Random, *, background: bool = True
) -> Caption:
    """Every item with its place: mostly in reading order, at times in another."""
    claims: set[Claim] = {_all(scene)}
    back = scene.background.colour
    if not scene.items:
        claims.add(("background", back))
        return Caption(words.empty(back, lang, rng), Kind.WHOLE, frozenset(claims))
    items = list(scene.items)
    if rng.random() < 0.3:
        rng.shuffle(items)
    if background:
        claims.add(("background", back))
    text = words.listing(items, back if background else None, lang, rng)
    return Caption(text, Kind.WHOLE, frozenset(claims))


def _bagged(scene: Scene, lang: Lang, rng: random.Random) -> Caption:
    claims: set[Claim] = {_bag(scene)}
    counts = list(Counter(_nouns(item)[2] for item in scene.items).items())
    rng.shuffle(counts)
    back = scene.background.colour if rng.random() < 0.4 else None
    if back is not None:
        claims.add(("background", back))
    return Caption(words.tally(counts, back, lang, rng), Kind.BAG, frozenset(claims))


def _counted(scene: Scene, lang: Lang, rng: random.Random) -> Caption:
    counts = Counter(noun for item in scene.items for noun in _nouns(item))
    several = [noun for noun, count in counts.items() if count > 1]
    roll = rng.random()
    if roll < 0.35:
        noun, count = Noun(), len(scene.items)
    else:
        noun = rng.choice(several if several and roll < 0.85 else list(counts))
        count = counts[noun]
    text = words.tally([(noun, count)], None, lang, rng, exact=True)
    return Caption(text, Kind.COUNT, frozenset({("count", noun, count)}))


def _single(scene: Scene, kind: Kind, lang: Lang, rng: random.Random) -> Caption:
    item = rng.choice(scene.items)
    shape, colour, both = _nouns(item)
    noun = rng.choice((shape, colour, both, both))
    if kind is Kind.PLACE:
        text = words.placed(noun, item.cell, lang, rng)
        return Caption(text, kind, frozenset({("at", noun, item.cell)}))
    return Caption(words.single(noun, lang, rng), kind, frozenset({("is", noun)}))


def _related(scene: Scene, lang: Lang, rng: random.Random) -> Caption | None:
    every = (claim for pair in permutations(scene.items, 2) for claim in _relations(*pair))
    claims = [claim for claim in every if claim[1] != claim[2]]
    if not claims:
        return None
    name, one, other = claim = rng.choice(claims)
    assert isinstance(one, Noun)
    assert isinstance(other, Noun)
    text = words.related(one, other, name == "left", lang, rng)
    return Caption(text, Kind.RELATION, frozenset({claim}))
