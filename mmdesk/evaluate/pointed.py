"""Boxes in answers against the drawn ones: mean IoU, and AP at an IoU of one half."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mmdesk.core.boxes import Corners, iou

Boxes = Sequence[Corners]
ENOUGH = 0.5


def matched(answered: Boxes, expected: Boxes) -> int:
    """How many answered boxes find an expected one of their own, best pairs first."""
    pairs = sorted(
        (
            (iou(a, e), number, other)
            for number, a in enumerate(answered)
            for other, e in enumerate(expected)
        ),
        reverse=True,
    )
    taken: set[int] = set()
    used: set[int] = set()
    for overlap, number, other in pairs:
        if overlap >= ENOUGH and number not in used and other not in taken:
            used.add(number)
            taken.add(other)
    return len(taken)


def first_iou(answered: Boxes, expected: Boxes) -> float:
    """IoU of the first box of each; 0 where the answer has none."""
    return iou(answered[0], expected[0]) if answered and expected else 0.0


def average_precision(results: Iterable[tuple[Boxes, Boxes]]) -> float:
    """AP@0.5 over all pictures, of (answered, expected) boxes.

    The boxes of an answer have no scores, so that all are one point of the precision-recall curve:
    the area under it is precision times recall (VOC's AP with every score equal).
    """
    right = said = there = 0
    for answered, expected in results:
        right += matched(answered, expected)
        said += len(answered)
        there += len(expected)
    return (right / said) * (right / there) if said and there else 0.0
