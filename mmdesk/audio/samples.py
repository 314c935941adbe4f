"""Samples between ``bytes`` (see :mod:`mmdesk.core.speech`) and NumPy arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import threading

    import numpy as np
    from numpy.typing import NDArray

Samples: TypeAlias = "NDArray[np.float32]"
"""float32 in -1..1, shape ``(n,)``, 16 kHz unless said otherwise."""

StartThread = Callable[[str, Callable[[], None]], "threading.Thread"]
"""Makes and starts a daemon thread: a name and what it runs (``session.threads``)."""


def to_array(samples: bytes) -> Samples:
    """Return samples as a read-only view; bytes of a broken last sample are dropped."""
    import numpy as np

    return np.frombuffer(samples, dtype="<f4", count=len(samples) // 4)


def to_bytes(samples: Samples) -> bytes:
    """Return an array as samples."""
    return samples.astype("<f4", copy=False).tobytes()


def cleaned(samples: Samples) -> Samples:
    """Return samples without NaN and infinities, clipped to -1..1 (drivers do send them)."""
    import numpy as np

    return np.clip(np.nan_to_num(samples, nan=0.0, posinf=1.0, neginf=-1.0), -1.0, 1.0)
