"""SmolVLM: Idefics3's tiles with a smaller vision tower; its processor needs num2words."""

from __future__ import annotations

from pathlib import Path

from transformers import (
    SmolVLMConfig,
    SmolVLMForConditionalGeneration,
    SmolVLMImageProcessor,
    SmolVLMProcessor,
    SmolVLMVideoProcessor,
)

from tests.unit.engine.families.checkpoint import SMALL, save, text_sizes, token_id
from tests.unit.engine.families.family import Family
from tests.unit.engine.families.tokenizers import qwen_tokenizer

SIDE = 32
TILES = tuple(f"<row_{row}_col_{column}>" for row in range(1, 5) for column in range(1, 5))
SPECIALS = ("<fake_token_around_image>", "<image>", "<global-img>", "<end_of_utterance>", *TILES)
# As published: a colon without a blank before a picture, roles with a capital.
TEMPLATE = """\
<|im_start|>{% for message in messages %}{{ message.role | capitalize }}
{%- if message.content[0].type == 'image' %}{{ ':' }}{% else %}{{ ': ' }}{% endif %}
{%- for part in message.content %}
{%- if part.type == 'image' %}{{ '<image>' }}{% else %}{{ part.text }}{% endif %}
{%- endfor %}{{ '<end_of_utterance>\\n' }}{% endfor %}
{%- if add_generation_prompt %}{{ 'Assistant:' }}{% endif %}"""


def _make(directory: Path) -> Path:
    tokenizer = qwen_tokenizer(*SPECIALS)
    processor = SmolVLMProcessor(
        image_processor=SmolVLMImageProcessor(
            size={"longest_edge": 2 * SIDE}, max_image_size={"longest_edge": SIDE}
        ),
        tokenizer=tokenizer,
        video_processor=SmolVLMVideoProcessor(),
        image_seq_len=4,
        chat_template=TEMPLATE,
    )
    config = SmolVLMConfig(
        vision_config={**SMALL, "image_size": SIDE, "patch_size": 8},
        text_config={"model_type": "llama", **text_sizes(tokenizer)},
        image_token_id=token_id(tokenizer, "<image>"),
        scale_factor=2,
    )
    return save(directory, lambda: SmolVLMForConditionalGeneration(config), processor)


FAMILY = Family("SmolVLM", "smolvlm", "SmolVLMProcessor", _make)
