"""Figures as a Markdown table, shares with their 95 % intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence

from mmdesk.core.figures import Figure

_Z = 1.959964  # of a normal distribution: 95 % lie within so many standard deviations


def wilson(share: float, n: int) -> tuple[float, float]:
    """The 95 % interval of a share that was measured in `n` trials.

    Wilson 1927, https://doi.org/10.1080/01621459.1927.10502953; unlike the usual plus-or-minus it
    has a width at 0 and at 1 too.
    """
    spread = _Z * _Z / n
    middle = (share + spread / 2) / (1 + spread)
    half = _Z * math.sqrt(share * (1 - share) / n + spread / (4 * n)) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


def markdown(figures: Sequence[Figure]) -> str:
    """A table with a line for each figure."""
    lines = ["| Figure | Value | 95 % interval | Bar | n |", "|---|---|---|---|---|"]
    return "\n".join(lines + [_line(figure) for figure in figures])


def _line(figure: Figure) -> str:
    value, interval = "not measured", ""
    if figure.value is not None and figure.unit == "share":
        value = f"{figure.value:.1%}"
        if figure.n:
            low, high = wilson(figure.value, figure.n)
            interval = f"{low:.1%} - {high:.1%}"
    elif figure.value is not None:
        value = f"{figure.value:.4g} {figure.unit}"
    bar = ""
    if figure.bar is not None:
        wanted = f"{figure.bar:.0%}" if figure.unit == "share" else f"{figure.bar:g}"
        verdict = {True: "holds", False: "missed", None: ""}[figure.holds]
        bar = f"{'<=' if figure.lower else '>='} {wanted} {verdict}".rstrip()
    return f"| {figure.figure} | {value} | {interval} | {bar} | {figure.n} |"
