"""Makes questions with exactly one right answer about a scene, or about two.

Every maker takes the scene and a `random.Random` and returns an `Ask`, or None where the scene has
no such question (an ambiguous referent, an empty picture).
"""

from __future__ import annotations

import random
from collections.abc import Callable

from mmdesk.training.grammar import Ask, Noun, Reply, Skill
from mmdesk.training.world import CELLS, COLOURS, SHAPES, Item, Scene, Size

Maker = Callable[[Scene, random.Random], Ask | None]


def refer(scene: Scene, item: Item, rng: random.Random) -> Noun | None:
    """A noun that fits `item` and nothing else in the scene: mostly the shortest one."""
    choices = [
        noun
        for noun in (Noun(item.shape), Noun(item.shape, item.colour))
        if len(scene.matching(noun.shape, noun.colour)) == 1
    ]
    if item.size is not Size.MEDIUM and _sized_apart(scene, item):
        sized = Noun(item.shape, None, item.size)
        if rng.random() < 0.25 or not choices:
            choices.append(sized)
    return rng.choice(choices) if choices else None


def _sized_apart(scene: Scene, item: Item) -> bool:
    """No other item of that shape has its size or the one between."""
    others = [o for o in scene.matching(item.shape) if o is not item]
    return all(o.size not in (item.size, Size.MEDIUM) for o in others)


def find(scene: Scene, rng: random.Random) -> tuple[Item, Noun] | None:
    """A random item that can be named without ambiguity, with its name."""
    items = list(scene.items)
    rng.shuffle(items)
    for item in items:
        noun = refer(scene, item, rng)
        if noun is not None:
            return item, noun
    return None


def _absent(scene: Scene, rng: random.Random) -> Noun | None:
    """A shape, or a coloured shape, that is not there; half of them nearly are."""
    nouns = [Noun(s) for s in SHAPES if not scene.matching(s)]
    near = [
        Noun(item.shape, colour)
        for item in scene.items
        for colour in rng.sample(COLOURS, 3)
        if not scene.matching(item.shape, colour)
    ]
    pool = near if near and rng.random() < 0.5 else nouns
    return rng.choice(pool) if pool else None


def _missing(scene: Scene, rng: random.Random, skill: Skill, kind: str) -> Ask | None:
    absent = [shape for shape in SHAPES if not scene.matching(shape)]
    if not absent:
        return None
    noun = Noun(rng.choice(absent))
    return Ask(skill, kind, Reply("missing", {"noun": noun}), {"noun": noun})


def colour(scene: Scene, rng: random.Random) -> Ask | None:
    """What colour is the circle / the shape at the top left?"""
    roll = rng.random()
    if roll < 0.07:
        return _missing(scene, rng, Skill.COLOUR, "colour")
    if roll < 0.25:
        single = [c for c in CELLS if len(scene.at(c)) == 1]
        if single:
            cell = rng.choice(single)
            reply = Reply("colour", {"colour": scene.at(cell)[0].colour})
            return Ask(Skill.COLOUR, "colour_at", reply, {"cell": cell})
    nouns = [Noun(i.shape, None, None) for i in scene.items if len(scene.matching(i.shape)) == 1]
    sized = [
        Noun(i.shape, None, i.size)
        for i in scene.items
        if i.size is not Size.MEDIUM and _sized_apart(scene, i)
    ]
    pool = nouns if nouns and (rng.random() < 0.85 or not sized) else sized
    if not pool:
        return None
    noun = rng.choice(pool)
    item = scene.matching(noun.shape, None, noun.size)[0]
    return Ask(Skill.COLOUR, "colour", Reply("colour", {"colour": item.colour}), {"noun": noun})


def background(scene: Scene, rng: random.Random) -> Ask:
    """What colour is the background?"""
    reply = Reply("colour", {"colour": scene.background.colour})
    return Ask(Skill.BACKGROUND, "background", reply)


def shape_at_place(scene: Scene, rng: random.Random) -> Ask | None:
    """What is at the top left? What shape is there? What shape is the red one?"""
    roll = rng.random()
    if roll < 0.12:
        colours = [i.colour for i in scene.items if len(scene.matching(None, i.colour)) == 1]
        if colours:
            value = rng.choice(colours)
            noun = Noun(scene.matching(None, value)[0].shape)
            slots = {"colour": value}
            return Ask(Skill.SHAPE_AT_PLACE, "shape_of", Reply("thing", {"noun": noun}), slots)
    empty = [c for c in CELLS if not scene.at(c) and not scene.printed_at(c)]
    single = [c for c in CELLS if len(scene.at(c)) == 1]
    kind = "what_at" if rng.random() < 0.5 else "shape_at"
    if empty and (roll < 0.27 or not single):
        return Ask(Skill.SHAPE_AT_PLACE, kind, Reply("nothing_there"), {"cell": rng.choice(empty)})
    if not single:
        return None
    cell = rng.choice(single)
    item = scene.at(cell)[0]
    noun = Noun(item.shape, item.colour if kind == "what_at" else None)
    return Ask(Skill.SHAPE_AT_PLACE, kind, Reply("thing", {"noun": noun}), {"cell": cell})


