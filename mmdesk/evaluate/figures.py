"""One measured number with its bar, printed as a line or as one JSON object."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Figure:
    """A measured value; it holds if it is at least its bar (at most, where `lower`)."""

    figure: str
    value: float
    unit: str
    n: int
    seed: int
    bar: float | None = None
    lower: bool = False

    @property
    def holds(self) -> bool | None:
        """Whether the bar is met; None without one."""
        if self.bar is None:
            return None
        return self.value <= self.bar if self.lower else self.value >= self.bar

    def as_json(self) -> dict[str, Any]:
        """The object that every `mmdesk eval` and `mmdesk bench` prints."""
        return {
            "figure": self.figure, "value": round(self.value, 4), "unit": self.unit,
            "bar": self.bar, "holds": self.holds, "n": self.n, "seed": self.seed,
        }  # fmt: skip

    def as_line(self) -> str:
        """The same for a person."""
        mark = {None: "", True: "  ok", False: "  UNDER ITS BAR" if not self.lower else "  OVER"}
        bar = "" if self.bar is None else f"  (bar {self.bar:.2f})"
        return f"{self.figure:<24}{self.value:8.4f}  n={self.n}{bar}{mark[self.holds]}"


def show(figures: Iterable[Figure], as_json: bool) -> None:
    """Prints figures one a line."""
    for figure in figures:
        print(json.dumps(figure.as_json()) if as_json else figure.as_line(), flush=True)
