"""What showing one delta of an answer costs, early and late in it; run by :mod:`mmdesk.bench.ui`.

python -m mmdesk.bench.flush STARTED [KIND ...]

A flush is taking a delta of one token up to the end of the painting that shows it, in the chat
pane of a shown window that is full already, as in any conversation but the first answer's first
lines. Its cost is the time that the window's thread computes: what other processes do meanwhile
changes nothing.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from dataclasses import dataclass

from PySide6.QtWidgets import QApplication

from mmdesk.bench.long_answers import AROUND, EARLY, KINDS, LATE, tokens
from mmdesk.core.conversations import Entry, StopReason, Usage
from mmdesk.core.events import TurnFinished
from mmdesk.core.messages import assistant_message
from mmdesk.ui.chat.pane import ChatPane


@dataclass(frozen=True, slots=True)
class FlushCost:
    """Milliseconds of one kind of answer.

    Attributes:
        early: The mean around token 250.
        late: The mean around token 4,000.
        p99: Of all flushes.
        worst: The longest of all.
        end: The flush that closes the answer.
    """

    early: float
    late: float
    p99: float
    worst: float
    end: float


def main() -> int:
    """Measure the kinds that are named, or all, and print them as JSON."""
    application = QApplication(sys.argv[:1])
    pane = ChatPane()
    pane.resize(1020, 760)
    pane.show()
    application.processEvents()
    _measured(pane, "mixed", 4 * EARLY)  # fonts, lexers and ziamath are loaded once
    result = {}
    for kind in sys.argv[2:] or KINDS:
        cost = _measured(pane, kind, LATE + AROUND)
        result[kind] = {name: getattr(cost, name) for name in FlushCost.__slots__}
    print(json.dumps(result))
    return 0


def _measured(pane: ChatPane, kind: str, count: int) -> FlushCost:
    pieces = tokens(kind, count)
    before = "\n\n".join("".join(tokens("paragraph", 60)) for _ in range(12))
    pane.show_entries((Entry("before", assistant_message(before)),))
    pane.begin_answer("turn", "Model")
    QApplication.processEvents()
    times = []
    for piece in pieces:
        began = time.thread_time()
        pane.append_text("turn", piece, 1)
        QApplication.processEvents()
        times.append(1000 * (time.thread_time() - began))
    usage = Usage(0, count, 1.0, 1.0)
    began = time.thread_time()
    pane.finish_answer("turn", TurnFinished("turn", StopReason.LENGTH, "".join(pieces), usage))
    QApplication.processEvents()
    end = 1000 * (time.thread_time() - began)
    early = statistics.mean(times[EARLY - AROUND : EARLY + AROUND])
    late = statistics.mean(times[-2 * AROUND :])
    return FlushCost(early, late, statistics.quantiles(times, n=100)[98], max(times), end)


if __name__ == "__main__":
    sys.exit(main())
