"""Granite 4 Vision: SigLIP's features through window Q-Formers into several layers of the text."""

from __future__ import annotations

from pathlib import Path

from transformers import (
    Granite4VisionConfig,
    Granite4VisionForConditionalGeneration,
    Granite4VisionProcessor,
    LlavaNextImageProcessor,
)

from tests.unit.engine.families.checkpoint import SMALL, save, text_sizes, token_id
from tests.unit.engine.families.family import Family
from tests.unit.engine.tiny_models import byte_level_tokenizer, fast

SIDE, PATCH, WIDTH = 32, 4, 64
PINPOINTS = [[SIDE, 2 * SIDE], [2 * SIDE, SIDE], [2 * SIDE, 2 * SIDE]]
TEMPLATE = """\
{%- for message in messages %}
{{- '<|start_of_role|>' + message.role + '<|end_of_role|>' }}
{%- if message.content is string %}{{ message.content }}{% else %}
{%- for part in message.content %}
{%- if part.type == 'image' %}{{ '<image>\\n' }}{% else %}{{ part.text }}{% endif %}
{%- endfor %}{% endif %}{{ '<|end_of_text|>\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}{{ '<|start_of_role|>assistant<|end_of_role|>' }}{% endif %}"""


def _make(directory: Path) -> Path:
    end = "<|end_of_text|>"
    tokenizer = fast(
        byte_level_tokenizer("<|start_of_role|>", "<|end_of_role|>", "<image>", bos=end, eos=end),
        bos_token=end,
        eos_token=end,
        pad_token="<pad>",
    )
    processor = Granite4VisionProcessor(
        image_processor=LlavaNextImageProcessor(
            size={"shortest_edge": SIDE},
            crop_size={"height": SIDE, "width": SIDE},
            image_grid_pinpoints=PINPOINTS,
        ),
        tokenizer=tokenizer,
        patch_size=PATCH,
        vision_feature_select_strategy="full",
        downsample_rate="2/4",
        chat_template=TEMPLATE,
    )
    config = Granite4VisionConfig(
        vision_config={
            "model_type": "siglip_vision_model", **SMALL, "hidden_size": WIDTH,
            "image_size": SIDE, "patch_size": PATCH, "vision_use_head": False,
        },
        text_config={
            **text_sizes(tokenizer), "num_hidden_layers": 3,
            "embedding_multiplier": 1.0, "attention_multiplier": 0.35,
        },
        qformer_config={"model_type": "blip_2_qformer", "intermediate_size": 64},
        image_token_index=token_id(tokenizer, "<image>"),
        image_grid_pinpoints=PINPOINTS,
        vision_feature_select_strategy="full",
        downsample_rate="2/4",
        deepstack_layer_map=[[-1, 0]],
        spatial_target_layers=[1, 2],
    )  # fmt: skip
    return save(directory, lambda: Granite4VisionForConditionalGeneration(config), processor)


FAMILY = Family("Granite 4 Vision", "granite4_vision", "Granite4VisionProcessor", _make)
