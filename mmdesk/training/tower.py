"""The vision tower: convolutions, then a transformer; or CLIP's, which cuts the picture in patches.

A letter lies anywhere in a patch, and CLIP's first layer has to learn every place apart; for a
convolution all are one (Xiao et al. 2021, arXiv 2106.14881: "Early convolutions help transformers
see better"). The class is DPT's hybrid of a ResNet and a ViT (Ranftl et al. 2021, arXiv
2103.13413; Dosovitskiy et al. 2020 call it R+ViT), whose outputs LLaVA takes as it takes CLIP's.

Positions begin as the sines and cosines of rows and columns (Beyer et al. 2022, arXiv 2205.01580).
In CLIP's tower attention begins as it comes to be in trained ones: queries meet keys of what is
alike, values come back with their sign turned (mimetic initialisation, Trockman and Kolter 2023,
arXiv 2305.09828).
"""

from __future__ import annotations

from typing import Any

import mmdesk.engine.torchvision_first  # noqa: F401

import torch
from transformers import (
    CLIPVisionConfig,
    CLIPVisionModel,
    DPTConfig,
    PreTrainedConfig,
    PreTrainedModel,
    ResNetConfig,
)

from mmdesk.training.shape import Shape

_FIRST_CHANNELS = 32  # of the convolution that sees the pixels
_PATCH_SIZE = 2.0  # of patches, beside how small transformers begins with them
_POSITION_SIZE = 0.5  # of the waves, beside patches of about 1
_LONGEST_WAVE = 100.0
# Of Trockman and Kolter's recipe: chance and identity in queries x keys, in values x output.
_ALIKE, _TURNED = (0.7, 0.7), (0.4, -0.4)


def tower_config(shape: Shape) -> PreTrainedConfig:
    """What `AutoModel` makes the tower from."""
    common: dict[str, Any] = dict(
        hidden_size=shape.vision_width, intermediate_size=4 * shape.vision_width,
        num_hidden_layers=shape.vision_layers, num_attention_heads=shape.vision_heads,
        image_size=shape.side, patch_size=shape.patch, hidden_act="gelu_pytorch_tanh",
    )  # fmt: skip
    if not shape.stem:
        return CLIPVisionConfig(**common, projection_dim=shape.vision_width)
    resnet: Any = ResNetConfig
    stem = resnet(
        embedding_size=_FIRST_CHANNELS, hidden_sizes=list(shape.stem), depths=[1] * len(shape.stem),
        layer_type="basic", out_features=["stage1", "stage2", "stage3"],
    )  # fmt: skip
    return DPTConfig(
        **common, is_hybrid=True, backbone_config=stem,
        backbone_featmap_shape=[1, shape.stem[-1], shape.grid, shape.grid],
    )  # fmt: skip


def patch_states(tower: PreTrainedModel, pixels: torch.Tensor) -> torch.Tensor:
    """What LLaVA takes from the tower: (n, 3, side, side) -> (n, patches, width)."""
    parts: Any = tower
    if isinstance(tower, CLIPVisionModel):
        hidden = parts(pixel_values=pixels).last_hidden_state
    else:
        hidden = parts.encoder(parts.embeddings(pixels).last_hidden_states).last_hidden_state
    return hidden[:, 1:]  # type: ignore[no-any-return]


@torch.no_grad()
def begin_tower(tower: PreTrainedModel) -> None:
    """Set positions, and CLIP's patches and attention; random parts come from torch's seed."""
    parts: Any = tower
    if not isinstance(tower, CLIPVisionModel):
        _begin_positions(parts.embeddings.position_embeddings[0])
        return
    parts.embeddings.patch_embedding.weight.mul_(_PATCH_SIZE)
    _begin_positions(parts.embeddings.position_embedding.weight)
    for layer in parts.encoder.layers:
        _begin_attention(layer.self_attn)


def _begin_positions(positions: torch.Tensor) -> None:
    """`positions` are (1 + grid * grid, width); the first is the class token's."""
    grid = round((len(positions) - 1) ** 0.5)
    positions[1:] = _POSITION_SIZE * waves(grid, positions.shape[1])


def _begin_attention(attention: Any) -> None:
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
