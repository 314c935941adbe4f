"""Gemma 3: SigLIP pooled to a fixed number of tokens, windows, two-way picture attention."""

from __future__ import annotations

from pathlib import Path

import torch
from transformers import (
    Gemma3Config,
    Gemma3ForConditionalGeneration,
    Gemma3ImageProcessor,
    Gemma3Processor,
)

from tests.unit.engine.families.checkpoint import SMALL, save, text_sizes, token_id
from tests.unit.engine.families.family import Family
from tests.unit.engine.families.tokenizers import gemma_tokenizer

SIDE = 32
TURNS = ("<start_of_turn>", "<end_of_turn>")
# Turns must alternate; the answer's role is "model"; a system message opens the first question.
TEMPLATE = """\
{{ bos_token }}
{%- set system = messages[0].content if messages[0].role == 'system' else '' %}
{%- for message in messages if message.role != 'system' %}
{%- if (message.role == 'user') != (loop.index0 % 2 == 0) %}
{{- raise_exception('Roles must alternate: user, assistant, user ...') }}
{%- endif %}
{{- '<start_of_turn>' + ('model' if message.role == 'assistant' else message.role) + '\\n' }}
{%- if loop.first and system %}{{ (system if system is string else system[0].text) + '\\n\\n' }}
{%- endif %}
{%- if message.content is string %}{{ message.content | trim }}{% else %}
{%- for part in message.content %}
{%- if part.type == 'image' %}{{ '<start_of_image>' }}
{%- elif part.type == 'text' %}{{ part.text | trim }}{% endif %}
{%- endfor %}{% endif %}{{ '<end_of_turn>\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}{{ '<start_of_turn>model\\n' }}{% endif %}"""


def _make(directory: Path) -> Path:
    pictures = {
        "boi_token": "<start_of_image>",
        "eoi_token": "<end_of_image>",
        "image_token": "<image_soft_token>",
    }
    tokenizer = gemma_tokenizer(*TURNS, **pictures)
    processor = Gemma3Processor(
        image_processor=Gemma3ImageProcessor(size={"height": SIDE, "width": SIDE}),
        tokenizer=tokenizer,
        chat_template=TEMPLATE,
        image_seq_length=4,
    )
    config = Gemma3Config(
        text_config=text_sizes(
            tokenizer,
            head_dim=8,
            eos_token_id=[tokenizer.eos_token_id, token_id(tokenizer, "<end_of_turn>")],
            sliding_window=16,
            layer_types=["sliding_attention", "full_attention"],
        ),
        vision_config={**SMALL, "image_size": SIDE, "patch_size": 8},
        mm_tokens_per_image=4,
        boi_token_index=token_id(tokenizer, pictures["boi_token"]),
        eoi_token_index=token_id(tokenizer, pictures["eoi_token"]),
        image_token_index=token_id(tokenizer, pictures["image_token"]),
    )
    return save(directory, lambda: _seeing(Gemma3ForConditionalGeneration(config)), processor)


def _seeing(model: Gemma3ForConditionalGeneration) -> Gemma3ForConditionalGeneration:
    """Draw the projection too: a new Gemma 3 begins with zeros there, blind to all pictures."""
    torch.nn.init.normal_(model.model.multi_modal_projector.mm_input_projection_weight)
    return model


FAMILY = Family("Gemma 3", "gemma3", "Gemma3Processor", _make)
