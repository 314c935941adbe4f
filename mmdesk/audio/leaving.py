"""Ends this package's threads before the interpreter goes.

They are daemons, so that a driver that hangs can't keep the process alive. But one that is inside
PortAudio, onnxruntime or soxr when the interpreter is torn down takes the process with it (C++
``terminate`` on the forced unwinding of the thread): they are asked to end first, and waited for,
though not for long.
"""

from __future__ import annotations

import atexit
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_PATIENCE_S = 1.0
_STEP_S = 0.005

_active: dict[object, Callable[[], None]] = {}


@contextmanager
def active(owner: object, let_go: Callable[[], None]) -> Iterator[None]:
    """Say, around all that a thread does, how to end it.

    Args:
        let_go: Makes the thread leave the block soon; returns at once.
    """
    _active[owner] = let_go
    try:
        yield
    finally:
        del _active[owner]


@atexit.register
def _let_go() -> None:
    for let_go in tuple(_active.values()):
        let_go()
    deadline = time.monotonic() + _PATIENCE_S
    while _active and time.monotonic() < deadline:
        time.sleep(_STEP_S)
