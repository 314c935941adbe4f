"""Mistral 3: Pixtral's vision tower, rows of patches with a break after each."""

from __future__ import annotations

from pathlib import Path

from transformers import (
    Mistral3Config,
    Mistral3ForConditionalGeneration,
    PixtralImageProcessor,
    PixtralProcessor,
)

from tests.unit.engine.families.checkpoint import SMALL, save, text_sizes, token_id
from tests.unit.engine.families.family import Family
from tests.unit.engine.tiny_models import byte_level_tokenizer, fast

PATCH = 14
TEMPLATE = """\
{{ bos_token }}
{%- for message in messages %}
{%- set text = message.content if message.content is string else none %}
{%- if message.role == 'user' %}{{ '[INST]' }}
{%- elif message.role == 'system' %}{{ '[SYSTEM_PROMPT]' }}{% endif %}
{%- if text is not none %}{{ text }}{% else %}{% for part in message.content %}
{%- if part.type == 'image' %}{{ '[IMG]' }}{% else %}{{ part.text }}{% endif %}
{%- endfor %}{% endif %}
{%- if message.role == 'user' %}{{ '[/INST]' }}
{%- elif message.role == 'system' %}{{ '[/SYSTEM_PROMPT]' }}
{%- else %}{{ eos_token }}{% endif %}
{%- endfor %}"""


def _make(directory: Path) -> Path:
    specials = ("[INST]", "[/INST]", "[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]")
    tokenizer = fast(
        byte_level_tokenizer(*specials, "[IMG]", "[IMG_BREAK]", "[IMG_END]", eos="</s>"),
        bos_token="<s>",
        eos_token="</s>",
        pad_token="<pad>",
    )
    processor = PixtralProcessor(
        image_processor=PixtralImageProcessor(
            size={"longest_edge": 5 * PATCH}, patch_size={"height": PATCH, "width": PATCH}
        ),
        tokenizer=tokenizer,
        patch_size=PATCH,
        spatial_merge_size=2,
        chat_template=TEMPLATE,
    )
    config = Mistral3Config(
        vision_config={
            "model_type": "pixtral", **SMALL, "patch_size": PATCH, "image_size": 6 * PATCH,
            "head_dim": 8,
        },
        text_config={"model_type": "mistral", **text_sizes(tokenizer), "head_dim": 8},
        image_token_index=token_id(tokenizer, "[IMG]"),
        spatial_merge_size=2,
        tie_word_embeddings=False,
    )  # fmt: skip
    return save(directory, lambda: Mistral3ForConditionalGeneration(config), processor)


FAMILY = Family("Mistral 3", "mistral3", "PixtralProcessor", _make)
