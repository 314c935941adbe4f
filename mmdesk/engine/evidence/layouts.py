"""From an image processor's tensors back to pictures: each architecture packs its pixels otherwise.

Every layout is undone as transformers 5.23 does it; where one isn't known, nothing is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch

_COLOURS = 3

Tiles = list[torch.Tensor]
"""Pictures of shape (3, height, width), as the processor scaled and normalised them."""


def tiles_of(made: Mapping[str, Any], processor: Any) -> Tiles | None:
    """Return the frame or the tiles that one picture became, without padding around them.

    Args:
        made: What the image processor returned for that picture alone.
        processor: The image processor.

    Returns:
        None where the layout isn't known.
    """
    pixels = made.get("pixel_values")
    if not isinstance(pixels, torch.Tensor):
        return None
    undo = next((undo for name, undo in _BY_OUTLINE.items() if name in made), _frames)
    return undo(pixels, made, processor)


def rgb_of(tile: torch.Tensor, processor: Any) -> torch.Tensor:
    """Undo normalisation and scaling: (3, height, width) to the same as uint8."""
    values = tile.to(torch.float32)
    if getattr(processor, "do_normalize", False):
        mean, std = (_per_colour(getattr(processor, name)) for name in ("image_mean", "image_std"))
        values = values * std + mean
    if getattr(processor, "do_rescale", False):
        values = values / processor.rescale_factor
    return values.round().clamp(0, 255).to(torch.uint8)


def _per_colour(values: float | list[float]) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float32).expand(_COLOURS)[:, None, None]


def _frames(pixels: torch.Tensor, made: Mapping[str, Any], processor: Any) -> Tiles | None:
    """(..., 3, height, width): whole pictures; some say by a mask or a size what is padding."""
    if pixels.ndim < 4 or pixels.shape[-3] != _COLOURS:
        return None
    frames = pixels.flatten(0, -4)
    if "pixel_attention_mask" in made:
        masks = made["pixel_attention_mask"].flatten(0, -3)
        return [_masked(frame, mask) for frame, mask in zip(frames, masks, strict=True)]
    if "Pixtral" in type(processor).__name__ and "image_sizes" in made:
        sizes = made["image_sizes"].tolist()
        return [frame[:, :h, :w] for frame, (h, w) in zip(frames, sizes, strict=True)]
    return list(frames)


def _masked(frame: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Cut off what isn't of the picture: the mask is true in its upper left part."""
    height, width = int(mask.any(1).sum()), int(mask.any(0).sum())
    return frame[:, :height, :width]


def _grid(pixels: torch.Tensor, made: Mapping[str, Any], processor: Any) -> Tiles | None:
    """Qwen: (patches, 3 x frames x patch x patch), in squares that are merged; Kimi: in rows."""
    patch, merge = processor.patch_size, getattr(processor, "merge_size", 1)
    if pixels.ndim == 4:
        pixels, merge, times = pixels.flatten(1), 1, 1
    else:
        times = processor.temporal_patch_size
    tiles, start = [], 0
    for _, high, wide in made["image_grid_thw"].tolist():
        part = pixels[start : start + high * wide]
        start += high * wide
        part = part.reshape(
            high // merge, wide // merge, merge, merge, _COLOURS, times, patch, patch
        )[:, :, :, :, :, 0]
        tiles.append(
            part.permute(4, 0, 2, 5, 1, 3, 6).reshape(_COLOURS, high * patch, wide * patch)
        )
    return tiles


def _placed(pixels: torch.Tensor, made: Mapping[str, Any], processor: Any) -> Tiles | None:
    """Gemma 4: (1, patches, patch x patch x 3), each with its column and row; -1 is padding."""
    patch, tiles = processor.patch_size, []
    for patches, positions in zip(pixels, made["image_position_ids"], strict=True):
        there = (positions >= 0).all(-1)
        patches, positions = patches[there], positions[there]
        wide, high = (positions.max(0).values + 1).tolist()
        cells = patches.new_zeros(high, wide, patches.shape[-1])
        cells[positions[:, 1], positions[:, 0]] = patches
        tiles.append(_from_cells(cells, patch))
    return tiles


def _shaped(pixels: torch.Tensor, made: Mapping[str, Any], processor: Any) -> Tiles | None:
    """LFM2: (tiles, patches, patch x patch x 3), with the number of rows and columns."""
    patch, shapes = processor.encoder_patch_size, made["spatial_shapes"].tolist()
    return [
        _from_cells(patches[: high * wide].reshape(high, wide, -1), patch)
        for patches, (high, wide) in zip(pixels, shapes, strict=True)
    ]


def _from_cells(cells: torch.Tensor, patch: int) -> torch.Tensor:
    """(rows, columns, patch x patch x 3), colours last, to (3, height, width)."""
    high, wide, _ = cells.shape
    parts = cells.reshape(high, wide, patch, patch, _COLOURS).permute(4, 0, 2, 1, 3)
    return parts.reshape(_COLOURS, high * patch, wide * patch)


def _unfolded(pixels: torch.Tensor, made: Mapping[str, Any], processor: Any) -> Tiles | None:
    """MiniCPM-V: (1, 3, patch, patch x patches), all tiles behind each other."""
    patch, tiles, start = processor.patch_size, [], 0
    strip = pixels[0] if pixels.ndim == 4 else pixels
    for high, wide in made["target_sizes"].tolist():
        length = high * wide * patch
        part = strip[:, :, start : start + length].reshape(_COLOURS, patch, high, wide, patch)
        start += length
        tiles.append(part.permute(0, 2, 1, 3, 4).reshape(_COLOURS, high * patch, wide * patch))
    return tiles


_BY_OUTLINE: dict[str, Callable[[torch.Tensor, Mapping[str, Any], Any], Tiles | None]] = {
    "image_grid_thw": _grid,
    "image_position_ids": _placed,
    "spatial_shapes": _shaped,
    "target_sizes": _unfolded,
}
"""By a name among what the processor returned."""
