"""A cache that forgets what was used longest ago, bounded in number and in bytes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class BoundedCache(Generic[K, V]):
    """Keeps values within both bounds; a value that alone is too large isn't kept.

    Args:
        entries: The most values.
        size: The most bytes of all values together, by what :meth:`put` is told.
    """

    def __init__(self, entries: int, size: int) -> None:
        self._entries = entries
        self._size = size
        self._used = 0
        self._values: OrderedDict[K, tuple[V, int]] = OrderedDict()

    def __iter__(self) -> Iterator[K]:
        return iter(self._values)

    def get(self, key: K) -> V | None:
        """Return a value and count it as just used."""
        if key not in self._values:
            return None
        self._values.move_to_end(key)
        return self._values[key][0]

    def put(self, key: K, value: V, size: int) -> None:
        """Keep a value of ``size`` bytes, forgetting as many others as it takes."""
        self._used -= self._values.pop(key, (None, 0))[1]
        if size > self._size:
            return
        self._values[key] = value, size
        self._used += size
        while self._used > self._size or len(self._values) > self._entries:
            self._used -= self._values.popitem(last=False)[1][1]

    def clear(self) -> None:
        """Forget all."""
        self._values.clear()
        self._used = 0
