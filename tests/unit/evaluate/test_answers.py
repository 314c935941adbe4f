"""VQA accuracy in the official normal form, by hand-computed cases."""

import pytest

from mmdesk.evaluate.answers import (
    chinese_form,
    english_form,
    exact_match,
    normal_form,
    vqa_accuracy,
)


@pytest.mark.parametrize(
    ("given", "alike", "score"),
    [
        # min(n / 3, 1) over the ten ways to leave one out: with n alike, n of the ten ways leave
        # n - 1 others, the other 10 - n leave n.
        (0, 0, 0.0),
        (1, 1, 9 / 10 * 1 / 3),
        (2, 2, (2 * 1 / 3 + 8 * 2 / 3) / 10),
        (3, 3, (3 * 2 / 3 + 7) / 10),
        (4, 4, 1.0),
        (10, 10, 1.0),
    ],
)
def test_the_soft_score_of_ten_answers(given, alike, score):
    answers = ["red"] * given + ["blue"] * (10 - given)
    assert vqa_accuracy("Red.", answers) == pytest.approx(score), alike


def test_fewer_answers_are_matched_exactly():
    assert vqa_accuracy("two", ["2"]) == 1
    assert vqa_accuracy("red", ["blue", "The red."]) == 1
    assert vqa_accuracy("red", ["dark red"] * 9) == 0
    assert vqa_accuracy("", ["no"]) == 0


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("The two dogs.", "2 dogs"),
        ("a T-shirt", "t shirt"),  # a mark between letters parts them
        ("yes, it is!", "yes it is"),  # beside a space it goes
        ("1,000", "1000"),  # a comma within a number
        ("It is 3.5", "it is 3.5"),
        ("None", "0"),
        ("dont", "don't"),
        ("don’t", "don't"),
        ("couldnt've", "couldn't've"),
        ("couldn'tve", "couldn't've"),
        ("o'clock", "o'clock"),
        ("oclock", "o'clock"),
        ("twas", "'twas"),
        ("its", "its"),  # not it's
        ("well", "well"),
        ("  On\n the\ttable ", "on table"),
        ("?", ""),
    ],
)
def test_the_official_normal_form(text, form):
    assert english_form(text) == form
    assert english_form(form) == form


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("两个。", "2"),
        ("二十三", "23"),
        ("十二个", "12"),
        ("十", "10"),
        ("零", "0"),
        ("3 个", "3"),
        ("二三", "二三"),  # no number
        ("红色的。", "红色"),
        ("是的", "是"),
        ("ＡＢＣ，好！", "abc好"),
        ("3.5 米", "3.5米"),
        ("的", "的"),
        ("个", "个"),
    ],
)
def test_chinese_without_what_may_be_left_out(text, form):
    assert chinese_form(text) == form


def test_the_language_is_told_by_the_characters():
    assert normal_form("The 2 个") == "the2个"
    assert normal_form("The 2") == "2"


def test_exact_match_wants_the_words_that_most_gave():
    assert exact_match("it is RED", ["It is  red."])
    assert exact_match("有", ["有。"])
    assert not exact_match("red", ["a red"])
    assert exact_match("red", ["red", "red", "blue"])
    assert not exact_match("blue", ["red", "red", "blue"])
