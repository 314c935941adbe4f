"""Boxes in answers: the JSON of Qwen3-VL, corners as thousandths of the picture's width and height.

`[{"bbox_2d": [x0, y0, x1, y1], "label": "yellow star"}]` (Qwen3-VL's cookbook on 2D grounding), so
that one parser serves that family and the starter.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence

Corners = tuple[int, int, int, int]
"""x0, y0, x1, y1 in thousandths."""
WHOLE = 1000
_LIST = re.compile(r"\[\s*\{.*?\}\s*\]", re.DOTALL)


def written_boxes(found: Iterable[tuple[Corners, str]]) -> str:
    """Return the boxes with their labels as an answer holds them."""
    values = [{"bbox_2d": list(box), "label": label} for box, label in found]
    return json.dumps(values, ensure_ascii=False)


def parsed_boxes(answer: str) -> list[tuple[Corners, str]]:
    """Return the boxes and labels in an answer; none where it holds no such JSON.

    A corner outside of the picture is moved to its edge.
    """
    found = _LIST.search(answer)
    if found is None:
        return []
    try:
        values = json.loads(found.group())
        return [(_inside(value["bbox_2d"]), str(value.get("label", ""))) for value in values]
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return []


def without_boxes(answer: str) -> str:
    """Return what an answer says in words."""
    return _LIST.sub("", answer).strip()


def iou(a: Sequence[float], b: Sequence[float]) -> float:
    """Return the intersection over union of two boxes x0, y0, x1, y1; 0 where both are empty."""
    wide = min(a[2], b[2]) - max(a[0], b[0])
    tall = min(a[3], b[3]) - max(a[1], b[1])
    shared = max(0.0, wide) * max(0.0, tall)
    areas = sum(max(0.0, c[2] - c[0]) * max(0.0, c[3] - c[1]) for c in (a, b))
    return shared / (areas - shared) if areas > shared else 0.0


def _inside(box: Sequence[float]) -> Corners:
    x0, y0, x1, y1 = (min(WHOLE, max(0, round(number))) for number in box)
    return x0, y0, x1, y1
