"""Which device and precision a model runs with, and whether it fits there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch

from mmdesk.core.errors import ModelFitsPacked, ModelOutOfMemory, NoModelFits
from mmdesk.core.requests import LoadModel
from mmdesk.engine.quantisation import PACKED, check_packing
from mmdesk.models import fit
from mmdesk.models.hardware import choose_device, device_name, free_bytes, multiplies_bfloat16
from mmdesk.models.machine import Gpu, Machine
from mmdesk.models.shape import Shape

_CPU_SHARE = 0.9
"""Of the free main memory, for the layers that a GPU has no room for."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a model goes.

    Attributes:
        dtype: What it computes with.
        packing: "int8" or "int4" where its linear layers are packed, else "".
        limits: For a model that a GPU shares with the CPU, how many bytes of weights each takes
            at most, as accelerate wants it; else None.
    """

    device: torch.device
    dtype: torch.dtype
    packing: str = ""
    limits: Mapping[int | str, int] | None = None

    @property
    def device_name(self) -> str:
        """For the status line and for errors: "CPU", or the GPU's own name."""
        name = device_name(self.device)
        return f"{name} + CPU" if self.limits else name

    @property
    def packs(self) -> bool:
        """Whether :mod:`mmdesk.engine.packing` packs it, not bitsandbytes."""
        return bool(self.packing) and self.device.type == "cpu"

    @property
    def precision(self) -> str:
        """The dtype as in the settings."""
        return self.packing or str(self.dtype).removeprefix("torch.")


def place(request: LoadModel, shape: Shape) -> Placement:
    """Choose device and precision.

    A model that is too large for a GPU is shared with the CPU, never with the disk.

    Raises:
        DeviceUnavailable: the request names a device that isn't there.
        PrecisionUnavailable, ModelNeedsPackage: int8 or int4 can't be had.
        ModelOutOfMemory: there is no room. On a CPU the system would otherwise kill the process
            in the middle of loading.
    """
    device = choose_device(request.device, request.path)
    # What is stored packed can't be packed once more.
    wanted = "auto" if shape.prequantized else request.dtype
    check_packing(wanted, device, request.path)
    precision = _precision(wanted, device, shape)
    packing = precision if precision in PACKED else ""
    half = "bfloat16" if device.type == "cpu" or _gpu_bfloat16() else "float16"
    dtype = _torch_dtype(half if packing else precision)
    if fit.load_bytes(shape, precision, cpu=device.type == "cpu") <= free_bytes(device):
        return Placement(device, dtype, packing)
    limits = None if packing else _shared(shape, precision, device)
    if limits is None:
        raise out_of_memory(request, shape, Placement(device, dtype, packing))
    return Placement(device, dtype, packing, limits)


def out_of_memory(request: LoadModel, shape: Shape, placement: Placement) -> ModelOutOfMemory:
    """Return the error that says what would fit instead."""
    device = placement.device
    free, cpu = free_bytes(device), device.type == "cpu"
    fields: dict[str, object] = {
        "path": str(request.path),
        "device": placement.device_name,
        "needed": gigabytes(fit.load_bytes(shape, placement.precision, cpu=cpu)),
        "available": gigabytes(free),
    }
    for packing in PACKED if device.type != "mps" and not shape.prequantized else ():
        packed = fit.load_bytes(shape, packing, cpu=cpu)
        if packed <= free and packing != placement.packing:
            return ModelFitsPacked(**fields, dtype=packing, packed=gigabytes(packed))
    billions = fit.largest_fitting(machine_of(device), request.dtype)
    if not billions or billions * 1e9 >= shape.parameters:
        return NoModelFits(**fields)
    return ModelOutOfMemory(**fields, billions=f"{billions:g}")


def machine_of(device: torch.device, *, more: int = 0) -> Machine:
    """Return this computer as far as a model on ``device`` is concerned, for estimates.

    Args:
        more: Bytes to count as free, such as those of the loaded model.
    """
    free = free_bytes(device) + more
    # This process, and CUDA's context, are there already.
    free += fit.RUNTIME_BYTES
    if device.type != "cuda":
        return Machine(free, free, multiplies_bfloat16(), apple=device.type == "mps")
    gpu = Gpu(device_name(device), free, free, _gpu_bfloat16())
    return Machine(0, 0, gpus=(gpu,))


def gigabytes(count: int) -> str:
    """Return a number of bytes as people read it, without the unit: "4.2"."""
    return f"{count / 1e9:.1f}" if count < 1e11 else f"{count / 1e9:.0f}"


def _shared(shape: Shape, precision: str, device: torch.device) -> dict[int | str, int] | None:
    """Return what GPU and CPU take each, or None where that isn't enough or there is no GPU."""
    if device.type != "cuda":
        return None
    return shares(
        fit.weights_bytes(shape, precision),
        fit.least_answer_bytes(shape, precision),
        free_bytes(device),
        free_bytes(torch.device("cpu")),
    )


def shares(weights: int, answer: int, gpu: int, cpu: int) -> dict[int | str, int] | None:
    """Divide weights between a GPU and the CPU; ``answer`` bytes stay free on the GPU.

    All in bytes. None where they don't fit, or hardly any would be on the GPU.
    """
    on_gpu, on_cpu = gpu - answer, round(cpu * _CPU_SHARE)
    if on_gpu <= weights // 20 or on_gpu + on_cpu < weights:
        return None
    return {0: on_gpu, "cpu": on_cpu}


def _precision(wanted: str, device: torch.device, shape: Shape) -> str:
    if wanted != "auto":
        return wanted
    free = free_bytes(device)
    if device.type == "cuda":
        bfloat16 = _gpu_bfloat16()
        return fit.automatic_gpu_dtype(shape.parameters, free=free, bfloat16=bfloat16)
    if device.type == "mps":
        return "bfloat16" if torch.backends.mps.is_macos_or_newer(14, 0) else "float16"
    bfloat16 = multiplies_bfloat16()
    return fit.automatic_cpu_dtype(shape.parameters, free=free, bfloat16=bfloat16)


def _gpu_bfloat16() -> bool:
    return bool(torch.cuda.is_bf16_supported(including_emulation=False))


def _torch_dtype(name: str) -> torch.dtype:
    dtype = getattr(torch, name)
    assert isinstance(dtype, torch.dtype)
    return dtype
