"""Real checkpoints with random weights, small enough to make in a test.

Two families, so that nothing holds for LLaVA alone: LLaVA (one fixed square per picture, a
byte-level BPE) and Idefics3 (a picture becomes tiles, as many as its shape asks for).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import (
    CLIPImageProcessorPil,
    CLIPVisionConfig,
    Idefics3Config,
    Idefics3ForConditionalGeneration,
    Idefics3ImageProcessorPil,
    Idefics3Processor,
    LlamaConfig,
    LlamaForCausalLM,
    LlavaConfig,
    LlavaForConditionalGeneration,
    LlavaProcessor,
    PreTrainedModel,
    PreTrainedTokenizerFast,
    ProcessorMixin,
)

from mmdesk.engine.generation import generating_part

CORPUS = (
    "What color is the circle in the picture? The red square is left of the green star.",
    "How many triangles are there? There are three. Yes. No. I can't say that.",
    "图片里有几个圆形?左上角的正方形是什么颜色?红色 绿色 蓝色 黄色 😀 🎉 👩‍👩‍👧 é ü ñ",
    "def answer(question: str) -> str:\n    return f'{question} 42'\n\n| a | b |\n|---|---|\n",
)
IMAGE_SIDE = 32
CONTEXT = 2048

LLAVA_TEMPLATE = """\
{{ bos_token }}
{%- for message in messages %}<|{{ message.role }}|>
{%- for part in message.content %}
{%- if part.type == 'image' %}<image>{% else %}{{ part.text }}{% endif %}
{%- endfor %}<|end|>
{%- endfor %}
{%- if add_generation_prompt %}<|assistant|>{% endif %}"""

IDEFICS_TEMPLATE = """\
<|im_start|>{% for message in messages %}{{ message.role }}: \
{% for part in message.content %}\
{% if part.type == 'image' %}<image>{% else %}{{ part.text }}{% endif %}\
{% endfor %}<end_of_utterance>
{% endfor %}{% if add_generation_prompt %}assistant:{% endif %}"""


def byte_level_tokenizer(*specials: str, bos: str = "<s>", eos: str = "<|end|>") -> Tokenizer:
    """Return a byte-level BPE as GPT-2, Llama 3 and Qwen have it."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=["<pad>", bos, eos, *specials],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(CORPUS, trainer)
    return tokenizer


def byte_fallback_tokenizer() -> Tokenizer:
    """Return a BPE over words with a leading "▁" and byte fallback, as Llama 2 and Gemma."""
    byte_tokens = [f"<0x{byte:02X}>" for byte in range(256)]
    trained = Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True))
    trained.normalizer = normalizers.Sequence(
        [normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]
    )
    trained.decoder = decoders.Sequence(
        [
            decoders.Replace("▁", " "),
            decoders.ByteFallback(),
            decoders.Fuse(),
            decoders.Strip(" ", 1, 0),
        ]
    )
    trainer = trainers.BpeTrainer(
        vocab_size=460,
        special_tokens=["<unk>", "<s>", "</s>", *byte_tokens],
        show_progress=False,
    )
    trained.train_from_iterator(CORPUS[:2], trainer)  # Chinese falls back to bytes
    state = json.loads(trained.to_str())
    state["model"]["byte_fallback"] = True
    # The trainer only takes the byte tokens as special ones; in Llama's vocabulary they aren't.
    state["added_tokens"] = [
        token for token in state["added_tokens"] if token["content"] not in byte_tokens
    ]
    return Tokenizer.from_str(json.dumps(state))


def fast(tokenizer: Tokenizer, **specials: object) -> PreTrainedTokenizerFast:
    """Wrap for transformers."""
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, **specials)


