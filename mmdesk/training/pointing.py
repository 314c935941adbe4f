"""Questions that are answered with boxes: "show me the star", "find all circles"."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from mmdesk.core.boxes import WHOLE, Corners
from mmdesk.training.draw import bounds
from mmdesk.training.grammar import Ask, Noun, Reply, Skill
from mmdesk.training.questions import find, some_kind
from mmdesk.training.world import COLOURS, SHAPES, Item, Scene

Found = tuple[tuple[Corners, Noun], ...]
STEP = 5  # the starter's pixels are about as wide


def corners(box: Sequence[float]) -> Corners:
    """Shares of the picture as thousandths, in steps of `STEP`."""
    x0, y0, x1, y1 = (min(WHOLE, max(0, STEP * round(v * WHOLE / STEP))) for v in box)
    return x0, y0, x1, y1


def boxed(items: Sequence[Item], scene: Scene) -> Found:
    """The items' boxes with their full names, in the scene's order."""
    return tuple(
        (corners(bounds(item, scene.width, scene.height)), Noun(item.shape, item.colour))
        for item in items
    )


def located(ask: Ask, scene: Scene) -> Ask:
    """The same question; an answer that names a place also gets the box of what is there."""
    if ask.reply.kind != "place" or not ask.items:
        return ask
    slots = dict(ask.reply.slots) | {"boxes": boxed(ask.items, scene)}
    return replace(ask, reply=Reply("place_box", slots), traced=ask.items)


def point(scene: Scene, rng: random.Random) -> Ask | None:
    """Show me the star: its box, or that there is none."""
    if rng.random() < 0.12:
        absent = [shape for shape in SHAPES if not scene.matching(shape)]
        if absent:
            noun = Noun(rng.choice(absent))
            return Ask(Skill.POINT, "point", Reply("missing", {"noun": noun}), {"noun": noun})
    found = find(scene, rng)
    if found is None:
        return None
    item, noun = found
    reply = Reply("boxes", {"boxes": boxed((item,), scene)})
    return Ask(Skill.POINT, "point", reply, {"noun": noun}, (item,), (), (item,))


def point_all(scene: Scene, rng: random.Random) -> Ask | None:
    """Show me all circles: every box in reading order, or that there are none."""
    noun = Noun() if rng.random() < 0.15 else some_kind(scene, rng)
    if rng.random() < 0.1:
        noun = Noun(rng.choice(SHAPES), rng.choice((None, *COLOURS)))
    if noun.shape is None and noun.colour is scene.background.colour:
        return None
    items = scene.matching(noun.shape, noun.colour)
    if not items:
        return Ask(Skill.POINT_ALL, "point_all", Reply("count", {"tally": (0, noun)}),
                   {"noun": noun})  # fmt: skip
    reply = Reply("boxes", {"boxes": boxed(items, scene)})
    return Ask(Skill.POINT_ALL, "point_all", reply, {"noun": noun}, items, (), items)
