"""How far a measurement is, on standard error."""

from __future__ import annotations

import sys
import time

_SECONDS = 15.0
"""Between lines where nobody looks at a terminal."""


class Progress:
    """Says how many of how many are done: in one line of a terminal, else in a line now and then.

    Args:
        what: What is counted: "questions".
    """

    def __init__(self, what: str) -> None:
        self._what = what
        self._terminal = sys.stderr.isatty()
        self._told = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        """Take how far it is."""
        text = f"{done} of {total} {self._what}"
        if self._terminal:
            print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)
        elif time.monotonic() - self._told >= _SECONDS:
            self._told = time.monotonic()
            print(text, file=sys.stderr, flush=True)

    def end(self) -> None:
        """Leave the terminal's line to others."""
        if self._terminal:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
