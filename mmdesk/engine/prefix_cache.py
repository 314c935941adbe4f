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
import torch
from transformers import DynamicCache, PreTrainedModel

from mmdesk.engine.kv_cache import beginning_of, cache_bytes, can_cut, new_cache
from mmdesk.engine.memory import kept_bytes
from mmdesk.models.hardware import is_out_of_memory

Units = npt.NDArray[np.int64]
"""One number a token: its id, or for a token of a picture a negative one made of its content."""

_LEAST = 8
"""Tokens that are worth keeping and taking over."""


@dataclass(slots=True, eq=False)
class _Kept:
    units: Units
    cache: DynamicCache
    size: int
    on_host: bool = False

    @property
    def cuttable(self) -> bool:
        return can_cut(self.cache, 0)


class PrefixCache:
    """Keeps caches within a number of bytes; those used longest ago go first.

    From a GPU they go to the host's memory, and from there away. What is taken again is copied
    back, which takes a fraction of the time that reading it again would.

    Args:
        model: Whose they are.
        size: Bytes of all of them together, on the model's device.
        cuts_pictures: Whether a beginning may end within a picture: no token looks at later ones.
        host_size: Bytes of those in the host's memory; None is what it has to spare, and none for
            a model that is there itself.
    """

    def __init__(
        self,
        model: PreTrainedModel,
        size: int,
        *,
        cuts_pictures: bool = False,
        host_size: int | None = None,
    ) -> None:
        self._model = model
        self._size = size
        self._host_size = _spare_on_host(model.device) if host_size is None else host_size
        self._cuts_pictures = cuts_pictures
        self._kept: list[_Kept] = []
        """The one used last at the end."""

    @property
    def nbytes(self) -> int:
        """What the entries take on the model's device."""
        return sum(each.size for each in self._kept if not each.on_host)

    @property
    def host_bytes(self) -> int:
        """What the entries take in the host's memory that have left the device."""
        return sum(each.size for each in self._kept if each.on_host)

    def known(self, units: Units) -> int:
        """Return how many tokens :meth:`take` would give."""
        return self._longest(units)[1]

    def take(self, units: Units) -> DynamicCache:
        """Return a cache of the longest known beginning of ``units``, never all of it.

        It is the caller's; :meth:`keep` gives it back, with what was added.
        """
        found, shared = self._longest(units)
        _forget_positions(self._model)
        if found is None:
            return new_cache(self._model)
        stays = self._should_stay(found, shared)
        if stays and not self._fits_beside(found, shared):
            stays = self._moved_to_host(found)
        if found.on_host:
            return self._back_from_host(found, shared)
        if stays:
            # What is copied is read in a moment; what is cut off would be computed again.
            self._use(found)
            self._make_room(found.size)
            return beginning_of(found.cache, shared)
        self._kept.remove(found)
        if rest := len(found.units) - shared:
            found.cache.crop(-rest)
        return found.cache

    def take_ahead(self, units: Units) -> tuple[DynamicCache, int] | None:
        """Do as :meth:`take` for what may never be asked, without losing what an entry has.

        Returns:
            The cache, and how many bytes it may come to beside that entry; None where there is
            too little room for a copy.
        """
        found, shared = self._longest(units)
        if found is None or found.on_host or not self._should_stay(found, shared):
            return self.take(units), self._size
        _forget_positions(self._model)
        if 2 * found.size > self._size:
            return None
        self._use(found)
        self._make_room(found.size)
        return beginning_of(found.cache, shared), self._size - found.size

    def keep(self, units: Units, cache: DynamicCache) -> None:
        """Keep a cache; ``units`` may go on beyond what it holds."""
        units = units[: cache.get_seq_length()]
        size = cache_bytes(cache)
        if size > self._size or len(units) < _LEAST:
            return
        new = _Kept(units, cache, size)
        within = [each for each in self._kept if _is_within(each.units, units)]
        # Without a way back, the last question can only be asked again from before it.
        earlier = [] if new.cuttable else [each for each in within if len(each.units) < len(units)]
        stays = max(earlier, key=lambda each: len(each.units), default=None)
        self._kept = [each for each in self._kept if each is stays or each not in within]
        self._make_room(size)
        self._kept.append(new)

    def forget(self) -> None:
        """Free the memory."""
        self._kept.clear()

    def _back_from_host(self, found: _Kept, shared: int) -> DynamicCache:
        self._kept.remove(found)  # or it might have to go while room is made
        self._make_room(found.size)
        cache = beginning_of(found.cache, shared, self._model.device)
        if self._should_stay(found, shared):
            self._make_room(found.size, on_host=True)
            self._kept.append(found)
        return cache

    def _longest(self, units: Units) -> tuple[_Kept | None, int]:
        best, most = None, _LEAST - 1
        for each in self._kept:
            shared = shared_beginning(each.units, units, whole=not self._cuts_pictures)
            shared = min(shared, len(units) - 1)
            if shared > most and can_cut(each.cache, shared):
                best, most = each, shared
        return best, most if best is not None else 0

    def _should_stay(self, found: _Kept, shared: int) -> bool:
        return len(found.units) > shared or not found.cuttable

    def _fits_beside(self, found: _Kept, shared: int) -> bool:
        """Whether there is room on the device for an entry and a copy of its beginning.

        Others go for that only where the two have little in common, such as instructions: of an
        edited question or an answer made again, the new one alone is wanted.
        """
        others = 2 * shared < len(found.units)
        return found.on_host or (found.size if others else self.nbytes) + found.size <= self._size

    def _use(self, found: _Kept) -> None:
        self._kept.remove(found)
        self._kept.append(found)

    def _make_room(self, size: int, *, on_host: bool = False) -> None:
        """Have so many bytes left in one of the two places."""
        most = self._host_size if on_host else self._size
        there = [each for each in self._kept if each.on_host is on_host]
        used = sum(each.size for each in there)
        for each in there:
            if used + size <= most:
                return
            used -= each.size
            if on_host or not self._moved_to_host(each):
                self._kept.remove(each)

    def _moved_to_host(self, kept: _Kept) -> bool:
        if kept.size > self._host_size:
            return False
        self._make_room(kept.size, on_host=True)
        length = kept.cache.get_seq_length()
        try:
            kept.cache = beginning_of(kept.cache, length, torch.device("cpu"), spare=False)
        except (MemoryError, RuntimeError) as error:
            if not is_out_of_memory(error):
                raise
            return False
        kept.size, kept.on_host = cache_bytes(kept.cache), True
        return True


def _spare_on_host(device: torch.device) -> int:
    # Apple's GPU shares the host's memory.
    return kept_bytes(torch.device("cpu")) if device.type == "cuda" else 0


def shared_beginning(one: Units, other: Units, *, whole: bool = True) -> int:
    """Return how many units two sequences begin with alike.

    Args:
        whole: Whether that may not end within a picture, whose tokens may look at each other.
    """
    least = min(len(one), len(other))
    differ = np.flatnonzero(one[:least] != other[:least])
    shared = int(differ[0]) if len(differ) else least
    while (
        whole
        and shared
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
