"""The model with what training adds to it: per-patch heads, and a loss on where it looks."""

from __future__ import annotations

from typing import Any

import mmdesk.engine.torchvision_first  # noqa: F401

import torch
from torch import nn
from torch.nn import functional
from transformers import LlavaForConditionalGeneration
from transformers.models.llama.modeling_llama import apply_rotary_pos_emb

from mmdesk.training import model as parts
from mmdesk.training.batches import HEADS, IGNORE, Batch
from mmdesk.training.patches import LETTER_HEADS
from mmdesk.training.tower import patch_states

LOOK_LAYER = 2


class Learner(nn.Module):
    """The model with the per-patch heads that are thrown away after training."""

    def __init__(self, model: LlavaForConditionalGeneration) -> None:
        super().__init__()
        self.model = model
        width = model.config.vision_config.hidden_size  # type: ignore[union-attr]
        self.heads = nn.Linear(width, sum(HEADS.values()))

    def features(self, pixels: torch.Tensor) -> torch.Tensor:
        """(n, side, side, 3) uint8 -> (n, patches, width)."""
        scaled = pixels.permute(0, 3, 1, 2).float() / 255
        return patch_states(self.model.model.vision_tower, (scaled - parts.MEAN) / parts.STD)

    def dense(self, pixels: torch.Tensor) -> torch.Tensor:
        """Per-patch logits of all heads, (n, patches, classes)."""
        return self.heads(self.features(pixels))  # type: ignore[no-any-return]

    def joint(
        self, pixels: torch.Tensor, ids: torch.Tensor, slots: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Per-patch logits, the last hidden states, and those before layer `LOOK_LAYER`.

        The same as the model's own forward without padding mask: padding stands at the end, where
        a causal model's answers don't see it.
        """
        features = self.features(pixels)
        core = self.model.model
        words = core.get_input_embeddings()(ids)
        shown = core.multi_modal_projector(features)
        flat = words.reshape(-1, words.shape[-1])
        flat = flat.index_copy(0, slots, shown.reshape(-1, shown.shape[-1]).to(flat.dtype))
        text = core.language_model
        hidden = before = flat.view_as(words)
        turns, future = turns_and_future(text, hidden)
        for number, layer in enumerate(text.layers):
            if number == LOOK_LAYER:
                before = hidden
            hidden = layer(hidden, attention_mask=future, position_embeddings=turns)
        return self.heads(features), text.norm(hidden), before

    def look_loss(self, before: torch.Tensor, data: Batch) -> torch.Tensor:
        """Minus the log of the attention that two heads of layer `LOOK_LAYER` give the right items.

        Without it, no head found "the star" among the patches after 70,000 pictures, though the
        patches said what they show and questions that name a place were already answered.
        """
        rows, heads = data["look"].unbind(1)
        count, length, _ = before.shape
        text = self.model.model.language_model
        layer = text.layers[min(LOOK_LAYER, len(text.layers) - 1)]
        attention, size = layer.self_attn, layer.self_attn.head_dim
        normed = layer.input_layernorm(before)
        shape = (count, length, -1, size)
        query = attention.q_proj(normed).view(shape)[:, :, :2].transpose(1, 2)
        key = attention.k_proj(normed).view(shape)[:, :, :2].transpose(1, 2)
        turns = text.rotary_emb(before, torch.arange(length, device=before.device)[None])
        query, key = apply_rotary_pos_emb(query, key, *turns)
        batch, spot = rows // length, rows % length
        scores = (query @ key.transpose(-1, -2))[batch, heads, spot].float()
        later = torch.arange(length, device=before.device) > spot[:, None]
        return attention_loss((scores * size**-0.5).masked_fill(later, float("-inf")), data)


def turns_and_future(text: Any, hidden: torch.Tensor) -> tuple[Any, torch.Tensor]:
    """The cosines and sines of all positions, and the mask (1, 1, length, length) of later ones."""
    length = hidden.shape[1]
    turns = text.rotary_emb(hidden, torch.arange(length, device=hidden.device)[None])
    future = torch.full((length, length), float("-inf"), device=hidden.device).triu(1)
    return turns, future[None, None]


def attention_loss(scores: torch.Tensor, data: Batch) -> torch.Tensor:
    """Minus the log of the attention at the wanted keys; `scores` are (looks, keys), masked."""
    share = scores.log_softmax(-1)
    paid = share.masked_fill(~data["look_mask"], float("-inf")).logsumexp(-1)
    return -(paid * data["look_share"]).sum() / data["look_share"].sum()


def dense_loss(logits: torch.Tensor, labels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean over the heads of cross-entropy, and the share of item patches whose shape is right.

    Patches of items (for the heads about letters: with letters) count as much as all the others
    together: they are one in twelve, and a plain mean left shapes unlearned long after everything
    else was known.
    """
    total = logits.new_zeros((), dtype=torch.float32)
    items = (labels[..., 1] > 0).reshape(-1).float()
    start = 0
    for number, (name, classes) in enumerate(HEADS.items()):
        part = logits[..., start : start + classes].float().reshape(-1, classes)
        wanted = labels[..., number].reshape(-1)
        each = functional.cross_entropy(part, wanted, ignore_index=IGNORE, reduction="none")
        asked = (wanted != IGNORE).float()
        marked = (wanted > 0).float() if name in LETTER_HEADS else items
        on, off = asked * marked, asked * (1 - marked)
        total = total + (each * on).sum() / on.sum().clamp(min=1)
        total = total + 0.5 * (each * off).sum() / off.sum().clamp(min=1)
        start += classes
    right = logits[..., : HEADS["shape"]].argmax(-1) == labels[..., 0]
    share = (right.reshape(-1).float() * items).sum() / items.sum().clamp(min=1)
    return total / len(HEADS), share


def letters_right(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """The share of patches with a letter in which the first one is told rightly."""
    names = list(HEADS)
    number = names.index("letter")
    start = sum(HEADS[name] for name in names[:number])
    guess = logits[..., start : start + HEADS["letter"]].argmax(-1)
    wanted = labels[..., number]
    there = wanted > 0
    return ((guess == wanted) & there).float().sum() / there.float().sum().clamp(min=1)
