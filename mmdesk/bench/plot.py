"""Figures that have a bar in one picture: how many times better or worse than the bar each is.

Drawn by matplotlib, which is in the extra ``train``. Colours are Okabe and Ito's, which people of
every colour vision tell apart; a missed bar is named as well.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mmdesk import __version__
from mmdesk.core.errors import PlotNeedsPackage, PlotUnwritable
from mmdesk.core.figures import Figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawing

SUFFIXES = (".png", ".svg")
_HOLDS, _MISSED, _UNKNOWN, _INK = "#0072B2", "#D55E00", "#8C8C8C", "#262626"
_RATIOS = ("x", "share", "")
"""Units of figures that are ratios."""
_LEAST_FACTOR, _MOST_FACTOR = 2.0, 32.0
"""Between which the axis ends, on either side of the bar; what is beyond gets an arrow."""
_ROW_INCHES, _FRAME_INCHES, _WIDTH_INCHES = 0.34, 1.75, 10.0
_DPI = 150
_STYLE: Any = {"font.family": "DejaVu Sans", "svg.fonttype": "none", "svg.hashsalt": "mmdesk"}
"""Text in an SVG stays text."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the picture.

    Attributes:
        label: The figure's name, or the heading of a group.
        figure: None for a heading.
    """

    label: str
    figure: Figure | None = None


def check_plot(path: Path) -> None:
    """Find out whether a plot can be made, before minutes are spent on its figures.

    Raises:
        PlotNeedsPackage: matplotlib isn't there.
        PlotUnwritable: the file can't be written, or isn't of a kind that is drawn.
    """
    try:
        import matplotlib.figure  # noqa: F401
    except ImportError as error:
        raise PlotNeedsPackage(package=error.name or "matplotlib") from error
    reason = ""
    if path.suffix.lower() not in SUFFIXES:
        reason = f"its name ends in none of {', '.join(SUFFIXES)}"
    elif path.is_dir():
        reason = "it is a folder"
    elif not path.parent.is_dir():
        reason = "its folder isn't there"
    elif not os.access(path if path.exists() else path.parent, os.W_OK):
        reason = "no permission"
    if reason:
        raise PlotUnwritable(path=str(path), reason=reason)


def write_plot(figures: Sequence[Figure], path: Path, title: str) -> None:
    """Draw the figures that have a bar. Raises as :func:`check_plot`.

    Args:
        title: What was measured.
    """
    write_drawing(path, lambda: drawing_of(figures, title))


def write_drawing(path: Path, draw: Callable[[], Drawing]) -> None:
    """Write what ``draw`` returns. Raises as :func:`check_plot`."""
    check_plot(path)
    # The same figures make the same file: no date, no random ids.
    metadata = {"Date": None} if path.suffix.lower() == ".svg" else None
    kind = path.suffix.lower().removeprefix(".")
    from matplotlib import rc_context

    with rc_context(_STYLE):
        drawing = draw()
        try:
            drawing.savefig(path, format=kind, dpi=_DPI, metadata=metadata)
        except OSError as error:
            raise PlotUnwritable(path=str(path), reason=error.strerror or str(error)) from error


def drawing_of(figures: Sequence[Figure], title: str) -> Drawing:
    """Return what :func:`write_plot` writes."""
    from matplotlib.figure import Figure as Drawing

    rows = rows_of(figures)
    height = _FRAME_INCHES + _ROW_INCHES * max(1, len(rows))
    drawing = Drawing(figsize=(_WIDTH_INCHES, height), facecolor="white")
    top, bottom = 1 - 0.85 / height, 0.75 / height
    axes = drawing.add_axes((0.29, bottom, 0.38, top - bottom))
    drawing.text(0.02, 1 - 0.32 / height, title, size=14, weight="bold", color=_INK)
    drawing.text(0.02, 1 - 0.58 / height, f"mmdesk {__version__}", size=9, color=_UNKNOWN)
    _draw(axes, rows)
    return drawing


def rows_of(figures: Sequence[Figure]) -> list[Row]:
    """Return what is drawn, from top to bottom: ratios, then the rest."""
    groups: dict[str, list[Row]] = {"Ratios": [], "Others": []}
    for figure in figures:
        if figure.bar is not None:
            name = "Ratios" if figure.unit in _RATIOS else "Others"
            groups[name].append(Row(figure.figure, figure))
    drawn = {name: each for name, each in groups.items() if each}
    if len(drawn) == 1:  # which needs no heading
        return next(iter(drawn.values()))
    return [row for name, each in drawn.items() for row in (Row(name), *each)]


def times_better(figure: Figure) -> float | None:
    """Return how many times better than its bar a figure is; None where it wasn't measured.

    Where one of both is 0 there is no such number: that is infinitely better or worse, or 1 if the
    figure is its bar.
    """
    if figure.value is None or figure.bar is None:
        return None
    value, bar = figure.value, figure.bar
    if value == bar:
        return 1.0
    if value <= 0 or bar <= 0:
        return math.inf if figure.holds else 0.0
    return bar / value if figure.lower else value / bar


def _draw(axes: Axes, rows: Sequence[Row]) -> None:
    span = _span(rows)
    _frame(axes, span, len(rows))
    for number, row in enumerate(rows):
        y = len(rows) - 1 - number
        if row.figure is None:
            axes.text(-0.71, y, row.label, size=10.5, weight="bold", color=_INK, **_beside(axes))
        else:
            axes.text(-0.68, y, row.label, size=9, color=_INK, **_beside(axes))
            _draw_figure(axes, row.figure, y, span)
    if not rows:
        axes.text(0.5, 0.5, "no figure with a bar", transform=axes.transAxes, ha="center")


def _draw_figure(axes: Axes, figure: Figure, y: int, span: float) -> None:
    better = times_better(figure)
    if better is not None:
        colour = _HOLDS if figure.holds else _MISSED
        mark = _mark(better, span)
        shown = min(span, max(1 / span, better))
        axes.plot([1, shown], [y, y], color=colour, lw=9, solid_capstyle="butt", zorder=2)
        axes.plot([shown], [y], marker=mark, color=colour, ms=8 if mark == "o" else 12, zorder=3)
    value = "not measured" if figure.value is None else f"{figure.value:.3g} {figure.unit}".strip()
    bar = f"{'≤' if figure.lower else '≥'} {figure.bar:.4g}"
    verdict = "" if figure.holds is None else "holds" if figure.holds else "missed"
    colour = _MISSED if verdict == "missed" else _INK if verdict else _UNKNOWN
    beside = _beside(axes)
    axes.text(1.03, y, value, size=9, color=colour, **beside)
    axes.text(1.47, y, bar, size=9, color=_UNKNOWN, **beside)
    weight = "bold" if verdict == "missed" else "normal"
    axes.text(1.67, y, verdict, size=9, color=colour, weight=weight, **beside)


def _beside(axes: Axes) -> dict[str, Any]:
    """Return how text beside the axes is placed: x as a share of their width, y by row."""
    return {"transform": axes.get_yaxis_transform(), "va": "center", "clip_on": False}


def _frame(axes: Axes, span: float, rows: int) -> None:
    axes.set_xscale("log", base=2)
    margin = span**0.06
    axes.set_xlim(1 / span / margin, span * margin)
    axes.set_ylim(-0.7, rows - 0.3)
    steps = range(-round(math.log2(span)), round(math.log2(span)) + 1)
    axes.set_xticks([2.0**step for step in steps])
    axes.set_xticklabels([_tick(step) for step in steps], size=9, color=_INK)
    axes.minorticks_off()
    axes.set_yticks([])
    axes.grid(axis="x", color="#E3E3E3", lw=0.8, zorder=0)
    axes.set_axisbelow(True)
    axes.axvspan(1, span * margin, color="#0072B2", alpha=0.05, lw=0, zorder=0)
    axes.axvline(1, color=_INK, lw=1.4, zorder=4)
    for side in ("top", "left", "right"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color("#BDBDBD")
    axes.tick_params(axis="x", color="#BDBDBD")
    axes.set_xlabel("times as good as the bar", size=9, color=_INK)
    head: dict[str, Any] = {
        "transform": axes.transAxes,
        "size": 9,
        "va": "bottom",
        "color": _UNKNOWN,
    }
    axes.text(0.47, 1.0, "worse", ha="right", **head)
    axes.text(0.53, 1.0, "better than the bar", ha="left", **head)
    axes.text(1.03, 1.0, "measured", **head)
    axes.text(1.47, 1.0, "bar", **head)


def _span(rows: Sequence[Row]) -> float:
    """Return how far from the bar the axis goes: a power of 2."""
    known = [times_better(row.figure) for row in rows if row.figure is not None]
    finite = [each for each in known if each and math.isfinite(each)]
    furthest = max((max(each, 1 / each) for each in finite), default=1.0)
    furthest = min(_MOST_FACTOR, max(_LEAST_FACTOR, furthest))
    return float(2 ** math.ceil(math.log2(furthest)))


def _tick(step: int) -> str:
    if step == 0:
        return "bar"
    return f"{2**step} ×" if step > 0 else f"1/{2**-step}"


def _mark(better: float, span: float) -> str:
    if better > span:
        return ">"
    return "<" if better < 1 / span else "o"
