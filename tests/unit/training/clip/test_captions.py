"""Captions say what is true of their scene, and the claims say which other scenes they fit."""

import random

import pytest

from mmdesk.training.clip.batches import also_true, cell_labels
from mmdesk.training.clip.captions import (
    DEFAULT_MIX,
    Caption,
    Kind,
    caption,
    facts,
    some_caption,
    whole,
    whole_caption,
)
from mmdesk.training.clip.variants import family, variant
from mmdesk.training.grammar import Lang, Noun
from mmdesk.training.world import (
    Background,
    Cell,
    Colour,
    Item,
    Scene,
    Shape,
    Size,
    sample_scene,
)

WHITE = Background(Colour.WHITE, (255, 255, 255), (255, 255, 255))


def item(shape: Shape, colour: Colour, x: float, y: float) -> Item:
    return Item(shape, colour, (200, 0, 0), x, y, Size.SMALL, 0.15)


CIRCLE = item(Shape.CIRCLE, Colour.RED, 1 / 6, 1 / 6)
STAR = item(Shape.STAR, Colour.BLUE, 5 / 6, 1 / 6)
OTHER_CIRCLE = item(Shape.CIRCLE, Colour.RED, 1 / 6, 5 / 6)


def scene(*items: Item, background: Background = WHITE) -> Scene:
    return Scene(300, 300, background, items)


def test_facts_of_a_scene():
    known = facts(scene(CIRCLE, STAR, OTHER_CIRCLE))
    assert ("is", Noun(Shape.CIRCLE)) in known
    assert ("is", Noun(None, Colour.BLUE)) in known
    assert ("is", Noun(Shape.STAR, Colour.RED)) not in known
    assert ("at", Noun(Shape.CIRCLE), Cell.BOTTOM_LEFT) in known
    assert ("count", Noun(Shape.CIRCLE, Colour.RED), 2) in known
    assert ("count", Noun(Shape.CIRCLE, Colour.RED), 1) not in known
    assert ("count", Noun(), 3) in known
    assert ("left", Noun(Shape.CIRCLE), Noun(Shape.STAR, Colour.BLUE)) in known
    assert ("left", Noun(Shape.STAR), Noun(Shape.CIRCLE)) not in known
    assert ("above", Noun(Shape.STAR), Noun(Shape.CIRCLE)) in known
    assert ("background", Colour.WHITE) in known


@pytest.mark.parametrize("lang", Lang)
@pytest.mark.parametrize("kind", Kind)
def test_a_caption_fits_its_own_scene(kind, lang):
    rng = random.Random(5)
    made = set()
    for _ in range(200):
        drawn = sample_scene(rng)
        told = caption(drawn, kind, lang, rng)
        assert told.claims
        assert told.fits(facts(drawn))
        assert "{" not in told.text
        assert "[" not in told.text
        assert "a image" not in told.text
        assert told.text.isascii() is (lang is Lang.EN)
        made.add(told.kind)
    assert kind in made
    assert made <= {kind, Kind.WHOLE}


def test_every_kind_is_drawn():
    rng = random.Random(2)
    drawn = [some_caption(sample_scene(rng), DEFAULT_MIX, Lang.EN, rng) for _ in range(300)]
    assert {told.kind for told in drawn} == set(Kind)


def test_whole_captions_with_background_differ_where_scenes_do():
    rng = random.Random(3)
    scenes = [sample_scene(rng) for _ in range(400)]
    by_meaning = {whole(s): s for s in scenes}
    known = [facts(s) for s in by_meaning.values()]
    for lang in Lang:
        told = [whole_caption(s, lang, rng) for s in by_meaning.values()]
        assert len({one.text for one in told}) == len(told)
        assert all(sum(one.fits(each) for each in known) == 1 for one in told)


def test_a_short_caption_fits_other_scenes_too():
    scenes = [scene(CIRCLE), scene(CIRCLE, STAR), scene(STAR)]
    circle = Caption("a circle", Kind.ITEM, frozenset({("is", Noun(Shape.CIRCLE))}))
    two = Caption("two shapes", Kind.COUNT, frozenset({("count", Noun(), 2)}))
    star = Caption("a star", Kind.ITEM, frozenset({("is", Noun(Shape.STAR))}))
    assert also_true([circle, two, star], scenes).tolist() == [
        [False, True, False],
        [False, False, False],
        [False, True, False],
    ]


def test_cell_labels_say_what_stands_where():
    labels = cell_labels(scene(CIRCLE, STAR, item(Shape.CROSS, Colour.PINK, 0.7, 0.1)))
    assert labels[:2].tolist() == [1, 1]  # top left: circle, red
    assert labels[2:4].tolist() == [0, 0]  # top: nothing
    assert labels[4:6].tolist() == [-100, -100]  # top right: two things
    assert labels[-1] == 7  # white


def test_a_variant_differs_in_one_thing():
    rng = random.Random(4)
    changed = 0
    for _ in range(300):
        one = sample_scene(rng)
        other = variant(one, rng)
        if other is None:
            continue
        changed += 1
        assert whole(other) != whole(one)
        assert len(one.items) - len(other.items) in (0, 1)
        before = {(i.cell, i.shape, i.colour) for i in one.items}
        after = {(i.cell, i.shape, i.colour) for i in other.items}
        assert len(before - after) <= 2
        assert not any(i.colour is other.background.colour for i in other.items)
        assert all(0 < i.x < 1 and 0 < i.y < 1 for i in other.items)
    assert changed > 200


def test_an_empty_scene_has_no_variant():
    assert variant(scene(), random.Random(1)) is None
    assert family(scene(), 4, random.Random(1)) == [scene()]


def test_all_of_a_family_have_different_captions():
    rng = random.Random(6)
    sizes = []
    for _ in range(60):
        found = family(sample_scene(rng, 4), 4, rng)
        sizes.append(len(found))
        assert len({whole(one) for one in found}) == len(found)
    assert sum(sizes) > 200
