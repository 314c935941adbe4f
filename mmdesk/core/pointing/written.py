"""A place as it is written, before anyone knows what its numbers count."""

from __future__ import annotations

from mmdesk.core.values import value


@value
class Written:
    """Characters of an answer that look like a place.

    Attributes:
        numbers: Four of a box, two of a point, in the order in which they are written; () where
            they are no such numbers.
        image: As :attr:`mmdesk.core.pointing.marks.Mark.image`.
        scale: What its numbers count, where that isn't the convention's: 100 for per cent.
    """

    label: str
    numbers: tuple[float, ...]
    start: int
    end: int
    image: int | None = None
    scale: float | None = None