def make_llava(
    directory: Path, *, seed: int = 0, context: int = CONTEXT, intermediate: int = 128
) -> Path:
    """Write a LLaVA checkpoint: CLIP ViT 2 x 32, Llama 2 x 64."""
    tokenizer = fast(
        byte_level_tokenizer("<image>", "<|user|>", "<|assistant|>", "<|system|>"),
        bos_token="<s>",
        eos_token="<|end|>",
        pad_token="<pad>",
        additional_special_tokens=["<image>", "<|user|>", "<|assistant|>", "<|system|>"],
    )
    processor = LlavaProcessor(
        image_processor=CLIPImageProcessorPil(
            size={"shortest_edge": IMAGE_SIDE},
            crop_size={"height": IMAGE_SIDE, "width": IMAGE_SIDE},
        ),
        tokenizer=tokenizer,
        patch_size=8,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        image_token="<image>",
        chat_template=LLAVA_TEMPLATE,
    )
    config = LlavaConfig(
        vision_config=CLIPVisionConfig(
            hidden_size=32,
            intermediate_size=64,
            num_hidden_layers=2,
            num_attention_heads=2,
            image_size=IMAGE_SIDE,
            patch_size=8,
        ),
        text_config=llama_config(len(tokenizer), context, intermediate),
        image_token_index=token_id(tokenizer, "<image>"),
        vision_feature_layer=-1,
    )
    torch.manual_seed(seed)
    model = LlavaForConditionalGeneration(config)
    return save(directory, model, processor)


def make_idefics(directory: Path, *, seed: int = 0) -> Path:
    """Write an Idefics3 checkpoint: SigLIP-like ViT 2 x 32 over tiles, Llama 2 x 64."""
    added = ["<fake_token_around_image>", "<image>", "<global-img>", "<end_of_utterance>"]
    added += [f"<row_{row}_col_{column}>" for row in range(1, 5) for column in range(1, 5)]
    tokenizer = fast(
        byte_level_tokenizer(*added, bos="<|im_start|>", eos="<end_of_turn>"),
        bos_token="<|im_start|>",
        eos_token="<end_of_turn>",
        pad_token="<pad>",
        additional_special_tokens=added,
    )
    processor = Idefics3Processor(
        image_processor=Idefics3ImageProcessorPil(
            size={"longest_edge": 2 * IMAGE_SIDE}, max_image_size={"longest_edge": IMAGE_SIDE}
        ),
        tokenizer=tokenizer,
        image_seq_len=4,
        chat_template=IDEFICS_TEMPLATE,
    )
    config = Idefics3Config(
        vision_config={
            "hidden_size": 32,
            "intermediate_size": 64,
            "num_hidden_layers": 2,
            "num_attention_heads": 2,
            "image_size": IMAGE_SIDE,
            "patch_size": 8,
        },
        text_config=llama_config(len(tokenizer), CONTEXT, 128),
        image_token_id=token_id(tokenizer, "<image>"),
        scale_factor=2,
    )
    torch.manual_seed(seed)
    model = Idefics3ForConditionalGeneration(config)
    return save(directory, model, processor)


def llama_config(vocabulary: int, context: int, intermediate: int) -> LlamaConfig:
    """Return Llama 2 x 64."""
    return LlamaConfig(
        vocab_size=vocabulary,
        hidden_size=64,
        intermediate_size=intermediate,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=context,
        bos_token_id=1,
        eos_token_id=2,
        pad_token_id=0,
    )


def make_decoder() -> PreTrainedModel:
    """Return a Llama alone, without a tokenizer."""
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=64,
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
    )
    model = LlamaForCausalLM(config)
    model.eval()
    return model


def token_id(tokenizer: PreTrainedTokenizerFast, token: str) -> int:
    """Return the id of a token that the vocabulary has."""
    found = tokenizer.convert_tokens_to_ids(token)
    assert isinstance(found, int)
    return found


def save(directory: Path, model: PreTrainedModel, processor: ProcessorMixin) -> Path:
    """Write a model and its processor as a checkpoint; return the folder."""
    # Random weights of the usual scale prefer one token for ever: widen the output.
    with torch.no_grad():
        cast(Any, generating_part(model)).get_output_embeddings().weight.mul_(20)
    model.save_pretrained(directory)
    processor.save_pretrained(directory)
    return directory
