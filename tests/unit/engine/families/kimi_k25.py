"""Kimi K2.5: MoonViT before DeepSeek-V3's mixture of experts with latent attention."""

from __future__ import annotations

from pathlib import Path

from transformers import (
    Kimi_K25Config,
    Kimi_K25ForConditionalGeneration,
    Kimi_K25ImageProcessor,
    Kimi_K25Processor,
    Kimi_K25VideoProcessor,
)

from tests.unit.engine.families.checkpoint import SMALL, save, text_sizes, token_id
from tests.unit.engine.families.family import Family
from tests.unit.engine.tiny_models import byte_level_tokenizer, fast

PATCH = 14
TEMPLATE = """\
{%- for message in messages %}
{{- '<|im_' + message.role + '|>' + message.role + '<|im_middle|>' }}
{%- if message.content is string %}{{ message.content }}{% else %}
{%- for part in message.content %}
{%- if part.type == 'image' %}
{{- '<|media_begin|>image<|media_content|><|media_pad|><|media_end|>\\n' }}
{%- else %}{{ part.text }}{% endif %}
{%- endfor %}{% endif %}{{ '<|im_end|>' }}
{%- endfor %}
{%- if add_generation_prompt %}{{ '<|im_assistant|>assistant<|im_middle|><think>' }}{% endif %}"""


def _make(directory: Path) -> Path:
    roles = ("<|im_system|>", "<|im_user|>", "<|im_assistant|>", "<|im_middle|>")
    media = ("<|media_begin|>", "<|media_content|>", "<|media_pad|>", "<|media_end|>")
    video = "<|kimi_k25_video_placeholder|>"
    tokenizer = fast(
        byte_level_tokenizer(*roles, *media, video, bos="[BOS]", eos="<|im_end|>"),
        bos_token="[BOS]",
        eos_token="<|im_end|>",
        pad_token="<pad>",
    )
    tokenizer.add_tokens(["<think>", "</think>"])
    processor = Kimi_K25Processor(
        image_processor=Kimi_K25ImageProcessor(patch_size=PATCH, max_patches=36),
        tokenizer=tokenizer,
        video_processor=Kimi_K25VideoProcessor(patch_size=PATCH),
        chat_template=TEMPLATE,
    )
    config = Kimi_K25Config(
        text_config={
            "model_type": "deepseek_v3", **text_sizes(tokenizer), "num_key_value_heads": 4,
            "moe_intermediate_size": 32, "n_routed_experts": 8, "n_group": 2, "topk_group": 1,
            "num_experts_per_tok": 2, "first_k_dense_replace": 1, "kv_lora_rank": 16,
            "q_lora_rank": 16, "qk_rope_head_dim": 8, "qk_nope_head_dim": 8, "v_head_dim": 8,
        },
        vision_config={
            **SMALL, "patch_size": PATCH, "pos_emb_height": 6, "pos_emb_width": 6,
            "pos_emb_time": 2,
        },
        projection_hidden_size=32,
        image_token_id=token_id(tokenizer, "<|media_pad|>"),
        video_token_id=token_id(tokenizer, video),
        vision_start_token_id=token_id(tokenizer, "<|media_begin|>"),
        vision_end_token_id=token_id(tokenizer, "<|media_end|>"),
        tie_word_embeddings=False,
    )  # fmt: skip
    return save(directory, lambda: Kimi_K25ForConditionalGeneration(config), processor)


FAMILY = Family("Kimi K2.5", "kimi_k25", "Kimi_K25Processor", _make)
