"""A CLIP checkpoint with random weights, small enough to make in a test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from tokenizers.processors import TemplateProcessing
from transformers import (
    CLIPConfig,
    CLIPImageProcessorPil,
    CLIPModel,
    CLIPProcessor,
    CLIPTextConfig,
    CLIPVisionConfig,
)

from tests.unit.engine.tiny_models import byte_level_tokenizer, fast

SIDE = 32


def make_clip(directory: Path, *, seed: int = 0) -> Path:
    """Write a CLIP checkpoint: ViT 2 x 32, text 2 x 32, of which 24 tokens are read."""
    # An end mark of number 2 would make CLIPTextModel pool by the largest id.
    trained = byte_level_tokenizer(bos="<|end|>", eos="<s>")
    trained.post_processor = TemplateProcessing(
        single="<s> $A <|end|>", special_tokens=[("<s>", 2), ("<|end|>", 1)]
    )
    tokenizer = fast(trained, bos_token="<s>", eos_token="<|end|>", pad_token="<pad>")
    processor = CLIPProcessor(
        CLIPImageProcessorPil(
            size={"height": SIDE, "width": SIDE}, do_center_crop=False,
            image_mean=[0.5] * 3, image_std=[0.5] * 3,
        ),
        tokenizer,
    )  # fmt: skip
    sizes: Any = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2,
             "num_attention_heads": 2, "projection_dim": 24}  # fmt: skip
    text = CLIPTextConfig(
        **sizes, vocab_size=len(tokenizer), max_position_embeddings=24,
        pad_token_id=0, bos_token_id=2, eos_token_id=1,
    )  # fmt: skip
    vision = CLIPVisionConfig(**sizes, image_size=SIDE, patch_size=8)
    torch.manual_seed(seed)
    config = CLIPConfig(
        text_config=text.to_dict(), vision_config=vision.to_dict(), projection_dim=24
    )
    CLIPModel(config).save_pretrained(directory)
    processor.save_pretrained(directory)
    return directory
