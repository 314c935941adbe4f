"""Three ways from the vision tower into the language model, to be compared.

A linear projector (LLaVA 1, Liu et al. 2023), a projector of two layers (LLaVA 1.5) and gated
cross-attention (Flamingo, Alayrac et al. 2022). The first two are stock LLaVA models;
the third exists for the comparison only.
"""

from __future__ import annotations

import mmdesk.engine.torchvision_first  # noqa: F401

import torch
from torch import nn
from transformers import LlavaForConditionalGeneration

from mmdesk.training.batches import Batch
from mmdesk.training.learner import LOOK_LAYER, Learner, attention_loss, turns_and_future
from mmdesk.training.shape import Fusion
from mmdesk.training.tokens import IMAGE

EVERY = 2  # layers of the language model to one gated cross-attention


class GatedCrossAttention(nn.Module):
    """Attention from text positions to patches and a feed-forward layer, each behind a tanh gate.

    The gates begin at 0: at first the language model is as it would be without pictures.
    """

    def __init__(self, width: int, seen: int, heads: int, inner: int) -> None:
        super().__init__()
        self.heads, self.size = heads, width // heads
        self.norm, self.seen_norm = nn.RMSNorm(width), nn.RMSNorm(seen)
        self.query = nn.Linear(width, width, bias=False)
        self.key = nn.Linear(seen, width, bias=False)
        self.value = nn.Linear(seen, width, bias=False)
        self.out = nn.Linear(width, width, bias=False)
        self.feed = nn.Sequential(
            nn.RMSNorm(width), nn.Linear(width, inner), nn.GELU(), nn.Linear(inner, width)
        )
        self.gate = nn.Parameter(torch.zeros(2))

    def scores(self, hidden: torch.Tensor, patches: torch.Tensor) -> torch.Tensor:
        """Scaled products (n, heads, text, patches) of (n, text, width) and (n, patches, seen)."""
        query = self._split(self.query(self.norm(hidden)))
        key = self._split(self.key(self.seen_norm(patches)))
        scores: torch.Tensor = query @ key.transpose(-1, -2) * self.size**-0.5
        return scores

    def _split(self, values: torch.Tensor) -> torch.Tensor:
        count, length, _ = values.shape
        return values.view(count, length, self.heads, self.size).transpose(1, 2)

    def forward(
        self, hidden: torch.Tensor, patches: torch.Tensor, hidden_from: torch.Tensor
    ) -> torch.Tensor:
        """`hidden_from` (n, text, patches) is true where a patch must not be seen.

        Text before any picture sees none and gets nothing.
        """
        scores = self.scores(hidden, patches).masked_fill(hidden_from[:, None], -1e4)
        paid = scores.float().softmax(-1).masked_fill(hidden_from[:, None], 0.0)
        value = self._split(self.value(self.seen_norm(patches)))
        read = (paid.to(value.dtype) @ value).transpose(1, 2).flatten(-2)
        hidden = hidden + self.gate[0].tanh() * self.out(read)
        fed: torch.Tensor = hidden + self.gate[1].tanh() * self.feed(hidden)
        return fed


def learner(model: LlavaForConditionalGeneration, fusion: Fusion) -> Learner:
    """What trains a model with this fusion."""
    return CrossLearner(model) if fusion is Fusion.CROSS else Learner(model)


class CrossLearner(Learner):
    """The same parts, but text alone passes through the language model and attends to patches.

    Takes and gives the same arrays as `Learner`, with the <image> tokens in their places: patches
    are never read at those, and a text position sees the pictures that stand before it.
    """

    def __init__(self, model: LlavaForConditionalGeneration) -> None:
        super().__init__(model)
        text, vision = model.config.text_config, model.config.vision_config
        sizes = (text.hidden_size, vision.hidden_size, text.num_attention_heads)  # type: ignore[union-attr]
        self.cross = nn.ModuleList(
            GatedCrossAttention(*sizes, text.intermediate_size)  # type: ignore[union-attr]
            for _ in range(0, text.num_hidden_layers, EVERY)  # type: ignore[union-attr]
        )

    def joint(
        self, pixels: torch.Tensor, ids: torch.Tensor, slots: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """As `Learner.joint`; behind the states before `LOOK_LAYER` come the patches' features."""
        features = self.features(pixels)
        shown = ids == IMAGE
        seen = _laid_out(features, ids, slots)
        at_text = (~shown).int().argsort(dim=1, descending=True, stable=True)
        at_text = at_text[:, : int((~shown).sum(1).max())]
        at_patch = shown.int().argsort(dim=1, descending=True, stable=True)
        at_patch = at_patch[:, : int(shown.sum(1).max())]
        patches = _taken(seen, at_patch)
        hidden_from = (at_patch[:, None] > at_text[..., None]) | ~shown.gather(1, at_patch)[:, None]
        text = self.model.model.language_model
        hidden = before = _taken(self.model.model.get_input_embeddings()(ids), at_text)
        turns, future = turns_and_future(text, hidden)
        for number, layer in enumerate(text.layers):
            if number == LOOK_LAYER:
                before = hidden
            if number % EVERY == 0:
                hidden = self.cross[number // EVERY](hidden, patches, hidden_from)
            hidden = layer(hidden, attention_mask=future, position_embeddings=turns)
        before = torch.cat((_put_back(before, at_text, ids), seen.to(before.dtype)), -1)
        return self.heads(features), _put_back(text.norm(hidden), at_text, ids), before

    def look_loss(self, before: torch.Tensor, data: Batch) -> torch.Tensor:
        """As `Learner.look_loss`, of the cross-attention before that layer."""
        rows, heads = data["look"].unbind(1)
        length = before.shape[1]
        width = self.model.config.text_config.hidden_size  # type: ignore[union-attr]
        hidden, seen = before.split((width, before.shape[-1] - width), -1)
        number = min(LOOK_LAYER // EVERY, len(self.cross) - 1)
        layer: GatedCrossAttention = self.cross[number]  # type: ignore[assignment]
        batch, spot = rows // length, rows % length
        scores = layer.scores(hidden, seen)[batch, heads, spot].float()
        later = torch.arange(length, device=before.device) > spot[:, None]
        unseen = later | (data["ids"] != IMAGE)[batch]
        return attention_loss(scores.masked_fill(unseen, float("-inf")), data)


def _laid_out(features: torch.Tensor, ids: torch.Tensor, slots: torch.Tensor) -> torch.Tensor:
    """The patches' features at the places of their tokens, (rows, length, width), 0 elsewhere."""
    flat = features.reshape(-1, features.shape[-1])
    empty = flat.new_zeros(ids.numel(), flat.shape[-1])
    return empty.index_copy(0, slots, flat).view(*ids.shape, -1)


def _taken(values: torch.Tensor, at: torch.Tensor) -> torch.Tensor:
    return values.gather(1, at[..., None].expand(-1, -1, values.shape[-1]))


def _put_back(values: torch.Tensor, at: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
    empty = values.new_zeros(*ids.shape, values.shape[-1])
    return empty.scatter(1, at[..., None].expand(-1, -1, values.shape[-1]), values)
