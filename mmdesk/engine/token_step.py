"""One token through a decoder of Llama's kind, without what transformers does around it.

Bound by the bytes of its weights, a small or packed model takes less time for a token than the
masks, keyword arguments and checks of its modules' ``forward``. What is computed is the same:
RMSNorm, rotary positions, grouped-query attention, SwiGLU, in the same order and precision.

Each call of torch counts: looking a module's weight up takes as long as multiplying two vectors.
So weights are looked up once, and what can be done in one call for several is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import nn
from torch.nn import functional
from transformers import DynamicCache, PreTrainedModel

from mmdesk.engine.packed_linear import PackedLinear, joined

LAYERS = frozenset(
    {
        "LlamaDecoderLayer",
        "MistralDecoderLayer",
        "Qwen2DecoderLayer",
        "Qwen2VLDecoderLayer",
        "Qwen2_5_VLDecoderLayer",
        "Qwen3DecoderLayer",
        "Qwen3VLTextDecoderLayer",
    }
)
"""Classes of transformers' decoder layers that this is equal to; tests compare each."""

Step = Callable[[torch.Tensor], torch.Tensor]
"""Takes and returns rows, (rows, width)."""
_Rotation = tuple[torch.Tensor, torch.Tensor]
"""Cosines and sines of a position, (head_dim,), the first half of the sines negative."""


class TokenStep:
    """Computes the logits behind one more token.

    Args:
        model: One that :func:`steps` says yes to.
    """

    def __init__(self, model: PreTrainedModel) -> None:
        self._base: Any = model.base_model
        self._decoder: Any = model.get_decoder()
        self._embed = self._decoder.embed_tokens
        self._layers = [_Layer(layer) for layer in self._decoder.layers]
        self._norm = rms_norm(self._decoder.norm)
        self._output = row_linear(model.lm_head)

    def __call__(self, token: torch.Tensor, cache: DynamicCache) -> torch.Tensor:
        """Return the logits, (vocabulary,); ``cache`` grows by the token.

        Args:
            token: Its id, on the model's device, of shape (1,).
        """
        hidden = self._embed(token)
        rotation = self._rotation(hidden, cache.get_seq_length())
        for layer, kept in zip(self._layers, cache.layers, strict=True):
            hidden = layer(hidden, rotation, kept)
        return self._output(self._norm(hidden))[0]

    def several(self, tokens: torch.Tensor, cache: DynamicCache) -> torch.Tensor:
        """Return the logits behind each of several tokens at once, (tokens, vocabulary).

        Where a row of a product is the same beside others as alone, the bits are those of one call
        a token.

        Args:
            tokens: Their ids, (tokens,).
            cache: It grows by all of them.
        """
        hidden = self._embed(tokens)
        before = cache.get_seq_length()
        turns = [self._rotation(hidden[:1], before + row) for row in range(len(tokens))]
        cos, sin = (torch.stack(each)[:, None] for each in zip(*turns, strict=True))
        for layer, kept in zip(self._layers, cache.layers, strict=True):
            hidden = layer.several(hidden, (cos, sin), kept)
        return self._output(self._norm(hidden))

    def _rotation(self, hidden: torch.Tensor, position: int) -> _Rotation:
        """Return what turns a text token's heads.

        M-RoPE's three positions are equal for text, so that its sections are of no meaning.
        """
        ahead = getattr(self._base, "rope_deltas", None)
        if isinstance(ahead, torch.Tensor):
            position += int(ahead.view(-1)[0])
        positions = torch.full((3, 1, 1), position, device=hidden.device)
        multiple = hasattr(self._base, "rope_deltas")
        cos, sin = self._decoder.rotary_emb(hidden[None], positions if multiple else positions[0])
        cos, sin = cos.reshape(-1, cos.shape[-1])[0], sin.reshape(-1, sin.shape[-1])[0]
        first, second = sin.chunk(2)
        return cos, torch.cat([-first, second])


def steps(model: PreTrainedModel) -> bool:
    """Whether :class:`TokenStep` is this model's decoder."""
    if model.config.is_encoder_decoder or not hasattr(model, "lm_head"):
        return False
    if any(hasattr(module, "_hf_hook") for module in model.modules()):
        return False  # accelerate moves weights in and out in ``forward``
    decoder = model.get_decoder()
    layers = getattr(decoder, "layers", ())
    parts = all(hasattr(decoder, name) for name in ("embed_tokens", "norm", "rotary_emb"))
    return parts and len(layers) > 0 and all(type(each).__name__ in LAYERS for each in layers)


