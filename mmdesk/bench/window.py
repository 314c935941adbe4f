"""mmdesk's window, measured from inside; run by :mod:`mmdesk.bench.ui`, in its own process.

python -m mmdesk.bench.window start|stream STARTED [mmdesk's own arguments]
"""

from __future__ import annotations

import json
import statistics
import sys
import time

from PySide6.QtCore import QObject, Qt, QTimer

from mmdesk import app, cli, paths
from mmdesk.bench.first_paint import FirstPaint, since_ms
from mmdesk.core.events import (
    Event,
    ModelFailed,
    ModelReady,
    TextDelta,
    TurnFailed,
    TurnFinished,
)
from mmdesk.core.requests import GenerationSettings
from mmdesk.settings import Settings

_TICK_MS = 5
_STREAM_TOKENS = 2000
_QUESTION = "What is in the picture?"


class GapMeter(QObject):
    """Milliseconds between the ticks of a precise timer on the window's thread."""

    def __init__(self) -> None:
        super().__init__()
        self.gaps_ms: list[float] = []
        self._last = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        """Begin to tick."""
        self._last = time.perf_counter()
        self._timer.start()

    def stop(self) -> None:
        """Tick no more; the unfinished gap counts."""
        self._tick()
        self._timer.stop()

    def _tick(self) -> None:
        now = time.perf_counter()
        self.gaps_ms.append(1000 * (now - self._last))
        self._last = now


def main() -> int:
    """Measure one thing and print it as JSON."""
    what, started, *arguments = sys.argv[1:]
    measurement = _Start(float(started)) if what == "start" else _Stream()
    status = app.run(cli.parse(arguments), on_start=measurement.begin)
    print(json.dumps(measurement.result))
    return status


class _Start:
    """From the start of the interpreter to a window that reacts, and on while the model loads."""

    def __init__(self, started: float) -> None:
        self.result: dict[str, float] = {}
        self._started = started
        self._meter = GapMeter()

    def begin(self, application: app.WindowApplication) -> None:
        self._application = application
        FirstPaint(application.window, self._interactive)
        application.pump.add_handler(self._event)

    def _interactive(self) -> None:
        self.result["interactive_ms"] = since_ms(self._started)
        self._meter.start()

    def _event(self, event: Event) -> None:
        if isinstance(event, ModelReady | ModelFailed):
            self._meter.stop()
            self.result["load_gap_ms"] = max(self._meter.gaps_ms)
            self._application.qt.quit()


class _Stream:
    """An answer of 2,000 tokens about a sample picture, streamed by the real engine."""

    def __init__(self) -> None:
        self.result: dict[str, float] = {}
        self._meter = GapMeter()

    def begin(self, application: app.WindowApplication) -> None:
        self._application = application
        application.pump.add_handler(self._event)

    def _event(self, event: Event) -> None:
        session = self._application.core.session
        if isinstance(event, ModelReady):
            settings = Settings(generation=GenerationSettings(max_tokens=_STREAM_TOKENS))
            self._application.core.use(settings)
            session.attach([sorted(paths.samples().glob("*.png"))[0]])
            session.submit(_QUESTION)
        elif isinstance(event, TextDelta) and not self._meter.gaps_ms:
            self._meter.start()
        elif isinstance(event, TurnFinished | TurnFailed):
            self._finish(event)

    def _finish(self, event: TurnFinished | TurnFailed) -> None:
        self._meter.stop()
        usage = event.usage if isinstance(event, TurnFinished) else None
        gaps = self._meter.gaps_ms
        self.result = {
            "tokens": usage.completion_tokens if usage else 0,
            "tokens_per_second": usage.tokens_per_second if usage else 0.0,
            "gap_p99_ms": statistics.quantiles(gaps, n=100)[98],
            "gap_worst_ms": max(gaps),
            "ticks": len(gaps),
        }
        self._application.qt.quit()


if __name__ == "__main__":
    sys.exit(main())
