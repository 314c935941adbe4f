"""How fast a download is, told a few times a second."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from mmdesk.core.errors import DownloadError
from mmdesk.core.models import Download, DownloadState

_WINDOW_S = 8.0


class Progress:
    """Reports one model's download.

    Attributes:
        total: Bytes of the whole model; 0 until it is known.
    """

    def __init__(
        self, model_id: str, source: str, report: Callable[[Download], None], every_s: float
    ) -> None:
        self._id = model_id
        self._source = source
        self._report = report
        self._every_s = every_s
        self._reported = 0.0
        self._state = DownloadState.ASKING
        self._error: DownloadError | None = None
        self._samples: deque[tuple[float, int]] = deque()
        self.total = 0
        self._done = 0

    def enter(self, state: DownloadState) -> None:
        """Report another state at once."""
        self._change(state, None)

    def waits(self, error: DownloadError | None) -> None:
        """Report what is waited for, or that it goes on."""
        self._change(DownloadState.WAITING if error else DownloadState.RUNNING, error)

    def moved(self, done: int) -> None:
        """Report ``done`` bytes, unless the last report was a moment ago."""
        self._done = done
        now = time.monotonic()
        if now - self._reported >= self._every_s:
            self._tell()

    def _change(self, state: DownloadState, error: DownloadError | None) -> None:
        self._state, self._error = state, error
        self._samples.clear()  # what was there, or is waited for, says nothing about the network
        self._tell()

    def _tell(self) -> None:
        self._reported = now = time.monotonic()
        self._samples.append((now, self._done))
        while now - self._samples[0][0] > _WINDOW_S:
            self._samples.popleft()
        speed = self._speed()
        left = (self.total - self._done) / speed if speed > 0 and self.total else None
        self._report(
            Download(
                self._id,
                self._state,
                self._done,
                self.total,
                speed,
                left,
                self._source,
                self._error,
            )
        )

    def _speed(self) -> float:
        (began, before), (ended, after) = self._samples[0], self._samples[-1]
        if self._state is not DownloadState.RUNNING or ended <= began:
            return 0.0
        return max(0.0, (after - before) / (ended - began))
