"""What a question let choose between."""

import pytest

from mmdesk.core.choices import choices_of


@pytest.mark.parametrize(
    ("question", "answer", "found"),
    [
        ("Is there a star?", "Yes, there is.", [("Yes", "Yes"), ("No", "No")]),
        ("Is there a star?", "no", [("no", "no"), ("yes", "yes")]),
        ("Is it?", "Not really.", []),
        ("Is it?", "Nothing.", []),
        ("有星形吗？", "没有。", [("没有", "没有"), ("有", "有")]),
        ("有星形吗？", "有一个。", [("有", "有"), ("没有", "没有")]),
        ("是猫吗？", "不是,是狗。", [("不是", "不是"), ("是的", "是的")]),
        (
            "Is it a cat or a dog?", "It is a dog.",
            [("dog", "It is a dog."), ("cat", "It is a cat.")],
        ),
        (
            "Is the circle left or right of the star?", "It is left of the star.",
            [("left", "It is left of the star."), ("right", "It is right of the star.")],
        ),
        (
            "Is the big circle filled, or outlined?", "Outlined.",
            [("outlined", "Outlined."), ("filled", "filled.")],
        ),
        (
            "圆形是红色还是蓝色？", "圆形是蓝色的。",
            [("蓝色", "圆形是蓝色的。"), ("红色", "圆形是红色的。")],
        ),
        ("Is it a cat or a dog?", "It is a horse.", []),
        ("Is it a cat or a dog?", "A cat and a dog.", []),
        ("What colour is it?", "It is red.", []),
        ("", "", []),
        ("or", "or", []),
    ],
)  # fmt: skip
def test_the_answers_own_choice_comes_first(question, answer, found):
    assert [(each.label, each.text) for each in choices_of(question, answer)] == found


def test_endless_questions_are_looked_at_within_a_tests_time():
    assert choices_of("a or " * 20_000, "a b" * 20_000) == ()
    assert choices_of("是或者" * 20_000, "好" * 20_000) == ()
