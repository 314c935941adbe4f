"""The benchmark of memory, with a few turns."""

from __future__ import annotations

import platform
import random

import pytest

from mmdesk.bench import memory


@pytest.mark.usefixtures("tidy")
def test_a_few_turns_of_the_starter() -> None:
    """In which the conversation cache, too small for two conversations, is full."""
    budget = 4 * 2**20
    figures = {each.figure: each for each in memory.measure(7, budget, warm_up=3)}
    bars = {name for name, each in figures.items() if each.bar is not None}
    grown = {"handles_grown", "threads_grown"}
    assert bars == {"cache_within_budget", "rss_slope_kb_per_turn"} | grown
    assert all(figures[name].holds for name in grown)
    assert figures["cache_within_budget"].holds
    assert figures["rss_slope_kb_per_turn"].n == 4
    values = {name: each.value or 0.0 for name, each in figures.items()}
    low, high = values["rss_slope_95_low"], values["rss_slope_95_high"]
    assert low < values["rss_slope_kb_per_turn"] < high
    assert 0 < values["cache_most"] <= 4
    assert values["rss_last"] > 50
    assert figures["in_use_slope_kb_per_turn"].n == (4 if platform.libc_ver()[0] == "glibc" else 0)


def test_a_cache_over_its_budget_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    held = [memory.Turn(2**20, cached) for cached in (10, 20, 30, 20)]
    monkeypatch.setattr(memory, "hold", lambda *_: held)
    figures = {each.figure: each for each in memory.measure(4, 20, warm_up=3)}
    assert figures["cache_within_budget"].value == 0.75
    assert figures["rss_slope_kb_per_turn"].value is None


def test_handles_and_threads_that_stay_open_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    held = [memory.Turn(2**20, 0, None, 10 + each, 3) for each in (0, 4, 4, 5)]
    monkeypatch.setattr(memory, "hold", lambda *_: held)
    figures = {each.figure: each for each in memory.measure(4, 20, warm_up=1)}
    assert figures["handles_grown"].value == 1
    assert not figures["handles_grown"].holds
    assert figures["threads_grown"].holds


@pytest.mark.parametrize(
    ("growth", "holds"),
    [((0, 0, 0, 0), True), ((0, 1, 2, 3), True), ((0, 3, 6, 9), False), ((0, 90, 5, 80), False)],
)
def test_two_kilobytes_a_turn_are_the_most(
    growth: tuple[int, ...], holds: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = [memory.Turn(2**20 + 1024 * each, 0) for each in growth]
    monkeypatch.setattr(memory, "hold", lambda *_: held)
    figures = {each.figure: each for each in memory.measure(4, 20, warm_up=0)}
    assert figures["rss_slope_kb_per_turn"].holds is holds


def test_the_interval_holds_the_slope_95_times_of_100() -> None:
    noise = random.Random(1)
    trials, slope = 400, 3.0
    held = 0
    for _ in range(trials):
        found = memory.trend([slope * step + noise.gauss(0, 50) for step in range(150)])
        held += abs(found.slope - slope) <= found.margin
    assert 0.92 <= held / trials <= 0.98


def test_a_straight_line_has_no_margin() -> None:
    found = memory.trend([1.0, 3.0, 5.0, 7.0])
    assert found.slope == pytest.approx(2)
    assert found.margin == pytest.approx(0, abs=1e-9)