def place(scene: Scene, rng: random.Random) -> Ask | None:
    """Where is the star?"""
    if rng.random() < 0.08:
        return _missing(scene, rng, Skill.PLACE, "place")
    found = find(scene, rng)
    if found is None:
        return None
    item, noun = found
    reply = Reply("place", {"cell": item.cell})
    return Ask(Skill.PLACE, "place", reply, {"noun": noun}, (item,))


def tally(scene: Scene, noun: Noun) -> int:
    """How many items the noun fits."""
    return len(scene.matching(noun.shape, noun.colour, noun.size))


def count_all(scene: Scene, rng: random.Random) -> Ask:
    """How many shapes are there?"""
    reply = Reply("count", {"tally": (len(scene.items), Noun())})
    return Ask(Skill.COUNT_ALL, "count_all", reply)


def some_kind(scene: Scene, rng: random.Random) -> Noun:
    """A kind that is often there and often there more than once."""
    if scene.items and rng.random() < 0.85:
        item = rng.choice(scene.items)
        return rng.choice(
            (Noun(item.shape), Noun(None, item.colour), Noun(item.shape, item.colour))
        )
    return rng.choice((Noun(rng.choice(SHAPES)), Noun(None, rng.choice(COLOURS))))


def count_kind(scene: Scene, rng: random.Random) -> Ask:
    """How many circles / red shapes / red circles are there?"""
    noun = some_kind(scene, rng)
    if noun.colour is scene.background.colour and noun.shape is None:
        noun = Noun(rng.choice(SHAPES))
    reply = Reply("count", {"tally": (tally(scene, noun), noun)})
    return Ask(Skill.COUNT_KIND, "count_kind", reply, {"noun": noun})


def there_is(truth: bool) -> Reply:
    """Yes or no to "is there": Chinese says 有 or 没有, not 是的 or 不是."""
    return Reply("has" if truth else "has_not")


def exists(scene: Scene, rng: random.Random) -> Ask | None:
    """Is there a red circle? Is there one at the top left? Is the circle red?"""
    roll = rng.random()
    if roll < 0.15 and scene.items:
        return _exists_at(scene, rng)
    if roll < 0.25:
        return _is_colour(scene, rng)
    truth = rng.random() < 0.5
    if truth and scene.items:
        item = rng.choice(scene.items)
        kinds = [Noun(item.shape), Noun(item.shape, item.colour), Noun(None, item.colour)]
        noun = rng.choice(kinds)
    else:
        absent = _absent(scene, rng)
        if absent is None:
            return None
        noun = absent
    return Ask(Skill.EXISTS, "exists", there_is(tally(scene, noun) > 0), {"noun": noun})


def _exists_at(scene: Scene, rng: random.Random) -> Ask:
    item = rng.choice(scene.items)
    cell = item.cell if rng.random() < 0.5 else rng.choice(CELLS)
    noun = rng.choice((Noun(item.shape), Noun(item.shape, item.colour)))
    truth = any(o.shape is noun.shape and noun.colour in (None, o.colour) for o in scene.at(cell))
    return Ask(Skill.EXISTS, "exists_at", there_is(truth), {"noun": noun, "cell": cell})


def _is_colour(scene: Scene, rng: random.Random) -> Ask | None:
    single = [i for i in scene.items if len(scene.matching(i.shape)) == 1]
    if not single:
        return None
    item = rng.choice(single)
    value = item.colour if rng.random() < 0.5 else rng.choice(COLOURS)
    reply = Reply("yes" if value is item.colour else "no")
    return Ask(Skill.EXISTS, "is_colour", reply, {"noun": Noun(item.shape), "colour": value})


def description(scene: Scene, rng: random.Random) -> Ask:
    """Describe the picture: every item in reading order, the background, then what it says."""
    slots: dict[str, object] = {"colour": scene.background.colour}
    if scene.items:
        slots["items"] = scene.items
    if scene.words:
        slots["texts"] = tuple(word.text for word in scene.words)
    kind = "describe" if scene.items else "empty"
    reply = Reply(f"{kind}_says" if scene.words else kind, slots)
    return Ask(Skill.DESCRIPTION, "describe", reply, traced=scene.letters())


def size(scene: Scene, rng: random.Random) -> Ask | None:
    """Is the circle big or small? Filled or outlined?"""
    named = [
        (i, Noun(i.shape) if len(scene.matching(i.shape)) == 1 else Noun(i.shape, i.colour))
        for i in scene.items
        if len(scene.matching(i.shape, i.colour)) == 1
    ]
    if not named:
        return None
    item, noun = rng.choice(named)
    if item.size is not Size.MEDIUM and rng.random() < 0.65:
        return Ask(Skill.SIZE, "size", Reply("size", {"size": item.size}), {"noun": noun})
    return Ask(Skill.SIZE, "filled", Reply("filled" if item.filled else "outlined"), {"noun": noun})
