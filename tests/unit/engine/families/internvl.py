"""InternVL: the picture as tiles and a thumbnail, each shuffled to a quarter of its tokens."""

from __future__ import annotations

from pathlib import Path

from transformers import (
    GotOcr2ImageProcessor,
    InternVLConfig,
    InternVLForConditionalGeneration,
    InternVLProcessor,
    InternVLVideoProcessor,
)

from tests.unit.engine.families.checkpoint import SMALL, save, text_sizes, token_id
from tests.unit.engine.families.family import Family
from tests.unit.engine.families.tokenizers import chatml, qwen_tokenizer

SIDE = 32


def _make(directory: Path) -> Path:
    tokenizer = qwen_tokenizer(
        start_image_token="<img>",
        end_image_token="</img>",
        context_image_token="<IMG_CONTEXT>",
        video_token="<video>",
    )
    size = {"height": SIDE, "width": SIDE}
    processor = InternVLProcessor(
        image_processor=GotOcr2ImageProcessor(size=size, max_patches=4),
        tokenizer=tokenizer,
        video_processor=InternVLVideoProcessor(size=size),
        image_seq_length=4,
        chat_template=chatml("<IMG_CONTEXT>\\n"),
    )
    config = InternVLConfig(
        vision_config={**SMALL, "image_size": [SIDE, SIDE], "patch_size": [8, 8]},
        text_config={"model_type": "qwen2", **text_sizes(tokenizer)},
        image_token_id=token_id(tokenizer, "<IMG_CONTEXT>"),
        image_seq_length=4,
        downsample_ratio=0.5,
    )
    return save(directory, lambda: InternVLForConditionalGeneration(config), processor)


FAMILY = Family("InternVL", "internvl", "InternVLProcessor", _make)
