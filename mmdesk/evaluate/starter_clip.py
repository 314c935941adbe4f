"""Matches pictures and captions that training never saw, through the checkpoint's own processor."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from mmdesk.core.figures import Figure
from mmdesk.evaluate.matcher import Matcher
from mmdesk.evaluate.retrieval import ranks
from mmdesk.training.clip import words
from mmdesk.training.clip.captions import whole, whole_caption
from mmdesk.training.clip.variants import variant
from mmdesk.training.draw import draw_scene
from mmdesk.training.grammar import Lang, Noun
from mmdesk.training.world import COLOURS, SHAPES, Scene, sample_scene

RECALL_BAR, ZERO_SHOT_BAR = 0.90, 0.95
GALLERY = 100
DEPTHS = (1, 5, 10)
ZERO_SHOT_PICTURES = 60
# One prompt a class, in words that captions have too.
PROMPTS = {Lang.EN: "a picture of {}", Lang.ZH: "一张有{}的图片"}


def gallery(rng: random.Random, size: int = GALLERY) -> list[Scene]:
    """Scenes of which no two have the same things at the same places on the same background."""
    scenes: list[Scene] = []
    known = set()
    while len(scenes) < size:
        scene = sample_scene(rng)
        if whole(scene) not in known:
            known.add(whole(scene))
            scenes.append(scene)
    return scenes


def drawn(scenes: Sequence[Scene]) -> list[Image.Image]:
    """The scenes as pictures."""
    return [draw_scene(scene) for scene in scenes]


@dataclass(frozen=True)
class Tally:
    """How often something was right."""

    right: int
    n: int

    @property
    def share(self) -> float:
        """Between 0 and 1."""
        return self.right / self.n

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.right + other.right, self.n + other.n)


Recalls = dict[tuple[str, Lang, int], Tally]


def recalls(matcher: Matcher, seed: int, rounds: int) -> Recalls:
    """Found by (direction "i2t" or "t2i", language, depth), over `rounds` galleries."""
    found: Recalls = {}
    for number in range(rounds):
        rng = random.Random(f"eval clip {seed} gallery {number}")
        scenes = gallery(rng)
        images = matcher.pictures(drawn(scenes))
        for lang in Lang:
            texts = matcher.texts([whole_caption(scene, lang, rng).text for scene in scenes])
            scores = images @ texts.T
            for direction, table in (("i2t", scores), ("t2i", scores.T)):
                rank = ranks(table, np.eye(len(table), dtype=np.bool_))
                for depth in DEPTHS:
                    key = (direction, lang, depth)
                    hits = Tally(int((rank < depth).sum()), len(rank))
                    found[key] = found.get(key, Tally(0, 0)) + hits
    return found


def recall_figures(found: Recalls, seed: int) -> list[Figure]:
    """Each language by itself, then both together; bars where depth is 1."""
    figures = []
    for depth in DEPTHS:
        bar = RECALL_BAR if depth == 1 else None
        for direction in ("i2t", "t2i"):
            name = f"recall_at_{depth}_{direction}"
            parts = {lang: found[direction, lang, depth] for lang in Lang}
            for lang, part in parts.items():
                own = f"{name}_{lang.value}"
                figures.append(Figure(own, part.share, "share", part.n, seed, bar))
            both = sum(parts.values(), Tally(0, 0))
            figures.append(Figure(name, both.share, "share", both.n, seed, bar))
    return figures


def prompts(nouns: Sequence[Noun], lang: Lang) -> list[str]:
    """One text a class: "a picture of a circle", "一张有圆形的图片"."""
    return [PROMPTS[lang].format(words.plain(noun, lang)) for noun in nouns]


def zero_shot(matcher: Matcher, seed: int, rounds: int) -> dict[tuple[str, Lang], Tally]:
    """Shape and colour of pictures with one item, each told from all others by one prompt."""
    scenes = list(_alone(random.Random(f"eval clip {seed} one"), ZERO_SHOT_PICTURES * rounds))
    images = matcher.pictures(drawn(scenes))
    items = [scene.items[0] for scene in scenes]
    shapes = [Noun(shape) for shape in SHAPES], [SHAPES.index(item.shape) for item in items]
    colours = (
        [Noun(None, colour) for colour in COLOURS],
        [COLOURS.index(item.colour) for item in items],
    )
    found = {}
    for name, (nouns, wanted) in (("shape", shapes), ("colour", colours)):
        for lang in Lang:
            chosen = (images @ matcher.texts(prompts(nouns, lang)).T).argmax(axis=1)
            found[name, lang] = Tally(int((chosen == np.array(wanted)).sum()), len(scenes))
    return found


def _alone(rng: random.Random, count: int) -> Iterator[Scene]:
    for _ in range(count):
        yield sample_scene(rng, 1)


def zero_shot_figures(found: dict[tuple[str, Lang], Tally], seed: int) -> list[Figure]:
    """Shape and colour in each language, and the lowest of the four as `zero_shot`."""
    figures = [
        Figure(f"zero_shot_{name}_{lang.value}", part.share, "share", part.n, seed, ZERO_SHOT_BAR)
        for (name, lang), part in found.items()
    ]
    lowest = min(found.values(), key=lambda part: part.share)
    return [*figures, Figure("zero_shot", lowest.share, "share", lowest.n, seed, ZERO_SHOT_BAR)]


def told_apart(matcher: Matcher, seed: int, rounds: int) -> dict[Lang, Tally]:
    """Two pictures that differ in one thing, and a caption of the first: is it nearer to the first?

    A colour, shape or place is another one or swapped between two items, or an item is gone.
    """
    rng = random.Random(f"eval clip {seed} variants")
    pairs: list[tuple[Scene, Scene]] = []
    while len(pairs) < GALLERY * rounds // 2:
        scene = sample_scene(rng)
        other = variant(scene, rng)
        if other is not None:
            pairs.append((scene, other))
    first = matcher.pictures(drawn([scene for scene, _ in pairs]))
    second = matcher.pictures(drawn([other for _, other in pairs]))
    found = {}
    for lang in Lang:
        told = [whole_caption(scene, lang, rng).text for scene, _ in pairs]
        texts = matcher.texts(told)
        right = (first * texts).sum(axis=1) > (second * texts).sum(axis=1)
        found[lang] = Tally(int(right.sum()), len(pairs))
    return found


def figures(model: Path, seed: int, rounds: int, batch: int = 50) -> list[Figure]:
    """All figures of a checkpoint; `rounds` galleries of 100 scenes, and as much of the rest."""
    matcher = Matcher(model, batch)
    found = recall_figures(recalls(matcher, seed, rounds), seed)
    found += zero_shot_figures(zero_shot(matcher, seed, rounds), seed)
    for lang, part in told_apart(matcher, seed, rounds).items():
        found.append(Figure(f"told_apart_{lang.value}", part.share, "share", part.n, seed))
    return found
