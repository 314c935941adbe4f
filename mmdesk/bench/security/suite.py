"""All of ``mmdesk bench security``, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mmdesk.bench import memory
from mmdesk.bench.security import archives, faults, markdown, offline, pictures, secrets, text
from mmdesk.core.figures import Figure

SEED = 1


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of each; those that are published.

    Attributes:
        turns: Of the starter, each with two pictures.
        warm_up: Of them, until what is held should stay.
    """

    pictures: int = 100_000
    payloads: int = 300
    documents: int = 665
    archives: int = 200
    faults: int = 50
    turns: int = 2000
    warm_up: int = 500


def measure(counts: Counts, seed: int = SEED) -> Iterator[Figure]:
    """Yield the figures as they come; None where something can't be measured on this system."""
    yield from offline.figures()
    yield from text.figures(counts.payloads, seed)
    yield from markdown.figures(counts.documents, seed)
    yield from archives.figures(counts.archives, seed)
    yield from secrets.figures()
    yield from faults.figures(counts.faults, seed)
    yield from memory.measure(counts.turns, warm_up=counts.warm_up)
    yield from pictures.figures(counts.pictures, seed)
