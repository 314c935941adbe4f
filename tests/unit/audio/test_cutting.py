from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest

from mmdesk.audio.activity import WINDOW, WINDOW_SECONDS
from mmdesk.audio.cutting import PauseCutter, Utterance, WholeCutter, Window, quietest
from mmdesk.core.speech import seconds_of


def windows(pattern: Sequence[tuple[float, float]]) -> list[Window]:
    """Return windows with (probability, seconds) each; window n is full of the number n."""
    probabilities = [
        probability for probability, seconds in pattern for _ in range(round(seconds / 0.032))
    ]
    return [
        Window(np.full(WINDOW, number, np.float32), probability)
        for number, probability in enumerate(probabilities)
    ]


def cut(cutter: PauseCutter, pattern: Sequence[tuple[float, float]]) -> list[Utterance]:
    found = [cutter.hear(window) for window in windows(pattern)]
    return [utterance for utterance in [*found, cutter.end()] if utterance]


def first_and_last(utterance: Utterance) -> tuple[int, int]:
    samples = np.frombuffer(utterance.samples, "<f4")
    return int(samples[0]), int(samples[-1])


def test_two_utterances_with_what_is_around_them() -> None:
    pattern = [(0.0, 3.2), (0.9, 1.6), (0.0, 1.6), (0.9, 3.2), (0.0, 3.2)]
    first, second = cut(PauseCutter(0.8, 29.0), pattern)
    assert first.start == first_and_last(first)[0] == 100 - 12
    assert first_and_last(first)[1] == 149 + 9
    assert second.start == first_and_last(second)[0] == 200 - 12
    assert first.activity.speech_seconds == pytest.approx(1.6)
    assert first.activity.start == pytest.approx(12 * WINDOW_SECONDS)


def test_a_short_pause_does_not_cut() -> None:
    assert len(cut(PauseCutter(0.8, 29.0), [(0.9, 1.0), (0.0, 0.6), (0.9, 1.0)])) == 1


def test_clicks_and_silence_give_nothing() -> None:
    pattern = [(0.0, 5.0), (0.9, 0.1), (0.0, 1.0), (0.9, 0.13), (0.0, 30.0)]
    assert cut(PauseCutter(0.8, 29.0), pattern) == []


def test_the_last_utterance_needs_no_pause() -> None:
    (only,) = cut(PauseCutter(0.8, 29.0), [(0.0, 1.0), (0.9, 1.0)])
    assert only.activity.speech_seconds == pytest.approx(1.0, abs=0.04)


def test_too_long_is_cut_at_the_quietest_place_and_loses_nothing() -> None:
    pattern = [(0.9, 24.0), (0.1, 0.32), (0.9, 28.0), (0.1, 0.32), (0.9, 10.0)]
    parts = cut(PauseCutter(0.8, 29.0), pattern)
    assert len(parts) == 3
    assert all(seconds_of(part.samples) <= 29.0 for part in parts)
    assert 750 <= first_and_last(parts[0])[1] <= 760
    for before, after in pairwise(parts):
        assert first_and_last(after)[0] == first_and_last(before)[1] + 1
    assert first_and_last(parts[-1])[1] == len(windows(pattern)) - 1


def test_speech_without_end_and_without_a_quiet_place() -> None:
    parts = cut(PauseCutter(0.8, 29.0), [(1.0, 100.0)])
    assert sum(len(part.samples) for part in parts) == len(windows([(1.0, 100.0)])) * WINDOW * 4
    assert all(10.0 < seconds_of(part.samples) <= 29.0 for part in parts[:-1])


def test_growth_comes_with_the_voice() -> None:
    cutter = PauseCutter(0.8, 29.0)
    lengths = []
    for window in windows([(0.0, 2.0), (0.9, 3.0), (0.0, 3.0)]):
        cutter.hear(window)
        if grown := cutter.growth():
            lengths.append(seconds_of(grown))
    assert 4 <= len(lengths) <= 6
    assert lengths == sorted(lengths)
    assert all(after - before >= 0.6 for before, after in pairwise(lengths))


def test_held_speech_is_whole() -> None:
    cutter = WholeCutter()
    for window in windows([(0.0, 2.0), (0.9, 2.0), (0.0, 3.0)]):
        cutter.hear(window)
    utterance = cutter.end()
    assert seconds_of(utterance.samples) == pytest.approx(cutter.seconds) == pytest.approx(7, 0.01)
    assert utterance.activity.speech_seconds == pytest.approx(2.0, abs=0.05)
    assert WholeCutter().end().samples == b""


@pytest.mark.parametrize("count", [1, 2, 3, 5, 40])
def test_the_quietest_place_is_one(count: int) -> None:
    assert 0 <= quietest(windows([(0.9, count * 0.032)])) < count
