"""What a model has read before: keys and values of whole conversations, found again by prefix.

An entry is the sequence of tokens that its keys and values are of; those that stand for a picture
count by the picture's content. A new prompt takes over what it shares the longest beginning with.
Whether that is a follow-up, an edited question, an answer made again or a conversation that was
left and opened again makes no difference.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from transformers import DynamicCache, PreTrainedModel

from mmdesk.engine.kv_cache import beginning_of, cache_bytes, can_cut, new_cache

Units = npt.NDArray[np.int64]
"""One number a token: its id, or for a token of a picture a negative one made of its content."""

_LEAST = 8
"""Tokens that are worth keeping and taking over."""


@dataclass(slots=True, eq=False)
class _Kept:
    units: Units
    cache: DynamicCache
    size: int


class PrefixCache:
    """Keeps caches within a number of bytes; those used longest ago go first.

    Args:
        model: Whose they are.
        size: Bytes of all of them together.
    """

    def __init__(self, model: PreTrainedModel, size: int) -> None:
        self._model = model
        self._size = size
        self._kept: list[_Kept] = []
        """The one used last at the end."""

    @property
    def nbytes(self) -> int:
        """What the entries take."""
        return sum(each.size for each in self._kept)

    def take(self, units: Units) -> DynamicCache:
        """Return a cache of the longest known beginning of ``units``, never all of it.

        It is the caller's; :meth:`keep` gives it back, with what was added.
        """
        found, shared = self._longest(units)
        _forget_positions(self._model)
        if found is None:
            return new_cache(self._model)
        self._kept.remove(found)
        rest = len(found.units) - shared
        if rest and self.nbytes + 2 * found.size <= self._size:
            # What is copied is read in a moment; what is cut off would be computed again.
            self._kept.append(found)
            return beginning_of(found.cache, shared)
        if rest:
            found.cache.crop(-rest)
        return found.cache

    def keep(self, units: Units, cache: DynamicCache) -> None:
        """Keep a cache; ``units`` may go on beyond what it holds."""
        units = units[: cache.get_seq_length()]
        size = cache_bytes(cache)
        if size > self._size or len(units) < _LEAST:
            return
        self._kept = [each for each in self._kept if not _is_within(each.units, units)]
        self._kept.append(_Kept(units, cache, size))
        while self.nbytes > self._size:
            self._kept.pop(0)

    def forget(self) -> None:
        """Free the memory."""
        self._kept.clear()

    def _longest(self, units: Units) -> tuple[_Kept | None, int]:
        best, most = None, _LEAST - 1
        for each in self._kept:
            shared = min(shared_beginning(each.units, units), len(units) - 1)
            if shared > most and can_cut(each.cache, shared):
                best, most = each, shared
        return best, most


def shared_beginning(one: Units, other: Units) -> int:
    """Return how many units two sequences begin with alike, whole pictures only."""
    least = min(len(one), len(other))
    differ = np.flatnonzero(one[:least] != other[:least])
    shared = int(differ[0]) if len(differ) else least
    # Tokens of a picture may look at each other: none of them without the rest.
    while (
        shared
        and one[shared - 1] < 0
        and any(shared < len(each) and each[shared] < 0 for each in (one, other))
    ):
        shared -= 1
    return shared


def _is_within(units: Units, others: Units) -> bool:
    return len(units) <= len(others) and bool((units == others[: len(units)]).all())


def _forget_positions(model: PreTrainedModel) -> None:
    """Have an M-RoPE model find out anew by how much positions are ahead of tokens.

    It keeps that of the last prompt, which may have been another conversation's, and believes it
    where a cache is given.
    """
    base: Any = model.base_model
    if getattr(base, "rope_deltas", None) is not None:
        base.rope_deltas = None
