"""What many turns leave in memory: the starter answers about new pictures, in its own process.

Every turn shows two pictures that were never seen before, so that every cache is full before the
turns that count; the one of conversations gets a small budget for that. From then on what the
process holds (its resident set) must stay: its *slope* is that of a straight line fitted by least
squares, told with its 95 % interval (which takes turns to be independent of each other; they aren't
quite, so that it is rather too narrow). *About zero* is a slope of at most 2 KB a turn.

What a C library has handed out and not got back is told apart, where it is glibc: that grows with a
leak, while the resident set also grows with the holes between what is in use.
"""

from __future__ import annotations

import ctypes
import math
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from mmdesk import paths
from mmdesk.bench.peers import SEED, ignored, photos
from mmdesk.core.figures import Figure
from mmdesk.core.messages import Message, Picture, assistant_message, user_message
from mmdesk.core.requests import AnswerQuestion, GenerationSettings, LoadModel
from mmdesk.engine.local import LocalChatEngine
from mmdesk.session.threads import spawn

BUDGET = 32 * 2**20
"""Bytes of the conversation cache: eight conversations of this kind."""
WARM_UP = 50
"""Turns until all caches are full: the largest number of entries is 64, of pictures."""
BAR_KB = 2.0
"""A thousand turns may leave two megabytes, which is what an allocator's rests come to."""
_PHOTO = (320, 240)
_PICTURES = 2
_TURNS = 3
"""Of a conversation; then another one begins."""
_ANSWER = 32
_QUESTIONS = ("How many stars are there?", "What color is the circle?", "Where is the square?")
_STUDENT = 1.98
"""The 97.5 % quantile of Student's t at 100 degrees of freedom or more, rounded up."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What was held after a turn, in bytes.

    Attributes:
        resident: By the process.
        cached: By the conversation cache.
        in_use: Of what malloc handed out; None where that isn't known.
        handles: Files, pipes and sockets that are open; 0 where that isn't known.
        threads: That the process has.
    """

    resident: int
    cached: int
    in_use: int | None = None
    handles: int = 0
    threads: int = 0


@dataclass(frozen=True, slots=True)
class Trend:
    """A straight line through values at equal distances.

    Attributes:
        slope: A step's growth.
        margin: How far the true slope is from it at most, with 95 %.
    """

    slope: float
    margin: float


def measure(turns: int, budget: int = BUDGET, warm_up: int = WARM_UP) -> Iterator[Figure]:
    """Yield the figures of ``mmdesk bench memory``.

    Args:
        turns: Fewer than ``warm_up`` and some have no slope; 200 are published.
    """
    held = hold(paths.starter(), turns, budget)
    within = sum(turn.cached <= budget for turn in held) / len(held)
    yield Figure("cache_within_budget", within, "share", len(held), SEED, bar=1)
    later = [turn.resident / 1024 for turn in held[warm_up:]]
    slope = trend(later) if len(later) > 2 else None
    n = len(later)
    unit = "KB/turn"
    if slope is None:
        yield Figure("rss_slope_kb_per_turn", None, unit, n, SEED, BAR_KB, lower=True)
    else:
        yield Figure("rss_slope_kb_per_turn", slope.slope, unit, n, SEED, BAR_KB, lower=True)
        yield Figure("rss_slope_95_low", slope.slope - slope.margin, unit, n, SEED)
        yield Figure("rss_slope_95_high", slope.slope + slope.margin, unit, n, SEED)
    used = [turn.in_use / 1024 for turn in held[warm_up:] if turn.in_use is not None]
    growth = trend(used).slope if len(used) > 2 else None
    yield Figure("in_use_slope_kb_per_turn", growth, unit, len(used), SEED)
    for name in ("handles", "threads"):
        grown = getattr(held[-1], name) - getattr(held[min(warm_up, len(held) - 1)], name)
        yield Figure(f"{name}_grown", grown, "", n, SEED, 0, lower=True)
    most = max(turn.cached for turn in held)
    yield Figure("cache_most", most / 2**20, "MiB", len(held), SEED)
    yield Figure("cache_budget", budget / 2**20, "MiB", 1)
    for name, number in (("first", 0), ("warm", min(warm_up, len(held) - 1)), ("last", -1)):
        yield Figure(f"rss_{name}", held[number].resident / 2**20, "MiB", 1, SEED)


def hold(model: Path, turns: int, budget: int) -> list[Turn]:
    """Have a process of its own answer ``turns`` questions; return what it held after each."""
    with tempfile.TemporaryDirectory(prefix="mmdesk-memory-") as name:
        shown = tuple(photos(Path(name), _PHOTO, _PICTURES * turns))
        child = spawn("mmdesk bench memory", answer_all, str(model), shown, budget)
        try:
            return [child.connection.recv() for _ in range(turns)]
        finally:
            child.kill()


def answer_all(
    connection: Connection, model: str, pictures: tuple[Picture, ...], budget: int
) -> None:
    """Answer a question about each pair of pictures; send a :class:`Turn` after each."""
    import psutil

    from mmdesk.engine import memory

    memory._MOST_KEPT = budget
    engine = LocalChatEngine()
    engine.load(LoadModel(Path(model), "cpu"), ignored)
    process = psutil.Process()
    talk: list[Message] = []
    for number in range(len(pictures) // _PICTURES):
        if number % _TURNS == 0:
            talk = []
        question = _QUESTIONS[number % len(_QUESTIONS)]
        talk.append(user_message(question, pictures[_PICTURES * number :][:_PICTURES]))
        settings = GenerationSettings(max_tokens=_ANSWER)
        request = AnswerQuestion(str(number), tuple(talk), settings)
        finished = engine.answer(request, ignored, lambda: False)
        talk.append(assistant_message(finished.text))
        assert engine._loaded is not None
        cached = engine._loaded.reader.nbytes
        handles = getattr(process, "num_fds" if os.name == "posix" else "num_handles")()
        resident, threads = process.memory_info().rss, process.num_threads()
        connection.send(Turn(resident, cached, _in_use(), handles, threads))


class _Mallinfo2(ctypes.Structure):
    """mallinfo(3)."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in (
            "arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks",
            "fordblks", "keepcost",
        )
    ]  # fmt: skip


def _in_use() -> int | None:
    """Return what malloc has handed out, in all arenas and mappings; None without glibc."""
    if sys.platform != "linux":
        return None
    call = getattr(ctypes.CDLL(None), "mallinfo2", None)
    if call is None:
        return None
    call.restype = _Mallinfo2
    found = call()
    return int(found.uordblks + found.hblkhd)


def trend(values: Sequence[float]) -> Trend:
    """Fit a line to at least three values."""
    x = np.arange(len(values), dtype=float)
    x -= x.mean()
    y = np.asarray(values) - np.mean(values)
    spread = float((x**2).sum())
    slope = float((x * y).sum()) / spread
    rest = float(((y - slope * x) ** 2).sum()) / (len(values) - 2)
    return Trend(slope, _STUDENT * math.sqrt(rest / spread))
