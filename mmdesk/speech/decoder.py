"""Whisper's decoder with a KV cache of our own.

``whisper.model.TextDecoder`` can extend a filled cache by one token only (its causal mask would be
misaligned for more) and computes the logits of every position. Here a whole draft is checked in
one pass, positions can be taken back, and attention weights can be looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from whisper.model import TextDecoder

from mmdesk.speech.official import AlignmentHeads


@dataclass(frozen=True, slots=True)
class Heard:
    """Encoded sound as the decoder's cross-attention reads it: each layer's keys and values.

    All of shape ``(1, heads, frames, width / heads)``.
    """

    keys: tuple[torch.Tensor, ...]
    values: tuple[torch.Tensor, ...]


def listen(decoder: TextDecoder, encoded: torch.Tensor, dtype: torch.dtype) -> Heard:
    """Prepare encoded sound, shape ``(1, frames, width)``, for any number of texts about it.

    Args:
        dtype: What the decoder computes in; ``encoded`` may be of another.
    """
    parts = [block.cross_attn for block in decoder.blocks]
    return Heard(
        tuple(_heads(part, part.key(encoded)).to(dtype).contiguous() for part in parts),
        tuple(_heads(part, part.value(encoded)).to(dtype).contiguous() for part in parts),
    )


class DecoderState:
    """One text in the making: what it is about, and the keys and values of its tokens so far.

    Attributes:
        length: Tokens that are in the cache.
    """

    def __init__(self, decoder: TextDecoder, heard: Heard) -> None:
        self.length = 0
        self._decoder = decoder
        self._heard = heard
        self._context = int(decoder.positional_embedding.shape[0])
        self._keys = [self._room(keys) for keys in heard.keys]
        self._values = [self._room(values) for values in heard.values]

    def crop(self, length: int) -> None:
        """Forget all but the first ``length`` tokens."""
        self.length = min(self.length, length)

    def advance(self, tokens: Sequence[int]) -> torch.Tensor:
        """Read tokens after those in the cache; return their hidden states ``(tokens, width)``."""
        return self._forward(tokens, None)

    def logits(self, hidden: torch.Tensor) -> torch.Tensor:
        """Return the logits of hidden states, float32, shape ``(tokens, vocabulary)``."""
        return F.linear(hidden, self._decoder.token_embedding.weight.to(hidden.dtype)).float()

    def attention(self, tokens: Sequence[int], heads: AlignmentHeads) -> torch.Tensor:
        """Read tokens and return what ``heads`` pay attention to in the sound.

        Returns:
            Scores before the softmax, float32, shape ``(heads, tokens, frames)``.
        """
        scores: dict[int, torch.Tensor] = {layer: torch.empty(0) for layer, _ in heads}
        self._forward(tokens, scores)
        return torch.stack([scores[layer][head] for layer, head in heads])

    def _forward(
        self, tokens: Sequence[int], scores: dict[int, torch.Tensor] | None
    ) -> torch.Tensor:
        decoder, start = self._decoder, self.length
        end = start + len(tokens)
        if end > self._context:
            raise ValueError(f"{end} tokens do not fit into {self._context}")
        like = self._heard.keys[0]
        ids = torch.tensor([list(tokens)], device=like.device)
        x = decoder.token_embedding(ids) + decoder.positional_embedding[start:end]
        x = x.to(like.dtype)
        mask = None
        if len(tokens) > 1:
            seen = torch.ones(len(tokens), end, dtype=torch.bool, device=x.device)
            mask = seen.tril(diagonal=start)
        for layer, block in enumerate(decoder.blocks):
            x = x + self._attend_to_text(layer, block.attn, block.attn_ln(x), mask)
            query = _heads(block.cross_attn, block.cross_attn.query(block.cross_attn_ln(x)))
            keys, values = self._heard.keys[layer], self._heard.values[layer]
            if scores is not None and layer in scores:
                scale = query.shape[-1] ** -0.5
                scores[layer] = (query[0].float() * scale) @ keys[0].float().transpose(-1, -2)
            heard = F.scaled_dot_product_attention(query, keys, values)
            x = x + block.cross_attn.out(_joined(heard))
            x = x + block.mlp(block.mlp_ln(x))
        self.length = end
        hidden: torch.Tensor = decoder.ln(x)[0]
        return hidden

    def _attend_to_text(
        self, layer: int, part: Any, x: torch.Tensor, mask: torch.Tensor | None
    ) -> torch.Tensor:
        end = self.length + x.shape[1]
        keys, values = self._keys[layer], self._values[layer]
        keys[:, :, self.length : end] = _heads(part, part.key(x))
        values[:, :, self.length : end] = _heads(part, part.value(x))
        read = F.scaled_dot_product_attention(
            _heads(part, part.query(x)), keys[:, :, :end], values[:, :, :end], attn_mask=mask
        )
        out: torch.Tensor = part.out(_joined(read))
        return out

    def _room(self, like: torch.Tensor) -> torch.Tensor:
        batch, heads, _, width = like.shape
        return like.new_empty(batch, heads, self._context, width)


def _heads(part: Any, x: torch.Tensor) -> torch.Tensor:
    """``(batch, tokens, width)`` to ``(batch, heads, tokens, width / heads)``."""
    return x.view(*x.shape[:2], part.n_head, -1).permute(0, 2, 1, 3)


def _joined(x: torch.Tensor) -> torch.Tensor:
    return x.permute(0, 2, 1, 3).flatten(start_dim=2)
