"""Where on the picture the model's frame and tiles lie, measured and not computed.

Every image processor resizes, cuts and pads in its own way, and changes it from version to version.
So the processor itself is asked: two test pictures of the same size, whose colours say of every
pixel where it is, go the picture's way, and what comes out says where it came from.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image

from mmdesk.core.sight import Placement

_Pixels = npt.NDArray[np.uint8]
_MARKS = 85, 170
"""Blue of the two test pictures; what has the same blue in both is padding."""
_TOLD_APART = 40
_EDGE = 3
"""Pixels at the border that resampling mixes with what lies beyond."""
_WHOLE, _NEAR = 0.005, 0.02
"""Of a side: so near to the picture's edge, it is the edge; so is a pixel of a side of 50."""


def probe_picture(width: int, height: int, *, turned: bool) -> Image.Image:
    """Return one of the two: red tells the column, green the row; ``turned`` counts backwards."""
    column = np.round(255 * (np.arange(width) + 0.5) / width).astype(np.uint8)
    row = np.round(255 * (np.arange(height) + 0.5) / height).astype(np.uint8)
    pixels = np.empty((height, width, 3), np.uint8)
    pixels[..., 0] = 255 - column if turned else column
    pixels[..., 1] = (255 - row if turned else row)[:, None]
    pixels[..., 2] = _MARKS[turned]
    return Image.fromarray(pixels)


def placements(
    width: int, height: int, one: Sequence[torch.Tensor], other: Sequence[torch.Tensor]
) -> tuple[Placement, ...]:
    """Return where each tile lies on a picture.

    Args:
        width, height: Of the picture.
        one, other: What the two test pictures became, uint8 of shape (3, height, width).
    """
    return tuple(
        _placement(first.numpy(), second.numpy(), width, height)
        for first, second in zip(one, other, strict=True)
    )


def _placement(first: _Pixels, second: _Pixels, width: int, height: int) -> Placement:
    there = np.abs(first[2].astype(int) - second[2].astype(int)) > _TOLD_APART
    _, high, wide = first.shape
    if not there.any():
        return Placement(wide, height=high, inner=(0, 0, 0, 0), shown=(0.0, 0.0, 0.0, 0.0))
    columns, rows = np.flatnonzero(there.any(0)), np.flatnonzero(there.any(1))
    left, right = int(columns[0]), int(columns[-1]) + 1
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    along = (first.astype(float) - second.astype(float) + 255) / 2 / 255  # fractions of the picture
    x0, x1 = _ends(along[0, top:bottom, left:right].mean(0), width)
    y0, y1 = _ends(along[1, top:bottom, left:right].mean(1), height)
    return Placement(wide, high, (left, top, right, bottom), (x0, y0, x1, y1))


def _ends(fractions: npt.NDArray[np.floating], side: int) -> tuple[float, float]:
    """Return where the first pixel begins and the last one ends, in pixels of the picture."""
    count = len(fractions)
    inset = min(_EDGE, max(0, (count - 4) // 2))
    middles = np.arange(count)[inset : count - inset] + 0.5
    if len(middles) < 2:
        return 0.0, float(side)
    slope, start = np.polyfit(middles, fractions[inset : count - inset], 1)
    ends = [start * side, (start + slope * count) * side]
    for number, edge in enumerate((0.0, float(side))):
        if abs(ends[number] - edge) <= max(_WHOLE * side, min(1.0, _NEAR * side)):
            ends[number] = edge
    return float(ends[0]), float(ends[1])
