"""LLaVA-NeXT: the picture as a whole, and as tiles of the grid that fits its shape best."""

from __future__ import annotations

from pathlib import Path

from transformers import (
    LlavaNextConfig,
    LlavaNextForConditionalGeneration,
    LlavaNextImageProcessor,
    LlavaNextProcessor,
)

from tests.unit.engine.families.checkpoint import SMALL, save, text_sizes, token_id
from tests.unit.engine.families.family import Family
from tests.unit.engine.families.tokenizers import mistral_tokenizer

SIDE = 32
GRIDS = [[SIDE, 2 * SIDE], [2 * SIDE, SIDE], [2 * SIDE, 2 * SIDE]]
TEMPLATE = """\
{{ bos_token }}{% for message in messages %}
{%- if message.role == 'user' %}{{ '[INST] ' }}{% endif %}
{%- for part in message.content if part.type == 'image' %}{{ '<image>\\n' }}{% endfor %}
{%- for part in message.content if part.type == 'text' %}{{ part.text }}{% endfor %}
{%- if message.role == 'user' %}{{ ' [/INST]' }}{% else %}{{ ' ' + eos_token }}{% endif %}
{%- endfor %}"""


def _make(directory: Path) -> Path:
    tokenizer = mistral_tokenizer("<image>")
    processor = LlavaNextProcessor(
        image_processor=LlavaNextImageProcessor(
            size={"shortest_edge": SIDE},
            crop_size={"height": SIDE, "width": SIDE},
            image_grid_pinpoints=GRIDS,
        ),
        tokenizer=tokenizer,
        patch_size=8,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=TEMPLATE,
    )
    config = LlavaNextConfig(
        vision_config={
            "model_type": "clip_vision_model", **SMALL, "image_size": SIDE, "patch_size": 8,
        },
        text_config={"model_type": "mistral", **text_sizes(tokenizer)},
        image_token_index=token_id(tokenizer, "<image>"),
        image_grid_pinpoints=GRIDS,
    )  # fmt: skip
    return save(directory, lambda: LlavaNextForConditionalGeneration(config), processor)


FAMILY = Family("LLaVA-NeXT", "llava_next", "LlavaNextProcessor", _make)
