"""What the makers of the families' checkpoints share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase, ProcessorMixin

from mmdesk.engine.generation import generating_part
from tests.unit.engine import tiny_models

SEED = 0
CONTEXT = 2048
SMALL: dict[str, Any] = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
}
"""Sizes that nearly all vision towers and language models name the same."""


def text_sizes(tokenizer: PreTrainedTokenizerBase, **more: Any) -> dict[str, Any]:
    """Return the fields of a tiny language model that fits a tokenizer."""
    return {
        **SMALL,
        "vocab_size": len(tokenizer),
        "num_key_value_heads": 2,
        "max_position_embeddings": CONTEXT,
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
        **more,
    }


def token_id(tokenizer: PreTrainedTokenizerBase, token: str) -> int:
    """Return the id of a token that the vocabulary has."""
    found = tokenizer.convert_tokens_to_ids(token)
    assert isinstance(found, int)
    assert found != tokenizer.unk_token_id, token
    return found


def save(directory: Path, build: Callable[[], PreTrainedModel], processor: ProcessorMixin) -> Path:
    """Build a model with seeded weights and write it with its processor; return the folder.

    Random weights would say special tokens too, among them the end of the answer: their rows of
    the output embeddings are made zero, so that every answer goes on until it is stopped.
    """
    torch.manual_seed(SEED)
    model = build()
    tokenizer: Any = processor.tokenizer
    special = [number for number, token in tokenizer.added_tokens_decoder.items() if token.special]
    with torch.no_grad():
        cast(Any, generating_part(model)).get_output_embeddings().weight[special] = 0
    return tiny_models.save(directory, model, processor)
