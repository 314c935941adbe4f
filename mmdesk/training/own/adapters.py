"""LoRA (Hu et al., 2021, https://arxiv.org/abs/2106.09685) through peft, merged when it is done."""

from __future__ import annotations

import warnings
from typing import Any

import torch

from mmdesk.core.errors import TrainingNeedsPackage


def check_peft() -> None:
    """Raises `TrainingNeedsPackage` where peft can't be imported."""
    try:
        import peft  # noqa: F401
    except ImportError as error:
        raise TrainingNeedsPackage(package=error.name or "peft", what="--lora") from error


def with_lora(model: Any, rank: int, seed: int) -> Any:
    """The model with small matrices of `rank` beside each linear layer; only they are trained."""
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(seed)
    config = LoraConfig(r=rank, lora_alpha=2 * rank, lora_dropout=0.0, target_modules="all-linear")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # peft asks transformers by an old name
        made: Any = get_peft_model(model, config)
    for parameter in made.parameters():
        if parameter.requires_grad:
            parameter.data = parameter.data.float()
    return made


def merged(module: Any) -> Any:
    """A plain model, with LoRA's matrices added to the weights."""
    return module.merge_and_unload() if hasattr(module, "peft_config") else module
