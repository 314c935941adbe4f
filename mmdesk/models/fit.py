"""How large a model fits into a computer's memory."""

from __future__ import annotations

import os

_BYTES_PER_PARAMETER = 2
"""bfloat16."""
_SHARE = 0.6
"""Of all memory; the rest is for the system, other programs, the KV cache and the picture."""
_SIZES = (1, 2, 3, 4, 7, 8, 12, 14, 27, 32, 72)
"""Billions of parameters that open image-text models come in."""


def largest_model_billions(memory_bytes: int) -> int:
    """Return the largest common model size in billions of parameters; 0 if not even 1 fits."""
    limit = memory_bytes * _SHARE / _BYTES_PER_PARAMETER / 1e9
    return max((size for size in _SIZES if size <= limit), default=0)


def total_memory_bytes() -> int:
    """Return the size of this computer's memory."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):  # Windows, and systems without these names
        import psutil

        return int(psutil.virtual_memory().total)
