"""The window beside an empty PySide6 window, each in fresh processes, taking turns."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mmdesk import paths
from mmdesk.bench.endless import make_endless
from mmdesk.bench.long_answers import AROUND, LATE
from mmdesk.core.figures import Figure
from mmdesk.display import display_missing

_PATIENCE_S = 600


def measure(starts: int) -> Iterator[Figure]:
    """Yield the figures of ``mmdesk bench ui``.

    Args:
        starts: How often each window is started; the first pair warms the disk cache and
            does not count.
    """
    if display_missing():
        print("no display: measured with Qt's offscreen platform", file=sys.stderr)
    pairs = [(_probe("empty_window"), _probe("window", "start")) for _ in range(starts + 1)][1:]
    empty = statistics.median(pair[0]["interactive_ms"] for pair in pairs)
    window = statistics.median(pair[1]["interactive_ms"] for pair in pairs)
    yield Figure("empty_start_ms", empty, "ms", starts)
    yield Figure("window_start_ms", window, "ms", starts)
    yield Figure("start_ratio", window / empty, "x", starts, bar=1.5, lower=True)
    gaps = [pair[1]["load_gap_ms"] for pair in pairs]
    yield Figure("load_gap_ms", statistics.median(gaps), "ms", starts, bar=50, lower=True)
    yield Figure("load_gap_worst_ms", max(gaps), "ms", starts)
    yield from _opening()
    yield from _streaming()
    yield from _flushing()
    yield from _detokenizing()


def _streaming() -> Iterator[Figure]:
    """Yield the gaps of the window while 4,000 tokens stream in from the real engine.

    The starter writes plain words; Markdown of every kind comes through the same queue, at 300
    tokens a second, in the engine's stead.
    """
    with tempfile.TemporaryDirectory(prefix="mmdesk-bench-") as folder:
        model = make_endless(paths.starter(), Path(folder) / "starter")
        stream = _probe("window", "stream", "--model", str(model))
    ticks = stream["ticks"]
    yield Figure("stream_tokens", stream["tokens"], "tokens", 1, bar=4000)
    yield Figure("stream_gap_p99_ms", stream["gap_p99_ms"], "ms", ticks, bar=16, lower=True)
    yield Figure("stream_gap_worst_ms", stream["gap_worst_ms"], "ms", ticks)
    yield Figure("stream_tokens_per_second", stream["tokens_per_second"], "tokens/s", 1)
    yield Figure("stream_cpu_share", stream["cpu_share"], "of a core", 1)
    mixed = _probe("window", "markdown")
    ticks = mixed["ticks"]
    yield Figure("markdown_gap_p99_ms", mixed["gap_p99_ms"], "ms", ticks, bar=16, lower=True)
    yield Figure("markdown_gap_worst_ms", mixed["gap_worst_ms"], "ms", ticks)
    yield Figure("markdown_cpu_share", mixed["cpu_share"], "of a core", 1, bar=0.2, lower=True)
    yield Figure("markdown_paints_per_second", mixed["paints_per_second"], "paints/s", 1)


def _flushing() -> Iterator[Figure]:
    """Yield what a flush costs at token 4,000 beside token 250, for answers of each kind."""
    result = _probe("flush")
    for kind, cost in result.items():
        ratio = cost["late"] / cost["early"]
        name = "flush_cost_ratio" if kind == "mixed" else f"flush_cost_{kind}_ratio"
        yield Figure(name, ratio, "x", 2 * AROUND, bar=1.5, lower=True)
        yield Figure(f"flush_{kind}_ms", cost["late"], "ms", 2 * AROUND)
        yield Figure(f"flush_{kind}_p99_ms", cost["p99"], "ms", LATE + AROUND)
        yield Figure(f"flush_{kind}_end_ms", cost["end"], "ms", 1)


def _detokenizing() -> Iterator[Figure]:
    """Yield what turning a token into text costs late in an answer, beside token 250."""
    early, late, latest = _probe("detokenize").values()
    yield Figure("detokenize_us", late, "us", 1)
    yield Figure("detokenize_ratio", late / early, "x", 1, bar=1.5, lower=True)
    yield Figure("detokenize_16000_ratio", latest / early, "x", 1, bar=1.5, lower=True)


def _opening() -> Iterator[Figure]:
    """Yield what it takes from the click on a conversation of 2,000 messages to its painting.

    500 of them have a picture; the peer is a conversation of 20 messages of the same kind.
    """
    result = _probe("opening")
    rounds = result["rounds"]
    for kind in ("plain", "heavy"):
        long, short = result[f"{kind}-long"], result[f"{kind}-short"]
        yield Figure(f"open_{kind}_ms", long, "ms", rounds, bar=300, lower=True)
        yield Figure(f"open_{kind}_worst_ms", result[f"{kind}-long-worst"], "ms", rounds)
        yield Figure(f"open_{kind}_short_ms", short, "ms", rounds)
        yield Figure(f"open_{kind}_ratio", long / short, "x", rounds)
    ticks = result["ticks"]
    yield Figure("scroll_gap_p99_ms", result["scroll_gap_p99_ms"], "ms", ticks, bar=16, lower=True)
    yield Figure("scroll_gap_worst_ms", result["scroll_gap_worst_ms"], "ms", ticks)


def _probe(module: str, what: str = "", *arguments: str) -> dict[str, Any]:
    """Run one window to its end, in a home of its own, and return what it measured."""
    with tempfile.TemporaryDirectory(prefix="mmdesk-bench-") as home:
        environment = os.environ | {"MMDESK_HOME": home}
        # A person's Python keeps its byte code; without it every start compiles mmdesk anew.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        if display_missing():
            environment["QT_QPA_PLATFORM"] = "offscreen"
        # CLOCK_MONOTONIC is one clock for all processes: the interpreter's start counts too.
        command = [sys.executable, "-m", f"mmdesk.bench.{module}", *filter(None, [what])]
        finished = subprocess.run(
            [*command, str(time.monotonic()), *arguments],
            env=environment,
            stdout=subprocess.PIPE,
            timeout=_PATIENCE_S,
            check=True,
            text=True,
        )
    result: dict[str, Any] = json.loads(finished.stdout.splitlines()[-1])
    return result
