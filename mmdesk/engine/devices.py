"""Which device and dtype a model runs with."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from mmdesk.core.errors import ModelOutOfMemory
from mmdesk.core.requests import LoadModel
from mmdesk.engine.checkpoint import WeightsSummary
from mmdesk.models.hardware import choose_device, device_name, free_bytes, multiplies_bfloat16

_FLOAT32_BYTES_WORTH_HALVING = 2**30
_HEADROOM = 1.1
"""Weights plus what loading and a short answer need beside them."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a model goes."""

    device: torch.device
    dtype: torch.dtype

    @property
    def device_name(self) -> str:
        """For the status line and for errors: "CPU", or the GPU's own name."""
        return device_name(self.device)


def place(request: LoadModel, weights: WeightsSummary, *, quantized: bool) -> Placement:
    """Choose device and dtype.

    Args:
        quantized: The weights keep the packed form that they have on disk.

    Raises:
        DeviceUnavailable: the request names a device that isn't there.
        ModelOutOfMemory: the weights alone don't fit. On a CPU the system would otherwise
            kill the process in the middle of loading.
    """
    device = choose_device(request.device, request.path)
    dtype = _dtype(request.dtype, device, weights)
    placement = Placement(device, dtype)
    needed = weights.stored_bytes if quantized else weights.elements * dtype.itemsize
    if needed * _HEADROOM > free_bytes(device):
        raise ModelOutOfMemory(path=str(request.path), device=placement.device_name)
    return placement


def _dtype(wanted: str, device: torch.device, weights: WeightsSummary) -> torch.dtype:
    if wanted != "auto":
        dtype = getattr(torch, wanted)
        assert isinstance(dtype, torch.dtype)
        return dtype
    if device.type == "cuda":
        # float16 overflows in models that were trained in bfloat16 (Gemma 3): a GPU without
        # bfloat16 computes in float32 as long as that fits.
        if torch.cuda.is_bf16_supported(including_emulation=False):
            return torch.bfloat16
        return torch.float32 if _fits(torch.float32, device, weights) else torch.float16
    if device.type == "mps":
        return torch.bfloat16 if torch.backends.mps.is_macos_or_newer(14, 0) else torch.float16
    return _cpu_dtype(device, weights)


def _cpu_dtype(device: torch.device, weights: WeightsSummary) -> torch.dtype:
    """Choose between exactness and bytes.

    Decoding on a CPU is bound by the bytes of the weights, so a large model gains from
    bfloat16 where the processor multiplies it (AVX512-BF16, AMX); elsewhere it is emulated and
    slower than float32. A small model is bound by the calls: there float32 costs nothing.
    Measured on a Xeon with AMX, one thread: a 4096 x 11008 linear layer is 1.6 times as fast in
    bfloat16 for one token and 3.9 times for 128, a 512 x 1024 one slower (0.7 times).
    """
    large = weights.elements * torch.float32.itemsize > _FLOAT32_BYTES_WORTH_HALVING
    if (large and multiplies_bfloat16()) or not _fits(torch.float32, device, weights):
        return torch.bfloat16
    return torch.float32


def _fits(dtype: torch.dtype, device: torch.device, weights: WeightsSummary) -> bool:
    return weights.elements * dtype.itemsize * _HEADROOM <= free_bytes(device)
