"""Checkpoints of real architectures with random weights, in the sizes that a benchmark asks for."""

from __future__ import annotations

import math
import string
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from mmdesk.models.torchvision_compat import prepare_torchvision

prepare_torchvision()  # before transformers looks for it

from transformers import (  # noqa: E402
    CLIPImageProcessorPil,
    CLIPVisionConfig,
    LlamaConfig,
    LlavaConfig,
    LlavaForConditionalGeneration,
    LlavaProcessor,
    PreTrainedModel,
    PreTrainedTokenizerFast,
    ProcessorMixin,
    Qwen2_5_VLConfig,
    Qwen2_5_VLForConditionalGeneration,
    Qwen2_5_VLProcessor,
    Qwen2VLImageProcessor,
    Qwen2VLVideoProcessor,
)

_PATCH = 14
_SMALL = 0.02
_LIVELY = 2.0
"""Times the weights that keep a layer's output as large as its input: smaller ones, as training
begins with, would say the same token for ever."""
_SEED = 0
_CHAT = ("<|pad|>", "<|end|>", "<|user|>", "<|assistant|>", "<|system|>")
_LLAVA_PICTURE = "<image>"
_QWEN_PICTURE = ("<|vision_start|>", "<|image_pad|>", "<|vision_end|>", "<|video_pad|>")


@dataclass(frozen=True, slots=True)
class Sizes:
    """Sizes of an image-text model.

    Attributes:
        side: Pixels of the square that LLaVA's tower takes; 0 makes a Qwen2.5-VL, which takes
            pictures of any size.
        most_pixels: For Qwen2.5-VL, how large a picture it looks at.
        tied: Whether the output layer is the embedding.
    """

    hidden: int
    inner: int
    layers: int
    heads: int
    kv_heads: int
    vocabulary: int
    vision_hidden: int
    vision_inner: int
    vision_layers: int
    vision_heads: int
    side: int = 0
    most_pixels: int = 1_000_000
    context: int = 8192
    tied: bool = True


def write_checkpoint(
    folder: Path,
    sizes: Sizes,
    *,
    seed: int = _SEED,
    dtype: torch.dtype = torch.bfloat16,
    device: str = "cpu",
    letters: bool = False,
) -> Path:
    """Write a checkpoint that loads like any other; return ``folder``.

    Args:
        device: Where the random numbers are made.
        letters: Whether it writes nothing but letters and brackets: read again, an answer is cut
            into the same tokens, as those of trained models nearly always are.
    """
    torch.manual_seed(seed)
    with torch.device(device):
        model, processor = _llava(sizes, dtype) if sizes.side else _qwen(sizes, dtype)
    if letters:
        _mute_all_but_letters(model, processor)
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


