"""Which model to take for each role on this computer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mmdesk.core.models import Fit, ModelEntry, ModelRole, Place

_CPU = "CPU"
_MOST_ON_CPU = {ModelRole.CHAT: 2_500_000_000, ModelRole.SPEECH: 300_000_000}
"""Parameters with which a processor alone still answers within some seconds: it reads all of them
for each word, and more may fit into its memory and yet make nobody happy."""


def with_recommended(entries: Sequence[ModelEntry], order: Sequence[str]) -> list[ModelEntry]:
    """Return the entries, one of each role marked as the one to take.

    It is the first of the catalogue, which is in order of preference, that fits into the memory
    with room to spare and, where only the CPU computes, is small enough to answer in tolerable
    time. On the disk or not makes no difference, but an entry that is here is marked before
    the same model elsewhere.

    Args:
        order: The catalogue's ids, the best first.
    """
    chosen = {role: _first(entries, order, role) for role in ModelRole}
    return [
        replace(entry, recommended=True) if entry is chosen[entry.role] else entry
        for entry in entries
    ]


def _first(
    entries: Sequence[ModelEntry], order: Sequence[str], role: ModelRole
) -> ModelEntry | None:
    rank = {model_id: number for number, model_id in enumerate(order)}
    suited = [
        entry
        for entry in entries
        if entry.role is role and entry.id in rank and entry.problem is None and _suits(entry)
    ]
    return min(
        suited,
        key=lambda entry: (rank[entry.id], entry.place is not Place.DOWNLOADED),
        default=None,
    )


def _suits(entry: ModelEntry) -> bool:
    estimate = entry.estimate
    if estimate is None or estimate.fit is not Fit.FITS:
        return False
    most = _MOST_ON_CPU.get(entry.role)
    return estimate.device != _CPU or most is None or (entry.parameters or 0) <= most
