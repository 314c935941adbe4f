"""Hand-checked scenes get the right answers, in both languages and in every wording."""

import random
import re

import pytest

from mmdesk.training import questions, relations, sentences_en, sentences_zh
from mmdesk.training.grammar import (
    Ask,
    Lang,
    Noun,
    Reply,
    Skill,
    every,
    expand,
    normalise,
    phrase,
    plain,
    refusal,
    say,
)
from mmdesk.training.lessons import MAKERS
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


def item(shape: Shape, colour: Colour, cell: Cell, size: Size = Size.MEDIUM) -> Item:
    x, y = (cell.column + 0.5) / 3, (cell.row + 0.5) / 3
    return Item(shape, colour, (1, 2, 3), x, y, size, 0.2)


WHITE = Background(Colour.WHITE, (255, 255, 255), (255, 255, 255))
CIRCLE = item(Shape.CIRCLE, Colour.RED, Cell.TOP_LEFT, Size.BIG)
STAR = item(Shape.STAR, Colour.ORANGE, Cell.CENTER)
CROSS = item(Shape.CROSS, Colour.RED, Cell.BOTTOM_RIGHT, Size.SMALL)
SCENE = Scene(300, 300, WHITE, (CIRCLE, STAR, CROSS))
EMPTY = Scene(300, 300, WHITE, ())


def asked(maker, scene=SCENE, tries=3000) -> list[Ask]:
    made = [maker(scene, random.Random(seed)) for seed in range(tries)]
    return [ask for ask in made if ask is not None]


def answers(maker, lang: Lang, scene=SCENE) -> dict[str, str]:
    return {plain(ask, lang): say(ask.reply, lang) for ask in asked(maker, scene)}


def test_colours():
    english = answers(questions.colour, Lang.EN)
    assert english["What color is the circle?"] == "It is red."
    assert english["What color is the star?"] == "It is orange."
    assert english["What color is the shape in the center?"] == "It is orange."
    assert english["What color is the square?"] == "There is no square."
    chinese = answers(questions.colour, Lang.ZH)
    assert chinese["星形是什么颜色？"] == "是橙色。"
    assert chinese["正方形是什么颜色？"] == "没有正方形。"


def test_background():
    assert answers(questions.background, Lang.EN) == {
        "What color is the background?": "It is white."
    }
    assert answers(questions.background, Lang.ZH) == {"背景是什么颜色？": "是白色。"}


def test_what_is_where():
    english = answers(questions.shape_at_place, Lang.EN)
    assert english["What is at the top left?"] == "A red circle."
    assert english["What shape is in the center?"] == "A star."
    assert english["What is on the left?"] == "There is nothing there."
    assert english["What shape is the orange one?"] == "A star."
    assert "What shape is the red one?" not in english  # two are red
    chinese = answers(questions.shape_at_place, Lang.ZH)
    assert chinese["右下有什么？"] == "红色十字。"
    assert chinese["上方是什么形状？"] == "那里什么都没有。"


def test_places():
    english = answers(questions.place, Lang.EN)
    assert english["Where is the circle?"] == "Top left."
    assert english["Where is the big circle?"] == "Top left."
    assert english["Where is the red cross?"] == "Bottom right."
    chinese = answers(questions.place, Lang.ZH)
    assert chinese["星形在哪里？"] == "中间。"
    assert chinese["红色十字在哪里？"] == "右下。"


def test_counts():
    assert set(answers(questions.count_all, Lang.EN).values()) == {"There are 3 shapes."}
    assert set(answers(questions.count_all, Lang.ZH, EMPTY).values()) == {"没有图形。"}
    english = answers(questions.count_kind, Lang.EN)
    assert english["How many red shapes are there?"] == "There are 2 red shapes."
    assert english["How many crosses are there?"] == "There is 1 cross."
    assert english["How many squares are there?"] == "There are no squares."
    assert answers(questions.count_kind, Lang.ZH)["有几个红色图形？"] == "有2个红色图形。"


def test_yes_and_no():
    english = answers(questions.exists, Lang.EN)
    assert english["Is there a red circle?"] == "Yes."
    assert english["Is there a square?"] == "No."
    assert english["Is there an orange star?"] == "Yes."
    assert english["Is the star orange?"] == "Yes."
    chinese = answers(questions.exists, Lang.ZH)
    assert chinese["有圆形吗？"] == "有。"
    assert chinese["有菱形吗？"] == "没有。"


def test_descriptions_are_in_reading_order():
    assert set(answers(questions.description, Lang.EN).values()) == {
        "A red circle at the top left, an orange star in the center and a red cross at the "
        "bottom right on a white background."
    }
    assert set(answers(questions.description, Lang.ZH).values()) == {
        "白色背景上，左上有红色圆形，中间有橙色星形，右下有红色十字。"
    }
    assert set(answers(questions.description, Lang.EN, EMPTY).values()) == {
        "An empty white picture."
    }


def test_relations():
    english = answers(relations.relation, Lang.EN)
    assert english["Is the circle left of the star?"] == "Yes."
    assert english["Is the circle right of the star?"] == "No."
    assert english["Is the cross above the circle?"] == "No."
    assert english["Which is lower, the circle or the cross?"] == "The cross."
    assert english["What is above the star?"] == "A red circle."
    assert english["What is left of the circle?"] == "Nothing."
    assert "What is below the circle?" not in english  # two things are
    chinese = answers(relations.relation, Lang.ZH)
    assert chinese["圆形在星形的左边吗？"] == "是的。"
    assert chinese["十字在圆形的上面吗？"] == "不是。"


