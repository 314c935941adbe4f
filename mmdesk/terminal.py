"""What a terminal may be sent, and what it sends: Ctrl+C."""

from __future__ import annotations

import signal
import threading
from typing import Any

CONTROLS = {
    code: "\ufffd" for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\n\t"
}
"""For ``str.translate``: what a terminal would take as a command becomes a mark. Neither a model's
text nor a file's name is to be trusted."""


class Interrupts:
    """Counts Ctrl+C in its block instead of raising; a second one raises.

    An exception between taking an event and handling it would lose a piece of the answer.
    """

    def __init__(self) -> None:
        self.count = 0
        self._seen = 0
        self._before: Any = None

    def one_more(self) -> bool:
        """Return whether it was pressed since this was asked last."""
        pressed, self._seen = self.count > self._seen, self.count
        return pressed

    def __enter__(self) -> Interrupts:
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._pressed)
        return self

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def _pressed(self, *_: object) -> None:
        self.count += 1
        if self.count > 1:
            raise KeyboardInterrupt
