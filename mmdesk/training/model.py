"""Builds the starter's parts: tokenizer, processor, and an untrained LLaVA.

Everything is a stock transformers class, saved so that `AutoProcessor` and
`AutoModelForImageTextToText` load it like any other checkpoint.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import mmdesk.engine.torchvision_first  # noqa: F401

import torch
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    GenerationConfig,
    LlamaConfig,
    LlavaConfig,
    LlavaForConditionalGeneration,
    LlavaProcessor,
    PreTrainedTokenizerFast,
)
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

from mmdesk.core.boxes import parsed_boxes, without_boxes
from mmdesk.training.grammar import Lang, Skill
from mmdesk.training.lessons import (
    DEFAULT_MIX,
    about_page,
    about_scene,
    about_two,
    sample_page,
    without_picture,
)
from mmdesk.training.pictures import sample_sign
from mmdesk.training.prompts import system_prompt
from mmdesk.training.said import Said
from mmdesk.training.shape import Fusion
from mmdesk.training.shape import Shape as Shape
from mmdesk.training.split import Split
from mmdesk.training.tokens import ASSISTANT as ASSISTANT
from mmdesk.training.tokens import END as END
from mmdesk.training.tokens import IMAGE as IMAGE
from mmdesk.training.tokens import PAD as PAD
from mmdesk.training.tokens import SPECIAL as SPECIAL
from mmdesk.training.tokens import SYSTEM as SYSTEM
from mmdesk.training.tokens import USER as USER
from mmdesk.training.tower import tower_config
from mmdesk.training.unknown import tokenizer_texts
from mmdesk.training.vocabulary import HAN, LONGEST
from mmdesk.training.world import sample_scene

MEAN, STD = 0.5, 0.5
SHARD = "15MB"  # of weights, so that no file is large

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


BOX_JSON = ('[{"bbox_2d": [', '], "label": "', '"}, {"bbox_2d": [', '"}]')
# An opening quotation mark with none to a printed word's letters behind it.
_OPENED = "|".join("“" + r"\w" * number for number in range(LONGEST))


def _texts(said: Said) -> tuple[str, ...]:
    labels = (label for _, label in parsed_boxes(said.answer))
    return said.question, without_boxes(said.answer), *labels


def _corpus(seed: int, pictures: int) -> Iterator[str]:
    """Every text the tokenizer should have whole words for."""
    rng = random.Random(seed)
    for _ in range(400):
        yield system_prompt(rng)
    for sign in HAN:
        yield from [sign] * 20
    for text in tokenizer_texts():
        yield text
        yield text.capitalize()
    for lang in Lang:
        pairs = without_picture(rng, partial(Lang, lang))
        for _ in range(200):
            yield from _texts(next(pairs))
    for _ in range(pictures):
        yield from _about_pictures(rng, partial(Lang, rng.choice(tuple(Lang))))


def _about_pictures(rng: random.Random, lang: Callable[[], Lang]) -> Iterator[str]:
    scenes = sample_scene(rng), sample_scene(rng)
    sources = (
        (about_scene(scenes[0], rng, DEFAULT_MIX, lang), 12),
        (about_two(scenes, rng, lang), 4),
        (about_page(sample_page(rng), rng, lang), 4),
        (about_scene(sample_sign(rng, Split.TRAIN), rng, {Skill.READ: 1}, lang), 4),
    )
    for said, count in sources:
        for _ in range(count):
            yield from _texts(next(said))


def train_bpe(
    texts: Iterator[str],
    size: int,
    special: Sequence[str],
    splits: Sequence[pre_tokenizers.PreTokenizer] = (),
) -> Tokenizer:
    """Byte-level BPE over all 256 bytes; a Han character is at most one token's worth of text.

    Without that split a whole Chinese sentence, which has no spaces, would become one token.
    """
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            *splits,
            pre_tokenizers.Split(Regex(r"\p{Han}"), "isolated"),
            pre_tokenizers.Split(Regex(r"\d"), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        min_frequency=3,
        special_tokens=[AddedToken(text, special=True, normalized=False) for text in special],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def build_tokenizer(
    seed: int = 0, pictures: int = 3000, size: int = 2304
) -> PreTrainedTokenizerFast:
    """The starter's tokenizer, made from its own questions and answers.

    Printed words in answers, between “ and ”, are spelled: one letter is one token, as it is read.
    The JSON around the numbers of a box is four tokens, so that a box is some twenty.
    """
    printed = pre_tokenizers.Split(Regex(rf"(?<={_OPENED})\w"), "isolated")
    tokenizer = train_bpe(_corpus(seed, pictures), size - len(BOX_JSON), SPECIAL, [printed])
    tokenizer.add_tokens([AddedToken(text, normalized=False) for text in BOX_JSON])
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


def square_images(side: int) -> CLIPImageProcessorPil:
    """An image processor that squeezes any picture to `side` x `side`."""
    square = {"height": side, "width": side}
    return CLIPImageProcessorPil(
        size=square, crop_size=square, do_center_crop=False, do_resize=True, do_rescale=True,
        do_normalize=True, do_convert_rgb=True, resample=3,
        image_mean=[MEAN] * 3, image_std=[STD] * 3,
    )  # fmt: skip


def build_processor(tokenizer: PreTrainedTokenizerFast, shape: Shape) -> LlavaProcessor:
    """A LLaVA processor that squeezes any picture to the square, so that no part is cut off."""
    images = square_images(shape.side)
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
    text = LlamaConfig(
        vocab_size=vocabulary, hidden_size=shape.text_width, intermediate_size=shape.text_inner,
        num_hidden_layers=shape.text_layers, num_attention_heads=shape.text_heads,
        num_key_value_heads=shape.text_heads, max_position_embeddings=shape.context,
        tie_word_embeddings=True, bos_token_id=None, eos_token_id=END, pad_token_id=PAD,
    )  # fmt: skip
    made: Any = LlavaConfig
    config: LlavaConfig = made(
        vision_config=tower_config(shape), text_config=text, image_token_index=IMAGE,
        vision_feature_layer=-1,
        vision_feature_select_strategy="default", image_seq_length=shape.grid**2,
        tie_word_embeddings=True, pad_token_id=PAD, eos_token_id=END, bos_token_id=None,
        projector_hidden_act="linear" if shape.fusion is Fusion.LINEAR else "gelu",
    )  # fmt: skip
    config._attn_implementation = "eager"
    model = LlavaForConditionalGeneration(config)
    greedy: Any = GenerationConfig
    model.generation_config = greedy(
        do_sample=False, eos_token_id=END, pad_token_id=PAD, max_new_tokens=256
    )
    return model


def save(model: LlavaForConditionalGeneration, processor: LlavaProcessor, out: Path) -> None:
    """Writes a loadable checkpoint with bfloat16 weights."""
    state = {name: value.detach().cpu() for name, value in model.state_dict().items()}
    copy: Any = LlavaForConditionalGeneration(model.config)
    copy = copy.to(torch.bfloat16)
    copy.load_state_dict(state)
    copy.generation_config = model.generation_config
    copy.save_pretrained(out, max_shard_size=SHARD)
    processor.save_pretrained(out)
