"""Figures say by themselves whether they hold."""

from __future__ import annotations

import io
import json

import pytest

from mmdesk.core.figures import Figure, print_figures


@pytest.mark.parametrize(
    ("value", "bar", "holds"),
    [
        (1.5, "<= 1.5", True),
        (1.51, "<= 1.5", False),
        (0.9, ">= 0.9", True),
        (0.89, ">= 0.9", False),
        (None, ">= 0.9", None),
        (3.0, None, None),
    ],
)
def test_holds(value: float | None, bar: str | None, holds: bool | None) -> None:
    assert Figure("f", value, "x", bar, 1).holds is holds


def test_one_json_object_per_figure() -> None:
    out = io.StringIO()
    print_figures([Figure("start_ratio", 1.23456, "x", "<= 1.5", 10, 7)], as_json=True, stream=out)
    assert json.loads(out.getvalue()) == {
        "figure": "start_ratio",
        "value": 1.2346,
        "unit": "x",
        "bar": "<= 1.5",
        "holds": True,
        "n": 10,
        "seed": 7,
    }


def test_a_table_for_people() -> None:
    out = io.StringIO()
    figures = [Figure("a", 2.0, "x", "<= 1", 3), Figure("b", None, "ms", "<= 1", 0)]
    print_figures(figures, as_json=False, stream=out)
    first, second = out.getvalue().splitlines()
    assert "MISSED" in first
    assert "not measured" in second
