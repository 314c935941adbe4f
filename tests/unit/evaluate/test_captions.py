"""CIDEr-D and BLEU by hand-computed cases."""

import math

import pytest

from mmdesk.evaluate.captions import bleu, cider, grams, tokens


def test_words_of_english_and_characters_of_chinese():
    assert tokens("A dog's bone, on 3 mats!") == ["a", "dog's", "bone", "on", "3", "mats"]
    assert tokens("一只dog在 跑。") == ["一", "只", "dog", "在", "跑"]
    assert tokens("…") == []


def test_n_grams_are_of_one_to_four_words():
    counted = grams(["a", "b", "a", "b", "a"])
    assert counted["a",] == 3
    assert counted["a", "b"] == 2
    assert counted["a", "b", "a", "b"] == 1
    assert max(map(len, counted)) == 4


def test_a_caption_that_is_the_reference():
    # Of four words and unlike every other picture's: each of the four cosines is 1.
    found = cider(
        ["red star on top", "one two three four"], [["red star on top"], ["one two three four"]]
    )
    assert found == pytest.approx([10, 10])


def test_n_grams_that_are_too_long_for_a_caption_count_as_nothing():
    # "a" is in both pictures and weighs log(2/2) = 0; "cat" and "a cat" match, there are no 3-
    # and 4-grams: (1 + 1 + 0 + 0) / 4 * 10.
    assert cider(["a cat", "a dog"], [["a cat"], ["a dog"]]) == pytest.approx([5, 5])


def test_a_partial_match_by_hand():
    # Three pictures; "red" is in two, everything else in one. Candidate "red cat", reference
    # "red dog". Weights of 1-grams: red log(3/2), cat log(3), dog log(3); of 2-grams log(3) each.
    red, rare = math.log(3 / 2), math.log(3)
    cosine = red * red / (red**2 + rare**2)
    found = cider(["red cat", "red", "x"], [["red dog"], ["red car"], ["x"]])
    assert found[0] == pytest.approx(10 * cosine / 4)


def test_repeated_words_are_clipped_at_the_reference():
    # Candidate "cat cat cat", reference "cat": weights 3 w and w, clipped min(3 w, w) * w
    # = w^2 over the norms 3 w * w, times the penalty for two words too many.
    found = cider(["cat cat cat", "x"], [["cat"], ["x"]])
    assert found[0] == pytest.approx(10 / 4 * (1 / 3) * math.exp(-(2**2) / (2 * 6**2)))


def test_another_length_costs():
    # 1-grams: the candidate's w, x, y, z all rare (two pictures: log 2), the reference's w alone:
    # cosine 1 / sqrt(4); longer ones of the candidate meet none of the reference.
    found = cider(["w x y z", "q"], [["w"], ["q"]])
    assert found[0] == pytest.approx(10 / 4 * (1 / 2) * math.exp(-(3**2) / 72))


def test_several_references_are_averaged():
    one = cider(["red cat", "x"], [["red cat"], ["x"]])[0]
    both = cider(["red cat", "x"], [["red cat", "blue dog"], ["x"]])[0]
    assert one == pytest.approx(5)
    assert both == pytest.approx(2.5)


def test_what_has_no_information_scores_nothing():
    assert cider(["a cat"], [["a cat"]]) == [0.0]  # one picture: every weight is log(1)
    assert cider(["", "b"], [["a"], ["b"]]) == pytest.approx([0, 2.5])
    assert cider(["a", "b"], [["!"], ["b"]]) == pytest.approx([0, 2.5])  # a reference of no words
    assert cider(["a", "a"], [["a"], ["a"]]) == [0.0, 0.0]  # a word of every picture
    assert cider([], []) == []


def test_chinese_is_compared_by_character():
    # 一 is in both pictures; 猫 (1-gram) and 一猫 (2-gram) match.
    assert cider(["一猫", "一狗"], [["一猫"], ["一狗"]]) == pytest.approx([5, 5])


def test_bleu_of_a_known_sentence():
    # Six words, five right; 2-grams 3 of 5, 3-grams 2 of 4, 4-grams 1 of 3; no length penalty.
    score = bleu(["the cat sat on a mat"], [["the cat sat on the mat"]], chinese=False)
    assert score == pytest.approx(100 * (5 / 6 * 3 / 5 * 2 / 4 * 1 / 3) ** (1 / 4))


def test_bleu_takes_as_many_references_as_there_are():
    candidates = ["the cat sat on the mat", "a dog is in the park"]
    references = [["x y z", "the cat sat on the mat"], ["a dog is in the park"]]
    assert bleu(candidates, references, chinese=False) == pytest.approx(100)


def test_bleu_of_chinese_needs_no_spaces():
    said = ["一只猫坐在红色的垫子上"]
    assert bleu(said, [["一只猫坐在红色的垫子上"]], chinese=True) == pytest.approx(100)
    assert 30 < bleu(said, [["一只狗坐在红色的垫子上"]], chinese=True) < 90
    assert bleu([""], [["一只猫"]], chinese=True) == 0
