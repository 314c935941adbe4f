"""Whether text makes the window fetch, read or open something, or comes back changed.

The window is a real one, in a process of its own (:mod:`mmdesk.bench.security.text_window`).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from mmdesk.core.figures import Figure

COUNTS = ("text_requests", "text_foreign_reads", "text_navigations", "text_changed")
_PATIENCE_S = 60
_PER_PAYLOAD_S = 10


def figures(n: int = 300, seed: int = 1) -> Iterator[Figure]:
    """Yield how often a window did what ``n`` payloads want; reads are None where unseen.

    Each is shown as a question and as an answer, live and kept, after it was exported and imported;
    its tool tips are shown and its links clicked.
    """
    with tempfile.TemporaryDirectory(prefix="mmdesk-text-") as name:
        counts = measured([sys.executable, "-m", f"{__package__}.text_window"], n, seed, Path(name))
    for figure in COUNTS:
        yield Figure(figure, counts[figure], "times", n, seed, bar=0, lower=True)


def measured(command: list[str], n: int, seed: int, folder: Path) -> dict[str, int | None]:
    """Return what a window's process counted.

    Args:
        command: Starts it; ``n``, ``seed`` and a folder for its files are added.
    """
    (folder / "home").mkdir()
    environment = os.environ | {
        "MMDESK_HOME": str(folder / "home"),
        "QT_QPA_PLATFORM": "offscreen",
        "QT_LOGGING_RULES": "default.warning=false",  # of each tool tip, that it can't be raised
    }
    finished = subprocess.run(
        [*command, str(n), str(seed), str(folder)],
        env=environment,
        stdout=subprocess.PIPE,
        timeout=_PATIENCE_S + n * _PER_PAYLOAD_S,
        check=True,
        text=True,
    )
    counts: dict[str, int | None] = json.loads(finished.stdout.splitlines()[-1])
    return counts
