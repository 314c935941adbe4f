"""Out of memory as an error that can be handled, instead of the end of the process."""

from __future__ import annotations

import contextlib
import ctypes
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import torch

from mmdesk.models.hardware import free_bytes

_KEPT_SHARE = 0.03
_KEPT_BYTES = 64 * 2**20
"""Of the free memory that an answer may not take: the window and the system go on."""
_STATUS = Path("/proc/self/status")
_MMAP_THRESHOLD = -3  # M_MMAP_THRESHOLD in malloc.h
_LARGE_BLOCK = 2**20
_MOST_KEPT = 4 * 2**30


@contextlib.contextmanager
def limited_to_free_memory(device: torch.device, *, mapped: int = 0) -> Iterator[None]:
    """Let this process allocate no more than what is free, on a CPU under Linux.

    Linux promises memory that it doesn't have, and kills the process that uses it (or swaps until
    nothing moves). With a limit on its data (setrlimit(2), RLIMIT_DATA) the allocation that is too
    large fails, which is an exception. A lower limit that is there already stays.

    Args:
        mapped: Bytes of files that will be mapped, which count as data but can be dropped.
    """
    if device.type != "cpu" or sys.platform != "linux":
        yield
        return
    import resource

    before, most = resource.getrlimit(resource.RLIMIT_DATA)
    free = free_bytes(device)
    limit = _data_bytes() + mapped + free - max(_KEPT_BYTES, round(free * _KEPT_SHARE))
    for other in (before, most):
        if other != resource.RLIM_INFINITY:
            limit = min(limit, other)
    resource.setrlimit(resource.RLIMIT_DATA, (max(0, limit), most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (before, most))


def return_large_blocks() -> None:
    """Give back what freed tensors took, and have later ones go back as soon as they are gone.

    glibc learns from the first large blocks to keep up to 64 MiB of freed ones for the next
    (mallopt(3), M_MMAP_THRESHOLD), which is faster; where memory is short that is too much.
    """
    if glibc := _glibc():
        glibc.mallopt(_MMAP_THRESHOLD, _LARGE_BLOCK)
        glibc.malloc_trim(0)


def return_freed_pages() -> None:
    """Give back the pages between what is in use: they add up over hundreds of answers."""
    if glibc := _glibc():
        glibc.malloc_trim(0)


@cache
def _glibc() -> ctypes.CDLL | None:
    if sys.platform != "linux":
        return None
    library = ctypes.CDLL(None)
    return library if hasattr(library, "mallopt") and hasattr(library, "malloc_trim") else None


def kept_bytes(device: torch.device) -> int:
    """Return what keys and values of earlier prompts may take beside a loaded model."""
    return min(_MOST_KEPT, allocatable_bytes(device) // 4)


def allocatable_bytes(device: torch.device) -> int:
    """Return what this process may still allocate: what is free, within its own limits."""
    free = free_bytes(device)
    if device.type != "cpu" or sys.platform != "linux":
        return free
    import resource

    for limit, used in (
        (resource.RLIMIT_DATA, _data_bytes()),
        (resource.RLIMIT_AS, _status_bytes("VmSize")),
    ):
        soft, _ = resource.getrlimit(limit)
        if soft != resource.RLIM_INFINITY:
            free = min(free, max(0, soft - used))
    return free


def _data_bytes() -> int:
    return _status_bytes("VmData")


def _status_bytes(name: str) -> int:
    """Return a size from ``/proc/self/status``, which counts in kibibytes."""
    for line in _STATUS.read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024
    raise OSError(f"{_STATUS} has no {name}")
