"""Weights that a vision tower begins with, so that it learns from fewer pictures.

Positions begin as the sines and cosines of rows and columns (Beyer et al. 2022, arXiv 2205.01580),
attention as it comes to be in trained towers: queries meet keys of what is alike, values come back
with their sign turned (mimetic initialisation, Trockman and Kolter 2023, arXiv 2305.09828).
"""

from __future__ import annotations

from typing import Any

import mmdesk.engine.torchvision_first  # noqa: F401

import torch
from transformers import CLIPVisionModel

_PATCH_SIZE = 2.0  # of patches, beside how small transformers begins with them
_POSITION_SIZE = 0.5  # of the waves, beside patches of about 1
_LONGEST_WAVE = 100.0
# Of Trockman and Kolter's recipe: chance and identity in queries x keys, in values x output.
_ALIKE, _TURNED = (0.7, 0.7), (0.4, -0.4)


@torch.no_grad()
def begin_tower(tower: CLIPVisionModel) -> None:
    """Set patches, positions and attention; random parts come from torch's current seed."""
    tower.embeddings.patch_embedding.weight.mul_(_PATCH_SIZE)
    positions = tower.embeddings.position_embedding.weight
    grid = round((len(positions) - 1) ** 0.5)
    positions[1:] = _POSITION_SIZE * waves(grid, positions.shape[1])
    for layer in tower.encoder.layers:
        attention: Any = layer.self_attn
        width, heads = attention.embed_dim, attention.num_heads
        size = width // heads
        for head in range(heads):
            rows = slice(head * size, (head + 1) * size)
            left, right = _factors(width, *_ALIKE)
            attention.q_proj.weight[rows], attention.k_proj.weight[rows] = left[:size], right[:size]
        left, right = _factors(width, *_TURNED)
        attention.v_proj.weight.copy_(right)
        attention.out_proj.weight.copy_(left.T)


def waves(grid: int, width: int) -> torch.Tensor:
    """(grid * grid, width): sines and cosines of a patch's column, then of its row."""
    quarter = width // 4
    rates = _LONGEST_WAVE ** -(torch.arange(quarter) / quarter)
    row, column = torch.meshgrid(torch.arange(grid), torch.arange(grid), indexing="ij")
    turns = [place.reshape(-1, 1) * rates for place in (column, row)]
    parts = [wave for turn in turns for wave in (turn.sin(), turn.cos())]
    return torch.nn.functional.pad(torch.cat(parts, 1), (0, width - 4 * quarter))


def _factors(width: int, chance: float, identity: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Two (width, width); left.T @ right is chance and identity, the largest rows come first."""
    product = chance * torch.randn(width, width) / width**0.5 + identity * torch.eye(width)
    left, strength, right = torch.linalg.svd(product)
    root = strength.sqrt()[:, None]
    return left.T * root, right * root
