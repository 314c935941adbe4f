"""Builds the contrastive model's parts: tokenizer, processor, and an untrained CLIP.

Stock transformers classes; what is saved loads through `AutoModel`, `AutoProcessor` and
`AutoTokenizer`.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mmdesk.engine.torchvision_first  # noqa: F401

import torch
from tokenizers import normalizers, processors
from transformers import (
    AutoModelForImageTextToText,
    CLIPConfig,
    CLIPModel,
    CLIPProcessor,
    CLIPTextConfig,
    CLIPVisionConfig,
    PreTrainedTokenizerFast,
)

from mmdesk.training.clip.captions import Kind, caption
from mmdesk.training.grammar import Lang
from mmdesk.training.model import square_images, train_bpe
from mmdesk.training.world import sample_scene

# An end mark of number 2 would make CLIPTextModel pool by the largest id, as old checkpoints do.
SPECIAL = ("<|pad|>", "<|end|>", "<|start|>")
PAD, END, START = range(3)
MAX_SCALE = 100.0
FIRST_SCALE = 1 / 0.07


@dataclass(frozen=True)
class Shape:
    """Sizes of the model. The vision tower is that of the chat starter."""

    side: int = 144
    patch: int = 16
    vision_width: int = 192
    vision_layers: int = 5
    vision_heads: int = 4
    text_width: int = 160
    text_layers: int = 4
    text_heads: int = 5
    context: int = 88
    embedding: int = 192

    @property
    def grid(self) -> int:
        """Patches along one side."""
        return self.side // self.patch


def _corpus(seed: int, pictures: int) -> Iterator[str]:
    rng = random.Random(seed)
    for _ in range(pictures):
        scene = sample_scene(rng)
        for kind in Kind:
            for lang in Lang:
                yield caption(scene, kind, lang, rng).text


def build_tokenizer(
    seed: int = 0, pictures: int = 2000, size: int = 768, context: int = Shape.context
) -> PreTrainedTokenizerFast:
    """The chat starter's kind of BPE, in lower case, that puts a start and an end mark itself."""
    texts = (text.lower() for text in _corpus(seed, pictures))
    tokenizer = train_bpe(texts, size, SPECIAL)
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<|start|> $A <|end|>",
        special_tokens=[("<|start|>", START), ("<|end|>", END)],
    )
    made: Any = PreTrainedTokenizerFast
    wrapped: PreTrainedTokenizerFast = made(
        tokenizer_object=tokenizer,
        pad_token="<|pad|>",
        bos_token="<|start|>",
        eos_token="<|end|>",
        padding_side="right",
        clean_up_tokenization_spaces=False,
        model_max_length=context,
    )
    return wrapped


def build_processor(tokenizer: PreTrainedTokenizerFast, shape: Shape) -> CLIPProcessor:
    """A CLIP processor that squeezes any picture to the square, so that no part is cut off."""
    made: Any = CLIPProcessor
    processor: CLIPProcessor = made(square_images(shape.side), tokenizer)
    return processor


def build_model(vocabulary: int, shape: Shape) -> CLIPModel:
    """An untrained model; float32, initialised from torch's current seed."""
    made_text: Any = CLIPTextConfig
    text = made_text(
        vocab_size=vocabulary, hidden_size=shape.text_width,
        intermediate_size=4 * shape.text_width, num_hidden_layers=shape.text_layers,
        num_attention_heads=shape.text_heads, max_position_embeddings=shape.context,
        hidden_act="gelu_pytorch_tanh", projection_dim=shape.embedding,
        pad_token_id=PAD, bos_token_id=START, eos_token_id=END,
    )  # fmt: skip
    made_vision: Any = CLIPVisionConfig
    vision = made_vision(
        hidden_size=shape.vision_width, intermediate_size=4 * shape.vision_width,
        num_hidden_layers=shape.vision_layers, num_attention_heads=shape.vision_heads,
        image_size=shape.side, patch_size=shape.patch, hidden_act="gelu_pytorch_tanh",
        projection_dim=shape.embedding,
    )  # fmt: skip
    made: Any = CLIPConfig
    config: CLIPConfig = made(
        text_config=text.to_dict(), vision_config=vision.to_dict(), projection_dim=shape.embedding,
        logit_scale_init_value=math.log(FIRST_SCALE),
    )  # fmt: skip
    config._attn_implementation = "eager"
    return CLIPModel(config)


class TowerUnfit(RuntimeError):
    """A checkpoint has no vision tower of the recipe's shape; the text says what to do."""


def take_tower(model: CLIPModel, folder: Path) -> None:
    """Copies the vision tower of a chat checkpoint into the model.

    Raises:
        TowerUnfit: nothing there can be loaded, or its tower has another shape.
    """
    loads: Any = AutoModelForImageTextToText
    try:
        chat = loads.from_pretrained(folder, local_files_only=True, dtype=torch.float32)
        model.vision_model.load_state_dict(chat.model.vision_tower.state_dict())
    except (OSError, ValueError, AttributeError, RuntimeError) as error:
        raise TowerUnfit(
            f"{folder} has no vision tower that fits the recipe; leave --tower away to begin with "
            "the dense stage"
        ) from error


def save(model: CLIPModel, processor: CLIPProcessor, out: Path) -> None:
    """Writes a loadable checkpoint with bfloat16 weights."""
    state = {name: value.detach().cpu() for name, value in model.state_dict().items()}
    copy: Any = CLIPModel(model.config)
    copy = copy.to(torch.bfloat16)
    copy.load_state_dict(state)
    copy.save_pretrained(out)
    processor.save_pretrained(out)
