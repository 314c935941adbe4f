"""Which examples are kept apart to measure on: by picture, never by line."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mmdesk.training.own.folder import Entry


@dataclass(frozen=True, slots=True)
class Parts:
    """Two lists of examples that have no picture in common."""

    training: tuple[Entry, ...]
    held_out: tuple[Entry, ...]


def split(entries: Sequence[Entry], digests: Mapping[Path, str], share: float) -> Parts:
    """Keeps apart a `share` of the pictures, one at least; none where `share` is 0.

    Which ones is told by a hash of the pictures' content, so the order of the lines and the names
    of the files change nothing. Pictures that one example shows together stay together.
    """
    groups = _groups(entries, digests)
    names = sorted(set(groups.values()), key=_rank)
    count = min(len(names) - 1, max(1, round(share * len(names)))) if share > 0 else 0
    apart = set(names[: max(0, count)])
    sides: tuple[list[Entry], list[Entry]] = [], []
    for entry in entries:
        sides[groups[digests[entry.pictures[0]]] in apart].append(entry)
    return Parts(tuple(sides[0]), tuple(sides[1]))


def _groups(entries: Sequence[Entry], digests: Mapping[Path, str]) -> dict[str, str]:
    """The group of each picture, by digest: those that some example shows together."""
    leader: dict[str, str] = {digest: digest for digest in digests.values()}

    def first(digest: str) -> str:
        while leader[digest] != digest:
            leader[digest] = leader[leader[digest]]
            digest = leader[digest]
        return digest

    for entry in entries:
        ends = [first(digests[path]) for path in entry.pictures]
        for end in ends:
            leader[first(end)] = min(first(end), first(ends[0]))
            leader[first(ends[0])] = first(end)
    return {digest: first(digest) for digest in leader}


def _rank(digest: str) -> str:
    return hashlib.sha256(digest.encode()).hexdigest()
