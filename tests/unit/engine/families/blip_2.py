"""BLIP-2: a Q-Former between ViT and OPT or T5; without a question it writes a caption."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from tokenizers import processors
from transformers import (
    Blip2Config,
    Blip2ForConditionalGeneration,
    Blip2Processor,
    BlipImageProcessor,
    PreTrainedTokenizerFast,
)

from tests.unit.engine.families.checkpoint import SMALL, save, text_sizes, token_id
from tests.unit.engine.families.family import Family
from tests.unit.engine.tiny_models import byte_level_tokenizer, fast

SIDE, PATCH, QUERIES = 28, 14, 4
VISION: dict[str, Any] = {
    **SMALL, "image_size": SIDE, "patch_size": PATCH, "initializer_range": 0.02
}  # fmt: skip
QFORMER: dict[str, Any] = {**SMALL, "vocab_size": 40, "encoder_hidden_size": 32}


def tokenizer_with(frame: str) -> PreTrainedTokenizerFast:
    """Return a byte-level BPE whose prompts get their end tokens as in ``frame``."""
    tokenizer = byte_level_tokenizer("<image>", eos="</s>")
    tokenizer.post_processor = processors.TemplateProcessing(
        single=frame, special_tokens=[("</s>", tokenizer.token_to_id("</s>"))]
    )
    return fast(tokenizer, bos_token="<s>", eos_token="</s>", pad_token="<pad>")


def pictures() -> BlipImageProcessor:
    """Return the image processor of all BLIPs."""
    return BlipImageProcessor(size={"height": SIDE, "width": SIDE})


def _opt(tokenizer: PreTrainedTokenizerFast) -> dict[str, Any]:
    sizes = text_sizes(tokenizer)
    return {"model_type": "opt", **sizes, "ffn_dim": 64, "word_embed_proj_dim": 32}


def _t5(tokenizer: PreTrainedTokenizerFast) -> dict[str, Any]:
    return {
        "model_type": "t5", "vocab_size": len(tokenizer), "d_model": 32, "d_kv": 8, "d_ff": 64,
        "num_layers": 2, "num_heads": 4, "decoder_start_token_id": 0, "pad_token_id": 0,
        "eos_token_id": 2, "bos_token_id": 1, "tie_word_embeddings": False,
    }  # fmt: skip


def _make(directory: Path, *, frame: str, text: Any) -> Path:
    tokenizer = tokenizer_with(frame)
    processor = Blip2Processor(
        image_processor=pictures(), tokenizer=tokenizer, num_query_tokens=QUERIES
    )
    config = Blip2Config(
        vision_config=VISION,
        qformer_config=QFORMER,
        text_config=text(tokenizer),
        num_query_tokens=QUERIES,
        image_token_index=token_id(tokenizer, "<image>"),
    )
    return save(directory, lambda: Blip2ForConditionalGeneration(config), processor)


FAMILY = Family(
    "BLIP-2 (OPT)",
    "blip-2",
    "Blip2Processor",
    partial(_make, frame="</s> $A", text=_opt),
    style="caption",
    multi_image=False,
)
FAMILIES = (
    Family(
        "BLIP-2 (T5)",
        "blip-2",
        "Blip2Processor",
        partial(_make, frame="$A </s>", text=_t5),
        style="caption",
        multi_image=False,
    ),
)
