"""Boxes in answers: the JSON of Qwen3-VL, corners as thousandths of the picture's width and height.

`[{"bbox_2d": [x0, y0, x1, y1], "label": "yellow star"}]` (Qwen3-VL's cookbook on 2D grounding), so
that one parser serves that family and the starter.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterable, Sequence

Corners = tuple[int, int, int, int]
WHOLE = 1000
STEP = 5  # the starter's pixels are about as wide
_LIST = re.compile(r"\[\s*\{.*?\}\s*\]", re.DOTALL)


def corners(box: Sequence[float]) -> Corners:
    """Shares of the picture as thousandths, in steps of `STEP`."""
    x0, y0, x1, y1 = (min(WHOLE, max(0, STEP * round(v * WHOLE / STEP))) for v in box)
    return x0, y0, x1, y1


def written_boxes(found: Iterable[tuple[Corners, str]]) -> str:
    """The boxes with their labels as an answer holds them."""
    values = [{"bbox_2d": list(box), "label": label} for box, label in found]
    return json.dumps(values, ensure_ascii=False)


def parsed_boxes(answer: str) -> list[tuple[Corners, str]]:
    """The boxes and labels in an answer; none where it holds no such JSON."""
    found = _LIST.search(answer)
    if found is None:
        return []
    try:
        values = json.loads(found.group())
        return [
            (corners([n / WHOLE for n in value["bbox_2d"]]), str(value.get("label", "")))
            for value in values
        ]
    except (ValueError, KeyError, TypeError):
        return []


def without_boxes(answer: str) -> str:
    """What an answer says in words."""
    return _LIST.sub("", answer).strip()


def iou(a: Sequence[float], b: Sequence[float]) -> float:
    """Intersection over union of two boxes x0, y0, x1, y1; 0 where both are empty."""
    wide = min(a[2], b[2]) - max(a[0], b[0])
    tall = min(a[3], b[3]) - max(a[1], b[1])
    shared = max(0.0, wide) * max(0.0, tall)
    areas = sum(max(0.0, c[2] - c[0]) * max(0.0, c[3] - c[1]) for c in (a, b))
    return shared / (areas - shared) if areas > shared else 0.0


def as_typed(name: str, rng: random.Random | None) -> str:
    """A printed name as people type it in a question: mostly as it is printed."""
    if rng is None or rng.random() < 0.75:
        return name
    return rng.choice((name.lower(), name.upper(), name.capitalize()))
