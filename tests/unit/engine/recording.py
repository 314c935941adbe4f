"""A recorder for machines without CUDA: what it records is run by Python again."""

from __future__ import annotations

from collections.abc import Callable

from mmdesk.engine.fixed_step import FixedStep


class Rehearsal:
    """Runs a step as often as a capture does, and returns what runs it."""

    def __call__(self, step: FixedStep) -> Callable[[], None]:
        """Return the step itself."""
        for _ in range(3):
            step()
        return step
