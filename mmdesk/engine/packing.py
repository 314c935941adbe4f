"""int8 and int4 for models on a CPU: layers are packed one after the other once they are loaded."""

from __future__ import annotations

import re

import torch
from torch import nn
from transformers import PreTrainedModel

from mmdesk.engine.packed_linear import Int4Linear, Int8Linear, PackedLinear, fits_int4
from mmdesk.models.shape import NEVER_PACKED

_OUTPUT = "lm_head"


def pack(model: PreTrainedModel, packing: str) -> None:
    """Pack the language model's linear layers; vision tower and projector stay as they are.

    The output layer, whose rounding is felt most, gets int8 either way: it is read for each token,
    and often as large as a fifth of the model. Tied to the embedding, it is a copy then.

    Args:
        model: In bfloat16.
        packing: "int8" or "int4".
    """
    for name, module in list(model.named_modules()):
        for child, layer in list(module.named_children()):
            path = f"{name}.{child}" if name else child
            if type(layer) is nn.Linear and (child == _OUTPUT or _packable(path)):
                setattr(module, child, _packed(layer, "int8" if child == _OUTPUT else packing))


def _packable(path: str) -> bool:
    return not re.search(NEVER_PACKED, path)


def _packed(layer: nn.Linear, packing: str) -> PackedLinear:
    with torch.no_grad():
        return Int4Linear(layer) if packing == "int4" and fits_int4(layer) else Int8Linear(layer)
