"""Builds the starter's parts: tokenizer, processor, and an untrained LLaVA.

Everything is a stock transformers class, saved so that `AutoProcessor` and
`AutoModelForImageTextToText` load it like any other checkpoint.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mmdesk.engine.torchvision_first  # noqa: F401

import torch
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    CLIPVisionConfig,
    GenerationConfig,
    LlamaConfig,
    LlavaConfig,
    LlavaForConditionalGeneration,
    LlavaProcessor,
    PreTrainedTokenizerFast,
)
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

from mmdesk.training.grammar import Lang
from mmdesk.training.lessons import (
    DEFAULT_MIX,
    SYSTEM_PROMPTS,
    Said,
    about_scene,
    about_two,
    without_picture,
)
from mmdesk.training.unknown import tokenizer_texts
from mmdesk.training.world import sample_scene

SPECIAL = ("<|pad|>", "<|end|>", "<|user|>", "<|assistant|>", "<|system|>", "<image>")
PAD, END, USER, ASSISTANT, SYSTEM, IMAGE = range(6)
MEAN, STD = 0.5, 0.5

CHAT_TEMPLATE = (
    "{%- for message in messages -%}"
    "{{- '<|' + message['role'] + '|>' -}}"
    "{%- if message['content'] is string -%}{{- message['content'] | trim -}}"
    "{%- else -%}{%- for part in message['content'] -%}"
    "{%- if part['type'] == 'image' -%}{{- '<image>' -}}"
    "{%- elif part['type'] == 'text' -%}{{- part['text'] | trim -}}{%- endif -%}"
    "{%- endfor -%}{%- endif -%}"
    "{{- '<|end|>' -}}"
    "{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{- '<|assistant|>' -}}{%- endif -%}"
)


@dataclass(frozen=True)
class Shape:
    """Sizes of the model. The picture side is a whole number of patches, three of them a cell."""

    side: int = 144
    patch: int = 16
    vision_width: int = 192
    vision_layers: int = 5
    vision_heads: int = 4
    text_width: int = 192
    text_layers: int = 4
    text_heads: int = 4
    text_inner: int = 512
    context: int = 4096

    @property
    def grid(self) -> int:
        """Patches along one side."""
        return self.side // self.patch


def _texts(said: Said) -> tuple[str, str]:
    return said.question, said.answer


def _corpus(seed: int, pictures: int) -> Iterator[str]:
    """Every text the tokenizer should have whole words for."""
    rng = random.Random(seed)
    yield from SYSTEM_PROMPTS * 50
    for text in tokenizer_texts():
        yield text
        yield text.capitalize()
    for lang in Lang:
        pairs = without_picture(rng, lambda lang=lang: lang)  # type: ignore[misc]
        for _ in range(200):
            yield from _texts(next(pairs))
    for _ in range(pictures):
        scenes = sample_scene(rng), sample_scene(rng)
        lang = rng.choice(tuple(Lang))
        single = about_scene(scenes[0], rng, DEFAULT_MIX, lambda lang=lang: lang)  # type: ignore[misc]
        double = about_two(scenes, rng, lambda lang=lang: lang)  # type: ignore[misc]
        for _ in range(12):
            yield from _texts(next(single))
        for _ in range(4):
            yield from _texts(next(double))


def build_tokenizer(
    seed: int = 0, pictures: int = 3000, size: int = 1600
) -> PreTrainedTokenizerFast:
    """Byte-level BPE over all 256 bytes; a Han character is at most one token's worth of text.

    Without that split a whole Chinese sentence, which has no spaces, would become one token.
    """
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(r"\p{Han}"), "isolated"),
            pre_tokenizers.Split(Regex(r"\d"), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        min_frequency=3,
        special_tokens=[AddedToken(text, special=True, normalized=False) for text in SPECIAL],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(_corpus(seed, pictures), trainer)
    made: Any = PreTrainedTokenizerFast
    wrapped: PreTrainedTokenizerFast = made(
        tokenizer_object=tokenizer,
        pad_token="<|pad|>",
        eos_token="<|end|>",
        additional_special_tokens=list(SPECIAL[2:]),
        padding_side="left",
        clean_up_tokenization_spaces=False,
        model_max_length=4096,
    )
    return wrapped


def build_processor(tokenizer: PreTrainedTokenizerFast, shape: Shape) -> LlavaProcessor:
    """A LLaVA processor that squeezes any picture to the square, so that no part is cut off."""
    square = {"height": shape.side, "width": shape.side}
    images = CLIPImageProcessorPil(
        size=square, crop_size=square, do_center_crop=False, do_resize=True, do_rescale=True,
        do_normalize=True, do_convert_rgb=True, resample=3,
        image_mean=[MEAN] * 3, image_std=[STD] * 3,
    )  # fmt: skip
    made: Any = LlavaProcessor
    processor: LlavaProcessor = made(
        image_processor=images,
        tokenizer=tokenizer,
        patch_size=shape.patch,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        image_token="<image>",
        chat_template=CHAT_TEMPLATE,
    )
    return processor


def build_model(vocabulary: int, shape: Shape) -> LlavaForConditionalGeneration:
    """An untrained model; float32, initialised from torch's current seed."""
    vision = CLIPVisionConfig(
        hidden_size=shape.vision_width, intermediate_size=4 * shape.vision_width,
        num_hidden_layers=shape.vision_layers, num_attention_heads=shape.vision_heads,
        image_size=shape.side, patch_size=shape.patch, hidden_act="gelu_pytorch_tanh",
        projection_dim=shape.vision_width,
    )  # fmt: skip
    text = LlamaConfig(
        vocab_size=vocabulary, hidden_size=shape.text_width, intermediate_size=shape.text_inner,
        num_hidden_layers=shape.text_layers, num_attention_heads=shape.text_heads,
        num_key_value_heads=shape.text_heads, max_position_embeddings=shape.context,
        tie_word_embeddings=True, bos_token_id=None, eos_token_id=END, pad_token_id=PAD,
    )  # fmt: skip
    made: Any = LlavaConfig
    config: LlavaConfig = made(
        vision_config=vision, text_config=text, image_token_index=IMAGE, vision_feature_layer=-1,
        vision_feature_select_strategy="default", image_seq_length=shape.grid**2,
        tie_word_embeddings=True, pad_token_id=PAD, eos_token_id=END, bos_token_id=None,
    )  # fmt: skip
    config._attn_implementation = "eager"
    model = LlavaForConditionalGeneration(config)
    greedy: Any = GenerationConfig
    model.generation_config = greedy(
        do_sample=False, eos_token_id=END, pad_token_id=PAD, max_new_tokens=160
    )
    return model


def save(model: LlavaForConditionalGeneration, processor: LlavaProcessor, out: Path) -> None:
    """Writes a loadable checkpoint with bfloat16 weights."""
    state = {name: value.detach().cpu() for name, value in model.state_dict().items()}
    copy: Any = LlavaForConditionalGeneration(model.config)
    copy = copy.to(torch.bfloat16)
    copy.load_state_dict(state)
    copy.generation_config = model.generation_config
    copy.save_pretrained(out)
    processor.save_pretrained(out)
