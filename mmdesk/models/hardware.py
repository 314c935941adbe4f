"""What torch can compute on here: devices, their memory, threads. Needs torch."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
from collections.abc import Collection, Iterator
from pathlib import Path

import torch

from mmdesk.core.errors import DeviceUnavailable
from mmdesk.models.machine import main_memory

_CPUS = Path("/sys/devices/system/cpu")


def choose_device(
    wanted: str, path: Path, *, automatic: Collection[str] = ("cuda", "mps", "cpu")
) -> torch.device:
    """Return a device.

    Args:
        wanted: "cuda", "mps", "cpu", or "auto" for the first of ``automatic`` that is there.
        path: The model's, for the error.

    Raises:
        DeviceUnavailable: ``wanted`` isn't there.
    """
    present = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    name = next(each for each in automatic if present[each]) if wanted == "auto" else wanted
    if not present.get(name, False):
        raise DeviceUnavailable(path=str(path), device=name)
    return torch.device(name)


def device_name(device: torch.device) -> str:
    """Return a device's name for people: "CPU", or the GPU's own name."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return "Apple GPU" if device.type == "mps" else "CPU"


def set_threads(threads: int) -> None:
    """Use ``threads`` CPU threads; 0 is the number of cores less one.

    One core is left to the window and to the rest of the system: a thread of torch's pool that
    waits for a busy core holds all the others up (two threads on two busy cores fell from 54
    to 10 tokens/s).
    """
    torch.set_num_threads(threads or max(1, usable_cores() - 1))


@contextlib.contextmanager
def computing_with(threads: int) -> Iterator[None]:
    """Use so many in the block (see :func:`set_threads`); they are the whole process's."""
    before = torch.get_num_threads()
    set_threads(threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def usable_cores() -> int:
    """Return the number of cores that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def physical_cores() -> int:
    """Return how many cores these are where some are two threads of one; Linux tells."""
    if not hasattr(os, "sched_getaffinity"):
        return usable_cores()
    found = {_core(number) for number in os.sched_getaffinity(0)}
    return usable_cores() if None in found else len(found)


def _core(number: int) -> tuple[str, str] | None:
    """Return package and core of a logical CPU."""
    folder = _CPUS / f"cpu{number}" / "topology"
    try:
        return (folder / "physical_package_id").read_text(), (folder / "core_id").read_text()
    except OSError:
        return None


def multiplies_bfloat16() -> bool:
    """Whether the processor has instructions for it; elsewhere bfloat16 is emulated."""
    capabilities = torch.cpu.get_capabilities()
    return any(bool(capabilities.get(name)) for name in ("avx512_bf16", "amx_bf16", "bf16"))


def free_bytes(device: torch.device) -> int:
    """Return the device's free memory; MPS shares the machine's."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    return main_memory()[1]


def free_memory(device: torch.device) -> None:
    """Give memory that nothing uses any more back to the system."""
    gc.collect()
    if device.type == "cuda":
        torch.cuda.empty_cache()
    elif device.type == "mps":
        torch.mps.empty_cache()
    else:
        _trim_heap()


def _trim_heap() -> None:
    """glibc keeps freed blocks below the largest used one; other C libraries have no such call."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if os.name == "posix" else None
    if trim is not None:
        trim(0)


_OUT_OF_MEMORY = (
    "DefaultCPUAllocator", "Cannot allocate memory", "bad_alloc", "could not create a primitive",
    "could not create a memory", "Invalid buffer size", "MPS backend out of memory",
    "CUBLAS_STATUS_ALLOC_FAILED", "CUDNN_STATUS_ALLOC_FAILED",
)  # fmt: skip


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an allocation failed.

    CUDA has a class of its own for it; the CPU and MPS allocators, oneDNN and cuBLAS raise a plain
    RuntimeError that only its text tells apart.
    """
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    text = str(error)
    return isinstance(error, RuntimeError) and any(sign in text for sign in _OUT_OF_MEMORY)
