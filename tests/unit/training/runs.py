"""Runs of a recipe that are broken off."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch

from mmdesk.training.loop import Loop


def curve(made: Loop[Any]) -> list[tuple[int, int, float]]:
    """Return stage, step and loss of each step."""
    return [(row["stage"], row["step"], row["loss"]) for row in made.state.curve]


def check_killed_run(
    make: Callable[[Path], Any], folder: Path, stops: Sequence[int], steps: int
) -> None:
    """Compare a run with one that dies after each of ``stops`` steps but for the last."""
    whole = make(folder / "whole")
    whole.run()
    assert len(whole.state.curve) == steps
    for stop in stops:
        broken = make(folder / "broken")
        broken.run(stop_after=stop)
    assert curve(broken) == curve(whole)
    one, two = whole.model.state_dict(), broken.model.state_dict()
    assert all(torch.equal(one[name], two[name]) for name in one)
