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

    @property
    def rate_95(self) -> float | None:
        """How often what was never seen may happen at most, with 95 %: the rule of three.

        None where it was seen, or is no count of failures.
        """
        none_seen = self.bar == 0 and self.value == 0 and self.lower and self.n > 0
        return 3 / self.n if none_seen else None


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
    rate = {} if figure.rate_95 is None else {"rate_95": round(figure.rate_95, 6)}
    return rate | {
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
    rate = f"  rate <= {figure.rate_95:.2g}" if figure.rate_95 is not None else ""
    return f"{figure.figure:<28} {value:>18}  {bar:<8} {verdict:<7} n={figure.n}{rate}"
