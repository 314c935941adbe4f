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
_POSITIONS = ("position_embedding.weight", "position_embeddings")
# What a layer adds to the stream; at zero it adds nothing.
_ADDS = (
    "o_proj.weight", "down_proj.weight", "out_proj.weight", "fc2.weight", "output.dense.weight",
)  # fmt: skip
_ALIKE = ("model_type", "hidden_size", "intermediate_size", "num_attention_heads")


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
    _check_alike(folder, old.config, model.config)
    given, state = old.float().state_dict(), model.state_dict()
    for name, value in state.items():
        if name.endswith((_EMBEDDING, "lm_head.weight")):
            _copy_tokens(given[name], value, known, tokenizer)
        elif name.endswith(_POSITIONS) and name in given:
            _stretch(given[name], value)
        elif name in given:
            if given[name].shape != value.shape:
                raise StartUnfit(f"{folder} is a model of another shape: {name} differs.")
            value.copy_(given[name])
        elif name.endswith(_ADDS):
            value.zero_()
    model.load_state_dict(state)


def _check_alike(folder: Path, old: Any, new: Any) -> None:
    for part in ("vision_config", "text_config"):
        theirs, ours = getattr(old, part), getattr(new, part)
        for name in _ALIKE:
            if getattr(theirs, name) != getattr(ours, name):
                raise StartUnfit(f"{folder} is a model of another shape: {part}.{name} differs.")


def _copy_tokens(
    given: torch.Tensor, value: torch.Tensor, known: dict[str, int],
    tokenizer: PreTrainedTokenizerFast,
) -> None:  # fmt: skip
    for token, number in tokenizer.get_vocab().items():
        if token in known:
            value[number] = given[known[token]]


def _stretch(given: torch.Tensor, value: torch.Tensor) -> None:
    """Position embeddings (1 + n², width), the first of the class token, onto 1 + m² of them."""
    width = value.shape[-1]
    old, new = given.view(-1, width), value.view(-1, width)
    sides = [round((len(each) - 1) ** 0.5) for each in (old, new)]
    grid = old[1:].T.reshape(1, width, sides[0], sides[0])
    wider = functional.interpolate(grid, (sides[1], sides[1]), mode="bicubic", align_corners=False)
    new.copy_(torch.cat((old[:1], wider.reshape(width, -1).T)))


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
