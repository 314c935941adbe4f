"""The contrastive loss, and what training adds to the model."""

from __future__ import annotations

import math

import mmdesk.engine.torchvision_first  # noqa: F401

import torch
from torch import nn
from torch.nn import functional
from transformers import CLIPModel

from mmdesk.training import model as parts
from mmdesk.training.batches import HEADS, IGNORE
from mmdesk.training.clip.model import MAX_SCALE
from mmdesk.training.world import CELLS, COLOURS, SHAPES

_SHAPES, _COLOURS = len(SHAPES) + 1, len(COLOURS) + 1
CELL_CLASSES = len(CELLS) * (_SHAPES + _COLOURS) + len(COLOURS)


class Learner(nn.Module):
    """The model with linear heads that are thrown away after training.

    `patches` says what each patch shows, `cells` what each grid cell holds; the latter reads from
    embeddings, of pictures and of captions alike.
    """

    def __init__(self, model: CLIPModel) -> None:
        super().__init__()
        self.model = model
        self.patches = nn.Linear(model.vision_embed_dim, sum(HEADS.values()))
        self.cells = nn.Linear(model.projection_dim, CELL_CLASSES)  # type: ignore[arg-type]

    def _vision(self, pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        scaled = pixels.permute(0, 3, 1, 2).float() / 255
        seen = self.model.vision_model(pixel_values=(scaled - parts.MEAN) / parts.STD)
        return seen.last_hidden_state[:, 1:], seen.pooler_output

    def dense(self, pixels: torch.Tensor) -> torch.Tensor:
        """(n, side, side, 3) uint8 -> per-patch logits, (n, patches, classes)."""
        return self.patches(self._vision(pixels)[0])  # type: ignore[no-any-return]

    def pictures(self, pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """(n, side, side, 3) uint8 -> per-patch logits, and embeddings (n, width)."""
        features, pooled = self._vision(pixels)
        return self.patches(features), self.model.visual_projection(pooled)

    def captions(self, ids: torch.Tensor) -> torch.Tensor:
        """(n, length) ids, padded at the end -> embeddings (n, width).

        Needs no padding mask: the end mark, which is pooled, sees what stands before it alone.
        """
        pooled = self.model.text_model(input_ids=ids).pooler_output
        return self.model.text_projection(pooled)  # type: ignore[no-any-return]

    def clamp_scale(self) -> None:
        """Keeps the logits' scale at `MAX_SCALE` or below, as the CLIP paper does."""
        with torch.no_grad():
            self.model.logit_scale.clamp_(max=math.log(MAX_SCALE))


def contrastive_loss(
    images: torch.Tensor,
    texts: torch.Tensor,
    scale: torch.Tensor,
    also_true: torch.Tensor | None = None,
) -> tuple[torch.Tensor, torch.Tensor]:
    """The symmetric InfoNCE loss of CLIP, and the share of pictures whose own text is nearest.

    Radford et al. 2021, https://arxiv.org/abs/2103.00020, figure 3. `images` and `texts` are
    (n, width), pairs in the same row, of any length; `scale` is the factor of the cosines.
    `also_true` (n texts, n images): pairs that match too and are left out as negatives.
    """
    images = functional.normalize(images.float(), dim=-1)
    texts = functional.normalize(texts.float(), dim=-1)
    logits = scale * images @ texts.T
    if also_true is not None:
        logits = logits.masked_fill(also_true.T, float("-inf"))
    own = torch.arange(len(logits), device=logits.device)
    by_image = functional.cross_entropy(logits, own)
    by_text = functional.cross_entropy(logits.T, own)
    return (by_image + by_text) / 2, (logits.argmax(-1) == own).float().mean()


def cell_loss(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Mean cross-entropy of `CELL_CLASSES` logits (n, classes) against labels (n, 19)."""
    logits = logits.float()
    count = len(logits)
    cells = logits[:, : -len(COLOURS)].view(count, len(CELLS), _SHAPES + _COLOURS)
    shapes, colours = cells[..., :_SHAPES], cells[..., _SHAPES:]
    told = labels[:, :-1].view(count, len(CELLS), 2)
    total = _mean_loss(shapes, told[..., 0]) + _mean_loss(colours, told[..., 1])
    return total + _mean_loss(logits[:, -len(COLOURS) :], labels[:, -1])


def _mean_loss(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Cells that hold something weigh as much as all the empty ones together."""
    flat, wanted = logits.reshape(-1, logits.shape[-1]), labels.reshape(-1)
    each = functional.cross_entropy(flat, wanted, ignore_index=IGNORE, reduction="none")
    full, empty = (wanted > 0).float(), (wanted == 0).float()
    on = (each * full).sum() / full.sum().clamp(min=1)
    return (on + (each * empty).sum() / empty.sum().clamp(min=1)) / 2
