"""One token's attention over a buffer of fixed shape; how much is in use is told on the device."""

from __future__ import annotations

import logging
from typing import Protocol

import torch
from torch.nn import functional

_LOG = logging.getLogger(__name__)

_HALVES = (torch.float16, torch.bfloat16)
_MOST_HEAD_DIM = 256
_AGREES = 0.02
"""How far two ways of attention may lie apart where values are about 1: rounding is 0.004."""


class Attention(Protocol):
    """One token's attention over the first tokens of a buffer."""

    def prepare(self, length: torch.Tensor) -> torch.Tensor:
        """Return what all layers need to know of ``length``, (1,): the new token's index."""

    def __call__(
        self, queries: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, seen: torch.Tensor
    ) -> torch.Tensor:
        """Return the heads' outputs, of ``queries``' numbers.

        Args:
            queries: (query heads, head_dim).
            keys, values: (key heads, room, head_dim).
            seen: From :meth:`prepare`.
        """


class MaskedAttention:
    """Reads all of the buffer; a mask hides what is behind the token. Works everywhere.

    The buffer must hold finite numbers throughout.
    """

    def __init__(self, room: int, scale: float, like: torch.Tensor) -> None:
        self._scale = scale
        self._places = torch.arange(room, device=like.device)
        self._shown = torch.zeros((), dtype=like.dtype, device=like.device)
        self._hidden = torch.full_like(self._shown, -torch.inf)

    def prepare(self, length: torch.Tensor) -> torch.Tensor:
        """Return the mask, (1, 1, 1, room)."""
        mask = torch.where(self._places <= length, self._shown, self._hidden)
        return mask.view(1, 1, 1, -1)

    def __call__(
        self, queries: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, seen: torch.Tensor
    ) -> torch.Tensor:
        """See :class:`Attention`."""
        groups = queries.view(1, keys.shape[0], -1, queries.shape[-1])
        return functional.scaled_dot_product_attention(
            groups, keys[None], values[None], attn_mask=seen, scale=self._scale
        )


class FlashAttention:
    """FlashAttention 2 with the number of keys on the device; reads no more than those.

    Keys are split over the multiprocessors ("flash-decoding"). It is what
    ``torch.nn.attention.varlen`` of torch 2.13 calls; torch 2.11's doesn't pass ``seqused_k`` on.
    """

    def __init__(self, room: int, scale: float, like: torch.Tensor) -> None:
        self._room, self._scale = room, scale
        self._query_ends = torch.tensor([0, 1], dtype=torch.int32, device=like.device)
        self._key_ends = torch.tensor([0, room], dtype=torch.int32, device=like.device)

    def prepare(self, length: torch.Tensor) -> torch.Tensor:
        """Return how many tokens are looked at, (1,), int32."""
        return (length + 1).to(torch.int32)

    def __call__(
        self, queries: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, seen: torch.Tensor
    ) -> torch.Tensor:
        """See :class:`Attention`."""
        attended: torch.Tensor = torch.ops.aten._flash_attention_forward(
            queries[None],
            keys.transpose(0, 1),
            values.transpose(0, 1),
            self._query_ends,
            self._key_ends,
            1,
            self._room,
            0.0,
            False,
            False,
            scale=self._scale,
            seqused_k=seen,
        )[0]
        return attended


def attention_for(room: int, scale: float, queries: int, buffer: torch.Tensor) -> Attention:
    """Return the fastest attention that gives the right numbers here.

    Args:
        queries: The number of query heads.
        buffer: A layer's keys and values, (2 * key heads, room, head_dim); left as it was.
    """
    masked = MaskedAttention(room, scale, buffer)
    suits = buffer.dtype in _HALVES and buffer.shape[-1] % 8 == 0
    if buffer.device.type != "cuda" or not suits or buffer.shape[-1] > _MOST_HEAD_DIM:
        return masked
    flash = FlashAttention(room, scale, buffer)
    try:
        if _agree(flash, masked, queries, buffer):
            return flash
        _LOG.info("FlashAttention gives other numbers than torch's own attention")
    except (AttributeError, RuntimeError, TypeError) as error:
        _LOG.info("There is no FlashAttention here: %s", str(error)[:200])
    return masked


def _agree(one: Attention, other: Attention, queries: int, buffer: torch.Tensor) -> bool:
    """Compare two, with about half of a buffer in use and large numbers behind."""
    # A generator of its own: the answer's own random numbers go on as if nothing had been drawn.
    random = torch.Generator(buffer.device).manual_seed(0)
    kept = torch.randn(buffer.shape, generator=random, device=buffer.device).to(buffer.dtype)
    heads, room, head_dim = kept.shape
    asked = torch.randn((queries, head_dim), generator=random, device=kept.device).to(kept.dtype)
    length = torch.tensor([room // 2], device=kept.device)
    kept[:, room // 2 + 1 :] = 100
    keys, values = kept.split(heads // 2)
    seen = [
        each(asked, keys, values, each.prepare(length)).reshape(-1).float() for each in (one, other)
    ]
    return bool((seen[0] - seen[1]).abs().max() < _AGREES)
