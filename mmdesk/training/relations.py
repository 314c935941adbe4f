"""Questions that need two things at once: relations, follow-ups, two pictures."""

from __future__ import annotations

import random
from collections.abc import Sequence

from mmdesk.training.grammar import Ask, Noun, Reply, Skill
from mmdesk.training.questions import (
    Maker,
    background,
    colour,
    count_all,
    count_kind,
    find,
    place,
    refer,
    some_kind,
    tally,
    there_is,
)
from mmdesk.training.world import SHAPES, Cell, Item, Scene


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
    found = find(scene, rng)
    if found is None or len(scene.items) < 2 or scene.words:
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
        one = find(scene, rng)
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
        first = Ask(Skill.EXISTS, "exists", there_is(True), {"noun": noun})
    where = Reply("place", {"cell": item.cell})
    if roll < 0.85 or noun.colour is not None:
        return first, Ask(Skill.FOLLOW_UP, "then_place", where, {}, (item,))
    reply = Reply("colour", {"colour": item.colour})
    first = Ask(Skill.PLACE, "place", where, {"noun": noun}, (item,))
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
    first = Ask(skill, kind, answers[0], {"noun": noun}, (item,))
    return first, Ask(Skill.FOLLOW_UP, "then_other", answers[1], {"noun": other_noun}, (other,))


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
    noun = Noun() if rng.random() < 0.35 else some_kind(rng.choice(scenes), rng)
    first, second = (tally(scene, noun) for scene in scenes)
    reply = "same" if first == second else "first" if first > second else "second"
    return Ask(Skill.TWO_PICTURES, "more", Reply(reply), {"noun": noun})


def _which_has(scenes: Sequence[Scene], rng: random.Random) -> Ask:
    noun = Noun()
    for _ in range(4):
        noun = some_kind(rng.choice(scenes), rng)
        held = [tally(scene, noun) > 0 for scene in scenes]
        if held[0] != held[1] or rng.random() < 0.3:
            break
    if noun == Noun():
        noun = Noun(rng.choice(SHAPES))
    held = [tally(scene, noun) > 0 for scene in scenes]
    reply = ("neither", "second", "first", "both")[2 * held[0] + held[1]]
    return Ask(Skill.TWO_PICTURES, "which_has", Reply(reply), {"noun": noun})
