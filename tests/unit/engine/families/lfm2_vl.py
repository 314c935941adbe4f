"""LFM2-VL: SigLIP 2 at the picture's own shape, tiles if it is large, a text of convolutions."""

from __future__ import annotations

from pathlib import Path

from transformers import (
    Lfm2VlConfig,
    Lfm2VlForConditionalGeneration,
    Lfm2VlImageProcessor,
    Lfm2VlProcessor,
)

from tests.unit.engine.families.checkpoint import SMALL, save, text_sizes, token_id
from tests.unit.engine.families.family import Family
from tests.unit.engine.families.tokenizers import chatml
from tests.unit.engine.tiny_models import byte_level_tokenizer, fast

PATCH = 8
TILE = 4 * PATCH


def _make(directory: Path) -> Path:
    named = {
        "image_token": "<image>",
        "image_start_token": "<|image_start|>",
        "image_end_token": "<|image_end|>",
        "image_thumbnail_token": "<|img_thumbnail|>",
    }
    tiles = [f"<|img_row_{row}_col_{column}|>" for row in (1, 2, 3) for column in (1, 2, 3)]
    tokenizer = fast(
        byte_level_tokenizer(
            "<|im_start|>", *named.values(), *tiles, bos="<|startoftext|>", eos="<|im_end|>"
        ),
        bos_token="<|startoftext|>",
        eos_token="<|im_end|>",
        pad_token="<pad>",
        extra_special_tokens=named,
    )
    processor = Lfm2VlProcessor(
        image_processor=Lfm2VlImageProcessor(
            encoder_patch_size=PATCH, tile_size=TILE, min_tiles=2, max_tiles=4,
            min_image_tokens=1, max_image_tokens=4,
        ),
        tokenizer=tokenizer,
        chat_template="{{ bos_token }}" + chatml("<image>"),
    )  # fmt: skip
    config = Lfm2VlConfig(
        text_config={
            "model_type": "lfm2", **text_sizes(tokenizer), "block_auto_adjust_ff_dim": False,
            "layer_types": ["conv", "full_attention"], "tie_word_embeddings": False,
        },
        vision_config={
            "model_type": "siglip2_vision_model", **SMALL, "patch_size": PATCH,
            "num_patches": 16, "vision_use_head": False,
        },
        image_token_id=token_id(tokenizer, "<image>"),
        projector_hidden_size=32,
        tie_word_embeddings=False,
    )  # fmt: skip
    return save(directory, lambda: Lfm2VlForConditionalGeneration(config), processor)


FAMILY = Family(
    "LFM2-VL", "lfm2_vl", "Lfm2VlProcessor", _make, logs=("causal_conv1d.*falling back",)
)
