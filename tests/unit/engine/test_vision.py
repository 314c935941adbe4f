"""Features in the place of pixels: the logits of a plain ``generate``, in many architectures.

The models are real and tiny, with random weights; processors play no part here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from transformers import (
    BatchFeature,
    BlipConfig,
    BlipForConditionalGeneration,
    Gemma3Config,
    Gemma3ForConditionalGeneration,
    LlavaNextConfig,
    LlavaNextForConditionalGeneration,
    Mistral3Config,
    Mistral3ForConditionalGeneration,
    Qwen2_5_VLConfig,
    Qwen2_5_VLForConditionalGeneration,
    Qwen3VLConfig,
    Qwen3VLForConditionalGeneration,
)

from mmdesk.engine.vision import PictureEncoder
from mmdesk.models.hardware import set_threads

IMAGE = 100
SIDE = 32
TEXT = {
    "vocab_size": 120,
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 8,
    "max_position_embeddings": 512,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "pad_token_id": 0,
}
VISION = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "image_size": SIDE,
    "patch_size": 8,
}
QWEN_VISION = {
    "depth": 2,
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_heads": 2,
    "out_hidden_size": 32,
    "patch_size": 4,
    "spatial_merge_size": 2,
    "temporal_patch_size": 2,
}

Made = tuple[Any, dict[str, torch.Tensor]]


@pytest.fixture(autouse=True)
def as_engines_run() -> None:
    set_threads(0)  # two threads on two busy cores wait for each other


def prompt(*image_tokens: int) -> dict[str, torch.Tensor]:
    """Two pictures of so many tokens each, and text around them."""
    first, second = image_tokens
    tokens = [5, 102, *[IMAGE] * first, 103, 6, 7, 102, *[IMAGE] * second, 103, 8, 9]
    ids = torch.tensor([tokens])
    return {"input_ids": ids, "attention_mask": torch.ones_like(ids)}


def qwen(model: Any, config: Any, **vision: object) -> Made:
    rope = {"rope_type": "default", "mrope_section": [1, 1, 2], "rope_theta": 10000.0}
    made = model(
        config(
            text_config=TEXT | {"rope_parameters": rope},
            vision_config=QWEN_VISION | vision,
            image_token_id=IMAGE,
            video_token_id=101,
            vision_start_token_id=102,
            vision_end_token_id=103,
        )
    )
    grids = torch.tensor([[1, 4, 4], [1, 8, 4]])
    inputs = prompt(4, 8)
    inputs["mm_token_type_ids"] = (inputs["input_ids"] == IMAGE).long()
    inputs["pixel_values"] = torch.randn(int(grids.prod(-1).sum()), 3 * 2 * 4 * 4)
    return made, inputs | {"image_grid_thw": grids}


def qwen2_5() -> Made:
    return qwen(
        Qwen2_5_VLForConditionalGeneration,
        Qwen2_5_VLConfig,
        window_size=16,
        fullatt_block_indexes=[1],
    )


def qwen3() -> Made:
    return qwen(
        Qwen3VLForConditionalGeneration,
        Qwen3VLConfig,
        depth=3,
        deepstack_visual_indexes=[0, 1],
        num_position_embeddings=64,
    )


def gemma3() -> Made:
    config = Gemma3Config(
        text_config=TEXT | {"sliding_window": 64},
        vision_config=VISION,
        mm_tokens_per_image=4,
        image_token_index=IMAGE,
        boi_token_index=102,
        eoi_token_index=103,
    )
    inputs = prompt(4, 4)
    inputs["token_type_ids"] = (inputs["input_ids"] == IMAGE).long()
    model = Gemma3ForConditionalGeneration(config)
    torch.nn.init.normal_(model.model.multi_modal_projector.mm_input_projection_weight)  # was 0
    return model, inputs | {"pixel_values": torch.randn(2, 3, SIDE, SIDE)}


def mistral3() -> Made:
    config = Mistral3Config(
        text_config=TEXT | {"model_type": "mistral"},
        vision_config=VISION | {"model_type": "pixtral", "image_size": 64, "head_dim": 16},
        image_token_index=IMAGE,
        spatial_merge_size=2,
        vision_feature_layer=-1,
    )
    pixels = torch.randn(2, 3, 64, 32)
    pixels[0, :, 32:] = 0  # padded to the larger picture
    inputs = prompt(4, 8) | {
        "pixel_values": pixels,
        "image_sizes": torch.tensor([[32, 32], [64, 32]]),
    }
    return Mistral3ForConditionalGeneration(config), inputs


def llava_next() -> Made:
    config = LlavaNextConfig(
        text_config=TEXT | {"model_type": "llama"},
        vision_config=VISION | {"model_type": "clip_vision_model"},
        image_token_index=IMAGE,
        image_grid_pinpoints=[[32, 64], [64, 32]],
        vision_feature_layer=-1,
    )
    model = LlavaNextForConditionalGeneration(config)
    tiles = {
        "pixel_values": torch.randn(2, 3, 3, SIDE, SIDE),
        "image_sizes": torch.tensor([[32, 64], [60, 32]]),
    }
    with torch.inference_mode():
        features: Any = model.model.get_image_features(**tiles, return_dict=True)
    return model, prompt(*map(len, features.pooler_output)) | tiles


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=["float32", "bfloat16"])
@pytest.mark.parametrize("make", [qwen2_5, qwen3, gemma3, mistral3, llava_next])
def test_the_logits_of_plain_generate(make: Callable[[], Made], dtype: torch.dtype) -> None:
    torch.manual_seed(0)
    model, inputs = make()
    model = model.to(dtype).eval()
    encoder = PictureEncoder(model)
    expected = logits(model, BatchFeature(dict(inputs)).to("cpu", dtype=dtype))
    for _ in range(2):  # encoded now, then taken from what is kept
        arguments = encoder.encode(BatchFeature(dict(inputs)))
        assert "pixel_values" not in arguments
        assert torch.equal(logits(model, arguments), expected)
    mirrored = dict(inputs) | {"pixel_values": inputs["pixel_values"].flip(-1)}
    other = logits(model, encoder.encode(BatchFeature(mirrored)))
    assert not torch.equal(other[0], expected[0]), "pictures matter"


def logits(model: Any, arguments: Any) -> torch.Tensor:
    """Return the logits of every greedy token: (tokens, vocabulary)."""
    with torch.inference_mode():
        output = model.generate(
            **arguments,
            do_sample=False,
            min_new_tokens=6,
            max_new_tokens=6,
            return_dict_in_generate=True,
            output_logits=True,
        )
    return torch.cat(output.logits)


def test_a_model_that_takes_no_features_gets_its_pixels() -> None:
    config = BlipConfig(
        text_config={
            "vocab_size": 120,
            "hidden_size": 32,
            "encoder_hidden_size": 32,
            "intermediate_size": 64,
            "num_hidden_layers": 2,
            "num_attention_heads": 2,
            "bos_token_id": 1,
            "eos_token_id": 2,
            "sep_token_id": 2,
            "pad_token_id": 0,
        },
        vision_config=VISION,
    )
    torch.manual_seed(0)
    model = BlipForConditionalGeneration(config).eval()
    inputs = BatchFeature(
        {"input_ids": torch.tensor([[1, 5, 6]]), "pixel_values": torch.randn(1, 3, SIDE, SIDE)}
    )
    arguments = PictureEncoder(model).encode(inputs)
    assert torch.equal(arguments["pixel_values"], inputs["pixel_values"])
    assert "mm_encoder_outputs" not in arguments
    with torch.inference_mode():
        assert model.generate(**arguments, max_new_tokens=5).shape[0] == 1
