"""How long hostile Markdown holds the window's thread, shown as an answer: live, and kept.

python -m mmdesk.bench.security.markdown COUNT SEED
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from mmdesk.bench.security.markdown_documents import documents
from mmdesk.core.conversations import Entry, StopReason
from mmdesk.core.events import TurnFinished
from mmdesk.core.figures import Figure
from mmdesk.core.messages import assistant_message
from mmdesk.ui.chat.pane import ChatPane
from mmdesk.ui.theme import Theme

BAR_S = 0.5
_PATIENCE_S = 120
_PER_DOCUMENT_S = 20


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds of the window's thread, without what other programs took of it."""

    name: str
    live: float
    kept: float

    @property
    def longer(self) -> float:
        """The longer of both."""
        return max(self.live, self.kept)


def figures(n: int = 665, seed: int = 1) -> Iterator[Figure]:
    """Yield how many of ``n`` documents took over 0.5 s, and how long the worst one took."""
    took = list(measured(n, seed))
    slow = [each for each in took if each.longer > BAR_S]
    for each in slow:
        print(f"{each.name}: live {each.live:.2f} s, kept {each.kept:.2f} s", file=sys.stderr)
    yield Figure("markdown_over_half_second", len(slow), "times", n, seed, bar=0, lower=True)
    worst = max(each.longer for each in took)
    yield Figure("markdown_worst_s", worst, "s", n, seed, bar=BAR_S, lower=True)


def measured(n: int, seed: int) -> Iterator[Took]:
    """Yield the times of each document, of a window in a process of its own."""
    finished = subprocess.run(
        [sys.executable, "-m", "mmdesk.bench.security.markdown", str(n), str(seed)],
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        stdout=subprocess.PIPE,
        timeout=_PATIENCE_S + n * _PER_DOCUMENT_S,
        check=True,
        text=True,
    )
    for line in finished.stdout.splitlines():
        yield Took(**json.loads(line))


def main() -> int:
    """Show each document and print its times as a line of JSON."""
    count, seed = int(sys.argv[1]), int(sys.argv[2])
    application = QApplication([])
    theme = Theme(application)
    theme.use_font()
    theme.apply()
    pane = ChatPane()
    pane.resize(900, 700)
    pane.show()
    _live(pane, "# Warm *up*\n\n`a` $x^2$\n\n| a |\n|---|\n| b |\n\n```py\na = 1\n```\n")
    for name, text in documents(count, seed):
        live, kept = (_seconds(pane, text, show) for show in (_live, _kept))
        print(json.dumps({"name": name, "live": live, "kept": kept}), flush=True)
    return 0


def _seconds(pane: ChatPane, text: str, show: Callable[[ChatPane, str], None]) -> float:
    began = time.thread_time()
    show(pane, text)
    QCoreApplication.processEvents()
    pane.grab()
    took = time.thread_time() - began
    pane.clear()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    QCoreApplication.processEvents()
    return took


def _live(pane: ChatPane, text: str) -> None:
    pane.begin_answer("turn", "Model")
    pane.append_text("turn", text, 1)
    pane.finish_answer("turn", TurnFinished("turn", StopReason.STOP, text, None))


def _kept(pane: ChatPane, text: str) -> None:
    pane.show_entries((Entry("a", assistant_message(text)),))
    pane.view_of(0)


if __name__ == "__main__":
    sys.exit(main())