def _llava(sizes: Sizes, dtype: torch.dtype) -> tuple[PreTrainedModel, ProcessorMixin]:
    tokenizer = _tokenizer(_LLAVA_PICTURE)
    square = {"height": sizes.side, "width": sizes.side}
    processor: Any = LlavaProcessor
    vision = CLIPVisionConfig(
        hidden_size=sizes.vision_hidden,
        intermediate_size=sizes.vision_inner,
        num_hidden_layers=sizes.vision_layers,
        num_attention_heads=sizes.vision_heads,
        image_size=sizes.side,
        patch_size=_PATCH,
    )
    config: Any = LlavaConfig
    config = config(
        vision_config=vision,
        text_config=LlamaConfig(**_text(sizes)),
        image_token_index=tokenizer.convert_tokens_to_ids(_LLAVA_PICTURE),
        image_seq_length=(sizes.side // _PATCH) ** 2,
        tie_word_embeddings=sizes.tied,
    )
    return _built(LlavaForConditionalGeneration, config, dtype), processor(
        image_processor=CLIPImageProcessorPil(size=square, crop_size=square),
        tokenizer=tokenizer,
        patch_size=_PATCH,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        image_token=_LLAVA_PICTURE,
        chat_template=_template(_LLAVA_PICTURE),
    )


def _qwen(sizes: Sizes, dtype: torch.dtype) -> tuple[PreTrainedModel, ProcessorMixin]:
    tokenizer = _tokenizer(*_QWEN_PICTURE)
    ids: Any = tokenizer.convert_tokens_to_ids(list(_QWEN_PICTURE))
    rotary = sizes.hidden // sizes.heads // 2
    sections = [rotary - 2 * (3 * rotary // 8), 3 * rotary // 8, 3 * rotary // 8]
    rope = {"rope_type": "default", "rope_theta": 1e6, "mrope_section": sections}
    config: Any = Qwen2_5_VLConfig
    config = config(
        text_config=_text(sizes) | {"rope_parameters": rope},
        vision_config={
            "depth": sizes.vision_layers, "hidden_size": sizes.vision_hidden,
            "intermediate_size": sizes.vision_inner, "num_heads": sizes.vision_heads,
            "patch_size": _PATCH, "out_hidden_size": sizes.hidden,
            "fullatt_block_indexes": [sizes.vision_layers - 1],
        },
        vision_start_token_id=ids[0],
        image_token_id=ids[1],
        vision_end_token_id=ids[2],
        video_token_id=ids[3],
        tie_word_embeddings=sizes.tied,
    )  # fmt: skip
    processor: Any = Qwen2_5_VLProcessor
    limits: dict[str, Any] = {"max_pixels": sizes.most_pixels}
    limits["min_pixels"] = 4 * (2 * _PATCH) ** 2
    return _built(Qwen2_5_VLForConditionalGeneration, config, dtype), processor(
        image_processor=Qwen2VLImageProcessor(patch_size=_PATCH, **limits),
        tokenizer=tokenizer,
        video_processor=Qwen2VLVideoProcessor(patch_size=_PATCH),
        chat_template=_template("".join(_QWEN_PICTURE[:3])),
    )


def _text(sizes: Sizes) -> dict[str, Any]:
    return {
        "vocab_size": sizes.vocabulary,
        "hidden_size": sizes.hidden,
        "intermediate_size": sizes.inner,
        "num_hidden_layers": sizes.layers,
        "max_window_layers": sizes.layers,
        "initializer_range": _LIVELY / math.sqrt(sizes.hidden),
        "num_attention_heads": sizes.heads,
        "num_key_value_heads": sizes.kv_heads,
        "max_position_embeddings": sizes.context,
        "tie_word_embeddings": sizes.tied,
        "bos_token_id": None,
        "eos_token_id": 1,
        "pad_token_id": 0,
    }


def _built(kind: type[PreTrainedModel], config: Any, dtype: torch.dtype) -> PreTrainedModel:
    """Make the weights in ``dtype`` at once: in float32 they would take twice the memory."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        model: PreTrainedModel = kind(config)
    finally:
        torch.set_default_dtype(before)
    return model


def _mute_all_but_letters(model: PreTrainedModel, processor: Any) -> None:
    """Have all other tokens' logits be 0, which the largest of the letters' is above.

    Where the output layer is the embedding, a token's own row would win for ever: so embeddings are
    small beside what the layers add to them.
    """
    embedding: Any = model.get_output_embeddings()
    letters = processor.tokenizer.convert_tokens_to_ids(list(string.ascii_letters + "()[]{}.,;:"))
    others = torch.ones(embedding.weight.shape[0], dtype=torch.bool, device=embedding.weight.device)
    others[letters] = False
    with torch.no_grad():
        embedding.weight[others] = 0
        embedding = model.get_input_embeddings()
        embedding.weight.mul_(_SMALL)


def _tokenizer(*pictures: str) -> PreTrainedTokenizerFast:
    """Return a byte-level BPE that has learned nothing: one token for each byte."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        special_tokens=[*_CHAT, *pictures],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator([], trainer)
    made: Any = PreTrainedTokenizerFast
    wrapped: PreTrainedTokenizerFast = made(
        tokenizer_object=tokenizer,
        pad_token="<|pad|>",
        eos_token="<|end|>",
        additional_special_tokens=[*_CHAT[2:], *pictures],
    )
    return wrapped


def _template(picture: str) -> str:
    return (
        "{%- for message in messages %}{{ '<|' + message.role + '|>' }}"
        "{%- for part in message.content %}"
        "{%- if part.type == 'image' %}{{ '" + picture + "' }}{% else %}{{ part.text }}{% endif %}"
        "{%- endfor %}{{ '<|end|>' }}{%- endfor %}"
        "{%- if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
    )
