"""Outlines of pictures: all that an image processor says of them, without the pixels.

That is what a prompt is made of: how many tokens a picture takes, how its pieces lie. Pixels are
only needed once, by the vision tower, and may take hundreds of megabytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from transformers import BatchFeature

PIXELS = ("pixel_values", "pixel_values_images")
"""What transformers calls the pictures themselves; other tensors describe them."""

_JOINED_ALONG = {
    "CLIPImageProcessor": 0,
    "Gemma3ImageProcessor": 0,
    "Gemma4ImageProcessor": 0,
    "Glm46VImageProcessor": 0,
    "GotOcr2ImageProcessor": 0,
    "Idefics3ImageProcessor": 1,
    "Kimi_K25ImageProcessor": 0,
    "Lfm2VlImageProcessor": 0,
    "LlavaNextImageProcessor": 0,
    "PixtralImageProcessor": 0,
    "Qwen2VLImageProcessor": 0,
    "SmolVLMImageProcessor": 1,
}
"""Image processors that make of several pictures what they make of each; a test compares."""


def joined_along(image_processor: object) -> int | None:
    """Return along which dimension an image processor puts pictures together, where that is all."""
    name = type(image_processor).__name__
    return _JOINED_ALONG.get(name.removesuffix("Pil").removesuffix("Fast"))


def outline_of(made: BatchFeature) -> BatchFeature:
    """Return what an image processor has made, with nothing in the place of each pixel."""
    data = {name: _hollow(each) if name in PIXELS else each for name, each in made.items()}
    return BatchFeature(data)


def joined(outlines: Sequence[BatchFeature], dimension: int) -> BatchFeature | None:
    """Return the outline of pictures that were prepared one by one.

    Args:
        dimension: Along which the image processor puts pictures together.

    Returns:
        None where they don't fit together: it would pad some.
    """
    names = outlines[0].keys()
    if any(each.keys() != names for each in outlines):
        return None
    try:
        return BatchFeature({n: _joined([each[n] for each in outlines], dimension) for n in names})
    except _Unlike:
        return None


def stored_bytes(value: Any) -> int:
    """Return what the tensors of an outline take in memory."""
    if isinstance(value, torch.Tensor):
        return min(value.untyped_storage().nbytes(), value.numel() * value.element_size())
    if isinstance(value, BatchFeature | dict):
        return sum(map(stored_bytes, value.values()))
    return sum(map(stored_bytes, value)) if isinstance(value, list | tuple) else 0


class _Unlike(Exception):
    """Two values can't be put together."""


def _hollow(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return value.new_zeros(()).expand(value.shape)
    if isinstance(value, np.ndarray):
        return np.broadcast_to(np.zeros((), value.dtype), value.shape)
    return [_hollow(each) for each in value]


def _joined(values: list[Any], dimension: int) -> Any:
    first = values[0]
    if any(type(each) is not type(first) for each in values):
        raise _Unlike
    if isinstance(first, torch.Tensor):
        return _joined_tensors(values, dimension)
    if isinstance(first, list | tuple):
        if dimension:
            if any(len(each) != 1 for each in values):
                raise _Unlike
            return type(first)([_joined([each[0] for each in values], dimension - 1)])
        return type(first)(part for each in values for part in each)
    if any(each != first for each in values):
        raise _Unlike
    return first


def _joined_tensors(tensors: list[torch.Tensor], dimension: int) -> torch.Tensor:
    shapes = [list(each.shape) for each in tensors]
    if any(len(shape) <= dimension for shape in shapes):
        raise _Unlike
    total = sum(shape.pop(dimension) for shape in shapes)
    if any(
        shape != shapes[0] or each.dtype != tensors[0].dtype
        for shape, each in zip(shapes, tensors, strict=True)
    ):
        raise _Unlike
    if all(not any(each.stride()) for each in tensors):
        shapes[0].insert(dimension, total)
        return tensors[0].new_zeros(()).expand(shapes[0])
    return torch.cat(tensors, dimension)
