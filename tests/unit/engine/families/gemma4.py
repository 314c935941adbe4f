"""Gemma 4 (E2B's kind): embeddings per layer, shared keys and values, an audio tower beside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from transformers import (
    Gemma4AudioFeatureExtractor,
    Gemma4Config,
    Gemma4ForConditionalGeneration,
    Gemma4ImageProcessor,
    Gemma4Processor,
    Gemma4VideoProcessor,
)

from tests.unit.engine.families.checkpoint import SMALL, save, text_sizes, token_id
from tests.unit.engine.families.family import Family
from tests.unit.engine.families.tokenizers import gemma_tokenizer

TURNS = ("<|turn>", "<turn|>", "<|channel>", "<channel|>", "<|think|>")
MEDIA = {
    "image_token": "<|image|>",
    "boi_token": "<|image>",
    "eoi_token": "<image|>",
    "audio_token": "<|audio|>",
    "boa_token": "<|audio>",
    "eoa_token": "<audio|>",
}
TEMPLATE = """\
{{ bos_token }}
{%- for message in messages %}
{{- '<|turn>' + ('model' if message.role == 'assistant' else message.role) + '\\n' }}
{%- if message.content is string %}{{ message.content | trim }}{% else %}
{%- for part in message.content %}
{%- if part.type == 'image' %}{{ '\\n\\n<|image|>\\n\\n' }}
{%- elif part.type == 'text' %}{{ part.text | trim }}{% endif %}
{%- endfor %}{% endif %}{{ '<turn|>\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}{{ '<|turn>model\\n' }}
{%- if not enable_thinking | default(false) %}{{ '<|channel>thought\\n<channel|>' }}{% endif %}
{%- endif %}"""


def _make(directory: Path) -> Path:
    tokenizer = gemma_tokenizer(*TURNS, **MEDIA)
    pictures: Any = {"patch_size": 8, "max_soft_tokens": 70, "pooling_kernel_size": 2}
    processor = Gemma4Processor(
        feature_extractor=Gemma4AudioFeatureExtractor(),
        image_processor=Gemma4ImageProcessor(**pictures),
        tokenizer=tokenizer,
        video_processor=Gemma4VideoProcessor(**pictures),
        chat_template=TEMPLATE,
        image_seq_length=70,
    )
    size = len(processor.tokenizer)
    config = Gemma4Config(
        text_config=text_sizes(
            tokenizer,
            vocab_size=size,
            vocab_size_per_layer_input=size,
            num_hidden_layers=4,
            layer_types=["sliding_attention", "full_attention"] * 2,
            num_kv_shared_layers=2,
            head_dim=8,
            global_head_dim=16,
            hidden_size_per_layer_input=8,
            sliding_window=16,
            eos_token_id=[tokenizer.eos_token_id, token_id(tokenizer, "<turn|>")],
        ),
        vision_config={
            **SMALL, "num_key_value_heads": 4, "head_dim": 8, "patch_size": 8,
            "pooling_kernel_size": 2, "position_embedding_size": 160,
        },
        audio_config={
            "hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2,
            "subsampling_conv_channels": [8, 4], "output_proj_dims": 32,
        },
        boi_token_id=token_id(tokenizer, "<|image>"),
        eoi_token_id=token_id(tokenizer, "<image|>"),
        image_token_id=token_id(tokenizer, "<|image|>"),
        audio_token_id=token_id(tokenizer, "<|audio|>"),
        boa_token_id=token_id(tokenizer, "<|audio>"),
        eoa_token_index=token_id(tokenizer, "<audio|>"),
        video_token_id=processor.video_token_id,
    )  # fmt: skip
    return save(directory, lambda: Gemma4ForConditionalGeneration(config), processor)


FAMILY = Family("Gemma 4", "gemma4", "Gemma4Processor", _make)
