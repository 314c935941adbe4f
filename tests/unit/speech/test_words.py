"""Words, their times, and the script that they are written in."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from whisper import timing
from whisper.tokenizer import Tokenizer, get_tokenizer

from mmdesk.core.requests import Script
from mmdesk.speech.alignment import token_times, warp
from mmdesk.speech.script import in_script
from mmdesk.speech.words import certainty, split_words

pytestmark = pytest.mark.filterwarnings("ignore:unclosed file")


def tokenizer() -> Tokenizer:
    return get_tokenizer(True, num_languages=99, language="en", task="transcribe")


def words(text: str, language: str = "en") -> list[str]:
    return [word.text for word in split_words(tokenizer(), tokenizer().encode(text), language)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("What color is the circle?", [" What", " color", " is", " the", " circle?"]),
        (" I don't know, really.", [" I", " don't", " know,", " really."]),
        (' He said "yes" twice', [" He", " said", ' "yes"', " twice"]),
        (" a left-most star", [" a", " left-most", " star"]),
        (" extraordinarily", [" extraordinarily"]),
        ("...", [" ..."]),
        ("", []),
        ("   ", []),
    ],
)
def test_english_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_chinese_words_keep_their_marks() -> None:
    found = words("红色的圆形在哪里？在左边。", "zh")
    assert "".join(found) == "红色的圆形在哪里？在左边。"
    assert len(found) >= 6
    assert found[-1].endswith("。")
    assert not any(word in "？。" for word in found)


def test_latin_words_in_chinese_stay_whole() -> None:
    found = words("这个app里有JavaScript", "zh")
    assert "".join(found) == "这个app里有JavaScript"
    assert "JavaScript" in found
    assert "app" in found


@given(st.lists(st.integers(0, 50256), max_size=30), st.sampled_from(["en", "zh", "ja", "de"]))
@settings(max_examples=150)
def test_joined_words_are_the_text(tokens: list[int], language: str) -> None:
    found = split_words(tokenizer(), tokens, language)
    text = "".join(word.text for word in found)
    assert text.strip() == tokenizer().encoding.decode(tokens).strip()
    assert all(word.text for word in found)
    assert all(word.begin < word.end for word in found)
    assert all(one.end == two.begin for one, two in pairwise(found))


def test_a_token_without_text_is_no_word() -> None:
    tokens = [*tokenizer().encode("红"), 50256, *tokenizer().encode("色"), 50256]
    assert [word.text for word in split_words(tokenizer(), tokens, "zh")] == ["红", "色"]


def test_certainty_is_the_mean_of_the_probabilities() -> None:
    first, second = split_words(tokenizer(), tokenizer().encode(" red quadrilateral"), "en")
    logs = [float(np.log(chance)) for chance in (0.5, 0.9, 0.7, 0.2)]
    assert certainty(first, logs) == pytest.approx(0.5)
    assert second.end - second.begin > 1
    assert certainty(second, logs) == pytest.approx(np.mean([0.9, 0.7, 0.2][: second.end - 1]))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (4, 60), (30, 200)])
def test_time_warping_is_whispers(shape: tuple[int, int]) -> None:
    cost = np.random.default_rng(sum(shape)).standard_normal(shape)
    for matrix in (cost, np.round(cost), np.zeros(shape)):
        reference = timing.dtw_cpu.py_func(matrix) if shape[1] < 100 else timing.dtw_cpu(matrix)
        rows, columns = warp(matrix)
        assert rows.tolist() == reference[0].tolist()
        assert columns.tolist() == reference[1].tolist()


def test_times_follow_the_attention() -> None:
    """Two heads look at 0-20, 20-60 and 60-90 for three tokens, after a prompt of three."""
    scores = torch.zeros(2, 3 + 1 + 3 + 1, 100)
    for row, (begin, end) in enumerate([(0, 20), (20, 60), (60, 90)], start=3):
        scores[:, row, begin:end] = 8.0
    scores[:, 6:, 90:] = 8.0
    times = token_times(scores, 3, 1.9)
    assert len(times) == 4
    np.testing.assert_allclose(times, [0.0, 0.4, 1.2, 1.8], atol=0.09)
    assert token_times(scores, 3, 0.5).max() <= 0.5


def test_scores_that_say_nothing() -> None:
    times = token_times(torch.zeros(1, 6, 2), 3, 0.04)
    assert np.all(np.diff(times) >= 0)
    assert np.isfinite(times).all()


def test_chinese_script() -> None:
    pieces = ("圖片", "裡有", "幾個", "圓形？")
    assert in_script(pieces, "zh", Script.SIMPLIFIED) == ("图片", "里有", "几个", "圆形？")
    simplified = ("头", "发和", "发", "现")
    # 发 is written in two ways, by the words that it is part of.
    assert in_script(simplified, "zh", Script.TRADITIONAL) == ("頭", "髮和", "發", "現")


def test_other_languages_keep_their_script() -> None:
    assert in_script(("図書館", "で"), "ja", Script.SIMPLIFIED) == ("図書館", "で")
    assert in_script((), "zh", Script.SIMPLIFIED) == ()
