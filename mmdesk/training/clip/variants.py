"""Scenes that differ from another in one thing: the negatives that teach what belongs to what."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import replace

from mmdesk.training.clip.captions import whole
from mmdesk.training.shades import distinct, sample_shade
from mmdesk.training.world import CELLS, COLOURS, SHAPES, Colour, Item, Scene

_Change = Callable[[Scene, random.Random], Scene | None]


def _with_items(scene: Scene, items: Sequence[Item]) -> Scene:
    ordered = sorted(items, key=lambda item: (item.cell.value, item.x))
    return replace(scene, items=tuple(ordered))


def _replaced(scene: Scene, changed: dict[int, Item]) -> Scene:
    items = [changed.get(number, item) for number, item in enumerate(scene.items)]
    return _with_items(scene, items)


def _shade(scene: Scene, colour: Colour, rng: random.Random) -> tuple[int, int, int] | None:
    back = scene.background
    for _ in range(20):
        rgb = sample_shade(colour.value, rng)
        if distinct(rgb, back.rgb) and distinct(rgb, back.rgb_end):
            return rgb
    return None


def _recoloured(scene: Scene, rng: random.Random) -> Scene | None:
    number = rng.randrange(len(scene.items))
    item = scene.items[number]
    taken = (item.colour, scene.background.colour)
    colour = rng.choice([c for c in COLOURS if c not in taken])
    rgb = _shade(scene, colour, rng)
    if rgb is None:
        return None
    return _replaced(scene, {number: replace(item, colour=colour, rgb=rgb)})


def _reshaped(scene: Scene, rng: random.Random) -> Scene:
    number = rng.randrange(len(scene.items))
    item = scene.items[number]
    shape = rng.choice([s for s in SHAPES if s is not item.shape])
    return _replaced(scene, {number: replace(item, shape=shape)})


def _removed(scene: Scene, rng: random.Random) -> Scene:
    number = rng.randrange(len(scene.items))
    return _with_items(scene, scene.items[:number] + scene.items[number + 1 :])


def _moved(scene: Scene, rng: random.Random) -> Scene | None:
    number = rng.randrange(len(scene.items))
    item = scene.items[number]
    free = [cell for cell in CELLS if not scene.at(cell)]
    if not free:
        return None
    cell = rng.choice(free)
    x = item.x + (cell.column - item.cell.column) / 3
    y = item.y + (cell.row - item.cell.row) / 3
    return _replaced(scene, {number: _inside(item, x, y)})


def _pair(scene: Scene, rng: random.Random) -> tuple[int, int] | None:
    if len(scene.items) < 2:
        return None
    one, other = rng.sample(range(len(scene.items)), 2)
    return one, other


def _colours_swapped(scene: Scene, rng: random.Random) -> Scene | None:
    pair = _pair(scene, rng)
    if pair is None:
        return None
    one, other = (scene.items[number] for number in pair)
    return _replaced(
        scene,
        {
            pair[0]: replace(one, colour=other.colour, rgb=other.rgb),
            pair[1]: replace(other, colour=one.colour, rgb=one.rgb),
        },
    )


def _shapes_swapped(scene: Scene, rng: random.Random) -> Scene | None:
    pair = _pair(scene, rng)
    if pair is None:
        return None
    one, other = (scene.items[number] for number in pair)
    return _replaced(
        scene, {pair[0]: replace(one, shape=other.shape), pair[1]: replace(other, shape=one.shape)}
    )


def _places_swapped(scene: Scene, rng: random.Random) -> Scene | None:
    pair = _pair(scene, rng)
    if pair is None:
        return None
    one, other = (scene.items[number] for number in pair)
    return _replaced(
        scene, {pair[0]: _inside(one, other.x, other.y), pair[1]: _inside(other, one.x, one.y)}
    )


def _inside(item: Item, x: float, y: float) -> Item:
    margin = item.diameter * 0.42
    return replace(item, x=min(1 - margin, max(margin, x)), y=min(1 - margin, max(margin, y)))


def _apart(scene: Scene) -> bool:
    """No two items touch."""
    short = min(scene.width, scene.height)
    for number, one in enumerate(scene.items):
        for other in scene.items[:number]:
            gap = math.hypot((one.x - other.x) * scene.width, (one.y - other.y) * scene.height)
            if gap < 0.54 * short * (one.diameter + other.diameter):
                return False
    return True


_CHANGES: tuple[_Change, ...] = (
    _recoloured, _reshaped, _removed, _moved, _colours_swapped, _shapes_swapped, _places_swapped,
)  # fmt: skip


def variant(scene: Scene, rng: random.Random) -> Scene | None:
    """The scene with one thing changed, so that its whole caption is another; None if it can't be.

    A colour, a shape or a place is another one or is swapped with another item's, or an item is
    gone.
    """
    if not scene.items:
        return None
    for _ in range(8):
        changed = rng.choice(_CHANGES)(scene, rng)
        if changed is not None and whole(changed) != whole(scene) and _apart(changed):
            return replace(changed, noise_seed=rng.getrandbits(31))
    return None


def family(scene: Scene, size: int, rng: random.Random) -> list[Scene]:
    """The scene and up to `size` - 1 variants, all with different whole captions."""
    found = [scene]
    known = {whole(scene)}
    for _ in range(2 * size):
        if len(found) == size:
            break
        changed = variant(scene, rng)
        if changed is not None and whole(changed) not in known:
            found.append(changed)
            known.add(whole(changed))
    return found
