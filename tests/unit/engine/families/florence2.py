"""Florence-2: DaViT before BART; it knows tasks, and an encoder reads picture and question."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from transformers import (
    CLIPImageProcessor,
    Florence2Config,
    Florence2ForConditionalGeneration,
    Florence2Processor,
)

from tests.unit.engine.families.checkpoint import CONTEXT, save, token_id
from tests.unit.engine.families.family import Family
from tests.unit.engine.tiny_models import byte_level_tokenizer, fast

SIDE = 64
IMAGE_TOKENS = (SIDE // 32) ** 2 + 1
"""Four stages halve the picture five times; the features' mean goes before them."""

SPECIALS: dict[str, Any] = {
    "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 0, "decoder_start_token_id": 2
}  # fmt: skip


def _make(directory: Path) -> Path:
    tokenizer = fast(
        byte_level_tokenizer("<image>", "<loc_0>", "<loc_999>", "<od>", "</od>", eos="</s>"),
        bos_token="<s>",
        eos_token="</s>",
        pad_token="<pad>",
        extra_special_tokens={"image_token": "<image>"},
    )
    image_processor = CLIPImageProcessor(
        size={"height": SIDE, "width": SIDE}, do_center_crop=False, image_seq_length=IMAGE_TOKENS
    )
    config = Florence2Config(
        vision_config={
            "depths": (1, 1, 1, 1), "embed_dim": (8, 8, 16, 16), "num_heads": (1, 1, 2, 2),
            "num_groups": (1, 1, 2, 2), "window_size": 4, "projection_dim": 32,
        },
        text_config={
            "model_type": "bart", "vocab_size": len(tokenizer), "d_model": 32,
            "encoder_layers": 2, "decoder_layers": 2, "encoder_attention_heads": 4,
            "decoder_attention_heads": 4, "encoder_ffn_dim": 64, "decoder_ffn_dim": 64,
            "max_position_embeddings": CONTEXT, **SPECIALS,
        },
        image_token_id=token_id(tokenizer, "<image>"),
        **SPECIALS,
    )  # fmt: skip

    def build() -> Florence2ForConditionalGeneration:
        model = Florence2ForConditionalGeneration(config)
        # As the published checkpoints recommend.
        model.generation_config.update(num_beams=3, early_stopping=True, no_repeat_ngram_size=3)
        model.generation_config.update(forced_bos_token_id=1, forced_eos_token_id=2)
        return model

    processor = Florence2Processor(image_processor=image_processor, tokenizer=tokenizer)
    return save(directory, build, processor)


FAMILY = Family(
    "Florence-2", "florence2", "Florence2Processor", _make, style="prompt", multi_image=False
)
