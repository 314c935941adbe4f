"""The benchmark of a window beside none."""

from __future__ import annotations

from pathlib import Path

import pytest

from mmdesk import paths
from mmdesk.bench import open_window
from mmdesk.bench.endless import make_endless
from mmdesk.bench.open_window import STARTER, Asked

pytestmark = pytest.mark.usefixtures("tidy")


@pytest.mark.parametrize("side", open_window.SIDES)
def test_a_side_answers(side: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    endless = make_endless(paths.starter(), tmp_path / "model")
    assert open_window.answered(Asked(STARTER, endless, 60), side) > 0


def test_the_figures_and_their_bars(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    asked: list[tuple[str, str]] = []

    def answered(model: Asked, side: str) -> float:
        asked.append((model.name, side))
        return 90.0 if side == "window" else 100.0

    monkeypatch.setattr(open_window, "answered", answered)
    figures = {each.figure: each for each in open_window.measure(2, {STARTER: 60})}
    first, second = (STARTER, "headless"), (STARTER, "window")
    assert asked == [first, second, second, first, first, second]  # they change places
    bars = {name: each.bar for name, each in figures.items() if each.bar is not None}
    assert bars == {"window_open_ratio": 0.95, "window_open_ratio_starter": 0.95}
    values = {name: each.value for name, each in figures.items()}
    assert values == {
        "window_open_ratio": 0.9,
        "window_open_ratio_starter": 0.9,
        "window_offscreen_starter": 90,
        "headless_starter": 100,
    }
