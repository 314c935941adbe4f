"""Qwen3.5: linear attention with a recurrent state in three layers of four, thinking by default."""

from __future__ import annotations

from pathlib import Path

from transformers import (
    Qwen2VLImageProcessor,
    Qwen3_5Config,
    Qwen3_5ForConditionalGeneration,
    Qwen3VLProcessor,
    Qwen3VLVideoProcessor,
)
from transformers.models.qwen3_5.tokenization_qwen3_5 import Qwen3_5Tokenizer

from tests.unit.engine.families.checkpoint import SMALL, save, text_sizes, token_id
from tests.unit.engine.families.family import Family
from tests.unit.engine.families.qwen2_5_vl import PICTURE
from tests.unit.engine.families.tokenizers import QWEN_VISION, chatml, qwen_tokenizer

PATCH = 16


def _make(directory: Path) -> Path:
    tokenizer = qwen_tokenizer(*QWEN_VISION, kind=Qwen3_5Tokenizer)
    tokenizer.add_tokens(["<think>", "</think>"])
    processor = Qwen3VLProcessor(
        image_processor=Qwen2VLImageProcessor(
            patch_size=PATCH,
            size={"shortest_edge": 4 * PATCH**2, "longest_edge": 36 * PATCH**2},
        ),
        tokenizer=tokenizer,
        video_processor=Qwen3VLVideoProcessor(patch_size=PATCH),
        chat_template=chatml(PICTURE, answer="<think>\\n"),
    )
    config = Qwen3_5Config(
        text_config=text_sizes(
            tokenizer,
            head_dim=16,
            layer_types=["linear_attention", "full_attention"],
            linear_key_head_dim=8,
            linear_value_head_dim=8,
            linear_num_key_heads=2,
            linear_num_value_heads=4,
            rope_parameters={
                "rope_type": "default", "rope_theta": 1e7, "partial_rotary_factor": 0.5,
                "mrope_section": [2, 1, 1], "mrope_interleaved": True,
            },
        ),
        vision_config={
            **SMALL, "depth": 2, "num_heads": 2, "patch_size": PATCH, "out_hidden_size": 32,
            "num_position_embeddings": 16,
        },
        image_token_id=token_id(tokenizer, "<|image_pad|>"),
        video_token_id=token_id(tokenizer, "<|video_pad|>"),
        vision_start_token_id=token_id(tokenizer, "<|vision_start|>"),
        vision_end_token_id=token_id(tokenizer, "<|vision_end|>"),
    )  # fmt: skip
    return save(directory, lambda: Qwen3_5ForConditionalGeneration(config), processor)


FAMILY = Family(
    "Qwen3.5",
    "qwen3_5",
    "Qwen3VLProcessor",
    _make,
    # Its fast kernels are packages for CUDA; without them it is slower, not wrong.
    logs=("causal_conv1d.*falling back", "gated_delta_rule.*falling back"),
)
