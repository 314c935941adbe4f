"""Sizes of the starter as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

# oneDNN's gradient of a 1x1 convolution with a stride writes past its workspace for fewer
# (https://github.com/uxlfoundation/oneDNN/issues/6035): training crashes, or learns noise.
_LEAST_CHANNELS = 16


class Fusion(Enum):
    """How the language model gets to see the patches; CROSS is for the comparison only."""

    LINEAR = "linear"
    MLP = "mlp"
    CROSS = "cross"


@dataclass(frozen=True)
class Shape:
    """Sizes of the model. The picture side is a whole number of patches, three of them a cell.

    `stem` are the channels of the three stages of convolutions before the vision transformer, at a
    quarter, an eighth and a sixteenth of the side; without, it is CLIP's, which cuts patches.
    Fewer than 16 channels are refused with `ValueError`.
    """

    side: int = 144
    patch: int = 16
    stem: tuple[int, ...] = (64, 128, 256)
    vision_width: int = 192
    vision_layers: int = 5
    vision_heads: int = 4
    text_width: int = 192
    text_layers: int = 4
    text_heads: int = 4
    text_inner: int = 512
    context: int = 4096
    fusion: Fusion = Fusion.MLP

    def __post_init__(self) -> None:
        if any(channels < _LEAST_CHANNELS for channels in self.stem):
            raise ValueError(f"a stage of {self.stem} has fewer than {_LEAST_CHANNELS} channels")

    @property
    def grid(self) -> int:
        """Patches along one side."""
        return self.side // self.patch
