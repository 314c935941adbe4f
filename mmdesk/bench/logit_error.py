"""How far int8 and int4 weights move a model's logits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch

from mmdesk.bench.peers import Desk, Messages
from mmdesk.engine.kv_cache import new_cache
from mmdesk.engine.token_step import TokenStep


@dataclass(frozen=True, slots=True)
class LogitError:
    """How far packing moves the logits of tokens that follow each other.

    Attributes:
        mean, worst: Of the distances, in standard deviations of a position's logits.
        same_first: The share of positions whose largest logit is the same.
        positions: Of how many.
    """

    mean: float
    worst: float
    same_first: float
    positions: int


def logit_error(packed: Desk, exact: Desk, prompt: Messages, tokens: tuple[int, ...]) -> LogitError:
    """Compare two precisions of a model while the same ``tokens`` are written, one at a time."""
    ours, theirs = (_logits(desk, prompt, tokens) for desk in (packed, exact))
    spoken = (theirs != 0).any(dim=0)  # the others are 0 in every precision
    ours, theirs = ours[:, spoken], theirs[:, spoken]
    distance = (ours - theirs).abs() / theirs.std(dim=1, keepdim=True)
    same = (ours.argmax(dim=1) == theirs.argmax(dim=1)).float().mean()
    return LogitError(float(distance.mean()), float(distance.max()), float(same), len(tokens))


def _logits(desk: Desk, messages: Messages, tokens: tuple[int, ...]) -> torch.Tensor:
    """Return the logits behind each of ``tokens``, (tokens, vocabulary)."""
    model: Any = desk.loaded.model
    prompt = desk.loaded.prompts.build(messages, len(tokens), lambda *_: None).inputs
    cache, step = new_cache(model), TokenStep(model)
    with torch.inference_mode():
        model(input_ids=prompt["input_ids"], past_key_values=cache, logits_to_keep=1)
        return torch.stack([step(torch.tensor([token]), cache).float() for token in tokens])
