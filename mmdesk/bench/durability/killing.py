"""The application killed while it streams, and the application on a disk that is full."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from mmdesk.bench.durability.application import QUESTION, STREAM
from mmdesk.bench.durability.contents import Place, is_whole, reading
from mmdesk.core.errors import MmdeskError
from mmdesk.core.figures import Figure

_UNSAVED_MS = 250
_REOPEN_MS = 2000
_LIFE_S = 1.5
"""How long it streams at most before it is killed."""
_ROOM = 40_000
"""Bytes; what the questions with a full disk write at most."""


@dataclass(slots=True)
class Said:
    """What an application said of its answers, and of the text that it streamed.

    Attributes:
        questions: The ids of those that the store acknowledged.
        kept: Characters that the store acknowledged, by answer.
        settled: Characters of whole answers.
        last: The answer that was streamed last, and each of its lengths with its moment in ns.
    """

    questions: list[str] = field(default_factory=list)
    kept: dict[str, int] = field(default_factory=dict)
    settled: dict[str, int] = field(default_factory=dict)
    last: tuple[str, list[tuple[int, int]]] = ("", [])

    def take(self, line: str) -> None:
        """Take a line; one that was cut off says nothing."""
        match line.split(" ") if line.endswith("\n") else ():
            case ("turn", _, question, answer):
                self.questions.append(question)
                self.last = (answer.strip(), [])
            case ("kept", answer, length):
                self.kept[answer] = int(length)
            case ("settled", answer, length):
                self.settled[answer] = int(length)
            case ("delta", length, moment):
                self.last[1].append((int(length), int(moment)))


def measure_kills(trials: int, seed: int, folder: Path) -> Iterator[Figure]:
    """``kill -9`` at random moments while it streams; each trial goes on with the same database."""
    chance = random.Random(seed)
    home = folder / "killed"
    place, said = Place(home / "data"), Said()
    lost = broken = 0
    unsaved_ms, reopen_ms = 0.0, 0.0
    for _ in range(trials):
        killed_ns = _run_and_kill(home, chance, said)
        start = time.perf_counter()
        if not _opens(place):
            broken += 1
            continue
        reopen_ms = max(reopen_ms, 1000 * (time.perf_counter() - start))
        broken += not is_whole(place.database)
        texts = _texts(place.database)
        lost += _lost(texts, said, said.kept)
        unsaved_ms = max(unsaved_ms, _unsaved_ms(texts, said, killed_ns))
    yield Figure("kill_acknowledged_lost", lost, "characters", trials, seed, 0, lower=True)
    yield Figure("kill_unsaved_worst_ms", unsaved_ms, "ms", trials, seed, _UNSAVED_MS, lower=True)
    yield Figure("kill_integrity", broken, "failures", trials, seed, 0, lower=True)
    yield Figure("kill_reopen_worst_ms", reopen_ms, "ms", trials, seed, _REOPEN_MS, lower=True)


def measure_full_disk(points: int, seed: int, folder: Path) -> Iterator[Figure]:
    """Let the disk fill up at different sizes, and have room again after that.

    Every answer that the application had is whole in the end, and it has never ended by itself.
    """
    home = folder / "full"
    place, said = Place(home / "data"), Said()
    lost = ended = 0
    for point in range(points):
        room = _ROOM * point // points
        with _application(home, seed + point, room) as (process, lines):
            for line in lines:
                said.take(line)
            ended += process.wait() != 0
        if not _opens(place):
            ended += 1
            continue
        lost += _lost(_texts(place.database), said, said.settled)
    yield Figure("full_disk_lost", lost, "characters", points, seed, 0, lower=True)
    yield Figure("full_disk_ended", ended, "failures", points, seed, 0, lower=True)


@contextlib.contextmanager
def _application(
    home: Path, seed: int, room: int | None = None
) -> Iterator[tuple[subprocess.Popen[str], IO[str]]]:
    home.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "mmdesk.bench.durability.application", str(seed)]
    with subprocess.Popen(
        command if room is None else [*command, str(room)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "MMDESK_HOME": str(home)},
    ) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout
        finally:
            process.kill()


def _run_and_kill(home: Path, chance: random.Random, said: Said) -> int:
    """Return the moment of the kill on the monotonic clock, in ns."""
    with _application(home, chance.randrange(2**32)) as (process, lines):
        for line in lines:
            said.take(line)
            if line.startswith("delta"):
                break
        time.sleep(chance.uniform(0, _LIFE_S))
        process.send_signal(signal.SIGKILL)
        killed_ns = time.monotonic_ns()
        for line in lines:
            said.take(line)
    return killed_ns


def _opens(place: Place) -> bool:
    try:
        store = place.open()
    except MmdeskError:
        return False
    try:
        return store.mended is None and bool(store.conversations())
    finally:
        store.close()


def _texts(database: Path) -> dict[str, str]:
    with reading(database) as connection:
        rows = connection.execute("SELECT message_id, text FROM part WHERE ordinal = 0")
        return {row["message_id"]: row["text"] for row in rows}


def _lost(texts: dict[str, str], said: Said, lengths: dict[str, int]) -> int:
    """Return the characters that are not in the database; a text that is another is all lost."""
    lost = sum(not texts.get(question, "").startswith(QUESTION) for question in said.questions)
    for answer, length in lengths.items():
        text = texts.get(answer, "")
        lost += max(0, length - len(text)) if STREAM.startswith(text) else length
    return lost


def _unsaved_ms(texts: dict[str, str], said: Said, killed_ns: int) -> float:
    """Return how long before the kill the first character was streamed that isn't there."""
    answer, streamed = said.last
    saved = len(texts.get(answer, ""))
    return max((1e-6 * (killed_ns - at) for length, at in streamed if length > saved), default=0.0)
