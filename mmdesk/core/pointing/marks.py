"""Marks: places that an answer names, with the characters that name them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from mmdesk.core.values import value

Numbers = tuple[float, ...]
"""x0, y0, x1, y1 of a box, or x, y of a point."""


@value
class Mark:
    """A box or a point as an answer has it.

    Attributes:
        label: What is there, in the model's words; may be empty.
        place: As fractions of the frame, each in 0..1: a box with x0 < x1 and y0 < y1, or a point.
        start, end: The characters of the answer that say all of it.
        image: The picture's number in the prompt, from 0, where the answer tells; else None.
    """

    label: str
    place: Numbers
    start: int
    end: int
    image: int | None = None


@value
class Reading:
    """What was found in an answer.

    Attributes:
        marks: In the order of the answer.
        unread: Start and end of what looks like a place and can't be read as one; never drawn.
    """

    marks: tuple[Mark, ...] = ()
    unread: tuple[tuple[int, int], ...] = ()


@value
class Grid:
    """How a family counts along a side.

    Attributes:
        steps: The number that stands for the whole side; (0, 0) are the frame's own pixels.
        offset: Added to each number: 0.5 where it names the middle of a cell.
        rows_first: Whether y comes before x.
    """

    steps: tuple[float, float] = (1000, 1000)
    offset: float = 0.0
    rows_first: bool = False

    def place(self, numbers: Sequence[float], frame: tuple[int, int] | None) -> Numbers | None:
        """Return the fractions that numbers stand for.

        Args:
            numbers: Four of a box, two of a point.
            frame: Width and height of what entered the model, for those who count its pixels.

        Returns:
            None where they can't be meant: not finite, beyond the picture, an empty box.
        """
        steps = self.steps if self.steps != (0, 0) else frame
        if steps is None or len(numbers) not in (2, 4) or not all(map(math.isfinite, numbers)):
            return None
        if self.rows_first:
            numbers = [numbers[n] for n in (1, 0, 3, 2)[: len(numbers)]]
        fractions = [(n + self.offset) / steps[axis % 2] for axis, n in enumerate(numbers)]
        if not all(-_OVERSHOOT <= each <= 1 + _OVERSHOOT for each in fractions):
            return None
        x0, y0, *rest = (min(1.0, max(0.0, each)) for each in fractions)
        if rest and not (x0 < rest[0] and y0 < rest[1]):
            return None
        return x0, y0, *rest


_OVERSHOOT = 0.02
"""Of a side: models write 1003 for the edge; 1600 is another convention, or no place at all."""