class _Layer:
    """One decoder layer."""

    def __init__(self, layer: Any) -> None:
        attention, mlp = layer.self_attn, layer.mlp
        self._head_dim = int(attention.head_dim)
        self._scaling = float(attention.scaling)
        projections = (attention.q_proj, attention.k_proj, attention.v_proj)
        self._heads = [each.out_features // self._head_dim for each in projections]
        self._before, self._behind = (
            rms_norm(layer.input_layernorm),
            rms_norm(layer.post_attention_layernorm),
        )
        self._project = side_by_side(projections)
        self._head_norms = [
            rms_norm(getattr(attention, name))
            for name in ("q_norm", "k_norm")
            if hasattr(attention, name)
        ]
        self._merge = row_linear(attention.o_proj)
        self._widen = side_by_side((mlp.gate_proj, mlp.up_proj))
        self._narrow = row_linear(mlp.down_proj)

    def __call__(self, hidden: torch.Tensor, rotation: _Rotation, kept: Any) -> torch.Tensor:
        hidden = hidden + self._merge(self._attended(self._before(hidden), rotation, kept))
        return self._fed_forward(hidden)

    def several(self, hidden: torch.Tensor, rotation: _Rotation, kept: Any) -> torch.Tensor:
        """Do the same to tokens that follow each other; ``rotation`` is (tokens, 1, head_dim)."""
        hidden = hidden + self._merge(self._attended_each(self._before(hidden), rotation, kept))
        return self._fed_forward(hidden)

    def _fed_forward(self, hidden: torch.Tensor) -> torch.Tensor:
        gate, up = self._widen(self._behind(hidden)).chunk(2, dim=-1)
        return hidden + self._narrow(functional.silu(gate) * up)

    def _attended_each(self, normed: torch.Tensor, rotation: _Rotation, kept: Any) -> torch.Tensor:
        """Return what each token sees, (tokens, heads * head_dim).

        One after the other: what a masked call computes is rounded otherwise.
        """
        queries, keys, _ = self._heads
        tokens = normed.shape[0]
        heads = self._project(normed).view(tokens, -1, self._head_dim)
        turning, values = heads.split([queries + keys, keys], dim=1)
        if self._head_norms:
            each = zip(self._head_norms, turning.split([queries, keys], dim=1), strict=True)
            turning = torch.cat([norm(states) for norm, states in each], dim=1)
        turned = _each_rotated(turning, *rotation)
        all_keys, all_values = kept.update(
            turned[:, queries:].transpose(0, 1)[None], values.transpose(0, 1)[None]
        )
        groups = turned[:, :queries].reshape(tokens, 1, keys, -1, self._head_dim)
        before = all_keys.shape[-2] - tokens
        window = getattr(kept, "sliding_window", before + tokens)
        seen = []
        for row in range(tokens):
            first = max(0, before + row + 1 - window)
            length = before + row + 1 - first
            keys_seen = all_keys.narrow(2, first, length)
            values_seen = all_values.narrow(2, first, length)
            seen.append(
                functional.scaled_dot_product_attention(
                    groups[row], keys_seen, values_seen, scale=self._scaling
                )
            )
        return torch.stack(seen).view(tokens, -1)

    def _attended(self, normed: torch.Tensor, rotation: _Rotation, kept: Any) -> torch.Tensor:
        queries, keys, _ = self._heads
        heads = self._project(normed).view(-1, self._head_dim)
        turning, values = heads.split([queries + keys, keys])
        if self._head_norms:
            each = zip(self._head_norms, turning.split([queries, keys]), strict=True)
            turning = torch.cat([norm(states) for norm, states in each])
        turned = _rotated(turning, *rotation)
        all_keys, all_values = kept.update(
            turned[queries:].view(1, keys, 1, -1), values.view(1, keys, 1, -1)
        )
        groups = turned[:queries].view(1, keys, -1, self._head_dim)
        seen = functional.scaled_dot_product_attention(
            groups, all_keys, all_values, scale=self._scaling
        )
        return seen.reshape(1, -1)


def _rotated(heads: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    """Turn pairs of halves by a token's position (Su et al., 2021)."""
    swapped = heads.view(heads.shape[0], 2, -1).flip(1).view(heads.shape)
    return heads * cos + swapped * sin


def _each_rotated(heads: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    """Turn the heads of several tokens, (tokens, heads, head_dim)."""
    tokens, count, _ = heads.shape
    swapped = heads.reshape(tokens, count, 2, -1).flip(2).view(heads.shape)
    return heads * cos + swapped * sin


def rms_norm(module: Any) -> Step:
    """Return an RMSNorm (Zhang and Sennrich, 2019) that rounds as transformers' does."""
    weight: torch.Tensor = module.weight
    shape, epsilon = weight.shape, float(module.variance_epsilon)

    def normed(states: torch.Tensor) -> torch.Tensor:
        return weight * functional.rms_norm(states, shape, eps=epsilon)

    return normed


def row_linear(module: Any) -> Step:
    """Return what multiplies rows with a linear layer's weights."""
    if type(module) is nn.Linear:
        weight, bias = module.weight, module.bias
        return lambda row: functional.linear(row, weight, bias)
    if isinstance(module, PackedLinear):
        return module.row_multiplier()
    step: Step = module
    return step


def side_by_side(modules: Sequence[Any]) -> Step:
    """Return what multiplies with several layers' weights; their outputs stand side by side."""
    one = joined(modules)
    if one is not None:
        return one.row_multiplier()
    each = [row_linear(module) for module in modules]
    return lambda rows: torch.cat([multiply(rows) for multiply in each], dim=-1)
