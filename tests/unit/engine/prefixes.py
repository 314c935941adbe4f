"""Sequences that a prefix cache is asked about."""

from __future__ import annotations

import numpy as np

from mmdesk.engine.prefix_cache import Units


def units(*numbers: int) -> Units:
    """Return a prompt of these tokens; negative ones are of pictures."""
    return np.array(numbers, dtype=np.int64)
