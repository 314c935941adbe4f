"""How loud samples are, as a meter shows it."""

from __future__ import annotations

from mmdesk.audio.samples import Samples

FLOOR_DB = -60.0
"""dBFS that a meter shows as nothing."""


def level_of(samples: Samples) -> float:
    """Return the level in 0..1, even on a decibel scale from -60 to 0 dBFS.

    0 dBFS is the RMS of a full-scale sine (AES17-2015, 3.12.3).
    """
    import numpy as np

    if not samples.size:
        return 0.0
    power = 2.0 * float(np.mean(np.square(samples, dtype=np.float64)))
    if power <= 0.0:
        return 0.0
    decibels = 10.0 * float(np.log10(power))
    return min(1.0, max(0.0, 1.0 - decibels / FLOOR_DB))
