"""What is measured in mmdesk's window, from inside (:mod:`mmdesk.bench.window`)."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QWidget

from mmdesk import app, paths
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
from mmdesk.session.threads import start_thread
from mmdesk.settings import Settings

_TICK_MS = 5
_CALM_MS = 2500
"""Between the model and what is measured: all that the window does by itself is done by then."""
_STREAM_TOKENS = 4000
_RATE = 300
"""Tokens a second: more than this hardware class writes, and all that a person could want."""
_QUESTION = "What is in the picture?"


class Measurement(Protocol):
    """Begins with the application, and has a result when that has ended."""

    result: dict[str, float]

    def begin(self, application: app.WindowApplication) -> None: ...


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


class CpuMeter:
    """The share of one core that the window's process takes, all its threads together."""

    def start(self) -> None:
        """Begin to count."""
        self._cpu, self._wall = time.process_time(), time.monotonic()

    def share(self) -> float:
        """Return the share since the start, 1.0 for a whole core."""
        return (time.process_time() - self._cpu) / (time.monotonic() - self._wall)


class PaintMeter(QObject):
    """Counts how often anything of a widget is painted."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.paints = 0
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.paints += event.type() is QEvent.Type.Paint
        return False


def measurement(what: str, started: float) -> Measurement:
    """Return what is to be measured: ``start``, ``stream`` or ``markdown``.

    Args:
        started: When the process did, in seconds of ``time.time()``.
    """
    kinds: dict[str, Callable[[], Measurement]] = {
        "start": lambda: _Start(started),
        "stream": _Stream,
        "markdown": _Markdown,
    }
    return kinds[what]()


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
    """An answer of 4,000 tokens about a sample picture, streamed by the real engine."""

    def __init__(self) -> None:
        self.result: dict[str, float] = {}
        self._meter = GapMeter()
        self._cpu = CpuMeter()

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
            self._cpu.start()
        elif isinstance(event, TurnFinished | TurnFailed):
            self._finish(event)

    def _finish(self, event: TurnFinished | TurnFailed) -> None:
        self._meter.stop()
        share = self._cpu.share()
        usage = event.usage if isinstance(event, TurnFinished) else None
        gaps = self._meter.gaps_ms
        self.result = {
            "tokens": usage.completion_tokens if usage else 0,
            "tokens_per_second": usage.tokens_per_second if usage else 0.0,
            "gap_p99_ms": _p99(gaps),
            "gap_worst_ms": max(gaps),
            "ticks": len(gaps),
            "cpu_share": share,
        }
        self._application.qt.quit()


class _Markdown:
    """An answer of 4,000 tokens of Markdown, put into the window's queue as an engine does."""

    def __init__(self) -> None:
        self.result: dict[str, float] = {}
        self._meter = GapMeter()
        self._cpu = CpuMeter()
        from mmdesk.bench.long_answers import tokens

        self._tokens = deque(tokens("mixed", _STREAM_TOKENS))

    def begin(self, application: app.WindowApplication) -> None:
        self._application = application
        application.pump.add_handler(self._event)

    def _event(self, event: Event) -> None:
        if isinstance(event, ModelReady | ModelFailed):
            QTimer.singleShot(_CALM_MS, self._start)

    def _start(self) -> None:
        chat = self._application.window.chat
        self._pane = chat.pane
        self._pane.begin_answer("markdown", "Model")
        chat.handle(TextDelta("markdown", "", 0))  # the pane takes the start page's place
        self._application.pump.add_handler(self._show)
        self._paint_meter = PaintMeter(self._pane.views[-1])
        self._began = time.monotonic()
        self._meter.start()
        self._cpu.start()
        start_thread("tokens", self._write)

    def _write(self) -> None:
        for number in range(_STREAM_TOKENS):
            time.sleep(max(0.0, self._began + number / _RATE - time.monotonic()))
            self._application.pump.put(TextDelta("markdown", self._tokens.popleft(), 1))

    def _show(self, event: Event) -> None:
        if isinstance(event, TextDelta):
            self._pane.append_text(event.turn, event.text, event.tokens)
            if not self._tokens:
                self._finish()

    def _finish(self) -> None:
        self._meter.stop()
        gaps = self._meter.gaps_ms
        seconds = time.monotonic() - self._began
        self.result = {
            "gap_p99_ms": _p99(gaps),
            "gap_worst_ms": max(gaps),
            "ticks": len(gaps),
            "cpu_share": self._cpu.share(),
            "paints_per_second": self._paint_meter.paints / seconds,
        }
        self._application.qt.quit()


def _p99(gaps: Sequence[float]) -> float:
    import statistics  # not part of the start that is measured

    return statistics.quantiles(gaps, n=100)[98]
