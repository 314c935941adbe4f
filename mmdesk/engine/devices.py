"""Which device, dtype and number of threads a model runs with."""

from __future__ import annotations

import os
from dataclasses import dataclass

import psutil
import torch

from mmdesk.core.errors import DeviceUnavailable, ModelOutOfMemory
from mmdesk.core.requests import LoadModel
from mmdesk.engine.safetensors_header import WeightsSummary

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
        if self.device.type == "cuda":
            return torch.cuda.get_device_name(self.device)
        return "Apple GPU" if self.device.type == "mps" else "CPU"


def place(request: LoadModel, weights: WeightsSummary, *, quantized: bool) -> Placement:
    """Choose device and dtype.

    Args:
        quantized: The weights keep the packed form that they have on disk.

    Raises:
        DeviceUnavailable: the request names a device that isn't there.
        ModelOutOfMemory: the weights alone don't fit. On a CPU the system would otherwise
            kill the process in the middle of loading.
    """
    device = _device(request)
    dtype = _dtype(request.dtype, device, weights)
    placement = Placement(device, dtype)
    needed = weights.stored_bytes if quantized else weights.elements * dtype.itemsize
    if needed * _HEADROOM > _free_bytes(device):
        raise ModelOutOfMemory(path=str(request.path), device=placement.device_name)
    return placement


def set_threads(threads: int) -> None:
    """Use ``threads`` CPU threads; 0 is the number of cores less one.

    One core is left to the window and to the rest of the system: a thread of torch's pool that
    waits for a busy core holds all the others up (two threads on two busy cores fell from 54
    to 10 tokens/s).
    """
    torch.set_num_threads(threads or max(1, usable_cores() - 1))


def usable_cores() -> int:
    """Return the number of cores that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def free_memory(device: torch.device) -> None:
    """Give cached device memory back to the system."""
    if device.type == "cuda":
        torch.cuda.empty_cache()
    elif device.type == "mps":
        torch.mps.empty_cache()


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an allocation failed.

    CUDA has a class of its own for it; the CPU and MPS allocators raise a plain RuntimeError
    that only its text tells apart.
    """
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    text = str(error)
    return isinstance(error, RuntimeError) and (
        "DefaultCPUAllocator" in text
        or "MPS backend out of memory" in text
        or "Invalid buffer size" in text
        or "Cannot allocate memory" in text
    )


def _device(request: LoadModel) -> torch.device:
    present = ["cpu"]
    if torch.backends.mps.is_available():
        present.insert(0, "mps")
    if torch.cuda.is_available():
        present.insert(0, "cuda")
    wanted = present[0] if request.device == "auto" else request.device
    if wanted not in present:
        raise DeviceUnavailable(path=str(request.path), device=wanted)
    return torch.device(wanted)


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
    if (large and _multiplies_bfloat16()) or not _fits(torch.float32, device, weights):
        return torch.bfloat16
    return torch.float32


def _multiplies_bfloat16() -> bool:
    capabilities = torch.cpu.get_capabilities()
    return any(bool(capabilities.get(name)) for name in ("avx512_bf16", "amx_bf16", "bf16"))


def _fits(dtype: torch.dtype, device: torch.device, weights: WeightsSummary) -> bool:
    return weights.elements * dtype.itemsize * _HEADROOM <= _free_bytes(device)


def _free_bytes(device: torch.device) -> int:
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    # MPS shares the machine's memory.
    return int(psutil.virtual_memory().available)
