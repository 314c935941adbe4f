"""Scoring of boxes and of probabilities, by hand-computed cases."""

import pytest

from mmdesk.evaluate.calibration import expected_calibration_error, reliability
from mmdesk.evaluate.pointed import average_precision, first_iou, matched
from mmdesk.evaluate.starter_questions import Trial
from mmdesk.training.grammar import Lang, Skill, refusal

A, B, C = (0, 0, 100, 100), (200, 0, 300, 100), (500, 500, 600, 600)
HALF_A = (0, 0, 100, 50)  # IoU 0.5 with A
THIRD_A = (0, 0, 100, 33)


def test_each_box_finds_one_of_its_own():
    assert matched([A, B], [B, A]) == 2
    assert matched([A, A], [A]) == 1
    assert matched([HALF_A], [A]) == 1
    assert matched([THIRD_A], [A]) == 0
    assert matched([], [A]) == 0
    assert matched([HALF_A, A], [A]) == 1


def test_average_precision_is_precision_times_recall_where_scores_are_equal():
    assert average_precision([([A, B], [A, B])]) == 1
    assert average_precision([([A, C], [A, B])]) == pytest.approx(0.5 * 0.5)
    # Over all pictures: 2 of 3 said are right, 2 of 4 there are found.
    assert average_precision([([A], [A, B]), ([B, C], [B, A])]) == pytest.approx(2 / 3 * 2 / 4)
    assert average_precision([([], [])]) == 0
    assert average_precision([([A], []), ([B], [B])]) == pytest.approx(1 / 2)


def test_the_overlap_of_one_answer():
    assert first_iou([HALF_A], [A]) == pytest.approx(0.5)
    assert first_iou([], [A]) == 0


def test_calibration_error():
    # Ten answers at 0.9, of which 8 are right: a gap of 0.1 in the only bin with anything in it.
    assert expected_calibration_error([0.9] * 10, [True] * 8 + [False] * 2) == pytest.approx(0.1)
    sure, right = [0.75] * 4 + [0.95] * 6, [True] * 3 + [False] + [True] * 3 + [False] * 3
    assert expected_calibration_error(sure, right, bins=5) == pytest.approx(0.6 * 0.45)
    assert expected_calibration_error([1.0, 0.0], [True, False]) == 0
    with pytest.raises(ValueError, match="no predictions"):
        expected_calibration_error([], [])


def test_bins_hold_what_is_above_their_lower_bound_up_to_the_upper():
    found = reliability([0.0, 0.5, 0.51, 0.75, 1.0], [True, False, True, True, True], bins=4)
    assert [each.n for each in found] == [1, 1, 2, 1]
    assert (found[2].low, found[2].high) == (0.5, 0.75)
    assert found[2].confidence == pytest.approx(0.63)
    assert [each.accuracy for each in found] == [1, 0, 1, 1]


def trial(skill: Skill, expected: str, answer: str) -> Trial:
    return Trial(skill, Lang.EN, (), "?", expected, answer=answer)


BOX = '[{"bbox_2d": [100, 100, 300, 300], "label": "red star"}]'
NEAR = '[{"bbox_2d": [110, 100, 300, 310], "label": "star"}]'
FAR = '[{"bbox_2d": [600, 100, 800, 310], "label": "red star"}]'


@pytest.mark.parametrize(
    ("skill", "expected", "answer", "right"),
    [
        (Skill.PLACE, "Top left. " + BOX, "Top left. " + FAR, True),  # the words alone
        (Skill.PLACE, "Top left. " + BOX, "top left", True),
        (Skill.PLACE, "Top left. " + BOX, "Left. " + BOX, False),
        (Skill.POINT, BOX, NEAR, True),
        (Skill.POINT, BOX, FAR, False),
        (Skill.POINT, BOX, "There is no star.", False),
        (Skill.POINT, "There is no star.", "there is no star", True),
        (Skill.POINT, "There is no star.", BOX, False),
        (Skill.POINT_ALL, BOX, BOX[:-1] + ", " + FAR[1:], False),  # one too many
        (Skill.READ, "It says “Stop”.", "It says “STOP”.", True),
        (Skill.READ, "It says “Stop”.", "It says “Stow”.", False),
        (Skill.REFUSAL, refusal(Lang.EN), "I don't know this. I know little.", True),
        (Skill.REFUSAL, refusal(Lang.EN), "It is red.", False),
    ],
)
def test_what_is_right(skill, expected, answer, right):
    assert trial(skill, expected, answer).right is right


def test_yes_and_no_have_a_probability_and_nothing_else_has():
    assert trial(Skill.EXISTS, "No.", "").choices == ("No.", "Yes.")
    assert trial(Skill.EXISTS, "没有。", "").choices == ("没有。", "有。")
    assert trial(Skill.COLOUR, "It is red.", "").choices is None
