"""Beginning with the weights of another checkpoint, also one with other tokens and fewer pixels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import mmdesk.engine.torchvision_first  # noqa: F401

import torch
from torch.nn import functional
from transformers import LlavaForConditionalGeneration, PreTrainedTokenizerFast

from mmdesk.training.model import BOX_JSON, build_tokenizer

_EMBEDDING = "model.language_model.embed_tokens.weight"
_POSITIONS = "position_embedding.weight"
# What a layer adds to the stream; at zero it adds nothing.
_ADDS = ("o_proj.weight", "down_proj.weight", "out_proj.weight", "fc2.weight")
_ALIKE = ("hidden_size", "intermediate_size", "num_attention_heads")


class StartUnfit(Exception):
    """The weights to begin with are of another shape, or aren't there."""


def begin_from(
    folder: Path, model: LlavaForConditionalGeneration, tokenizer: PreTrainedTokenizerFast
) -> None:
    """Takes over a checkpoint's weights.

    Embeddings go by token; positions are stretched to the model's grid; layers that the checkpoint
    doesn't have begin by adding nothing.

    Raises:
        StartUnfit: widths or heads differ, or there is no checkpoint.
    """
    kind: Any = LlavaForConditionalGeneration
    try:
        old = kind.from_pretrained(folder, local_files_only=True)
        known = _load_tokenizer(folder).get_vocab()
    except (OSError, ValueError) as error:
        raise StartUnfit(f"{folder} holds no checkpoint of such a model.") from error
    for part in ("vision_config", "text_config"):
        theirs, ours = getattr(old.config, part), getattr(model.config, part)
        for name in _ALIKE:
            if getattr(theirs, name) != getattr(ours, name):
                raise StartUnfit(f"{folder} is a model of another shape: {part}.{name} differs.")
    given, state = old.float().state_dict(), model.state_dict()
    for name, value in state.items():
        if name.endswith((_EMBEDDING, "lm_head.weight")):
            _copy_tokens(given[name], value, known, tokenizer)
        elif name.endswith(_POSITIONS) and name in given:
            value.copy_(_stretched(given[name], len(value)))
        elif name in given:
            value.copy_(given[name])
        elif name.endswith(_ADDS):
            value.zero_()
    model.load_state_dict(state)


def _copy_tokens(
    given: torch.Tensor, value: torch.Tensor, known: dict[str, int],
    tokenizer: PreTrainedTokenizerFast,
) -> None:  # fmt: skip
    for token, number in tokenizer.get_vocab().items():
        if token in known:
            value[number] = given[known[token]]


def _stretched(positions: torch.Tensor, count: int) -> torch.Tensor:
    """Position embeddings (1 + n², width), the first of the class token, for 1 + m² = `count`."""
    first, rest = positions[:1], positions[1:]
    old, new = round(len(rest) ** 0.5), round((count - 1) ** 0.5)
    grid = rest.T.reshape(1, -1, old, old)
    wider = functional.interpolate(grid, (new, new), mode="bicubic", align_corners=False)
    return torch.cat((first, wider.reshape(rest.shape[1], -1).T))


def _load_tokenizer(folder: Path) -> PreTrainedTokenizerFast:
    loaded: PreTrainedTokenizerFast = PreTrainedTokenizerFast.from_pretrained(folder)
    return loaded


def first_tokenizer(start: Path | None) -> PreTrainedTokenizerFast:
    """The tokenizer of the checkpoint to begin with, if it can write boxes; else a new one."""
    if start is not None and (start / "tokenizer.json").is_file():
        found = _load_tokenizer(start)
        if set(BOX_JSON) <= set(found.get_vocab()):
            return found
    return build_tokenizer()
