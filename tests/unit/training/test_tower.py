"""The vision tower: what it begins with, and what LLaVA takes from it."""

from typing import Any

import mmdesk.engine.torchvision_first  # noqa: F401

import pytest
import torch
from transformers import CLIPVisionConfig, CLIPVisionModel

from mmdesk.training import model as parts
from mmdesk.training.shape import Shape
from mmdesk.training.tower import begin_tower, patch_states, waves


def test_neighbours_have_positions_that_are_alike():
    grid = 6
    places = torch.nn.functional.normalize(waves(grid, 64), dim=1)
    alike = (places @ places.T).reshape(grid, grid, grid, grid)
    assert alike[2, 2, 2, 3] > alike[2, 2, 2, 5]
    assert alike[2, 2, 3, 2] > alike[2, 2, 5, 2]
    torch.testing.assert_close(alike[2, 2, 2, 3], alike[2, 2, 3, 2])


def test_like_looks_at_like_and_comes_back_turned():
    torch.manual_seed(0)
    config = CLIPVisionConfig(
        hidden_size=64, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4,
        image_size=48, patch_size=16,
    )  # fmt: skip
    tower = CLIPVisionModel(config)
    begin_tower(tower)
    for layer in tower.encoder.layers:
        attention: Any = layer.self_attn
        for head in range(4):
            rows = slice(head * 16, (head + 1) * 16)
            met = attention.q_proj.weight[rows].T @ attention.k_proj.weight[rows]
            assert met.diagonal().mean() > 5 * met.mean().abs()
        come_back = attention.out_proj.weight @ attention.v_proj.weight
        assert come_back.diagonal().mean() < -0.3
    seen = tower(pixel_values=torch.randn(1, 3, 48, 48)).last_hidden_state
    assert seen.isfinite().all()


@torch.no_grad()
@pytest.mark.parametrize("stem", [(), (16, 16, 24)])
def test_training_sees_what_llava_takes_from_the_tower(stem):
    shape = Shape(
        stem=stem, vision_width=32, vision_layers=2, vision_heads=2,
        text_width=32, text_layers=1, text_heads=2, text_inner=48,
    )  # fmt: skip
    model = parts.build_model(300, shape).eval()
    begin_tower(model.model.vision_tower)
    pixels = torch.randn(2, 3, shape.side, shape.side)
    states = patch_states(model.model.vision_tower, pixels)
    assert states.shape == (2, shape.grid**2, 32)
    taken = torch.stack(list(model.model.get_image_features(pixels).pooler_output))
    torch.testing.assert_close(model.model.multi_modal_projector(states), taken)


def test_stages_too_narrow_for_onednn_are_refused():
    with pytest.raises(ValueError, match="fewer than 16"):
        Shape(stem=(8, 16, 24))
