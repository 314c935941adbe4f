"""How far a model's probabilities can be trusted."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

BINS = 15


@dataclass(frozen=True, slots=True)
class Bin:
    """Predictions of about the same confidence.

    Attributes:
        low, high: Its bounds; ``high`` belongs to it.
        n: How many there are.
        confidence: Their mean, or 0 where there are none.
        accuracy: The share that is right, or 0.
    """

    low: float
    high: float
    n: int
    confidence: float
    accuracy: float


def reliability(confidences: Sequence[float], right: Sequence[bool], bins: int = BINS) -> list[Bin]:
    """Return equally wide bins over 0 to 1, the empty ones too.

    Guo et al. 2017, "On Calibration of Modern Neural Networks" (https://arxiv.org/abs/1706.04599).
    """
    inside: list[list[tuple[float, bool]]] = [[] for _ in range(bins)]
    highs = [(number + 1) / bins for number in range(bins)]
    for pair in zip(confidences, right, strict=True):
        inside[bisect_left(highs, pair[0])].append(pair)
    found = []
    for number, pairs in enumerate(inside):
        n = len(pairs)
        confidence = sum(c for c, _ in pairs) / n if n else 0.0
        accuracy = sum(r for _, r in pairs) / n if n else 0.0
        found.append(Bin(number / bins, (number + 1) / bins, n, confidence, accuracy))
    return found


def expected_calibration_error(
    confidences: Sequence[float], right: Sequence[bool], bins: int = BINS
) -> float:
    """The mean gap between confidence and accuracy over the bins, weighted by their size.

    Guo et al. 2017, equation 3. Raises ValueError where there is nothing to measure.
    """
    if not confidences:
        raise ValueError("no predictions")
    found = reliability(confidences, right, bins)
    return sum(each.n * abs(each.confidence - each.accuracy) for each in found) / len(confidences)
