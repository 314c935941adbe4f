"""When each word was said: cross-attention and dynamic time warping.

As ``whisper.timing.find_alignment`` does it (its ``dtw`` is compiled by numba at the first call,
which takes longer than this one runs).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F

from mmdesk.speech.dimensions import FRAMES_PER_SECOND

_MEDIAN_WIDTH = 7
_DIAGONAL, _DOWN, _RIGHT = 0, 1, 2


def token_times(scores: torch.Tensor, skipped: int, seconds: float) -> npt.NDArray[np.float64]:
    """Return when each token begins, and last when the last one ends.

    Args:
        scores: What the alignment heads pay attention to while the decoder reads the prompt, the
            text and the end token, shape ``(heads, tokens, frames)``, before the softmax.
        skipped: Tokens of the prompt before ``<|notimestamps|>``.
        seconds: The length of the sound; no time is later.

    Returns:
        Seconds, ascending; one more than the text has tokens.
    """
    weights = scores.softmax(dim=-1)
    deviation, mean = torch.std_mean(weights, dim=-2, keepdim=True, unbiased=False)
    weights = (weights - mean) / deviation.clamp_min(1e-9)
    matrix = _median(weights).mean(dim=0)[skipped:-1]
    rows, columns = warp(-matrix.double().cpu().numpy())
    begins = np.flatnonzero(np.diff(rows, prepend=-1))
    return np.clip(columns[begins] / FRAMES_PER_SECOND, 0.0, seconds)


def warp(cost: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return the cheapest monotonic path through ``cost`` as row and column indices.

    Ties go as in ``whisper.timing.dtw_cpu``. Anti-diagonals are independent within, so each is
    one step of numpy.
    """
    rows, columns = cost.shape
    total = np.full((rows + 1, columns + 1), np.inf)
    total[0, 0] = 0.0
    trace = np.full((rows + 1, columns + 1), _RIGHT, dtype=np.int8)
    trace[:, 0] = _DOWN
    trace[0, :] = _RIGHT
    for diagonal in range(2, rows + columns + 1):
        i = np.arange(max(1, diagonal - columns), min(rows, diagonal - 1) + 1)
        j = diagonal - i
        met, above, left = total[i - 1, j - 1], total[i - 1, j], total[i, j - 1]
        is_met = (met < above) & (met < left)
        is_above = ~is_met & (above < met) & (above < left)
        best = np.where(is_met, met, np.where(is_above, above, left))
        total[i, j] = cost[i - 1, j - 1] + best
        trace[i, j] = np.where(is_met, _DIAGONAL, np.where(is_above, _DOWN, _RIGHT))
    return _path(trace)


def _path(trace: npt.NDArray[np.int8]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    i, j = trace.shape[0] - 1, trace.shape[1] - 1
    path: list[tuple[int, int]] = []
    while i > 0 or j > 0:
        path.append((i - 1, j - 1))
        step = trace[i, j]
        i -= step != _RIGHT
        j -= step != _DOWN
    steps = np.array(path[::-1], dtype=np.intp)
    return steps[:, 0], steps[:, 1]


def _median(weights: torch.Tensor) -> torch.Tensor:
    """Smooth along the frames, as far as they go."""
    reach = _MEDIAN_WIDTH // 2
    if weights.shape[-1] <= reach:
        return weights
    padded = F.pad(weights, (reach, reach), mode="reflect")
    return padded.unfold(-1, _MEDIAN_WIDTH, 1).sort()[0][..., reach]
