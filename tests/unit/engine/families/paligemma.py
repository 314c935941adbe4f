"""PaliGemma: SigLIP before Gemma; a task's prefix is read in both directions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from transformers import (
    PaliGemmaConfig,
    PaliGemmaForConditionalGeneration,
    PaliGemmaProcessor,
    SiglipImageProcessor,
)

from tests.unit.engine.families.checkpoint import SMALL, save, text_sizes, token_id
from tests.unit.engine.families.family import Family
from tests.unit.engine.families.tokenizers import gemma_tokenizer

SIDE, PATCH = 28, 14


def _make(directory: Path) -> Path:
    tokenizer = gemma_tokenizer()
    processor = PaliGemmaProcessor(
        image_processor=SiglipImageProcessor(
            size={"height": SIDE, "width": SIDE}, image_seq_length=(SIDE // PATCH) ** 2
        ),
        tokenizer=tokenizer,
    )
    specials: dict[str, Any] = {
        f"{kind}_token_id": getattr(tokenizer, f"{kind}_token_id") for kind in ("bos", "eos", "pad")
    }
    config = PaliGemmaConfig(
        vision_config={
            "model_type": "siglip_vision_model", **SMALL, "image_size": SIDE,
            "patch_size": PATCH, "vision_use_head": False,
        },
        text_config={"model_type": "gemma", **text_sizes(tokenizer), "head_dim": 8},
        image_token_index=token_id(tokenizer, "<image>"),
        projection_dim=32,
        hidden_size=32,
        tie_word_embeddings=False,  # random tied weights say the last token again and again
        **specials,
    )  # fmt: skip
    return save(directory, lambda: PaliGemmaForConditionalGeneration(config), processor)


FAMILY = Family("PaliGemma", "paligemma", "PaliGemmaProcessor", _make, style="prompt")
