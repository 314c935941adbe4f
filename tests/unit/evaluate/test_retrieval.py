"""Recall with several captions per picture, and classes from prompts."""

import numpy as np
import pytest

from mmdesk.evaluate.retrieval import centre, classified, matches, prompts, ranks, recall

SCORES = np.array(
    [
        [0.9, 0.1, 0.2, 0.3],  # first
        [0.5, 0.5, 0.1, 0.2],  # a tie counts against
        [0.9, 0.8, 0.3, 0.3],  # two better and a tie
        [0.4, 0.3, 0.2, 0.1],  # last
    ],
    dtype=np.float32,
)
EACH_ITS_OWN = np.eye(4, dtype=np.bool_)


def test_ranks_count_whoever_scores_at_least_as_much():
    assert ranks(SCORES, EACH_ITS_OWN).tolist() == [0, 1, 3, 3]
    assert ranks(SCORES.T, EACH_ITS_OWN).tolist() == [1, 1, 0, 3]


def test_any_of_several_right_ones_is_found():
    right = matches([frozenset({1, 3}), frozenset({0, 1}), frozenset({1}), frozenset({2, 3})], 4)
    # 0.3 behind 0.9; 0.5 and 0.5, both right; 0.8 behind 0.9; 0.2 behind 0.4 and 0.3.
    assert ranks(SCORES, right).tolist() == [1, 0, 1, 2]


def test_a_model_that_says_the_same_of_all_finds_nothing():
    assert (ranks(np.ones((5, 5), np.float32), np.eye(5, dtype=np.bool_)) == 4).all()


def test_what_was_never_seen_is_not_found():
    scores = np.full((3, 3), -np.inf, dtype=np.float32)
    assert ranks(scores, np.eye(3, dtype=np.bool_)).tolist() == [2, 2, 2]


def test_recall():
    assert recall(SCORES, EACH_ITS_OWN, 1) == pytest.approx(1 / 4)
    assert recall(SCORES, EACH_ITS_OWN, 2) == pytest.approx(2 / 4)
    assert recall(SCORES, EACH_ITS_OWN, 3) == pytest.approx(2 / 4)
    assert recall(SCORES, EACH_ITS_OWN, 4) is None  # everything is among four of four


def test_classes_by_the_middle_of_their_prompts():
    texts = np.array([[1, 0], [0, 1]], np.float32)
    assert centre(texts) == pytest.approx(np.array([1, 1]) / np.sqrt(2))
    assert np.isfinite(centre(np.array([[1, 0], [-1, 0]], np.float32))).all()
    pictures = np.array([[0.8, 0.6], [0.1, 0.99]], np.float32)
    assert classified(pictures, texts) == [0, 1]


def test_prompts_in_the_label_s_language():
    assert prompts("apple", chinese=False)[0] == "a photo of an apple"
    assert prompts("dog", chinese=False)[-1] == "dog"
    assert "一张狗的照片" in prompts("狗", chinese=True)
