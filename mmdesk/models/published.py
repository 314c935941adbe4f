"""Published image-text models by size, for an estimate from the number of parameters alone.

The rows follow the models' ``config.json`` as it is remembered (there was no hub where this was
written; the widths of Qwen3-VL were looked up), so they are for the order of things only. Between
two sizes everything is interpolated, as powers of the number of parameters; beyond the ends it is
extrapolated. Families of one size differ: at 3 billion parameters Qwen2.5-VL caches 36 kB per
token, Gemma 3 a third of its neighbours'. A folder's own files tell it exactly.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from mmdesk.models.picture_cost import PictureCost
from mmdesk.models.shape import Shape


@dataclass(frozen=True, slots=True)
class _Row:
    """One model.

    Attributes:
        cached: Elements of keys and values per token, of layers without a window.
        photo: Image tokens of a photo of 12 megapixels.
        patches: What these are in the vision tower.
        tower: Its hidden size, inner size and layers.
    """

    parameters: float
    layers: float
    cached: float
    hidden: float
    inner: float
    vocabulary: float
    photo: float
    patches: float
    patch: float
    tower: tuple[int, int, int]


_ROWS = (
    # HuggingFaceTB/SmolVLM-256M-Instruct, SmolVLM-500M-Instruct
    _Row(0.256e9, 30, 30 * 2 * 3 * 64, 576, 1536, 49280, 832, 13312, 768, (768, 3072, 12)),
    _Row(0.507e9, 32, 32 * 2 * 5 * 64, 960, 2560, 49280, 832, 13312, 768, (768, 3072, 12)),
    # Qwen/Qwen3-VL-2B-Instruct, -4B-, -8B-
    _Row(2.13e9, 28, 28 * 2 * 8 * 128, 2048, 6144, 151936, 11718, 46872, 1536, (1024, 4096, 24)),
    _Row(4.44e9, 36, 36 * 2 * 8 * 128, 2560, 9728, 151936, 11718, 46872, 1536, (1024, 4096, 24)),
    _Row(8.77e9, 36, 36 * 2 * 8 * 128, 4096, 12288, 151936, 11718, 46872, 1536, (1152, 4304, 27)),
    # google/gemma-3-12b-it: one layer in six has no window
    _Row(12.2e9, 48, 8 * 2 * 8 * 256, 3840, 15360, 262208, 256, 4096, 588, (1152, 4304, 27)),
    # mistralai/Mistral-Small-3.1-24B-Instruct-2503
    _Row(24e9, 40, 40 * 2 * 8 * 128, 5120, 32768, 131072, 2255, 9020, 588, (1024, 4096, 24)),
    # google/gemma-3-27b-it
    _Row(27.4e9, 62, 10 * 2 * 16 * 128, 5376, 21504, 262208, 256, 4096, 588, (1152, 4304, 27)),
    # Qwen/Qwen3-VL-32B-Instruct
    _Row(33.4e9, 64, 64 * 2 * 8 * 128, 5120, 25600, 151936, 11718, 46872, 1536, (1152, 4304, 27)),
    # Qwen/Qwen2.5-VL-72B-Instruct
    _Row(73.4e9, 80, 80 * 2 * 8 * 128, 8192, 29568, 152064, 15306, 61224, 1176, (1280, 3456, 32)),
)
"""Parameters, layers, cached, hidden, inner, vocabulary, photo, patches, patch, tower."""

_CONTEXT = 32768


def between(parameters: int) -> Shape:
    """Return the shape of a model with so many parameters, interpolated between published ones."""
    above = next((n for n, row in enumerate(_ROWS) if row.parameters >= parameters), len(_ROWS) - 1)
    low, high = _ROWS[max(above, 1) - 1], _ROWS[max(above, 1)]
    part = math.log(max(1, parameters) / low.parameters) / math.log(
        high.parameters / low.parameters
    )

    def mixed(one: float, other: float) -> int:
        return max(1, round(one * math.exp(part * math.log(other / one))))

    tower = [mixed(*pair) for pair in zip(low.tower, high.tower, strict=True)]
    hidden, vocabulary = mixed(low.hidden, high.hidden), mixed(low.vocabulary, high.vocabulary)
    layers, inner = mixed(low.layers, high.layers), mixed(low.inner, high.inner)
    never_packed = 2 * hidden * vocabulary + tower[2] * tower[0] * (4 * tower[0] + 2 * tower[1])
    return Shape(
        parameters=parameters,
        stored_bytes=2 * parameters,
        packable=max(0, parameters - never_packed),
        largest=hidden * vocabulary,
        layers=layers,
        cache_per_token=mixed(low.cached, high.cached),
        window_per_token=0,
        window=0,
        hidden=hidden,
        inner=inner,
        vocabulary=vocabulary,
        picture=PictureCost(
            tokens=mixed(low.photo, high.photo),
            patches=mixed(low.patches, high.patches),
            patch_elements=mixed(low.patch, high.patch),
            hidden=tower[0],
            inner=tower[1],
            layers=tower[2],
        ),
        context=_CONTEXT,
        output=hidden * vocabulary,
    )