def test_level_items_are_not_compared():
    level = Scene(300, 300, WHITE, (CIRCLE, item(Shape.STAR, Colour.BLUE, Cell.TOP_RIGHT)))
    for ask in asked(relations.relation, level):
        assert ask.kind not in ("above", "below", "which_above", "which_below")


def test_follow_ups():
    made = [relations.follow_up(SCENE, random.Random(seed)) for seed in range(3000)]
    texts = {
        (plain(pair[0], Lang.EN), plain(pair[1], Lang.EN)): say(pair[1].reply, Lang.EN)
        for pair in made
        if pair is not None
    }
    assert texts["What color is the star?", "And where is it?"] == "Center."
    assert texts["Where is the circle?", "And what color is it?"] == "It is red."
    assert texts["Where is the circle?", "And the star?"] == "Center."
    assert texts["What color is the circle?", "And the star?"] == "It is orange."


def test_two_pictures():
    other = Scene(300, 300, WHITE, (item(Shape.CIRCLE, Colour.BLUE, Cell.RIGHT),))
    made = [relations.two_pictures((SCENE, other), random.Random(seed)) for seed in range(600)]
    english = {plain(a, Lang.EN): say(a.reply, Lang.EN) for a in made if a is not None}
    assert english["Which picture has more shapes?"] == "The first picture."
    assert english["Which picture has more circles?"] == "Both have the same number."
    assert english["Which picture has a star?"] == "The first picture."
    assert english["Which picture has a circle?"] == "Both pictures."
    assert english["What color is the circle in the second picture?"] == "It is blue."
    assert english["Where is the circle in the first picture?"] == "Top left."
    chinese = {plain(a, Lang.ZH): say(a.reply, Lang.ZH) for a in made if a is not None}
    assert chinese["哪张图有蓝色图形？"] == "第二张图。"


def test_both_languages_know_the_same_questions_and_answers():
    assert set(sentences_en.QUESTIONS) == set(sentences_zh.QUESTIONS)
    assert set(sentences_en.ANSWERS) == set(sentences_zh.ANSWERS)


@pytest.mark.parametrize("lang", list(Lang))
def test_every_wording_of_every_question_can_be_filled(lang):
    table = sentences_en.QUESTIONS if lang is Lang.EN else sentences_zh.QUESTIONS
    noun = Noun(Shape.CROSS, Colour.GRAY, Size.BIG)
    slots = {"noun": noun, "other": Noun(Shape.STAR), "cell": Cell.TOP, "nth": 1,
             "colour": Colour.PINK}  # fmt: skip
    for kind, wordings in table.items():
        for wording in wordings:
            texts = every(wording)
            assert len(set(texts)) == len(texts) < 2000
            assert expand(wording, random.Random(1)) in texts
        ask = Ask(Skill.COLOUR, kind, Reply("yes"), slots)
        for seed in range(200):
            text = phrase(ask, lang, random.Random(seed))
            assert not re.search(r"[\[\]{}|]|  ", text), text
            assert bool(re.search(r"[\u4e00-\u9fff]", text)) is (lang is Lang.ZH)


def test_people_write_the_same_question_in_many_ways():
    ask = Ask(Skill.COLOUR, "colour", Reply("yes"), {"noun": Noun(Shape.CIRCLE)})
    texts = {phrase(ask, Lang.EN, random.Random(seed)) for seed in range(500)}
    assert {"What color is the circle?", "what colour is the circle"} <= texts
    assert any("What's" in text for text in texts)
    ask = Ask(Skill.COUNT_ALL, "count_all", Reply("yes"))
    texts = {phrase(ask, Lang.ZH, random.Random(seed)) for seed in range(500)}
    assert {"有几个图形？", "有几个图形"} <= texts


def test_every_question_about_a_random_scene_has_an_answer_that_fits_the_scene():
    for seed in range(150):
        scene = sample_scene(random.Random(seed))
        for skill, maker in MAKERS.items():
            ask = maker(scene, random.Random(seed))
            if ask is None:
                continue
            assert ask.skill is skill
            noun = ask.slots.get("noun")
            unique = ask.reply.kind in ("colour", "place", "size", "filled", "outlined")
            if noun is not None and unique and ask.kind != "background":
                assert len(scene.matching(noun.shape, noun.colour, noun.size)) == 1


def test_the_refusal_says_where_to_go():
    assert "Settings" in refusal(Lang.EN)
    assert "设置" in refusal(Lang.ZH)


@pytest.mark.parametrize(
    ("given", "wanted", "same"),
    [
        ("It is red.", "it is red", True),
        (" Top  left. ", "Top left.", True),
        ("是红色。", "是红色", True),
        ("左上，中间", "左上,中间", True),
        ("It is red.", "It is blue.", False),
        ("There are 3 stars.", "There are 2 stars.", False),
        ("A star and a circle.", "A circle and a star.", False),
        ("Yes.", "Yes, it is.", False),
        ("", "Yes.", False),
    ],
)
def test_what_counts_as_the_same_answer(given, wanted, same):
    assert (normalise(given) == normalise(wanted)) is same
