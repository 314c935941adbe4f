"""The drawing puts colour where the scene says, and the labels agree with it."""

import random
from dataclasses import replace

import numpy as np
import pytest

from mmdesk.training.batches import HEADS, IGNORE, dense_labels
from mmdesk.training.draw import draw_scene, outline, patch_cover, squeeze
from mmdesk.training.foreign import TEST_PHOTOS, TRAIN_PHOTOS, foreign_picture, photo_files
from mmdesk.training.grammar import Lang
from mmdesk.training.shades import SHADES, distance, sample_shade
from mmdesk.training.unknown import Split, part, unknown_question
from mmdesk.training.world import (
    CELLS,
    COLOURS,
    SHAPES,
    Background,
    Cell,
    Colour,
    Item,
    Scene,
    Shape,
    Size,
    sample_scene,
)

BLUE, WHITE = (20, 60, 230), (255, 255, 255)
PAPER = Background(Colour.WHITE, WHITE, WHITE)


def one(shape: Shape, *, filled: bool = True, width: int = 300, height: int = 300) -> Scene:
    item = Item(shape, Colour.BLUE, BLUE, 0.5, 0.5, Size.BIG, 0.3, filled)
    return Scene(width, height, PAPER, (item,))


@pytest.mark.parametrize("shape", SHAPES)
def test_a_shape_is_where_it_should_be(shape):
    pixels = np.asarray(draw_scene(one(shape)))
    assert tuple(pixels[150, 150]) == BLUE
    assert tuple(pixels[60, 60]) == WHITE
    inked = np.argwhere(pixels[..., 0] < 128)
    assert 75 < inked.mean(0)[0] < 225
    assert (inked.min(0) > 95).all()
    assert (inked.max(0) < 205).all()


@pytest.mark.parametrize("shape", SHAPES)
def test_an_outline_is_empty_inside(shape):
    pixels = np.asarray(draw_scene(one(shape, filled=False)))
    assert tuple(pixels[150, 150]) == WHITE
    assert (pixels[..., 0] < 128).sum() > 500


def test_shapes_differ():
    pictures = [np.asarray(draw_scene(one(shape))).tobytes() for shape in SHAPES]
    assert len(set(pictures)) == len(SHAPES)


def test_edges_are_antialiased():
    pixels = np.asarray(draw_scene(one(Shape.CIRCLE)))[..., 0]
    assert ((pixels > 40) & (pixels < 240)).sum() > 50


def test_a_circle_stays_round_in_a_wide_picture():
    pixels = np.asarray(draw_scene(one(Shape.CIRCLE, width=400, height=200)))[..., 0] < 128
    assert abs(np.ptp(np.flatnonzero(pixels.any(0))) - np.ptp(np.flatnonzero(pixels.any(1)))) <= 1


def test_nothing_is_cut_off_when_a_picture_is_squeezed():
    corner = replace(one(Shape.SQUARE).items[0], x=0.9, y=0.9)
    pixels = squeeze(draw_scene(Scene(500, 250, PAPER, (corner,))), 144)
    assert pixels.shape == (144, 144, 3)
    assert tuple(pixels[130, 130]) == BLUE


def test_the_same_scene_is_the_same_picture():
    scene = sample_scene(random.Random(5))
    assert scene == sample_scene(random.Random(5)) != sample_scene(random.Random(6))
    noisy = replace(scene, background=replace(scene.background, noise=5.0))
    assert draw_scene(noisy).tobytes() == draw_scene(noisy).tobytes()
    assert draw_scene(noisy).tobytes() != draw_scene(scene).tobytes()


def test_scenes_keep_the_rules_of_the_world():
    counts = set()
    for seed in range(400):
        scene = sample_scene(random.Random(seed))
        counts.add(len(scene.items))
        assert [i.cell.value for i in scene.items] == sorted(i.cell.value for i in scene.items)
        for item in scene.items:
            assert item.colour is not scene.background.colour
            assert distance(item.rgb, scene.background.rgb) > 40
            for x, y in outline(item, scene.width, scene.height):
                assert -0.06 * scene.width < x < 1.06 * scene.width
                assert -0.06 * scene.height < y < 1.06 * scene.height
    assert counts == set(range(7))


def test_every_colour_name_has_shades_of_its_own():
    assert list(SHADES) == [colour.value for colour in COLOURS]
    rng = random.Random(1)
    red = [sample_shade("red", rng) for _ in range(200)]
    assert all(r > 110 and r > 2 * max(g, b) for r, g, b in red)
    assert len(set(red)) > 150


def test_patch_labels_say_what_is_drawn():
    items = (
        Item(Shape.STAR, Colour.RED, (220, 0, 0), 1 / 6, 1 / 6, Size.BIG, 0.3),
        Item(Shape.CROSS, Colour.BLUE, BLUE, 5 / 6, 5 / 6, Size.SMALL, 0.15, False),
    )
    scene = Scene(300, 300, PAPER, items)
    owner = patch_cover(scene, 9)
    assert owner[1, 1] == 0
    assert owner[7, 7] == 1
    assert owner[4, 4] == -1
    labels = dense_labels(scene, 9).reshape(9, 9, len(HEADS))
    star = [SHAPES.index(Shape.STAR) + 1, COLOURS.index(Colour.RED) + 1, 1, 2, 2, 1]
    assert labels[1, 1].tolist()[:7] == [*star, COLOURS.index(Colour.WHITE)]
    assert labels[1, 1].tolist()[7:] == [1, 1, 15, 14, 0, 0, 0]  # its box in fiftieths, no letter
    assert labels[7, 7, 2] == Cell.BOTTOM_RIGHT.value + 1
    assert labels[7, 7, 4] == 1
    assert labels[4, 4].tolist()[:7] == [0, 0, 0, 0, 0, 0, COLOURS.index(Colour.WHITE)]
    assert labels[4, 4].tolist()[7:] == [IGNORE] * 4 + [0, 0, 0]


def test_a_foreign_picture_is_labelled_so():
    labels = dense_labels(foreign_picture(random.Random(1), Split.TRAIN), 9)
    assert set(labels[:, 0]) == {7}
    assert set(labels[:, 1]) == {IGNORE}


def test_cells_are_in_reading_order():
    assert [(cell.row, cell.column) for cell in CELLS][:4] == [(0, 0), (0, 1), (0, 2), (1, 0)]


def test_photos_are_split_by_picture():
    assert not set(TRAIN_PHOTOS) & set(TEST_PHOTOS)
    train, test = photo_files(Split.TRAIN), photo_files(Split.TEST)
    assert len(train) >= 8
    assert len(test) >= 5
    assert not {p.name.rstrip("lefright.pnj_") for p in train} & {
        p.name.rstrip("lefright.pnj_") for p in test
    }


def test_unknown_questions_are_split():
    values = [str(i) for i in range(10)]
    assert part(values, Split.TEST) == ["0", "5"]
    assert len(part(values, Split.TRAIN)) == 8
    for lang in Lang:
        sides = [
            {
                unknown_question(lang, random.Random(f"{split} {i}"), split).lower()
                for i in range(300)
            }
            for split in Split
        ]
        assert not sides[0] & sides[1]
