"""How many image tokens a photo becomes, and what it costs on its way through the vision tower.

The rules are those of the image processors of transformers 5.23, for a photo of
:data:`PHOTO` pixels; a processor that isn't recognised is taken for one with a fixed square.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard

PHOTO = (4000, 3000)
"""What a telephone takes."""

_VISION_CONFIGS = ("vision_config", "vision_encoder_config", "visual", "vit_config")
_MOST_TILES = ("max_patches", "max_dynamic_patch", "max_image_tiles", "max_num_tiles")
_MOST = 256
"""Tiles; more is nonsense."""
_LARGEST = 2**32
"""No number in a configuration is larger."""
_LONGEST_EDGE = 2**16
"""What is more isn't an edge of a picture but, as Qwen-VL has it, its area."""


@dataclass(frozen=True, slots=True)
class PictureCost:
    """What one photo costs. All zero for a model that takes no pictures.

    Attributes:
        tokens: Image tokens in the prompt.
        patches: Patches in the vision tower, of all tiles.
        patch_elements: Numbers that a patch is made of.
        hidden, inner, layers: Widths and depth of the tower.
        keeps_layers: Whether the tower's layers are all kept, as where one of the middle is read.
    """

    tokens: int = 0
    patches: int = 0
    patch_elements: int = 0
    hidden: int = 0
    inner: int = 0
    layers: int = 0
    keeps_layers: bool = False


def picture_cost(
    config: Mapping[str, Any], processor: Mapping[str, Any], photo: tuple[int, int] = PHOTO
) -> PictureCost:
    """Return what a photo of ``photo`` (width, height) pixels costs.

    Args:
        config: ``config.json``.
        processor: The image processor's settings.
    """
    vision = _first_mapping(config, *_VISION_CONFIGS)
    if not vision and isinstance(config.get("thinker_config"), dict):
        return picture_cost(config["thinker_config"], processor, photo)
    if not vision:
        return PictureCost()
    patch = _size(vision, "patch_size", "spatial_patch_size") or _size(processor, "patch_size")
    patch = patch or 14
    side = _size(vision, "image_size") or 16 * patch
    merge = _size(processor, "merge_size", "spatial_merge_size") or _size(
        {**vision, **config}, "spatial_merge_size"
    )
    hidden = _size(vision, "hidden_size", "embed_dim", "width", "d_model")
    patches, tokens = _counts(config, processor, photo, patch, side, merge)
    fixed = _size({**processor, **config}, "mm_tokens_per_image", "num_image_tokens")
    return PictureCost(
        tokens=fixed or tokens,
        patches=patches,
        patch_elements=3 * patch**2 * (_size(vision, "temporal_patch_size") or 1),
        hidden=hidden or 1024,
        inner=_size(vision, "intermediate_size", "mlp_dim", "ffn_dim") or 4 * (hidden or 1024),
        layers=_size(vision, "num_hidden_layers", "depth", "layers", "num_layers") or 24,
        keeps_layers=config.get("vision_feature_layer", -1) != -1,
    )


def _counts(
    config: Mapping[str, Any],
    processor: Mapping[str, Any],
    photo: tuple[int, int],
    patch: int,
    side: int,
    merge: int,
) -> tuple[int, int]:
    """Return (patches, tokens) by the first rule whose settings are there."""
    size = processor.get("size")
    size = size if isinstance(size, dict) else {}
    most_pixels = _size(processor, "max_pixels") or _size(size, "max_pixels")
    longest = _size(size, "longest_edge")
    if not most_pixels and longest > _LONGEST_EDGE:
        most_pixels = longest
    if most_pixels and merge:
        return _by_area(photo, patch * merge, most_pixels, merge)
    tile = _size(processor.get("max_image_size"), "longest_edge")
    if longest and tile:
        return _by_grid(photo, longest, tile, patch, config)
    if longest and longest > side / 2 and merge:  # Pixtral
        scale = min(1.0, longest / max(photo))
        return _by_area((round(photo[0] * scale), round(photo[1] * scale)), patch * merge, 0, merge)
    tiles = _tiles(processor, config, photo)
    per_tile = (side // patch) ** 2
    return tiles * per_tile, tiles * _tokens_per_tile(config, processor, per_tile)


def _by_area(photo: tuple[int, int], cell: int, most: int, merge: int) -> tuple[int, int]:
    pixels = min(photo[0] * photo[1], most) if most else photo[0] * photo[1]
    tokens = max(1, pixels // cell**2)
    return tokens * merge**2, tokens


def _by_grid(
    photo: tuple[int, int], longest: int, tile: int, patch: int, config: Mapping[str, Any]
) -> tuple[int, int]:
    """Idefics3: the photo is scaled to the longest edge and cut into tiles, itself one more."""
    scale = longest / max(photo)
    columns, rows = (math.ceil(round(edge * scale) / tile) for edge in photo)
    tiles = columns * rows + 1
    per_tile = (tile // patch) ** 2
    return tiles * per_tile, tiles * (per_tile // (_size(config, "scale_factor") or 1) ** 2)


def _tiles(processor: Mapping[str, Any], config: Mapping[str, Any], photo: tuple[int, int]) -> int:
    """Return into how many tiles a photo is cut, with the one of the whole."""
    pinpoints = processor.get("image_grid_pinpoints") or config.get("image_grid_pinpoints")
    sides = [point for point in pinpoints if _is_pair(point)] if isinstance(pinpoints, list) else []
    if sides:
        smallest = min(map(min, sides))
        return 1 + max((high // smallest) * (wide // smallest) for high, wide in sides)
    most = min(_MOST, _size(processor, *_MOST_TILES) or _size(config, *_MOST_TILES))
    grid = bool(processor.get("crop_to_patches", processor.get("do_image_splitting", most)))
    if not most or not grid:
        return 1
    shape = photo[0] / photo[1]
    shapes = [
        (abs(math.log(shape * rows / columns)), -columns * rows)
        for columns in range(1, most + 1)
        for rows in range(1, most // columns + 1)
    ]
    return 1 - min(shapes)[1]


def _tokens_per_tile(config: Mapping[str, Any], processor: Mapping[str, Any], per_tile: int) -> int:
    told = _size({**processor, **config}, "image_seq_length", "image_seq_len", "num_query_tokens")
    if told and told <= per_tile:
        return told
    ratio = config.get("downsample_ratio")
    if isinstance(ratio, float) and 0 < ratio <= 1:
        return max(1, round(per_tile * ratio**2))
    factor = _size(config, "downsample_factor", "scale_factor", "pixel_shuffle_factor") or 1
    return max(1, per_tile // factor**2)


def _is_pair(point: object) -> TypeGuard[list[int]]:
    return isinstance(point, list) and len(point) == 2 and all(_size({"": n}, "") for n in point)


def _first_mapping(config: Mapping[str, Any], *names: str) -> dict[str, Any]:
    found = (config.get(name) for name in names)
    return next((each for each in found if isinstance(each, dict) and each), {})


def _size(config: object, *names: str) -> int:
    """Return the first of these that is a positive size: a number, or the larger of two."""
    if not isinstance(config, Mapping):
        return 0
    for name in names:
        value = config.get(name)
        if isinstance(value, list | tuple) and value:
            value = max((each for each in value if isinstance(each, int)), default=0)
        if isinstance(value, dict):
            value = max((each for each in value.values() if isinstance(each, int)), default=0)
        if isinstance(value, int) and not isinstance(value, bool) and 0 < value < _LARGEST:
            return value
    return 0
