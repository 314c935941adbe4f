"""LLaVA-OneVision: tiles for a single picture, one square each where there are several."""

from __future__ import annotations

from pathlib import Path

from transformers import (
    LlavaOnevisionConfig,
    LlavaOnevisionForConditionalGeneration,
    LlavaOnevisionImageProcessor,
    LlavaOnevisionProcessor,
    LlavaOnevisionVideoProcessor,
)

from tests.unit.engine.families.checkpoint import SMALL, save, text_sizes, token_id
from tests.unit.engine.families.family import Family
from tests.unit.engine.families.tokenizers import qwen_tokenizer

SIDE = 32
GRIDS = [[SIDE * rows, SIDE * columns] for rows in (1, 2) for columns in (1, 2)]
# As published: a blank instead of a line break behind the role, pictures first.
TEMPLATE = """\
{% for message in messages %}{{ '<|im_start|>' + message.role + ' ' }}
{%- for part in message.content if part.type == 'image' %}{{ '<image>' }}{% endfor %}
{%- for part in message.content if part.type == 'text' %}{{ '\\n' + part.text }}{% endfor %}
{{- '<|im_end|>' }}{% endfor %}
{%- if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"""


def _make(directory: Path) -> Path:
    tokenizer = qwen_tokenizer("<image>", "<video>")
    size = {"height": SIDE, "width": SIDE}
    processor = LlavaOnevisionProcessor(
        image_processor=LlavaOnevisionImageProcessor(size=size, image_grid_pinpoints=GRIDS),
        tokenizer=tokenizer,
        video_processor=LlavaOnevisionVideoProcessor(size=size),
        num_image_tokens=16,
        vision_feature_select_strategy="full",
        chat_template=TEMPLATE,
    )
    config = LlavaOnevisionConfig(
        vision_config={
            "model_type": "siglip_vision_model", **SMALL, "image_size": SIDE, "patch_size": 8,
            "vision_use_head": False,
        },
        text_config={"model_type": "qwen2", **text_sizes(tokenizer)},
        image_token_index=token_id(tokenizer, "<image>"),
        video_token_index=token_id(tokenizer, "<video>"),
        image_grid_pinpoints=GRIDS,
    )  # fmt: skip
    return save(directory, lambda: LlavaOnevisionForConditionalGeneration(config), processor)


FAMILY = Family("LLaVA-OneVision", "llava_onevision", "LlavaOnevisionProcessor", _make)
