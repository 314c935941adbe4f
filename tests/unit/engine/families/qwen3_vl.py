"""Qwen3-VL: interleaved M-RoPE, and features of several vision layers (DeepStack)."""

from __future__ import annotations

from pathlib import Path

from transformers import (
    Qwen2VLImageProcessor,
    Qwen3VLConfig,
    Qwen3VLForConditionalGeneration,
    Qwen3VLProcessor,
    Qwen3VLVideoProcessor,
)

from tests.unit.engine.families.checkpoint import SMALL, save, text_sizes, token_id
from tests.unit.engine.families.family import Family
from tests.unit.engine.families.qwen2_5_vl import PICTURE
from tests.unit.engine.families.tokenizers import QWEN_VISION, chatml, qwen_tokenizer

PATCH = 16


def _make(directory: Path) -> Path:
    tokenizer = qwen_tokenizer(*QWEN_VISION)
    processor = Qwen3VLProcessor(
        image_processor=Qwen2VLImageProcessor(
            patch_size=PATCH,
            size={"shortest_edge": 4 * PATCH**2, "longest_edge": 36 * PATCH**2},
        ),
        tokenizer=tokenizer,
        video_processor=Qwen3VLVideoProcessor(patch_size=PATCH),
        chat_template=chatml(PICTURE),
    )
    config = Qwen3VLConfig(
        text_config=text_sizes(
            tokenizer,
            head_dim=8,
            rope_parameters={
                "rope_type": "default", "rope_theta": 5e6,
                "mrope_section": [2, 1, 1], "mrope_interleaved": True,
            },
        ),
        vision_config={
            **SMALL, "depth": 2, "num_heads": 2, "patch_size": PATCH, "out_hidden_size": 32,
            "num_position_embeddings": 16, "deepstack_visual_indexes": [0],
        },
        image_token_id=token_id(tokenizer, "<|image_pad|>"),
        video_token_id=token_id(tokenizer, "<|video_pad|>"),
        vision_start_token_id=token_id(tokenizer, "<|vision_start|>"),
        vision_end_token_id=token_id(tokenizer, "<|vision_end|>"),
    )  # fmt: skip
    return save(directory, lambda: Qwen3VLForConditionalGeneration(config), processor)


FAMILY = Family("Qwen3-VL", "qwen3_vl", "Qwen3VLProcessor", _make)
