"""Keys and values in buffers with room: their length is a number, not a shape.

transformers' own layers grow by concatenation, which copies everything for every token, and those
of a sliding window forget what has left it, so that they can't be cut back. Here a token is written
behind the last one, and cutting back only lowers the number.
"""

from __future__ import annotations

import copy
from typing import Any

import torch
from transformers import DynamicCache, PreTrainedModel
from transformers.cache_utils import (
    Cache,
    CacheLayerMixin,
    DummyLayer,
    DynamicLayer,
    DynamicSlidingWindowLayer,
)

_LEAST_ROOM = 256
"""Tokens that a buffer has room for beyond what it was made for."""


class _Room:
    """A buffer of (1, heads, room, head_dim) with what was written so far at its beginning."""

    def __init__(self) -> None:
        self._buffer: torch.Tensor | None = None

    @property
    def nbytes(self) -> int:
        return self._buffer.nbytes if self._buffer is not None else 0

    def write(self, states: torch.Tensor, before: int) -> None:
        """Put states behind the first ``before`` tokens."""
        after = before + states.shape[-2]
        if self._buffer is None or self._buffer.shape[-2] < after:
            size = after + max(_LEAST_ROOM, after // 4)
            buffer = states.new_empty((*states.shape[:-2], size, states.shape[-1]))
            if self._buffer is not None:
                buffer[..., :before, :] = self._buffer[..., :before, :]
            self._buffer = buffer
        self._buffer[..., before:after, :] = states

    def first(self, length: int) -> torch.Tensor:
        assert self._buffer is not None
        return self._buffer[..., :length, :]


class GrowingLayer(DynamicLayer):
    """A layer of full attention; ``keys`` and ``values`` are (1, heads, length, head_dim) views."""

    def __init__(self) -> None:
        CacheLayerMixin.__init__(self)
        self._keys, self._values = _Room(), _Room()

    @property
    def nbytes(self) -> int:
        """What the buffers take."""
        return self._keys.nbytes + self._values.nbytes

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *args: Any, **kwargs: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Write behind what is there; return what the new tokens may look at."""
        before = self.get_seq_length()
        self._keys.write(key_states, before)
        self._values.write(value_states, before)
        self.dtype, self.device = key_states.dtype, key_states.device
        self.is_initialized = True
        self._show(before + key_states.shape[-2])
        return self._in_sight(before + key_states.shape[-2], key_states.shape[-2])

    def crop(self, tokens_to_remove: int) -> None:
        """Forget the last tokens; ``tokens_to_remove`` is negative, as in transformers."""
        if self.is_initialized and tokens_to_remove:
            self._show(self.get_seq_length() - abs(tokens_to_remove))

    def beginning(self, length: int) -> GrowingLayer:
        """Return a layer with the first ``length`` tokens in buffers of its own."""
        layer = self._empty()
        if self.is_initialized:
            layer.update(self._keys.first(length), self._values.first(length))
        return layer

    def _empty(self) -> GrowingLayer:
        return GrowingLayer()

    def _in_sight(self, length: int, new: int) -> tuple[torch.Tensor, torch.Tensor]:
        return self._keys.first(length), self._values.first(length)

    def _show(self, length: int) -> None:
        self.keys, self.values = self._keys.first(length), self._values.first(length)


class GrowingWindowLayer(GrowingLayer, DynamicSlidingWindowLayer):
    """A layer of sliding-window attention that remembers what has left the window.

    So it can be cut back like any other; only what the window shows is given to the model.
    """

    def __init__(self, sliding_window: int) -> None:
        DynamicSlidingWindowLayer.__init__(self, sliding_window)
        self._keys, self._values = _Room(), _Room()

    def get_seq_length(self) -> int:
        """Return the number of tokens."""
        return DynamicLayer.get_seq_length(self)

    def _empty(self) -> GrowingLayer:
        return GrowingWindowLayer(self.sliding_window)

    def _in_sight(self, length: int, new: int) -> tuple[torch.Tensor, torch.Tensor]:
        keys, values = super()._in_sight(length, new)
        seen = self.sliding_window - 1 + new
        return keys[..., -seen:, :], values[..., -seen:, :]

    def _show(self, length: int) -> None:
        super()._show(length)
        self.cumulative_length = length


def new_cache(model: PreTrainedModel) -> DynamicCache:
    """Return an empty cache for a model, with layers that can be cut back where there are such."""
    cache = DynamicCache(config=model.config)
    cache.layers = [_growing(layer) for layer in cache.layers]
    return cache


def _growing(layer: Any) -> Any:
    if type(layer) is DynamicLayer:
        return GrowingLayer()
    if type(layer) is DynamicSlidingWindowLayer:
        return GrowingWindowLayer(layer.sliding_window)
    return layer


def cache_bytes(cache: Cache) -> int:
    """Return what a cache takes in memory."""
    return sum(
        each.nbytes
        if isinstance(each, GrowingLayer)
        else sum(value.nbytes for value in vars(each).values() if isinstance(value, torch.Tensor))
        for each in cache.layers
    )


def can_cut(cache: Cache, length: int) -> bool:
    """Whether a cache can be brought back to its first ``length`` tokens."""
    return length == cache.get_seq_length() or all(map(_can_cut, cache.layers))


def beginning_of(cache: DynamicCache, length: int) -> DynamicCache:
    """Return the first ``length`` tokens of a cache that :func:`can_cut`, in memory of its own."""
    if length == cache.get_seq_length():
        return copy.deepcopy(cache)
    beginning = copy.copy(cache)
    beginning.layers = [
        _beginning(layer, cache.get_seq_length() - length) for layer in cache.layers
    ]
    return beginning


def _beginning(layer: Any, cut: int) -> Any:
    if isinstance(layer, GrowingLayer):
        return layer.beginning(layer.get_seq_length() - cut)
    return copy.deepcopy(layer)


def _can_cut(layer: Any) -> bool:
    return isinstance(layer, GrowingLayer | DummyLayer)
