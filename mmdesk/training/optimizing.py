"""The optimizer of the chat starter: Muon for the matrices inside, AdamW for all else.

Muon (Jordan et al. 2024, kellerjordan.github.io/posts/muon) makes each step of a matrix orthogonal;
scaled as Liu et al. 2025 (arXiv 2502.16982) scale it, the rates of AdamW serve both. Embeddings,
what stands before the input and after the output, vectors and biases stay with AdamW.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import nn


class MuonAdamW:
    """Two optimizers with the face of one, as far as the training loop sees it."""

    def __init__(
        self, learner: nn.Module, weight_decay: float, outputs: Iterable[nn.Module]
    ) -> None:
        """``outputs`` are the layers whose results are compared with labels."""
        apart = [module for module in learner.modules() if isinstance(module, nn.Embedding)]
        left_out = {id(p) for module in (*apart, *outputs) for p in module.parameters()}
        inside: list[nn.Parameter] = []
        rest: list[nn.Parameter] = []
        for parameter in learner.parameters():
            hidden = parameter.ndim == 2 and id(parameter) not in left_out
            (inside if hidden else rest).append(parameter)
        self._both: tuple[torch.optim.Optimizer, ...] = (
            torch.optim.Muon(inside, weight_decay=weight_decay, adjust_lr_fn="match_rms_adamw"),
            adamw(rest, weight_decay),
        )

    @property
    def param_groups(self) -> list[dict[str, Any]]:
        """The groups of both."""
        return [group for each in self._both for group in each.param_groups]

    def step(self) -> None:
        """Take one step with both."""
        for each in self._both:
            each.step()

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of both."""
        for each in self._both:
            each.zero_grad(set_to_none=set_to_none)

    def state_dict(self) -> dict[str, Any]:
        """What both need to go on."""
        return {str(number): each.state_dict() for number, each in enumerate(self._both)}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from a :meth:`state_dict`."""
        for number, each in enumerate(self._both):
            each.load_state_dict(state[str(number)])


def adamw(parameters: Iterable[nn.Parameter], weight_decay: float) -> torch.optim.AdamW:
    """AdamW as the recipes use it; matrices decay, vectors don't."""
    parameters = list(parameters)
    groups = [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": weight_decay},
        {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=1e-3, betas=(0.9, 0.98), fused=True)
