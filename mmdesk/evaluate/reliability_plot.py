"""A reliability diagram: how often a model is right against how sure it was.

Guo et al. 2017 (https://arxiv.org/abs/1706.04599), figure 1; below it how many answers each bin
has, without which the diagram says little. Colours are Okabe and Ito's.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mmdesk.bench.plot import write_drawing
from mmdesk.evaluate.calibration import expected_calibration_error, reliability

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawing

    from mmdesk.evaluate.calibration import Bin

_RIGHT, _GAP, _INK, _PALE = "#0072B2", "#D55E00", "#262626", "#8C8C8C"
_FIRST = 0.5
"""The more likely of two answers has at least this probability."""


def write_reliability(
    confidences: Sequence[float], right: Sequence[bool], path: Path, title: str
) -> None:
    """Draw the diagram of yes/no questions as PNG or SVG.

    Args:
        confidences: Of the likelier answer, 0.5 to 1; at least one.
        title: What was measured.

    Raises:
        PlotNeedsPackage: matplotlib isn't there.
        PlotUnwritable: the file can't be written, or isn't of a kind that is drawn.
    """
    write_drawing(path, lambda: _drawing(confidences, right, title))


def _drawing(confidences: Sequence[float], right: Sequence[bool], title: str) -> Drawing:
    from matplotlib.figure import Figure as Drawing

    bins = [each for each in reliability(confidences, right) if each.high > _FIRST]
    drawing = Drawing(figsize=(6, 6.6), facecolor="white")
    drawing.text(0.13, 0.955, title, size=12, weight="bold", color=_INK)
    error = expected_calibration_error(confidences, right)
    accuracy = sum(right) / len(right)
    sure = sum(confidences) / len(confidences)
    says = (f"{len(right)} yes/no questions: right {accuracy:.1%}, mean probability {sure:.1%}, "
            f"ECE {error:.3f}")  # fmt: skip
    drawing.text(0.13, 0.925, says, size=9, color=_PALE)
    _draw_bins(drawing.add_axes((0.13, 0.32, 0.82, 0.58)), bins)
    _draw_counts(drawing.add_axes((0.13, 0.09, 0.82, 0.17)), bins)
    return drawing


def _draw_bins(axes: Axes, bins: Sequence[Bin]) -> None:
    _frame(axes)
    axes.set_ylim(0, 1.02)
    axes.set_ylabel("share of right answers", size=9, color=_INK)
    line: Any = {"color": _PALE, "lw": 1.2, "ls": "--"}
    axes.plot([_FIRST, 1], [_FIRST, 1], label="as sure as it is right", zorder=3, **line)
    most = max(each.n for each in bins)
    for each in bins:
        if not each.n:
            continue
        low = max(each.low, _FIRST)
        alpha = 0.2 + 0.65 * math.sqrt(each.n / most)  # of few questions, paler
        axes.bar(low, each.accuracy, each.high - low, align="edge", color=_RIGHT, alpha=alpha,
                 edgecolor="white", lw=1, zorder=2)  # fmt: skip
        axes.plot([each.confidence] * 2, [each.accuracy, each.confidence], color=_GAP, lw=2.5,
                  solid_capstyle="butt", zorder=4)  # fmt: skip
        axes.plot([each.confidence], [each.confidence], marker="o", color=_GAP, ms=5, zorder=5)
    axes.plot([], [], color=_GAP, marker="o", ms=5, lw=2.5, label="mean probability, and its gap")
    axes.legend(loc="upper left", fontsize=8, frameon=True, edgecolor="none")


def _draw_counts(axes: Axes, bins: Sequence[Bin]) -> None:
    _frame(axes)
    axes.set_xlabel("probability of the answer that the model takes for right", size=9, color=_INK)
    axes.set_ylabel("questions", size=9, color=_INK)
    most = max(each.n for each in bins)
    axes.set_ylim(0, most * 1.25)
    axes.set_yticks([0, most])
    for each in bins:
        if each.n:
            low = max(each.low, _FIRST)
            axes.bar(low, each.n, each.high - low, align="edge", color=_PALE, edgecolor="white",
                     lw=1, zorder=2)  # fmt: skip
            axes.text((low + each.high) / 2, each.n, str(each.n), ha="center", va="bottom",
                      size=8, color=_INK)  # fmt: skip


def _frame(axes: Axes) -> None:
    axes.set_xlim(_FIRST, 1.0)
    axes.grid(color="#E3E3E3", lw=0.8, zorder=0)
    axes.set_axisbelow(True)
    axes.tick_params(labelsize=8, color="#BDBDBD", labelcolor=_INK)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color("#BDBDBD")
