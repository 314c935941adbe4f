"""All faults, one after the other."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mmdesk.bench.durability import (
    damage,
    exchanging,
    faults,
    killing,
    migrating,
    opening,
    searching,
)
from mmdesk.bench.durability.contents import quiet
from mmdesk.core.figures import Figure

SEED = 1


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of each fault.

    Attributes:
        conversations: That are exported and imported.
        messages: That are searched.
        long: Messages of the conversation that is opened.
        every: 1 where all system calls and statements fail.
    """

    kills: int = 200
    files: int = 500
    rows: int = 1000
    points: int = 100
    conversations: int = 1000
    messages: int = 100_000
    long: int = 2000
    every: int = 1


def measure(counts: Counts, seed: int = SEED) -> Iterator[Figure]:
    """Yield the figures as they come; those of system calls are None without strace.

    POSIX only: nothing is killed or made to fail elsewhere.
    """
    if sys.platform == "win32":
        print("not measured on Windows: its faults are made by POSIX means", file=sys.stderr)
        return
    with tempfile.TemporaryDirectory() as name, quiet():
        folder = Path(name)
        yield from killing.measure_kills(counts.kills, seed, folder)
        if not faults.can_trace():
            print("strace can't trace here: save_call_failed is not measured", file=sys.stderr)
        yield from faults.measure(seed, folder, counts.every)
        yield from damage.measure_files(counts.files, seed, folder)
        yield damage.measure_rows(counts.rows, seed, folder)
        yield migrating.measure(folder, counts.every)
        yield from killing.measure_full_disk(counts.points, seed, folder)
        yield exchanging.measure(counts.conversations, seed, folder)
        yield from searching.measure(counts.messages, seed, folder)
        yield opening.measure(counts.long, seed, folder)
