"""Sights as JSON, for whoever keeps answers.

::

    {"model_type", "meant": 0 or null, "pictures": [{"sha256", "width", "height", "tokens",
     "frames": [[width, height, *inner, *shown], ...]}]}
"""

from __future__ import annotations

import math
from typing import Any

from mmdesk.core.sight import Placement, SeenPicture, Sight

_MOST = 10_000
"""Pictures of a prompt, and frames of a picture: more are no sight of ours."""
_LARGEST = 2**31
_FRAME = 10
"""Numbers that say one: two of its size, four each of two boxes."""


def sight_document(sight: Sight) -> dict[str, Any]:
    """Return a sight as JSON has it."""
    return {
        "model_type": sight.model_type,
        "meant": sight.meant,
        "pictures": [
            {
                "sha256": each.sha256,
                "width": each.width,
                "height": each.height,
                "tokens": each.tokens,
                "frames": [[f.width, f.height, *f.inner, *f.shown] for f in each.frames],
            }
            for each in sight.pictures
        ],
    }


def read_sight(document: Any) -> Sight:
    """Return the sight. Raises ``TypeError``, ``ValueError`` or ``KeyError`` where it is none."""
    pictures = tuple(map(_picture, _list(document["pictures"])))
    meant = document["meant"]
    if meant is not None and _whole(meant) >= len(pictures):
        raise ValueError("there is no such picture")
    return Sight(_text(document["model_type"]), pictures, meant)


def _picture(value: Any) -> SeenPicture:
    frames = tuple(map(_frame, _list(value["frames"])))
    width, height = (max(1, _whole(value[name])) for name in ("width", "height"))
    return SeenPicture(_text(value["sha256"]), width, height, _whole(value["tokens"]), frames)


def _frame(value: Any) -> Placement:
    numbers = _list(value)
    if len(numbers) != _FRAME:
        raise ValueError("no frame")
    width, height, left, top, right, bottom = map(_whole, numbers[:6])
    x0, y0, x1, y1 = map(_number, numbers[6:])
    return Placement(width, height, (left, top, right, bottom), (x0, y0, x1, y1))


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list) or len(value) > _MOST:
        raise TypeError("no list, or too long a one")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > _MOST:
        raise TypeError("no text, or too long a one")
    return value


def _whole(value: Any) -> int:
    if type(value) is not int or not 0 <= value < _LARGEST:
        raise ValueError("no whole number in range")
    return value


def _number(value: Any) -> float:
    if type(value) not in (int, float) or not math.isfinite(value) or abs(value) >= _LARGEST:
        raise ValueError("no number in range")
    return float(value)
