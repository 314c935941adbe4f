"""Figures say by themselves whether they hold."""

from __future__ import annotations

import io
import json

import pytest

from mmdesk.core.figures import Figure, print_figures


@pytest.mark.parametrize(
    ("value", "bar", "lower", "holds"),
    [
        (1.5, 1.5, True, True),
        (1.51, 1.5, True, False),
        (0.9, 0.9, False, True),
        (0.89, 0.9, False, False),
        (None, 0.9, False, None),
        (3.0, None, False, None),
    ],
)
def test_holds(value: float | None, bar: float | None, lower: bool, holds: bool | None) -> None:
    assert Figure("f", value, "x", 1, None, bar, lower).holds is holds


def test_one_json_object_per_figure() -> None:
    out = io.StringIO()
    print_figures(
        [Figure("start_ratio", 1.23456, "x", 10, 7, 1.5, lower=True)], as_json=True, stream=out
    )
    assert json.loads(out.getvalue()) == {
        "figure": "start_ratio",
        "value": 1.2346,
        "unit": "x",
        "bar": 1.5,
        "holds": True,
        "n": 10,
        "seed": 7,
    }


def test_a_table_for_people() -> None:
    out = io.StringIO()
    figures = [Figure("a", 2.0, "x", 3, bar=1, lower=True), Figure("b", None, "ms", 0)]
    print_figures(figures, as_json=False, stream=out)
    first, second = out.getvalue().splitlines()
    assert "MISSED" in first
    assert "not measured" in second


def test_nothing_seen_in_n_trials_bounds_the_rate() -> None:
    none = Figure("crashes", 0, "files", 300, 1, bar=0, lower=True)
    assert none.rate_95 == pytest.approx(0.01)
    assert Figure("crashes", 1, "files", 300, 1, bar=0, lower=True).rate_95 is None
    assert Figure("crashes", None, "files", 0, 1, bar=0, lower=True).rate_95 is None
    assert Figure("worst_s", 0, "s", 300, 1).rate_95 is None
    out = io.StringIO()
    print_figures([none], as_json=True, stream=out)
    print_figures([none], as_json=False, stream=out)
    first, second = out.getvalue().splitlines()
    assert json.loads(first)["rate_95"] == 0.01
    assert second.endswith("n=300  rate <= 0.01")
