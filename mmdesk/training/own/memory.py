"""What training takes of a device's memory, and what that means for how it is done."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from mmdesk.core.errors import TrainingOutOfMemory
from mmdesk.models.hardware import device_name, free_bytes

_FULL = 16
"""Bytes a parameter: float32 weight, gradient, and AdamW's two moments."""
_FROZEN = {"float32": 4, "bfloat16": 2}


@dataclass(frozen=True, slots=True)
class Fitting:
    """How a model is trained here.

    Attributes:
        dtype: Of the weights: "float32", or "bfloat16" where LoRA leaves them as they are.
        recompute: Whether activations are computed again in the backward pass (gradient
            checkpointing; Chen et al., 2016) instead of being kept.
    """

    dtype: str
    recompute: bool


def fitting(parameters: int, lora: bool, device: torch.device, batch: int) -> Fitting:
    """Chooses by the memory that is free.

    Raises:
        TrainingOutOfMemory: weights, gradients and moments alone don't fit.
    """
    free = free_bytes(device)
    if lora:
        half = device.type == "cuda" or parameters * _FROZEN["float32"] > free // 2
        dtype = "bfloat16" if half else "float32"
        needed = parameters * _FROZEN[dtype]
    else:
        dtype, needed = "float32", parameters * _FULL
    if needed > free:
        raise TrainingOutOfMemory(device=device_name(device), batch=batch)
    return Fitting(dtype, needed > free // 4)
