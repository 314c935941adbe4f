"""What memory this computer has, for everyone who must not import torch (the window's process)."""

from __future__ import annotations

import functools
import importlib.util
import logging
import platform
import re
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_LOG = logging.getLogger(__name__)
_KEPT_S = 3.0
_CGROUPS = Path("/sys/fs/cgroup")
_UNLIMITED = 2**60
"""cgroup v1 writes a number near 2**63 for "no limit"."""
_BFLOAT16_FLAGS = re.compile(r"\b(?:avx512_bf16|amx_bf16|bf16)\b")
_CUDA_BUILD = re.compile(r"^cuda\b.*=\s*['\"]", re.MULTILINE)
_AMPERE = 8
"""The compute capability that brought bfloat16."""


@dataclass(frozen=True, slots=True)
class Gpu:
    """A GPU that torch can use. Memory in bytes."""

    name: str
    total: int
    free: int
    bfloat16: bool = True


@dataclass(frozen=True, slots=True)
class Machine:
    """A computer's memory, in bytes.

    Attributes:
        total: All of it, or what the control group permits.
        available: What programs can have now, without swapping.
        bfloat16: Whether the processor multiplies it; elsewhere it is emulated.
        gpus: In torch's order.
        apple: Whether torch's "mps" is there, which shares the memory.
    """

    total: int
    available: int
    bfloat16: bool = False
    gpus: tuple[Gpu, ...] = ()
    apple: bool = False


_lock = threading.Lock()
_known: tuple[float, Machine] | None = None


def machine() -> Machine:
    """Return what this computer has, at most a few seconds old. Any thread."""
    global _known
    with _lock:
        if _known is None or time.monotonic() - _known[0] > _KEPT_S:
            _known = time.monotonic(), _look()
        return _known[1]


def main_memory() -> tuple[int, int]:
    """Return (total, available) bytes of this moment, within the limits of control groups."""
    import psutil  # here: the window's start has no need of it

    memory = psutil.virtual_memory()
    total, available = int(memory.total), int(memory.available)
    for limit, used in _cgroup_limits():
        total = min(total, limit)
        available = min(available, max(0, limit - used))
    return total, available


def _look() -> Machine:
    total, available = main_memory()
    apple = platform.system() == "Darwin" and platform.machine() == "arm64"
    return Machine(total, available, _multiplies_bfloat16(), _gpus(), apple)


def _cgroup_limits(
    root: Path = _CGROUPS, own: Path = Path("/proc/self/cgroup")
) -> list[tuple[int, int]]:
    """Return (limit, used) of this process's control groups; page cache doesn't count as used."""
    try:
        lines = own.read_text().splitlines()
    except OSError:
        return []  # another system
    found = []
    for line in lines:
        _, controllers, path = [*line.split(":", 2), "", ""][:3]
        if controllers == "":
            base, names = root, ("memory.max", "memory.current", "inactive_file")
        elif "memory" in controllers.split(","):
            base = root / "memory"
            names = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
        else:
            continue
        folder = base / path.strip("/")
        for each in (folder, *folder.parents):
            if each.is_relative_to(base) and (read := _limit(each, *names)):
                found.append(read)
    return found


def _limit(folder: Path, limit: str, used: str, cached: str) -> tuple[int, int] | None:
    try:
        most = int((folder / limit).read_text())
        now = int((folder / used).read_text())
        statistics = dict(
            line.split(" ", 1) for line in (folder / "memory.stat").read_text().splitlines()
        )
        reclaimable = int(statistics.get(cached, 0))
    except (OSError, ValueError):  # "max", or a group without the controller
        return None
    return (most, max(0, now - reclaimable)) if most < _UNLIMITED else None


@functools.cache
def _multiplies_bfloat16() -> bool:
    """Whether the processor says so; where the system tells nothing about it, no."""
    if platform.system() == "Darwin":
        return platform.machine() == "arm64"
    try:
        return bool(_BFLOAT16_FLAGS.search(Path("/proc/cpuinfo").read_text()))
    except OSError:
        return False


@functools.cache
def _torch_has_cuda() -> bool:
    """Whether torch was built for NVIDIA's GPUs, read from its ``version.py``."""
    spec = importlib.util.find_spec("torch")
    if spec is None or spec.origin is None:
        return False
    try:
        return bool(_CUDA_BUILD.search((Path(spec.origin).parent / "version.py").read_text()))
    except OSError:
        return False


def _gpus() -> tuple[Gpu, ...]:
    if not _torch_has_cuda():
        return ()
    try:
        import pynvml
    except ImportError as error:
        _LOG.info("GPUs are not looked for: %s", error)
        return ()
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError as error:  # no driver: no GPU
        _LOG.info("No NVIDIA driver: %s", error)
        return ()
    try:
        return tuple(_gpu(pynvml, number) for number in range(pynvml.nvmlDeviceGetCount()))
    except pynvml.NVMLError as error:
        _LOG.info("The NVIDIA driver tells no memory: %s", error)
        return ()
    finally:
        pynvml.nvmlShutdown()


def _gpu(nvml: Any, number: int) -> Gpu:
    handle = nvml.nvmlDeviceGetHandleByIndex(number)
    name = nvml.nvmlDeviceGetName(handle)
    memory = nvml.nvmlDeviceGetMemoryInfo(handle)
    major, _ = nvml.nvmlDeviceGetCudaComputeCapability(handle)
    return Gpu(str(name), int(memory.total), int(memory.free), major >= _AMPERE)
