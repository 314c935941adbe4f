"""A measured figure and the bar it is held against, as benchmarks and evaluations print them."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from typing import TextIO

from mmdesk.core.values import value


@value
class Figure:
    """One measurement.

    Attributes:
        value: None where it could not be measured here.
        n: Trials behind the value.
        seed: What made them; None where nothing is random.
        bar: What the project wants; None where there is no bar.
        lower: Whether the value should be at most the bar, not at least.
    """

    figure: str
    value: float | None
    unit: str
    n: int
    seed: int | None = None
    bar: float | None = None
    lower: bool = False

    @property
    def holds(self) -> bool | None:
        """Whether the bar is met; None without a bar or a value."""
        if self.bar is None or self.value is None:
            return None
        return self.value <= self.bar if self.lower else self.value >= self.bar


def print_figures(
    figures: Iterable[Figure], *, as_json: bool, stream: TextIO | None = None
) -> None:
    """Print one JSON object or one line of a table per figure."""
    out = stream or sys.stdout
    for figure in figures:
        if as_json:
            print(json.dumps(_object(figure)), file=out, flush=True)
        else:
            print(_line(figure), file=out, flush=True)


def _object(figure: Figure) -> dict[str, object]:
    return {
        "figure": figure.figure,
        "value": None if figure.value is None else round(figure.value, 4),
        "unit": figure.unit,
        "bar": figure.bar,
        "holds": figure.holds,
        "n": figure.n,
        "seed": figure.seed,
    }


def _line(figure: Figure) -> str:
    value = "not measured" if figure.value is None else f"{figure.value:.4g} {figure.unit}"
    bar = "" if figure.bar is None else f"{'<=' if figure.lower else '>='} {figure.bar:g}"
    verdict = {True: "holds", False: "MISSED", None: ""}[figure.holds]
    return f"{figure.figure:<28} {value:>18}  {bar:<8} {verdict:<7} n={figure.n}"
