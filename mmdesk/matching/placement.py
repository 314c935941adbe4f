"""Where a contrastive model runs, and whether it fits there."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from mmdesk.core.errors import NoModelFits
from mmdesk.core.matching import MatchModel
from mmdesk.models.hardware import choose_device, device_name, free_bytes

_HEADROOM = 1.2
"""The weights plus what a picture and a batch of texts need beside them."""
_DTYPES = {
    "float32": torch.float32,
    "bfloat16": torch.bfloat16,
    "float16": torch.float16,
}


@dataclass(frozen=True, slots=True)
class Placement:
    """Device and dtype of the weights."""

    device: torch.device
    dtype: torch.dtype

    @property
    def name(self) -> str:
        """For errors: "CPU", or the GPU's own name."""
        return device_name(self.device)


def place(request: MatchModel, parameters: int) -> Placement:
    """Choose device and dtype.

    These models are small and run once for a picture: float32 wherever it fits, so that
    probabilities are those of the model and not of its rounding; else bfloat16. Packed weights
    (int8, int4) are for chat models, which is what the setting means.

    Raises:
        DeviceUnavailable: the request names a device that isn't there.
        NoModelFits: not even the half fits; the system would kill the process otherwise.
    """
    device = choose_device(request.device, request.path)
    wanted = _DTYPES.get(request.dtype)
    dtypes = (torch.float32, torch.bfloat16) if wanted is None else (wanted,)
    free = free_bytes(device)
    for dtype in dtypes:
        needed = parameters * dtype.itemsize * _HEADROOM
        if needed <= free:
            return Placement(device, dtype)
    raise NoModelFits(
        path=str(request.path),
        device=device_name(device),
        needed=f"{needed / 1e9:.1f}",
        available=f"{free / 1e9:.1f}",
    )
