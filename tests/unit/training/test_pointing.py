"""Boxes: where items are drawn, how they are written, and which questions ask for them."""

import json
import random

import numpy as np
import pytest

from mmdesk.core.boxes import iou, parsed_boxes
from mmdesk.training import pointing, questions, reading_en, reading_zh
from mmdesk.training.draw import bounds, draw_scene
from mmdesk.training.grammar import QUESTIONS, Ask, Lang, every, plain, say
from mmdesk.training.said import traced, worded
from mmdesk.training.vocabulary import as_typed
from mmdesk.training.world import Background, Cell, Colour, Item, Scene, Shape, Size

BACK = Background(Colour.WHITE, (255, 255, 255), (255, 255, 255))


def item(shape: Shape, x: float, y: float, *, filled: bool = True, angle: float = 0.0) -> Item:
    return Item(shape, Colour.BLUE, (0, 0, 200), x, y, Size.BIG, 0.3, filled, angle)


SCENE = Scene(
    400, 400, BACK,
    (item(Shape.SQUARE, 0.2, 0.2), item(Shape.CIRCLE, 0.8, 0.2), item(Shape.CIRCLE, 0.5, 0.8)),
)  # fmt: skip


@pytest.mark.parametrize("filled", [True, False])
@pytest.mark.parametrize("angle", [0.0, 13.0])
@pytest.mark.parametrize("shape", list(Shape))
def test_a_box_is_what_is_drawn(shape, filled, angle):
    one = item(shape, 0.5, 0.5, filled=filled, angle=angle)
    scene = Scene(500, 300, BACK, (one,))
    rows, columns = np.nonzero(np.asarray(draw_scene(scene))[..., 0] < 128)
    drawn = columns.min() / 500, rows.min() / 300, (columns.max() + 1) / 500, (rows.max() + 1) / 300
    assert iou(bounds(one, 500, 300), drawn) > 0.9


def test_a_box_ends_where_the_picture_does():
    assert bounds(item(Shape.SQUARE, 0.05, 0.95), 300, 300)[0] == 0.0
    assert bounds(item(Shape.SQUARE, 0.05, 0.95), 300, 300)[3] == 1.0


def test_corners_are_thousandths_within_the_picture():
    assert pointing.corners((0.1234, -0.2, 0.5, 1.3)) == (125, 0, 500, 1000)


def asked(maker, lang: Lang = Lang.EN) -> dict[str, str]:
    made = [maker(SCENE, random.Random(seed)) for seed in range(800)]
    return {plain(ask, lang): say(ask.reply, lang) for ask in made if ask is not None}


def test_pointing_at_one():
    english = asked(pointing.point)
    box = '[{"bbox_2d": [70, 70, 330, 330], "label": "blue square"}]'
    assert english["Show me the square?"] == box
    assert english["Show me the star?"] == "There is no star."
    assert "Show me the circle?" not in english  # there are two
    assert json.loads(asked(pointing.point, Lang.ZH)["指出正方形？"])[0]["label"] == "蓝色正方形"


def test_pointing_at_all_goes_in_reading_order():
    english = asked(pointing.point_all)
    found = parsed_boxes(english["Show me all circles?"])
    assert [label for _, label in found] == ["blue circle", "blue circle"]
    assert found[0][0][1] < found[1][0][1]
    assert len(parsed_boxes(english["Show me all shapes?"])) == 3
    assert english["Show me all stars?"] == "There are no stars."


def test_a_place_comes_with_its_box_where_one_picture_is_asked_about():
    ask = next(
        a for a in (questions.place(SCENE, random.Random(n)) for n in range(99)) if a and a.items
    )
    assert say(ask.reply, Lang.EN) == "Top left."
    said = worded(ask, Lang.EN, random.Random(1), (SCENE,))
    assert said.answer == 'Top left. [{"bbox_2d": [70, 70, 330, 330], "label": "blue square"}]'
    spots = {at for at, _ in said.traced}
    assert said.answer[min(spots)] == "{"
    assert {thing for _, thing in said.traced} == {SCENE.items[0]}
    assert worded(ask, Lang.EN, random.Random(1), (SCENE, SCENE)).answer == "Top left."
    assert SCENE.items[0].cell is Cell.TOP_LEFT


def test_each_box_is_traced_to_its_own_item():
    ask = next(
        a
        for a in (pointing.point_all(SCENE, random.Random(n)) for n in range(99))
        if a and len(a.items) == 3
    )
    answer = say(ask.reply, Lang.ZH)
    found = dict(traced(ask, answer))
    starts = [at for at, sign in enumerate(answer) if sign == "{"]
    assert [found[at] for at in starts] == list(SCENE.items)


def test_both_languages_have_the_same_kinds():
    assert list(reading_en.QUESTIONS) == list(reading_zh.QUESTIONS)
    assert list(reading_en.ANSWERS) == list(reading_zh.ANSWERS)


@pytest.mark.parametrize("lang", list(Lang))
def test_no_wording_of_the_new_kinds_belongs_to_another(lang):
    """A question must have one right form of answer."""
    table = QUESTIONS[lang]
    owner: dict[str, str] = {}
    shared = {frozenset(pair) for pair in (
        ("value_of", "bar_value"), ("most", "tallest"), ("least", "shortest"),
    )}  # fmt: skip
    for kind, templates in table.items():
        if kind.startswith("then_"):
            continue
        for text in {t for template in templates for t in every(template)}:
            other = owner.setdefault(text, kind)
            assert other == kind or frozenset((kind, other)) in shared, (text, kind, other)


def test_names_are_typed_in_several_ways():
    assert as_typed("Tea", None) == "Tea"
    typed = {as_typed("Tea", random.Random(n)) for n in range(200)}
    assert typed == {"Tea", "tea", "TEA"}


def test_an_ask_without_place_is_left_alone():
    ask: Ask = questions.background(SCENE, random.Random(1))
    assert pointing.located(ask, SCENE) is ask
