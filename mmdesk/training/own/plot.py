"""The losses of a training as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mmdesk.core.errors import TrainingNeedsPackage

_TRAINING, _HELD_OUT, _INK = "#0072B2", "#D55E00", "#262626"
_STYLE: Any = {"font.family": "DejaVu Sans"}


def check_plot() -> None:
    """Raises `TrainingNeedsPackage` where matplotlib can't be imported."""
    try:
        import matplotlib.figure  # noqa: F401
    except ImportError as error:
        package = error.name or "matplotlib"
        raise TrainingNeedsPackage(package=package, what="the plot of the loss") from error


def write_plot(curve: Sequence[dict[str, Any]], best_step: int, path: Path, title: str) -> None:
    """Draws the loss of each step and the held-out losses to a PNG. Raises `OSError`."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    steps = [(row["step"], row["loss"]) for row in curve if "loss" in row]
    measured = [(row["step"], row["held_out"]) for row in curve if "held_out" in row]
    with rc_context(_STYLE):
        drawing = Figure(figsize=(8, 4.5), facecolor="white", layout="constrained")
        axes = drawing.subplots()
        axes.plot(*_columns(steps), color=_TRAINING, lw=0.8, alpha=0.35, label="each step")
        axes.plot(*_columns(_smooth(steps)), color=_TRAINING, lw=1.8, label="training")
        if measured:
            axes.plot(*_columns(measured), color=_HELD_OUT, lw=1.8, marker="o", ms=4,
                      label="held out")  # fmt: skip
        if best_step:
            axes.axvline(best_step, color=_INK, lw=0.9, ls=":", label="saved")
        axes.set_title(title, loc="left", color=_INK)
        axes.set_xlabel("step", color=_INK)
        axes.set_ylabel("loss", color=_INK)
        axes.set_ylim(bottom=0)
        axes.grid(color="#E3E3E3", lw=0.8)
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        axes.legend(frameon=False)
        drawing.savefig(path, format="png", dpi=120)


def _columns(points: Sequence[tuple[int, float]]) -> tuple[list[int], list[float]]:
    return [step for step, _ in points], [loss for _, loss in points]


def _smooth(points: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    """The mean of each point and up to 19 before it."""
    return [
        (step, sum(loss for _, loss in points[max(0, n - 19) : n + 1]) / min(20, n + 1))
        for n, (step, _) in enumerate(points)
    ]
