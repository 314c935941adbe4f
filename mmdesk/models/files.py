"""Reading files that others made: regular ones only, and never more than they may have."""

from __future__ import annotations

import stat
from pathlib import Path


def is_file(file: Path) -> bool:
    """Whether this is a regular file: a FIFO would block, a device might never end."""
    try:
        return stat.S_ISREG(file.stat().st_mode)
    except (OSError, ValueError):
        return False


def read_regular(file: Path, limit: int) -> bytes:
    """Return the bytes of a file.

    Raises:
        ValueError: there are more than ``limit``.
        OSError: it can't be read.
    """
    with file.open("rb") as stream:
        content = stream.read(limit + 1)
    if len(content) > limit:
        raise ValueError(f"more than {limit} bytes")
    return content
