"""The step of :mod:`mmdesk.engine.token_step` in buffers of fixed shape, as a CUDA graph needs it.

Which token it is, its position and how many are kept are numbers on the device: a step that was
recorded once computes any later token. Keys and values stand in a buffer with room for so many
tokens; the conversation's are copied in before an answer and the new ones out after it.

On a GPU each kernel counts as much as the bytes of a small layer, so there are few: weights that
see the same input lie in one tensor, and queries, keys and values are turned in one go. What is
computed, and where it is rounded, is as in transformers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, cast

import torch
from torch import nn
from torch.nn import functional
from transformers import DynamicCache, PreTrainedModel

from mmdesk.engine.fixed_attention import attention_for
from mmdesk.engine.token_step import Step, rms_norm, row_linear, side_by_side


class FixedDecoder:
    """A model's decoder, its weights arranged for :class:`FixedStep`. Made of no new memory.

    Args:
        model: One that :func:`~mmdesk.engine.token_step.steps` says yes to.
    """

    def __init__(self, model: PreTrainedModel) -> None:
        decoder: Any = model.get_decoder()
        self._base: Any = model.base_model
        self._rotary = decoder.rotary_emb
        self.embed: Callable[[torch.Tensor], torch.Tensor] = decoder.embed_tokens
        self.layers = [_Layer(layer) for layer in decoder.layers]
        self.norm = rms_norm(decoder.norm)
        self.output = row_linear(model.lm_head)
        self.vocabulary: int = model.lm_head.out_features
        self.weight: torch.Tensor = decoder.norm.weight
        """For its device and dtype."""
        half = self.layers[0].head_dim // 2
        still = torch.zeros((2, 2, half), dtype=self.weight.dtype, device=self.weight.device)
        still[0, 0], still[1, 1] = 1, 1
        self._still = still.expand(self.layers[0].keys, 2, 2, half)

    def ahead(self) -> int:
        """Return by how much a text token's position is ahead of its index: M-RoPE's delta."""
        delta = getattr(self._base, "rope_deltas", None)
        return int(delta.view(-1)[0]) if isinstance(delta, torch.Tensor) else 0

    def turning(self, hidden: torch.Tensor, position: torch.Tensor) -> torch.Tensor:
        """Return by what the halves of all heads are multiplied, (heads, 2, 2, head_dim / 2).

        New half i is the sum over j of [i, j] times half j (Su et al., 2021); values stay.
        """
        multiple = hasattr(self._base, "rope_deltas")
        positions = position.expand(3, 1, 1) if multiple else position.view(1, 1)
        cos, sin = self._rotary(hidden[None], positions)
        cos, sin = (each.reshape(-1, each.shape[-1])[0].chunk(2) for each in (cos, sin))
        turn = torch.stack([cos[0], -sin[0], sin[1], cos[1]]).view(2, 2, -1)
        layer = self.layers[0]
        return torch.cat([turn.expand(layer.queries + layer.keys, -1, -1, -1), self._still])


class FixedStep:
    """Computes a token after the other, in place; the same kernels on the same memory each time.

    Attributes:
        room: Tokens that it has memory for.
        token: Its id, (1,): what is computed from, then the likeliest next one.
        logits: Behind the token, (vocabulary,).
    """

    def __init__(self, decoder: FixedDecoder, room: int) -> None:
        first, like = decoder.layers[0], decoder.weight
        self.room = room
        self._decoder = decoder
        shape = (len(decoder.layers), 2 * first.keys, room, first.head_dim)
        self._kept = torch.zeros(shape, dtype=like.dtype, device=like.device)
        self._attend = attention_for(room, first.scaling, first.queries, self._kept[0])
        self.token, self._length, self._ahead = torch.zeros(
            (3, 1), dtype=torch.long, device=like.device
        )
        self.logits = torch.empty(decoder.vocabulary, dtype=like.dtype, device=like.device)

    def __call__(self) -> None:
        """Compute ``logits`` and the next ``token``."""
        decoder, length = self._decoder, self._length
        hidden = decoder.embed(self.token)
        turning = decoder.turning(hidden, length + self._ahead)
        seen = self._attend.prepare(length)

        def attend(queries: torch.Tensor, keys: torch.Tensor, values: torch.Tensor) -> torch.Tensor:
            return self._attend(queries, keys, values, seen)

        for layer, kept in zip(decoder.layers, self._kept, strict=True):
            hidden = layer(hidden, turning, kept, length, attend)
        logits = decoder.output(decoder.norm(hidden))[0]
        self.logits.copy_(logits)
        self.token.copy_(logits.argmax(dim=-1, keepdim=True))
        length.add_(1)

    def load(self, cache: DynamicCache) -> None:
        """Take over what a cache holds, of fewer tokens than there is room for."""
        length = cache.get_seq_length()
        keys = self._decoder.layers[0].keys
        for kept, layer in self._pairs(cache):
            kept[:keys, :length] = layer.keys[0]
            kept[keys:, :length] = layer.values[0]
        # A mask hides finite numbers only.
        self._kept[:, :, length:] = 0
        self._length.fill_(length)
        self._ahead.fill_(self._decoder.ahead())

    def give_back(self, cache: DynamicCache, length: int) -> None:
        """Write the tokens that a cache lacks behind its own, up to ``length`` in all."""
        keys, before = self._decoder.layers[0].keys, cache.get_seq_length()
        if length <= before:
            return
        for kept, layer in self._pairs(cache):
            new = kept[None, :, before:length]
            layer.update(new[:, :keys], new[:, keys:])

    def _pairs(self, cache: DynamicCache) -> Iterator[tuple[torch.Tensor, Any]]:
        return zip(self._kept, cast(list[Any], cache.layers), strict=True)


class _Layer:
    """One decoder layer."""

    def __init__(self, layer: Any) -> None:
        attention, mlp = layer.self_attn, layer.mlp
        self.head_dim = int(attention.head_dim)
        self.scaling = float(attention.scaling)
        self.queries = attention.q_proj.out_features // self.head_dim
        self.keys = attention.k_proj.out_features // self.head_dim
        self._before = rms_norm(layer.input_layernorm)
        self._behind = rms_norm(layer.post_attention_layernorm)
        self._project = _in_one((attention.q_proj, attention.k_proj, attention.v_proj))
        self._norm_heads = self._head_norms(attention)
        self._merge = row_linear(attention.o_proj)
        self._widen = _in_one((mlp.gate_proj, mlp.up_proj))
        self._narrow = row_linear(mlp.down_proj)

    def __call__(
        self,
        hidden: torch.Tensor,
        turning: torch.Tensor,
        kept: torch.Tensor,
        index: torch.Tensor,
        attend: Callable[[torch.Tensor, torch.Tensor, torch.Tensor], torch.Tensor],
    ) -> torch.Tensor:
        heads = self._project(self._before(hidden)).view(-1, self.head_dim)
        self._norm_heads(heads)
        halves = heads.view(-1, 1, 2, self.head_dim // 2)
        heads = (halves * turning).sum(dim=2).view(-1, self.head_dim)
        kept.index_copy_(1, index, heads[self.queries :].unsqueeze(1))
        seen = attend(heads[: self.queries], kept[: self.keys], kept[self.keys :])
        hidden = hidden + self._merge(seen.reshape(1, -1))
        gate, up = self._widen(self._behind(hidden)).chunk(2, dim=-1)
        return hidden + self._narrow(functional.silu(gate) * up)

    def _head_norms(self, attention: Any) -> Callable[[torch.Tensor], None]:
        """Return the RMSNorm of queries and keys, in place; values stay as they are."""
        if not hasattr(attention, "q_norm"):
            return lambda heads: None
        norms = (attention.q_norm, attention.k_norm)
        counts = (self.queries, self.keys)
        weight = torch.cat(
            [each.weight.expand(count, -1) for each, count in zip(norms, counts, strict=True)]
        ).detach()
        shape, epsilon = (self.head_dim,), float(attention.q_norm.variance_epsilon)

        def normed(heads: torch.Tensor) -> None:
            turning = heads[: len(weight)]
            turning.copy_(weight * functional.rms_norm(turning, shape, eps=epsilon))

        return normed


def _in_one(modules: Sequence[Any]) -> Step:
    """Return what multiplies with several layers' weights, which become parts of one tensor."""
    if any(type(each) is not nn.Linear for each in modules):
        return side_by_side(modules)
    weight = _join([each.weight for each in modules])
    biases = [each.bias for each in modules]
    if any(each is None for each in biases):
        if any(each is not None for each in biases):
            return side_by_side(modules)
        return lambda row: functional.linear(row, weight)
    bias = _join(biases)
    return lambda row: functional.linear(row, weight, bias)


def _join(parameters: Sequence[nn.Parameter]) -> torch.Tensor:
    # An inference tensor can't take a parameter's place.
    with torch.inference_mode(False), torch.no_grad():
        joined = torch.cat([each.data for each in parameters])
        for each, part in zip(
            parameters, joined.split([len(each) for each in parameters]), strict=True
        ):
            each.data = part
    return joined
