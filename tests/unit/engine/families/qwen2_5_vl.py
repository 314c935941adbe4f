"""Qwen2.5-VL: pictures of any size as patches, windows in the vision tower, M-RoPE."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from transformers import (
    Qwen2_5_VLConfig,
    Qwen2_5_VLForConditionalGeneration,
    Qwen2_5_VLProcessor,
    Qwen2VLImageProcessor,
    Qwen2VLVideoProcessor,
)

from tests.unit.engine.families.checkpoint import SMALL, save, text_sizes, token_id
from tests.unit.engine.families.family import Family
from tests.unit.engine.families.tokenizers import QWEN_VISION, chatml, qwen_tokenizer

PICTURE = "<|vision_start|><|image_pad|><|vision_end|>"
PATCH = 14


def _make(directory: Path) -> Path:
    tokenizer = qwen_tokenizer(*QWEN_VISION)
    limits: Any = {"min_pixels": 4 * PATCH**2, "max_pixels": 36 * PATCH**2}
    processor = Qwen2_5_VLProcessor(
        image_processor=Qwen2VLImageProcessor(patch_size=PATCH, **limits),
        tokenizer=tokenizer,
        video_processor=Qwen2VLVideoProcessor(patch_size=PATCH),
        chat_template=chatml(PICTURE),
    )
    config = Qwen2_5_VLConfig(
        text_config=text_sizes(
            tokenizer,
            max_window_layers=2,
            rope_parameters={"rope_type": "default", "rope_theta": 1e6, "mrope_section": [1, 1, 2]},
        ),
        vision_config={
            **SMALL, "depth": 2, "num_heads": 2, "patch_size": PATCH, "out_hidden_size": 32,
            "window_size": 4 * PATCH, "fullatt_block_indexes": [1],
        },
        image_token_id=token_id(tokenizer, "<|image_pad|>"),
        video_token_id=token_id(tokenizer, "<|video_pad|>"),
        vision_start_token_id=token_id(tokenizer, "<|vision_start|>"),
        vision_end_token_id=token_id(tokenizer, "<|vision_end|>"),
    )  # fmt: skip
    return save(directory, lambda: Qwen2_5_VLForConditionalGeneration(config), processor)


FAMILY = Family("Qwen2.5-VL", "qwen2_5_vl", "Qwen2_5_VLProcessor", _make)
