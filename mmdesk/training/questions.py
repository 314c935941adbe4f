"""Makes questions with exactly one right answer about a scene, or about two.

Every maker takes the scene and a `random.Random` and returns an `Ask`, or None where the scene has
no such question (an ambiguous referent, an empty picture).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from mmdesk.training.grammar import Ask, Noun, Reply, Skill
from mmdesk.training.world import CELLS, COLOURS, SHAPES, Cell, Item, Scene, Size

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


def _some(scene: Scene, rng: random.Random) -> tuple[Item, Noun] | None:
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
    empty = [c for c in CELLS if not scene.at(c)]
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
    found = _some(scene, rng)
    if found is None:
        return None
    item, noun = found
    return Ask(Skill.PLACE, "place", Reply("place", {"cell": item.cell}), {"noun": noun})


def _count(scene: Scene, noun: Noun) -> int:
    return len(scene.matching(noun.shape, noun.colour, noun.size))


def count_all(scene: Scene, rng: random.Random) -> Ask:
    """How many shapes are there?"""
    reply = Reply("count", {"tally": (len(scene.items), Noun())})
    return Ask(Skill.COUNT_ALL, "count_all", reply)


def _kind(scene: Scene, rng: random.Random) -> Noun:
    """A kind that is often there and often there more than once."""
    if scene.items and rng.random() < 0.85:
        item = rng.choice(scene.items)
        return rng.choice(
            (Noun(item.shape), Noun(None, item.colour), Noun(item.shape, item.colour))
        )
    return rng.choice((Noun(rng.choice(SHAPES)), Noun(None, rng.choice(COLOURS))))


def count_kind(scene: Scene, rng: random.Random) -> Ask:
    """How many circles / red shapes / red circles are there?"""
    noun = _kind(scene, rng)
    if noun.colour is scene.background.colour and noun.shape is None:
        noun = Noun(rng.choice(SHAPES))
    reply = Reply("count", {"tally": (_count(scene, noun), noun)})
    return Ask(Skill.COUNT_KIND, "count_kind", reply, {"noun": noun})


def _yes(truth: bool) -> Reply:
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
    return Ask(Skill.EXISTS, "exists", _yes(_count(scene, noun) > 0), {"noun": noun})


def _exists_at(scene: Scene, rng: random.Random) -> Ask:
    item = rng.choice(scene.items)
    cell = item.cell if rng.random() < 0.5 else rng.choice(CELLS)
    noun = rng.choice((Noun(item.shape), Noun(item.shape, item.colour)))
    truth = any(o.shape is noun.shape and noun.colour in (None, o.colour) for o in scene.at(cell))
    return Ask(Skill.EXISTS, "exists_at", _yes(truth), {"noun": noun, "cell": cell})


def _is_colour(scene: Scene, rng: random.Random) -> Ask | None:
    single = [i for i in scene.items if len(scene.matching(i.shape)) == 1]
    if not single:
        return None
    item = rng.choice(single)
    value = item.colour if rng.random() < 0.5 else rng.choice(COLOURS)
    reply = Reply("yes" if value is item.colour else "no")
    return Ask(Skill.EXISTS, "is_colour", reply, {"noun": Noun(item.shape), "colour": value})


def description(scene: Scene, rng: random.Random) -> Ask:
    """Describe the picture: every item in reading order, then the background."""
    if not scene.items:
        reply = Reply("empty", {"colour": scene.background.colour})
    else:
        slots = {"items": scene.items, "colour": scene.background.colour}
        reply = Reply("describe", slots)
    return Ask(Skill.DESCRIPTION, "describe", reply)


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


def _pair(scene: Scene, rng: random.Random) -> tuple[tuple[Item, Noun], tuple[Item, Noun]] | None:
    named = []
    for item in rng.sample(scene.items, len(scene.items)):
        noun = refer(scene, item, rng)
        if noun is not None:
            named.append((item, noun))
    return (named[0], named[1]) if len(named) > 1 else None


def _before(a: Cell, b: Cell, across: bool) -> int:
    """Negative if `a` is further left (across) or higher than `b`, 0 if level."""
    return a.column - b.column if across else a.row - b.row


def relation(scene: Scene, rng: random.Random) -> Ask | None:
    """Is the circle left of the star? Which is higher? What is below the cross?"""
    if rng.random() < 0.15:
        return _neighbour(scene, rng)
    pair = _pair(scene, rng)
    if pair is None:
        return None
    (item, noun), (other, other_noun) = pair
    options = [across for across in (True, False) if _before(item.cell, other.cell, across)]
    if not options:
        return None
    across = rng.choice(options)
    towards_start = rng.random() < 0.5
    truth = (_before(item.cell, other.cell, across) < 0) is towards_start
    slots = {"noun": noun, "other": other_noun}
    if rng.random() < 0.25:
        kind = ("which_left", "which_right", "which_above", "which_below")
        winner = noun if truth else other_noun
        reply = Reply("the_thing", {"noun": winner})
        return Ask(Skill.RELATION, kind[2 * (not across) + (not towards_start)], reply, slots)
    words = ("left_of", "right_of", "above", "below")
    kind_name = words[2 * (not across) + (not towards_start)]
    return Ask(Skill.RELATION, kind_name, Reply("yes" if truth else "no"), slots)


def _neighbour(scene: Scene, rng: random.Random) -> Ask | None:
    """What is left of the circle? Only where exactly one item is, or none."""
    found = _some(scene, rng)
    if found is None or len(scene.items) < 2:
        return None
    item, noun = found
    across, towards_start = rng.random() < 0.5, rng.random() < 0.5
    sign = -1 if towards_start else 1
    there = [o for o in scene.items if _before(o.cell, item.cell, across) * sign > 0]
    kind = ("what_left", "what_right", "what_above", "what_below")
    name = kind[2 * (not across) + (not towards_start)]
    if not there and rng.random() < 0.4:
        return Ask(Skill.RELATION, name, Reply("nothing_else"), {"noun": noun})
    if len(there) != 1:
        return None
    reply = Reply("thing", {"noun": Noun(there[0].shape, there[0].colour)})
    return Ask(Skill.RELATION, name, reply, {"noun": noun})


def _same_place(first: Ask, second: Ask) -> bool:
    return first.kind == second.kind and first.slots == second.slots


def follow_up(scene: Scene, rng: random.Random) -> tuple[Ask, Ask] | None:
    """A question and one that only makes sense after it: "and where is it?"."""
    roll = rng.random()
    if roll < 0.2:
        return _follow_count(scene, rng)
    pair = _pair(scene, rng)
    if pair is None:
        one = _some(scene, rng)
        if one is None:
            return None
        item, noun = one
    else:
        item, noun = pair[0]
    if roll < 0.42 and pair is not None:
        return _follow_other(pair, rng)
    if noun.colour is None and roll < 0.75:
        ask = Reply("colour", {"colour": item.colour})
        first = Ask(Skill.COLOUR, "colour", ask, {"noun": noun})
    else:
        first = Ask(Skill.EXISTS, "exists", _yes(True), {"noun": noun})
    where = Reply("place", {"cell": item.cell})
    if roll < 0.85 or noun.colour is not None:
        return first, Ask(Skill.FOLLOW_UP, "then_place", where)
    reply = Reply("colour", {"colour": item.colour})
    first = Ask(Skill.PLACE, "place", where, {"noun": noun})
    return first, Ask(Skill.FOLLOW_UP, "then_colour", reply)


def _follow_other(
    pair: tuple[tuple[Item, Noun], tuple[Item, Noun]], rng: random.Random
) -> tuple[Ask, Ask]:
    (item, noun), (other, other_noun) = pair
    coloured = noun.colour is None and other_noun.colour is None and rng.random() < 0.5
    if coloured:
        answers = [Reply("colour", {"colour": i.colour}) for i in (item, other)]
    else:
        answers = [Reply("place", {"cell": i.cell}) for i in (item, other)]
    skill, kind = (Skill.COLOUR, "colour") if coloured else (Skill.PLACE, "place")
    first = Ask(skill, kind, answers[0], {"noun": noun})
    return first, Ask(Skill.FOLLOW_UP, "then_other", answers[1], {"noun": other_noun})


def _follow_count(scene: Scene, rng: random.Random) -> tuple[Ask, Ask]:
    first, second = count_kind(scene, rng), count_kind(scene, rng)
    for _ in range(5):
        if not _same_place(first, second):
            break
        second = count_kind(scene, rng)
    return first, Ask(Skill.FOLLOW_UP, "then_nouns", second.reply, second.slots)


def two_pictures(scenes: Sequence[Scene], rng: random.Random) -> Ask | None:
    """Which picture has more circles? What colour is the star in the second picture?"""
    roll = rng.random()
    if roll < 0.3:
        return _more(scenes, rng)
    if roll < 0.5:
        return _which_has(scenes, rng)
    nth = rng.randrange(2)
    makers: tuple[Maker, ...] = (colour, count_kind, count_all, background, place)
    names = {"colour": "colour_in", "count_kind": "count_in", "count_all": "count_in",
             "background": "background_in", "place": "place_in"}  # fmt: skip
    ask = rng.choice(makers)(scenes[nth], rng)
    if ask is None or ask.kind not in names or ask.reply.kind == "missing":
        return None
    slots = dict(ask.slots) | {"nth": nth}
    if ask.kind == "count_all":
        slots["noun"] = Noun()
    return Ask(Skill.TWO_PICTURES, names[ask.kind], ask.reply, slots)


def _more(scenes: Sequence[Scene], rng: random.Random) -> Ask:
    noun = Noun() if rng.random() < 0.35 else _kind(rng.choice(scenes), rng)
    first, second = (_count(scene, noun) for scene in scenes)
    reply = "same" if first == second else "first" if first > second else "second"
    return Ask(Skill.TWO_PICTURES, "more", Reply(reply), {"noun": noun})


def _which_has(scenes: Sequence[Scene], rng: random.Random) -> Ask:
    noun = Noun()
    for _ in range(4):
        noun = _kind(rng.choice(scenes), rng)
        held = [_count(scene, noun) > 0 for scene in scenes]
        if held[0] != held[1] or rng.random() < 0.3:
            break
    if noun == Noun():
        noun = Noun(rng.choice(SHAPES))
    held = [_count(scene, noun) > 0 for scene in scenes]
    reply = ("neither", "second", "first", "both")[2 * held[0] + held[1]]
    return Ask(Skill.TWO_PICTURES, "which_has", Reply(reply), {"noun": noun})
