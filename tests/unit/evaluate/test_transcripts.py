"""Word and character errors by hand-computed cases."""

import pytest

from mmdesk.evaluate.transcripts import error_rate, words


def test_case_and_marks_are_no_errors():
    assert words("What's the color, please?") == words("what’s the color please")
    assert words("请问，它 在哪里？") == "请问它在哪里"
    assert words("Straße, schön.") == "straße schön"


def test_errors_are_counted_over_all_texts():
    said = ["Where is the star?", "Is it red?"]
    assert error_rate(said, ["where is the star", "Is it blue?"], "wer") == pytest.approx(1 / 7)
    # One substitution, one deletion, one insertion, of six words.
    assert error_rate(["a b c d e f"], ["a x c d f g"], "wer") == pytest.approx(3 / 6)
    assert error_rate(["它在哪里"], ["它在那里"], "cer") == pytest.approx(1 / 4)


def test_silence_is_all_errors_and_no_text_is_none():
    assert error_rate(["a b"], [""], "wer") == 1
    assert error_rate(["a"], ["x y z"], "wer") == 3
    assert error_rate([], [], "wer") is None
    assert error_rate(["…"], ["a"], "wer") is None
