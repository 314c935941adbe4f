"""What is sent on as heard, and what never is."""

from __future__ import annotations

import pytest

from mmdesk.core.speech import Activity, Segment, Transcript
from mmdesk.session.hearing import around_voice, someone_spoke, was_said
from tests.unit.session.scripted import SECOND

CLEAR = Activity(1.2, 0.98, 0.4, 1.9)
FAINT = Activity(0.2, 0.6, 0.4, 0.6)


def heard(text: str, log_probability: float, no_speech: float) -> Transcript:
    return Transcript("en", (Segment(0, 1, text),), log_probability, no_speech)


@pytest.mark.parametrize("text", ["What color is it?", "有几个圆？", "5"])
def test_clear_speech_passes(text: str) -> None:
    assert was_said(heard(text, -0.2, 0.05), CLEAR)


@pytest.mark.parametrize(
    ("transcript", "activity"),
    [
        (heard("Thank you for watching!", -0.3, 0.9), Activity(0.0, 0.1)),  # no voice at all
        (heard("Thank you for watching!", -0.3, 0.5), FAINT),
        (heard("you", -0.9, 0.1), FAINT),
        (heard("Thanks.", -0.7, 0.8), CLEAR),
        (heard("asdf qwer", -2.0, 0.1), CLEAR),
        (heard(" . . . ", -0.1, 0.0), CLEAR),
        (heard("", 0.0, 0.0), CLEAR),
        (heard("♪♪♪", -0.1, 0.0), CLEAR),
    ],
)
def test_what_nobody_said_does_not(transcript: Transcript, activity: Activity) -> None:
    assert not was_said(transcript, activity)


def test_a_quiet_but_certain_word_passes() -> None:
    assert was_said(heard("Yes.", -0.1, 0.05), FAINT)


def test_a_click_is_no_voice() -> None:
    assert not someone_spoke(Activity(0.1, 0.9, 0.5, 0.6))
    assert someone_spoke(FAINT)


def test_the_sound_is_cut_to_the_voice_and_a_margin() -> None:
    cut = around_voice(SECOND * 10, Activity(1.5, 0.9, 4.0, 6.0))
    assert len(cut) == pytest.approx(2.8 * len(SECOND), abs=8)
    assert around_voice(SECOND * 2, Activity(1.5, 0.9, 0.1, 1.9)) == SECOND * 2
    assert len(cut) % 4 == 0
