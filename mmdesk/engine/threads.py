"""How many CPU threads a model computes with, chosen by measuring with its own weights.

Decoding is bound by reading weights, which fewer threads than cores may saturate; two threads of
one core get in each other's way. Which is how much of a matter depends on the processor.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import torch
from torch import nn
from transformers import PreTrainedModel

from mmdesk.engine.packed_linear import PackedLinear
from mmdesk.models.hardware import physical_cores, usable_cores

_CLEARLY = 0.9
"""A share of the time that is worth fewer threads: what is measured twice differs by less."""
_ROUND_S = 0.004
_ROUNDS = 3
_PROMPT_ROWS = 32
Work = Callable[[], object]


def choose_threads(model: PreTrainedModel) -> int:
    """Return how many threads suit a model on a CPU; takes less than 0.1 s.

    One core is left to the window and to the rest of the system: a thread that waits for a busy
    core holds all the others up (two threads on two busy cores fell from 54 to 10 tokens/s).
    """
    cores = usable_cores()
    counts = candidates(cores, physical_cores())
    if len(counts) == 1 or not any(_products(model, rows=1)):
        return counts[0]
    before = torch.get_num_threads()
    torch.set_num_threads(counts[0])
    try:
        with torch.inference_mode():
            step, prompt = _work(model, rows=1), _work(model, rows=_PROMPT_ROWS)
            return fastest(counts, [_times(counts, work) for work in (step, prompt)])
    finally:
        torch.set_num_threads(before)


def candidates(logical: int, physical: int) -> list[int]:
    """Return what is worth trying, most threads first."""
    most = max(1, logical - 1)
    return sorted({most, min(physical, most), max(1, physical // 2)}, reverse=True)


def fastest(counts: Sequence[int], seconds: Sequence[Sequence[float]]) -> int:
    """Return a number of threads: the largest, unless a smaller one is clearly faster.

    Args:
        counts: The largest first.
        seconds: What each took, for a token and for a prompt; none may become clearly slower.
    """
    best = 0
    for other in range(1, len(counts)):
        shares = [each[other] / each[best] for each in seconds]
        if min(shares) < _CLEARLY and max(shares) * _CLEARLY < 1:
            best = other
    return counts[best]


def _work(model: Any, rows: int) -> Work:
    """Return what multiplies with as many of the decoder's weights as take a few milliseconds."""
    chosen: list[Work] = []
    started = time.perf_counter()
    for product in _products(model, rows):
        product()
        chosen.append(product)
        if time.perf_counter() - started > _ROUND_S:
            break

    def work() -> None:
        for product in chosen:
            product()

    return work


def _products(model: Any, rows: int) -> Iterator[Work]:
    for module in model.get_decoder().modules():
        # Subclasses of nn.Linear, such as bitsandbytes', have bytes for weights.
        if type(module) is nn.Linear or isinstance(module, PackedLinear):
            dtype = module.weight.dtype if isinstance(module, nn.Linear) else torch.bfloat16
            yield partial(module, torch.ones(rows, module.in_features, dtype=dtype))


def _times(counts: Sequence[int], work: Work) -> list[float]:
    """Return the shortest time with each number of threads; they take turns."""
    shortest = [float("inf")] * len(counts)
    for _ in range(_ROUNDS):
        for place, count in enumerate(counts):
            torch.set_num_threads(count)
            started = time.perf_counter()
            work()
            shortest[place] = min(shortest[place], time.perf_counter() - started)
    return shortest
