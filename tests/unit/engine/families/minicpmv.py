"""MiniCPM-V 4.6 and 4.7: a picture and its slices, merged twice, before Qwen3.5's text."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from transformers import (
    MiniCPMV4_6Config,
    MiniCPMV4_6ForConditionalGeneration,
    MiniCPMV4_6ImageProcessor,
    MiniCPMV4_6Processor,
    MiniCPMV4_6VideoProcessor,
    MiniCPMV4_7Config,
    MiniCPMV4_7ForConditionalGeneration,
    MiniCPMV4_7Processor,
)

from tests.unit.engine.families.checkpoint import SMALL, save, text_sizes, token_id
from tests.unit.engine.families.family import Family
from tests.unit.engine.families.qwen3_5 import FAMILY as QWEN
from tests.unit.engine.families.tokenizers import chatml, qwen_tokenizer

PATCH = 14
SIDE = 4 * PATCH
"""The vision tower and the merger each join 2 x 2 patches."""
TOKENS: dict[str, Any] = {
    "image_token": "<|image_pad|>",
    "video_token": "<|video_pad|>",
    "image_start_token": "<image>",
    "image_end_token": "</image>",
    "slice_start_token": "<slice>",
    "slice_end_token": "</slice>",
    "image_id_start_token": "<image_id>",
    "image_id_end_token": "</image_id>",
}


def _make(
    directory: Path, processor_class: Any, config_class: Any, model_class: Any, **more: str
) -> Path:
    tokenizer = qwen_tokenizer(*TOKENS.values(), **TOKENS)
    sizes: dict[str, Any] = {"patch_size": PATCH, "scale_resolution": SIDE, "max_slice_nums": 2}
    processor = processor_class(
        image_processor=MiniCPMV4_6ImageProcessor(**sizes),
        tokenizer=tokenizer,
        video_processor=MiniCPMV4_6VideoProcessor(**sizes),
        chat_template=chatml("<|image_pad|>\\n"),
    )
    config = config_class(
        text_config={
            "model_type": "qwen3_5_text", **text_sizes(tokenizer), "head_dim": 16,
            "layer_types": ["linear_attention", "full_attention"],
            "linear_key_head_dim": 8, "linear_value_head_dim": 8,
            "linear_num_key_heads": 2, "linear_num_value_heads": 4,
            "rope_parameters": {
                "rope_type": "default", "rope_theta": 1e7, "partial_rotary_factor": 0.5,
                "mrope_section": [2, 1, 1], "mrope_interleaved": True,
            },
        },
        vision_config={**SMALL, "image_size": SIDE, "patch_size": PATCH},
        insert_layer_id=0,
        image_size=SIDE,
        image_token_id=token_id(tokenizer, "<|image_pad|>"),
        video_token_id=token_id(tokenizer, "<|video_pad|>"),
        **{name: token_id(tokenizer, token) for name, token in more.items()},
    )  # fmt: skip
    return save(directory, lambda: model_class(config), processor)


_make_4_6 = partial(
    _make,
    processor_class=MiniCPMV4_6Processor,
    config_class=MiniCPMV4_6Config,
    model_class=MiniCPMV4_6ForConditionalGeneration,
)
_make_4_7 = partial(
    _make,
    processor_class=MiniCPMV4_7Processor,
    config_class=MiniCPMV4_7Config,
    model_class=MiniCPMV4_7ForConditionalGeneration,
    image_start_id="<image>",
    image_end_id="</image>",
    slice_start_id="<slice>",
    slice_end_id="</slice>",
    newline_id="Ċ",  # a line break, as byte-level BPE writes it
)
FAMILIES = (
    Family("MiniCPM-V 4.6", "minicpmv4_6", "MiniCPMV4_6Processor", _make_4_6, logs=QWEN.logs),
    Family("MiniCPM-V 4.7", "minicpmv4_7", "MiniCPMV4_7Processor", _make_4_7, logs=QWEN.logs),
)
