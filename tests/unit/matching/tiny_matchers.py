"""Real contrastive checkpoints of all four kinds with random weights, made in a test."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from sentencepiece import SentencePieceTrainer
from transformers import (
    BertTokenizer,
    ChineseCLIPConfig,
    ChineseCLIPImageProcessor,
    ChineseCLIPModel,
    ChineseCLIPProcessor,
    CLIPConfig,
    CLIPImageProcessor,
    CLIPModel,
    CLIPProcessor,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    ProcessorMixin,
    Siglip2Config,
    Siglip2ImageProcessor,
    Siglip2Model,
    Siglip2Processor,
    Siglip2Tokenizer,
    SiglipConfig,
    SiglipImageProcessor,
    SiglipModel,
    SiglipProcessor,
    SiglipTokenizer,
)

from mmdesk.core.matching import MatchModel
from mmdesk.core.messages import Picture
from mmdesk.training.clip import model as parts
from tests.unit.engine.families.tokenizers import gemma_tokenizer

SIDE, PATCH, CONTEXT = 32, 16, 16
_SIZES = {
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
}
_SQUARE = {"height": SIDE, "width": SIDE}
_CROPPED: dict[str, Any] = {"size": {"shortest_edge": SIDE}, "crop_size": _SQUARE}
KINDS = ("clip", "chinese_clip", "siglip", "siglip2")


def model_of(folder: Path, dtype: str = "float32") -> MatchModel:
    """Return the request's model: on the CPU, with one thread."""
    return MatchModel(folder, "cpu", dtype, 1)


def picture(folder: Path, image: Image.Image, name: str = "photo.png") -> Picture:
    """Return a canonical picture as the media reader writes it."""
    path = folder / name
    image.convert("RGB").save(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Picture(digest, path, path, name, image.width, image.height)


def gradient(width: int, height: int) -> Image.Image:
    """Return a picture whose middle differs from its ends."""
    red = Image.linear_gradient("L").rotate(90).resize((width, height))
    green = Image.linear_gradient("L").resize((width, height))
    return Image.merge("RGB", (red, green, Image.new("L", (width, height), 90)))


def make(folder: Path, kind: str) -> Path:
    """Write a checkpoint of a model type."""
    torch.manual_seed(7)
    made: tuple[Any, ProcessorMixin] = {
        "clip": _clip,
        "chinese_clip": _chinese_clip,
        "siglip": _siglip,
        "siglip2": _siglip2,
    }[kind]()
    model, processor = made
    with torch.no_grad():  # far enough apart that a wrong answer can't be close
        for parameter in model.parameters():
            parameter.mul_(3) if parameter.dim() > 1 else None
        model.logit_scale.fill_(2.0)
        if hasattr(model, "logit_bias"):
            model.logit_bias.fill_(-1.5)
    with _quiet():
        model.save_pretrained(folder)
        processor.save_pretrained(folder)
    return folder


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """transformers warns of its own defaults for SigLIP, with which it compares what it saves."""
    log = logging.getLogger("transformers.configuration_utils")
    before = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(before)


def _clip() -> tuple[PreTrainedModel, ProcessorMixin]:
    tokenizer = parts.build_tokenizer(pictures=60, size=400)
    config = CLIPConfig(
        text_config={
            **_SIZES,
            **_ids(tokenizer),
            "max_position_embeddings": CONTEXT,
        },
        vision_config={**_SIZES, "image_size": SIDE, "patch_size": PATCH},
        projection_dim=24,
    )
    return CLIPModel(config), CLIPProcessor(CLIPImageProcessor(**_CROPPED), tokenizer)


def _chinese_clip() -> tuple[PreTrainedModel, ProcessorMixin]:
    words = [*"一个红蓝黄色圆形星猫狗的在左右边照片", *"abcdefghijklmnopqrstuvwxyz"]
    words += [f"##{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"]
    specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer = BertTokenizer(vocab={word: n for n, word in enumerate([*specials, *words])})
    config = ChineseCLIPConfig(
        text_config={**_SIZES, **_ids(tokenizer), "max_position_embeddings": CONTEXT},
        vision_config={**_SIZES, "image_size": SIDE, "patch_size": PATCH},
        projection_dim=24,
    )
    image_processor = ChineseCLIPImageProcessor(**_CROPPED)
    return ChineseCLIPModel(config), ChineseCLIPProcessor(image_processor, tokenizer)


def _siglip() -> tuple[PreTrainedModel, ProcessorMixin]:
    tokenizer = _sentencepiece_tokenizer()
    config = SiglipConfig(
        text_config={**_SIZES, **_ids(tokenizer), "max_position_embeddings": CONTEXT},
        vision_config={**_SIZES, "image_size": SIDE, "patch_size": PATCH},
    )
    return SiglipModel(config), SiglipProcessor(SiglipImageProcessor(size=_SQUARE), tokenizer)


def _sentencepiece_tokenizer() -> SiglipTokenizer:
    """As the first SigLIP is published: a vocabulary of SentencePiece, which no JSON repeats."""
    trained = io.BytesIO()
    SentencePieceTrainer.train(
        sentence_iterator=iter(["a photo of a cat and a dog, red or blue", "no letter a"] * 50),
        model_writer=trained,
        vocab_size=40,
        hard_vocab_limit=False,
        byte_fallback=False,
        unk_id=2,
        pad_id=0,
        eos_id=1,
        bos_id=-1,
        minloglevel=2,
    )
    with tempfile.NamedTemporaryFile(suffix=".model") as file:
        file.write(trained.getvalue())
        file.flush()
        return SiglipTokenizer(file.name, model_max_length=CONTEXT)


def _siglip2(patches: int = 256) -> tuple[PreTrainedModel, ProcessorMixin]:
    """The NaFlex form, whose pictures keep their shape."""
    gemma = gemma_tokenizer()
    bpe: Any = json.loads(gemma.backend_tokenizer.to_str())["model"]
    merges: Any = [tuple(merge) for merge in bpe["merges"]]
    tokenizer = Siglip2Tokenizer(vocab=bpe["vocab"], merges=merges)
    config = Siglip2Config(
        text_config={**_SIZES, **_ids(tokenizer), "max_position_embeddings": CONTEXT},
        vision_config={**_SIZES, "num_patches": 256, "patch_size": PATCH},
    )
    image_processor = Siglip2ImageProcessor(patch_size=PATCH, max_num_patches=patches)
    return Siglip2Model(config), Siglip2Processor(image_processor, tokenizer)


def _ids(tokenizer: PreTrainedTokenizerBase) -> dict[str, int]:
    return {
        "vocab_size": len(tokenizer),
        "pad_token_id": tokenizer.pad_token_id or 0,
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
    }
