"""What is exchanged in a claim, what is said of it, and how a label becomes a text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mmdesk.core.claim_words import EXCHANGES, WORDS
from mmdesk.core.claims import MOST_CONTRASTS, contrasts, has_han, label_texts, unfit, with_article


@pytest.mark.parametrize(
    ("claim", "among"),
    [
        ("a red circle", ["a blue circle", "a red square", "a green circle", "a red triangle"]),
        ("A Red circle", ["A Blue circle", "A Red square"]),
        ("GREY CATS", ["RED CATS", "GREY DOGS"]),
        ("an orange star", ["a red star", "an orange circle"]),
        ("a cat", ["a dog", "an elephant"]),
        ("Two cats", ["Two dogs"]),
        ("a star on the left", ["a star on the right"]),
        ("a star at the top left", ["a star at the bottom left", "a star at the top right"]),
        ("a cup behind a box", ["a cup in front of a box"]),
        ("a cup in front of a box", ["a cup behind a box"]),
        ("一个红色圆形", ["一个蓝色圆形", "一个红色正方形"]),
        ("左上有星星", ["右上有星星", "左下有星星", "左上有圆形"]),
        ("一只黑猫", ["一只白猫", "一只黑狗"]),
        ("两个男孩坐着", ["两个女孩坐着", "两个男孩站着"]),
    ],
)
def test_one_thing_is_exchanged_for_another_of_its_kind(claim: str, among: list[str]) -> None:
    found = contrasts(claim)
    assert set(among) <= set(found)
    assert claim not in found
    assert len(set(found)) == len(found) <= MOST_CONTRASTS


def test_every_word_has_its_turn() -> None:
    found = contrasts("a red circle above a green square")
    assert found[:5] == (
        "a blue circle above a green square",
        "a red triangle above a green square",
        "a red circle below a green square",
        "a red circle above a blue square",
        "a red circle above a green triangle",
    )


def test_nothing_is_made_that_the_claim_names_already() -> None:
    assert "a dog and a dog" not in contrasts("a cat and a dog")
    assert "two dogs and a dog" not in contrasts("two cats and a dog")


@pytest.mark.parametrize(
    "claim",
    ["", "the sky", "turn right now", "everyone has left", "three of them", "热狗", "猫头鹰",
     "two", "1990", "🦄", "scarred", "catalogue", "这是什么"],
)  # fmt: skip
def test_where_nothing_is_known_to_be_another_there_is_nothing(claim: str) -> None:
    assert contrasts(claim) == ()


_PIECES = some.sampled_from(
    [*EXCHANGES, "a", "An", "the", "two", " ", " ", "，", "ſad", "İn", "ＲＥＤ", "\ud800"]
)


@given(some.lists(_PIECES | some.text(max_size=5), max_size=12).map(" ".join))
def test_whatever_is_claimed_each_contrast_is_another_text(claim: str) -> None:
    found = contrasts(claim)
    folded = {" ".join(text.casefold().split()) for text in (claim, *found)}
    assert len(folded) == 1 + len(found) <= 1 + MOST_CONTRASTS
    assert bool(found) <= bool(WORDS.search(claim))


def test_a_book_is_read_through_quickly() -> None:
    assert len(contrasts("a red circle " * 10_000)) == MOST_CONTRASTS


def test_all_that_is_exchanged_is_known() -> None:
    for word, exchange in EXCHANGES.items():
        assert exchange.others
        assert word not in exchange.others
        assert all(other in EXCHANGES for other in exchange.others)


@pytest.mark.parametrize(
    ("claim", "about"),
    [
        ("two cats", "how many"), ("3 cats", "how many"), ("only one cat", "how many"),
        ("两只猫", "how many"), ("有3个圆形", "how many"), ("只有一只猫", "how many"),
        ("several people", "how many"),
        ("no dog", "not so"), ("a cat that isn’t black", "not so"), ("a table without a cloth",
        "not so"), ("没有狗", "not so"), ("不是猫", "not so"),
        ("a sign that says stop", "writing"), ("the word STOP", "writing"),
        ("a sign reads STOP", "writing"), ("写着停字", "writing"), ("a “stop” sign", "writing"),
        ("a cat on the left", "where something"), ("at the top right", "where something"),
        ("a cat on the left side of the picture", "where something"),
        ("左边有猫", "where something"), ("猫在最上面", "where something"),
        ("图片的右下有猫", "where something"), ("上面有猫", "where something"),
        ("a cat to the right of a dog", "beside another"), ("猫在桌子上面", "beside another"),
        ("a cup behind a box", "beside another"), ("猫在狗的左边", "beside another"),
        ("圆形的左边有星形", "beside another"), ("a cat above a dog", "beside another"),
    ],
)  # fmt: skip
def test_what_can_t_be_judged_is_said(claim: str, about: str) -> None:
    [phrase] = unfit(claim)
    assert about in str(phrase)


@pytest.mark.parametrize(
    "claim",
    ["a red circle", "a cat", "one cat", "a man who reads a book", "a notebook with a knot",
     "一只猫", "三角形", "十字", "不锈钢锅", "非洲的大象", "非常大的狗", "a 1990s car", ""],
)  # fmt: skip
def test_a_plain_claim_is_none_of_them(claim: str) -> None:
    assert unfit(claim) == ()


def test_the_starter_was_taught_places() -> None:
    assert unfit("a star on the left", places=True) == ()
    assert len(unfit("a star left of a circle", places=True)) == 1
    assert len(unfit("no two signs on the left say “stop”")) == 4


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("cat", "a photo of a cat"),
        ("apple", "a photo of an apple"),
        (" hot \n dog ", "a photo of a hot dog"),
        ("猫", "一张猫的照片"),
        ("red", "a photo of a red thing"),
        ("orange", "a photo of an orange thing"),
        ("cats", "a photo of cats"),
        ("two cats", "a photo of two cats"),
        ("the moon", "a photo of the moon"),
        ("🦄", "a photo of a 🦄"),
    ],
)
def test_a_label_becomes_the_text_of_a_picture(label: str, text: str) -> None:
    assert label_texts([label]) == (text,)


@pytest.mark.parametrize(
    "words",
    ["an hour", "a house", "a unicorn", "a unit", "an uninvited guest", "an umbrella", "a user",
     "a European", "an ear", "a ewe", "a one-way street", "an onion", "an X-ray", "a UFO",
     "an SUV", "an 8-bit computer", "a 7-inch screen", "an 11-sided coin", "an FM radio",
     "a USB stick", "an unidentified object", "an heir", "a hair", "an urn", "a ukulele"],
)  # fmt: skip
def test_articles_go_by_the_sound(words: str) -> None:
    assert with_article(words.partition(" ")[2]) == words


@pytest.mark.parametrize("words", ["glass", "bus", "iris", "dress"])
def test_one_thing_may_end_in_s(words: str) -> None:
    assert with_article(words) == f"a{'n' * (words == 'iris')} {words}"


def test_chinese_is_told_from_other_writing() -> None:
    assert has_han("a 猫")
    assert not has_han("a cat ねこ 🐈")
