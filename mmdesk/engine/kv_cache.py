"""Keys and values in buffers with room: their length is a number, not a shape.

transformers' own layers grow by concatenation, which copies everything for every token, and those
of a sliding window forget what has left it, so that they can't be cut back. Here a token is written
behind the last one, and cutting back only lowers the number.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import torch
from transformers import DynamicCache, PreTrainedModel
from transformers.cache_utils import (
    Cache,
    CacheLayerMixin,
    DynamicLayer,
    DynamicSlidingWindowLayer,
)

_LEAST_ROOM = 256
"""Tokens that a buffer has room for beyond what it was made for."""


class _Room:
    """A buffer of (1, heads, room, head_dim) with what was written so far at its beginning."""

    def __init__(self, buffer: torch.Tensor | None = None) -> None:
        self._buffer = buffer

    @property
    def nbytes(self) -> int:
        return self._buffer.nbytes if self._buffer is not None else 0

    def write(self, states: torch.Tensor, before: int) -> None:
        """Put states behind the first ``before`` tokens."""
        new = states.shape[-2]
        buffer = self._buffer
        if buffer is None or buffer.shape[-2] < before + new:
            buffer = _empty_like(states, _with_spare(before + new), states.device)
            if self._buffer is not None:
                buffer.narrow(-2, 0, before).copy_(self.first(before))
            self._buffer = buffer
        buffer.narrow(-2, before, new).copy_(states)

    def first(self, length: int) -> torch.Tensor:
        assert self._buffer is not None
        return self._buffer.narrow(-2, 0, length)

    def copied(self, length: int, device: torch.device, *, spare: bool) -> _Room:
        """Return the first ``length`` tokens in memory of their own, elsewhere maybe."""
        states = self.first(length)
        buffer = _empty_like(states, _with_spare(length) if spare else length, device)
        buffer.narrow(-2, 0, length).copy_(states)
        return _Room(buffer)


def _with_spare(tokens: int) -> int:
    return tokens + max(_LEAST_ROOM, tokens // 4)


def _empty_like(states: torch.Tensor, tokens: int, device: torch.device) -> torch.Tensor:
    return states.new_empty((*states.shape[:-2], tokens, states.shape[-1]), device=device)


class GrowingLayer(DynamicLayer):
    """A layer of full attention; ``keys`` and ``values`` are (1, heads, length, head_dim) views."""

    def __init__(self) -> None:
        CacheLayerMixin.__init__(self)
        self._keys, self._values = _Room(), _Room()
        self._length = 0

    @property
    def nbytes(self) -> int:
        """What the buffers take."""
        return self._keys.nbytes + self._values.nbytes

    def get_seq_length(self) -> int:
        """Return the number of tokens."""
        return self._length

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *args: Any, **kwargs: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Write behind what is there; return what the new tokens may look at."""
        before, new = self._length, key_states.shape[-2]
        self._keys.write(key_states, before)
        self._values.write(value_states, before)
        self.dtype, self.device = key_states.dtype, key_states.device
        self.is_initialized = True
        self._show(before + new)
        return self._in_sight(new)

    def crop(self, tokens_to_remove: int) -> None:
        """Forget the last tokens; ``tokens_to_remove`` is negative, as in transformers."""
        if self.is_initialized and tokens_to_remove:
            self._show(self._length - abs(tokens_to_remove))

    def beginning(self, length: int, device: torch.device | None, *, spare: bool) -> GrowingLayer:
        """Return a layer with the first ``length`` tokens in buffers of its own.

        Args:
            device: Where they are to be; None is where they are.
            spare: Whether there is to be room for more.
        """
        layer = self._empty()
        device = device or self.device
        if self.is_initialized and device is not None:
            layer._keys = self._keys.copied(length, device, spare=spare)
            layer._values = self._values.copied(length, device, spare=spare)
            layer.dtype, layer.device, layer.is_initialized = self.dtype, device, True
            layer._show(length)
        return layer

    def _empty(self) -> GrowingLayer:
        return GrowingLayer()

    def _in_sight(self, new: int) -> tuple[torch.Tensor, torch.Tensor]:
        assert self.keys is not None
        assert self.values is not None
        return self.keys, self.values

    def _show(self, length: int) -> None:
        self._length = length
        self.keys, self.values = self._keys.first(length), self._values.first(length)


class GrowingWindowLayer(GrowingLayer, DynamicSlidingWindowLayer):
    """A layer of sliding-window attention that remembers what has left the window.

    So it can be cut back like any other; only what the window shows is given to the model.
    """

    def __init__(self, sliding_window: int) -> None:
        DynamicSlidingWindowLayer.__init__(self, sliding_window)
        self._keys, self._values = _Room(), _Room()
        self._length = 0

    def _empty(self) -> GrowingLayer:
        return GrowingWindowLayer(self.sliding_window)

    def _in_sight(self, new: int) -> tuple[torch.Tensor, torch.Tensor]:
        keys, values = super()._in_sight(new)
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
        else sum(tensor.nbytes for value in vars(each).values() for tensor in _tensors(value))
        for each in cache.layers
    )


def _tensors(value: object) -> Iterator[torch.Tensor]:
    """Yield the tensors in an attribute: a layer of linear attention has lists of states."""
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, list | tuple | dict):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _tensors(each)


def can_cut(cache: Cache, length: int) -> bool:
    """Whether a cache can be brought back to its first ``length`` tokens."""
    return length == cache.get_seq_length() or all(map(_can_cut, cache.layers))


def beginning_of(
    cache: DynamicCache, length: int, device: torch.device | None = None, *, spare: bool = True
) -> DynamicCache:
    """Return the first ``length`` tokens of a cache that :func:`can_cut`, in memory of its own.

    Args:
        device: Where they are to be; None is where they are.
        spare: Whether there is to be room for more of them.
    """
    cut = cache.get_seq_length() - length
    beginning = copy.copy(cache)
    beginning.layers = [_beginning(layer, cut, device, spare=spare) for layer in cache.layers]
    return beginning


def _beginning(layer: Any, cut: int, device: torch.device | None, *, spare: bool) -> Any:
    if isinstance(layer, GrowingLayer):
        return layer.beginning(layer.get_seq_length() - cut, device, spare=spare)
    copied = copy.copy(layer)
    for name, value in vars(layer).items():
        setattr(copied, name, _copied(value, device))
    return copied


def _copied(value: Any, device: torch.device | None) -> Any:
    """Return a copy of what a layer of transformers' own has, on another device maybe."""
    if isinstance(value, torch.device):
        return device or value
    if isinstance(value, torch.Tensor):
        return value.to(device or value.device, copy=True)
    if isinstance(value, dict):
        return {key: _copied(each, device) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_copied(each, device) for each in value)
    return value


def _can_cut(layer: Any) -> bool:
    # Of a layer without attention nothing is kept; transformers has them from 5.20 or so on.
    return isinstance(layer, GrowingLayer) or type(layer).__name__ == "DummyLayer"
