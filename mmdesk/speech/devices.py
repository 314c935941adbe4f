"""Where a speech model runs, and whether it fits there."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from mmdesk.core.errors import SpeechOutOfMemory
from mmdesk.core.requests import SpeechModel
from mmdesk.models.hardware import choose_device, device_name, free_bytes, multiplies_bfloat16

_AUTOMATIC = ("cuda", "cpu")
"""Not MPS, where Whisper's float16 is not to be trusted."""
_HEADROOM = 1.2
"""The weights plus what hearing 30 s needs beside them."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Device and dtype of the weights, layer norms aside, which stay in float32.

    Attributes:
        draft_dtype: What the encoder computes in for a partial transcript, which the next one
            replaces.
    """

    device: torch.device
    dtype: torch.dtype
    draft_dtype: torch.dtype

    @property
    def name(self) -> str:
        """For errors: "CPU", or the GPU's own name."""
        return device_name(self.device)


def place(request: SpeechModel, parameters: int) -> Placement:
    """Choose device and dtype.

    A GPU computes in float16, as Whisper was trained. A CPU keeps float32: on a processor with
    AVX512-BF16 the encoder of the ``base`` size took 0.6 times as long in bfloat16 and a decoder
    step longer, since its products are with one row each; so partial transcripts alone use it.

    Raises:
        DeviceUnavailable: the request names a device that isn't there.
        SpeechOutOfMemory: the weights don't fit; the system would kill the process otherwise.
    """
    device = choose_device(request.device, request.path, automatic=_AUTOMATIC)
    wanted = {"cuda": torch.float16}.get(device.type, torch.float32)
    dtype = wanted if request.dtype == "auto" else getattr(torch, request.dtype)
    draft_dtype = dtype
    if device.type == "cpu" and request.dtype == "auto" and multiplies_bfloat16():
        draft_dtype = torch.bfloat16
    placement = Placement(device, dtype, draft_dtype)
    if parameters * dtype.itemsize * _HEADROOM > free_bytes(device):
        raise SpeechOutOfMemory(device=placement.name)
    return placement
