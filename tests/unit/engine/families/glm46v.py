"""GLM-4.6V: GLM-4.1V's towers with another processor; M-RoPE, pictures of any size."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from transformers import (
    Glm46VConfig,
    Glm46VForConditionalGeneration,
    Glm46VImageProcessor,
    Glm46VProcessor,
    Glm46VVideoProcessor,
)

from tests.unit.engine.families.checkpoint import save, text_sizes, token_id
from tests.unit.engine.families.family import Family
from tests.unit.engine.tiny_models import byte_level_tokenizer, fast

PATCH = 14
SIZES: dict[str, Any] = {
    "patch_size": PATCH,
    "size": {"shortest_edge": 4 * PATCH**2, "longest_edge": 2 * 36 * PATCH**2},
}
MARKERS = {
    "image_start_token_id": "<|begin_of_image|>",
    "image_end_token_id": "<|end_of_image|>",
    "image_token_id": "<|image|>",
    "video_start_token_id": "<|begin_of_video|>",
    "video_end_token_id": "<|end_of_video|>",
    "video_token_id": "<|video|>",
}
TEMPLATE = """\
[gMASK]<sop>
{%- for message in messages %}
{{- '<|' + message.role + '|>\\n' }}
{%- if message.content is string %}{{ message.content }}{% else %}
{%- for part in message.content %}
{%- if part.type == 'image' %}{{ '<|begin_of_image|><|image|><|end_of_image|>' }}
{%- else %}{{ part.text }}{% endif %}
{%- endfor %}{% endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{ '<|assistant|>\\n' }}{% endif %}"""


def _make(directory: Path) -> Path:
    roles = ("<|system|>", "<|user|>", "<|assistant|>", "[gMASK]", "<sop>")
    tokenizer = fast(
        byte_level_tokenizer(*roles, *MARKERS.values(), eos="<|endoftext|>"),
        eos_token="<|endoftext|>",
        pad_token="<|endoftext|>",
    )
    processor = Glm46VProcessor(
        image_processor=Glm46VImageProcessor(**SIZES),
        tokenizer=tokenizer,
        video_processor=Glm46VVideoProcessor(**SIZES),
        chat_template=TEMPLATE,
    )
    markers: dict[str, Any] = {name: token_id(tokenizer, token) for name, token in MARKERS.items()}
    config = Glm46VConfig(
        text_config={
            **text_sizes(tokenizer),
            "rope_parameters": {
                "rope_type": "default", "rope_theta": 5e5, "partial_rotary_factor": 1.0,
                "mrope_section": [2, 1, 1],
            },
        },
        vision_config={
            "hidden_size": 32, "intermediate_size": 64, "depth": 2, "num_heads": 2,
            "patch_size": PATCH, "image_size": 6 * PATCH, "out_hidden_size": 32,
        },
        **markers,
    )  # fmt: skip
    return save(directory, lambda: Glm46VForConditionalGeneration(config), processor)


FAMILY = Family("GLM-4.6V", "glm46v", "Glm46VProcessor", _make)
