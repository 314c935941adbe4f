"""One token through a decoder of Llama's kind, without what transformers does around it.

Bound by the bytes of its weights, a small or packed model takes less time for a token than the
masks, keyword arguments and checks of its modules' ``forward``. What is computed is the same:
RMSNorm, rotary positions, grouped-query attention, SwiGLU, in the same order and precision.
"""

from __future__ import annotations

from typing import Any

import torch
from torch.nn import functional
from transformers import DynamicCache, PreTrainedModel

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


class TokenStep:
    """Computes the logits behind one more token.

    Args:
        model: One that :func:`steps` says yes to.
    """

    def __init__(self, model: PreTrainedModel) -> None:
        self._model: Any = model
        self._decoder: Any = model.get_decoder()
        self._embed = self._decoder.embed_tokens
        self._layers = [_Layer(layer) for layer in self._decoder.layers]

    def __call__(self, token: torch.Tensor, cache: DynamicCache) -> torch.Tensor:
        """Return the logits, (vocabulary,); ``cache`` grows by the token.

        Args:
            token: Its id, on the model's device, of shape (1,).
        """
        hidden = self._embed(token)
        rotation = self._rotation(hidden, cache.get_seq_length())
        for number, layer in enumerate(self._layers):
            hidden = layer(hidden, rotation, cache.layers[number])
        normed = _normed(hidden, self._decoder.norm.weight, self._decoder.norm.variance_epsilon)
        logits: torch.Tensor = self._model.lm_head(normed)[0]
        return logits

    def _rotation(self, hidden: torch.Tensor, position: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Return cosines and sines of a text token's position, (head_dim,).

        M-RoPE's three positions are equal for text, so that its sections are of no meaning.
        """
        ahead = getattr(self._model.base_model, "rope_deltas", None)
        if isinstance(ahead, torch.Tensor):
            position += int(ahead.view(-1)[0])
        positions = torch.full((3, 1, 1), position, device=hidden.device)
        multiple = hasattr(self._model.base_model, "rope_deltas")
        cos, sin = self._decoder.rotary_emb(hidden[None], positions if multiple else positions[0])
        return cos.reshape(-1, cos.shape[-1])[0], sin.reshape(-1, sin.shape[-1])[0]


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
        self._before, self._behind = layer.input_layernorm, layer.post_attention_layernorm
        self._attention, self._mlp = layer.self_attn, layer.mlp
        self._head_dim = int(self._attention.head_dim)
        self._scaling = float(self._attention.scaling)
        self._norms = tuple(getattr(self._attention, name, None) for name in ("q_norm", "k_norm"))

    def __call__(
        self, hidden: torch.Tensor, rotation: tuple[torch.Tensor, torch.Tensor], kept: Any
    ) -> torch.Tensor:
        attention, mlp = self._attention, self._mlp
        normed = _normed(hidden, self._before.weight, self._before.variance_epsilon)
        queries, keys = (
            _rotated(self._heads(project(normed), norm), *rotation)
            for project, norm in zip((attention.q_proj, attention.k_proj), self._norms, strict=True)
        )
        values = attention.v_proj(normed).view(-1, self._head_dim)
        all_keys, all_values = kept.update(keys[None, :, None], values[None, :, None])
        groups = queries.view(1, all_keys.shape[1], -1, self._head_dim)
        seen = functional.scaled_dot_product_attention(
            groups, all_keys, all_values, scale=self._scaling
        )
        hidden = hidden + attention.o_proj(seen.reshape(1, -1))
        normed = _normed(hidden, self._behind.weight, self._behind.variance_epsilon)
        gate = functional.silu(mlp.gate_proj(normed))
        result: torch.Tensor = hidden + mlp.down_proj(gate * mlp.up_proj(normed))
        return result

    def _heads(self, states: torch.Tensor, norm: Any) -> torch.Tensor:
        heads = states.view(-1, self._head_dim)
        return heads if norm is None else _normed(heads, norm.weight, norm.variance_epsilon)


def _normed(hidden: torch.Tensor, weight: torch.Tensor, epsilon: float) -> torch.Tensor:
    """Return the RMSNorm (Zhang and Sennrich, 2019) as transformers rounds it."""
    wide = hidden.float()
    wide = wide * torch.rsqrt(wide.square().mean(-1, keepdim=True) + epsilon)
    return weight * wide.to(hidden.dtype)


def _rotated(heads: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    """Turn pairs of halves by a token's position (Su et al., 2021)."""
    first, second = heads.chunk(2, dim=-1)
    return heads * cos + torch.cat([-second, first], dim=-1) * sin
