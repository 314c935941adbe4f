"""A measured figure and the bar it is held against, as benchmarks and evaluations print them."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import TextIO


@dataclass(frozen=True, slots=True)
class Figure:
    """One measurement.

    Attributes:
        value: None where it could not be measured here.
        bar: What the project wants, such as "<= 1.5"; None where there is no bar.
        n: Trials behind the value.
        seed: What made them; None where nothing is random.
    """

    figure: str
    value: float | None
    unit: str
    bar: str | None
    n: int
    seed: int | None = None

    @property
    def holds(self) -> bool | None:
        """Whether the bar is met; None without a bar or a value."""
        if self.bar is None or self.value is None:
            return None
        relation, _, limit = self.bar.partition(" ")
        return self.value <= float(limit) if relation == "<=" else self.value >= float(limit)


def print_figures(
    figures: Iterable[Figure], *, as_json: bool, stream: TextIO | None = None
) -> None:
    """Print one JSON object or one line of a table per figure."""
    out = stream or sys.stdout
    for figure in figures:
        if as_json:
            fields = asdict(figure)
            if figure.value is not None:
                fields["value"] = round(figure.value, 4)
            print(json.dumps(fields | {"holds": figure.holds}, ensure_ascii=False), file=out)
        else:
            print(_line(figure), file=out)


def _line(figure: Figure) -> str:
    value = "not measured" if figure.value is None else f"{figure.value:.4g} {figure.unit}"
    verdict = {True: "holds", False: "MISSED", None: ""}[figure.holds]
    return f"{figure.figure:<28} {value:>16}  {figure.bar or '':<10} {verdict:<7} n={figure.n}"
