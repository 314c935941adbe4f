"""Faults in the model's process while it answers: what of the answer is kept, and what comes next.

The application below the window asks the starter, which never ends here, and a fault hits the
process in the middle: a segmentation fault, an abort, a kill, a hang (until the person presses
Stop), or no more memory. Then the next question is asked at once.
"""

from __future__ import annotations

import os
import queue
import random
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from mmdesk import compose, paths
from mmdesk.bench.endless import make_endless
from mmdesk.core.events import Event, ModelReady, TextDelta, TurnFailed, TurnFinished
from mmdesk.core.figures import Figure
from mmdesk.settings import Settings

SEED = 1
_SPARE_S = 1.0
"""On top of a reload, until the next answer begins."""
_PATIENCE_S = 90.0
_ROOM = 2**20
"""Bytes that are left to a process without memory."""
_STARVED_S = 2.0
"""Until one that goes on without more memory is stopped."""


def figures(n: int, seed: int = SEED) -> Iterator[Figure]:
    """Yield the trials that lost text, that left the next question without answer or late."""
    if sys.platform == "win32":
        return
    chance = random.Random(seed)
    kinds = list(_FAULTS) * (n // len(_FAULTS) + 1)
    chance.shuffle(kinds)
    lost, mute, late, waits = 0, 0, 0, []
    with tempfile.TemporaryDirectory(prefix="mmdesk-faults-") as name, _home(Path(name)) as home:
        application = _Application(make_endless(paths.starter(), home / "endless"))
        try:
            allowed = application.reload_s + _SPARE_S
            for number, kind in enumerate(kinds[:n]):
                kept, wait = application.trial(_FAULTS[kind], chance.randint(3, 60))
                lost += not kept
                mute += wait is None
                late += wait is not None and wait > allowed
                waits.append(_PATIENCE_S if wait is None else wait)
                if not kept or wait is None or wait > allowed:
                    print(f"trial {number}, {kind}: kept {kept}, next {wait}", file=sys.stderr)
        finally:
            application.close()
    yield Figure("faults_text_lost", lost, "trials", n, seed, 0, lower=True)
    yield Figure("faults_unanswered", mute, "trials", n, seed, 0, lower=True)
    yield Figure("faults_late", late, "trials", n, seed, 0, lower=True)
    yield Figure("faults_reload_s", application.reload_s, "s", 1, seed)
    yield Figure("faults_next_s", statistics.median(waits), "s", n, seed)


@contextmanager
def _home(folder: Path) -> Iterator[Path]:
    before = os.environ.get("MMDESK_HOME")
    os.environ["MMDESK_HOME"] = str(folder)
    try:
        yield folder
    finally:
        os.environ.pop("MMDESK_HOME")
        if before is not None:
            os.environ["MMDESK_HOME"] = before


class _Application:
    """All of mmdesk but the window.

    Attributes:
        reload_s: From a killed process to the first word of the next answer, without a fault.
    """

    def __init__(self, model: Path) -> None:
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._core = compose.build(self._events.put, Settings(model=str(model)))
        self._core.start()
        self._session = self._core.session
        self._session.start()
        self._streamed: list[str] = []
        began = time.monotonic()
        self._session.prepare_model()
        self._until(lambda event: isinstance(event, ModelReady))
        self._session.submit("Tell me everything.")
        self._until(lambda event: isinstance(event, TextDelta))
        self.reload_s = time.monotonic() - began
        self._stop()

    def close(self) -> None:
        self._core.close()

    def trial(self, fault: _Fault, pieces: int) -> tuple[bool, float | None]:
        """Ask, inject a fault after so many pieces of text, and ask again.

        Returns:
            Whether what was streamed is there, and the seconds until the next answer began.
        """
        self._streamed.clear()
        self._session.submit("Tell me everything.")
        if not self._until(lambda _event: len(self._streamed) >= pieces):
            return False, None
        engine = _engine()
        mend = fault(engine)
        if mend is not None:  # it goes on, or hangs: the person stops it
            self._until(_is_end, _STARVED_S)
            self._stop()
            mend()
        else:
            self._until(_is_end)
        text = self._session.entries[-1].message.text
        kept = text == "".join(self._streamed) and bool(text)
        self._streamed.clear()
        began = time.monotonic()
        self._session.submit("And again?")
        answered = self._until(lambda _event: bool(self._streamed))
        wait = time.monotonic() - began
        self._stop()
        return kept, wait if answered else None

    def _stop(self) -> None:
        if self._session.busy:
            self._session.stop()
            self._until(_is_end)

    def _until(self, wanted: Callable[[Event], bool], patience_s: float = _PATIENCE_S) -> bool:
        """Handle events up to one that is wanted; return whether it came."""
        deadline = time.monotonic() + patience_s
        while time.monotonic() < deadline:
            try:
                queued = self._events.get(timeout=0.02)
            except queue.Empty:
                self._session.tick()
                continue
            for event in self._session.handle(queued):
                if isinstance(event, TextDelta):
                    self._streamed.append(event.text)
                if wanted(event):
                    return True
        return False


def _is_end(event: Event) -> bool:
    return isinstance(event, TurnFinished | TurnFailed)


def _engine() -> psutil.Process:
    """Return the process that holds the model: the largest of this one's."""
    return max(psutil.Process().children(), key=lambda child: child.memory_info().rss)


_Fault = Callable[[psutil.Process], Callable[[], object] | None]
"""Hits a process; returns what mends it, where it doesn't end by itself."""


def _ends_by(number: int) -> _Fault:
    def hit(engine: psutil.Process) -> None:
        engine.send_signal(number)

    return hit


def _hang(engine: psutil.Process) -> Callable[[], object]:
    engine.suspend()
    return lambda: None  # its successor runs


def _starve(engine: psutil.Process) -> Callable[[], object]:
    soft, hard = engine.rlimit(psutil.RLIMIT_AS)
    engine.rlimit(psutil.RLIMIT_AS, (engine.memory_info().vms + _ROOM, hard))

    def mend() -> None:
        if engine.is_running():
            engine.rlimit(psutil.RLIMIT_AS, (soft, hard))

    return mend


_FAULTS: dict[str, _Fault] = {
    "segmentation fault": _ends_by(signal.SIGSEGV),
    "kill": _ends_by(signal.SIGKILL if sys.platform != "win32" else signal.SIGTERM),
    "abort": _ends_by(signal.SIGABRT),
    "hang": _hang,
    "no memory": _starve,
}
