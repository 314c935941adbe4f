"""How far a model's probabilities can be trusted."""

from __future__ import annotations

from collections.abc import Sequence


def expected_calibration_error(
    confidences: Sequence[float], right: Sequence[bool], bins: int = 15
) -> float:
    """The mean gap between confidence and accuracy over equally wide bins, weighted by their size.

    Guo et al. 2017, "On Calibration of Modern Neural Networks". Raises ValueError where there is
    nothing to measure.
    """
    if not confidences:
        raise ValueError("no predictions")
    gaps = 0.0
    for number in range(bins):
        low, high = number / bins, (number + 1) / bins
        inside = [
            (c, r)
            for c, r in zip(confidences, right, strict=True)
            if low < c <= high or (number == 0 and c == 0)
        ]
        gaps += abs(sum(c for c, _ in inside) - sum(r for _, r in inside))
    return gaps / len(confidences)
