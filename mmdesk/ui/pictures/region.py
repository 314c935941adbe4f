"""Regions of a picture: rectangles of whole pixels that can be asked about."""

from __future__ import annotations

import math

from mmdesk.core.sight import Pixels

LEAST = 8
"""Px of the picture that a side has at least."""

Size = tuple[int, int]
Edges = tuple[int, int]
"""Which edges are meant, across and down: -1 left or upper, 1 right or lower, 0 neither."""


def spanned(start: tuple[float, float], end: tuple[float, float], size: Size) -> Pixels | None:
    """Return the region between two spots of a picture, in its pixels; None if it is too small.

    The pixels that the two spots are in belong to it, as far as the picture goes.
    """
    ranges = []
    for first, last, side in zip(start, end, size, strict=True):
        low, high = sorted((first, last))
        ranges.append((max(0, math.floor(low)), min(side, math.ceil(high))))
    (x0, x1), (y0, y1) = ranges
    return (x0, y0, x1, y1) if x1 - x0 >= LEAST and y1 - y0 >= LEAST else None


def middle(size: Size) -> Pixels | None:
    """Return the middle half of a picture; None if the picture is too small for a region."""
    if min(size) < LEAST:
        return None
    width, height = (max(LEAST, side // 2) for side in size)
    x0, y0 = (size[0] - width) // 2, (size[1] - height) // 2
    return (x0, y0, x0 + width, y0 + height)


def moved(region: Pixels, right: int, down: int, size: Size) -> Pixels:
    """Return the region moved by px, as far as the picture goes."""
    x0, y0, x1, y1 = region
    right = max(-x0, min(right, size[0] - x1))
    down = max(-y0, min(down, size[1] - y1))
    return (x0 + right, y0 + down, x1 + right, y1 + down)


def grown(region: Pixels, right: int, down: int, size: Size) -> Pixels:
    """Return the region with its right and lower edge moved by px, as far as may be."""
    x0, y0, x1, y1 = region
    x1 = max(x0 + LEAST, min(x1 + right, size[0]))
    y1 = max(y0 + LEAST, min(y1 + down, size[1]))
    return (x0, y0, x1, y1)


def pulled(region: Pixels, edges: Edges, to: tuple[float, float], size: Size) -> Pixels:
    """Return the region with some of its edges at a spot of the picture, as near as may be."""
    x0, x1 = _pulled((region[0], region[2]), edges[0], to[0], size[0])
    y0, y1 = _pulled((region[1], region[3]), edges[1], to[1], size[1])
    return (x0, y0, x1, y1)


def _pulled(range_: tuple[int, int], edge: int, to: float, side: int) -> tuple[int, int]:
    low, high = range_
    if edge < 0:
        low = max(0, min(round(to), high - LEAST))
    elif edge > 0:
        high = min(side, max(round(to), low + LEAST))
    return low, high
