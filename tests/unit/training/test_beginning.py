"""The weights that a vision tower begins with."""

from typing import Any

import mmdesk.engine.torchvision_first  # noqa: F401

import torch
from transformers import CLIPVisionConfig, CLIPVisionModel

from mmdesk.training.beginning import begin_tower, waves


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
