"""Opening and scrolling long conversations of a real store; run by :mod:`mmdesk.bench.ui`.

python -m mmdesk.bench.opening STARTED [mmdesk's own arguments]
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

from PySide6.QtCore import QTimer

from mmdesk import app, cli, paths
from mmdesk.bench.first_paint import FirstPaint, since_ms
from mmdesk.bench.long_conversation import entries, tree
from mmdesk.bench.window_measures import GapMeter
from mmdesk.core.events import ConversationLoaded, Event, ModelFailed, ModelReady
from mmdesk.store.sqlite import SqliteStore

MESSAGES, PICTURES = 2000, 500
_SHORT, _SHORT_PICTURES = 20, 5
_ROUNDS = 5
_CALM_MS = 1500
"""Between two openings: all that the window does by itself is done by then."""
_STEPS, _STEP_PX, _STEP_MS = 300, 80, 16


def main() -> int:
    """Fill a store, open what is in it, print what was measured as JSON."""
    arguments = sys.argv[2:]
    _fill()
    measurement = _Opening()
    status = app.run(cli.parse(arguments), on_start=measurement.begin)
    print(json.dumps(measurement.result))
    return status


def _fill() -> None:
    store = SqliteStore(paths.database(), paths.attachments(), paths.backups())
    with tempfile.TemporaryDirectory(prefix="mmdesk-bench-") as folder:
        for kind in ("plain", "heavy"):
            for length, messages, pictures in (
                ("long", MESSAGES, PICTURES),
                ("short", _SHORT, _SHORT_PICTURES),
            ):
                name = f"{kind}-{length}"
                made = entries(Path(folder) / name, messages, pictures, heavy=kind == "heavy")
                store.add_tree(tree(name, made))
    store.close()


class _Opening:
    """Opens conversations in turn, then scrolls through the heavy one."""

    def __init__(self) -> None:
        self.result: dict[str, float] = {}
        self._times: dict[str, list[float]] = {}
        names = ["plain-long", "plain-short", "heavy-short", "heavy-long"]
        self._order = iter(names * _ROUNDS)
        self._name = ""
        self._began = 0.0
        self._meter = GapMeter()

    def begin(self, application: app.WindowApplication) -> None:
        """Wait for the model: what is measured is the window alone."""
        self._application = application
        application.window.resize(1280, 800)
        application.pump.add_handler(self._event)

    def _event(self, event: Event) -> None:
        if isinstance(event, ModelReady | ModelFailed):
            QTimer.singleShot(_CALM_MS, self._open_next)
        elif isinstance(event, ConversationLoaded) and self._name:
            column = self._application.window.chat.pane.widget()
            if column is not None:
                FirstPaint(column, self._painted)

    def _open_next(self) -> None:
        self._name = next(self._order, "")
        if not self._name:
            self._scroll()
            return
        self._began = time.monotonic()
        self._application.core.session.open_conversation(self._name)

    def _painted(self) -> None:
        self._times.setdefault(self._name, []).append(since_ms(self._began))
        QTimer.singleShot(_CALM_MS, self._open_next)

    def _scroll(self) -> None:
        steps = iter(range(_STEPS))
        bar = self._application.window.chat.pane.verticalScrollBar()
        timer = QTimer(self._application.window)

        def step() -> None:
            if next(steps, None) is None:
                timer.stop()
                self._finish()
            else:
                bar.setValue(bar.value() - _STEP_PX)

        timer.timeout.connect(step)
        self._meter.start()
        timer.start(_STEP_MS)

    def _finish(self) -> None:
        self._meter.stop()
        for name, times in self._times.items():
            self.result[name] = statistics.median(times)
            self.result[f"{name}-worst"] = max(times)
        self.result["rounds"] = _ROUNDS
        self.result["scroll_gap_p99_ms"] = statistics.quantiles(self._meter.gaps_ms, n=100)[98]
        self.result["scroll_gap_worst_ms"] = max(self._meter.gaps_ms)
        self.result["ticks"] = len(self._meter.gaps_ms)
        self._application.qt.quit()


if __name__ == "__main__":
    sys.exit(main())
