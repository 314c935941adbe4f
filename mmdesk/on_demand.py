"""What is made when it is first asked for, since making it costs time or a process."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from mmdesk.core.messages import Picture
from mmdesk.core.protocols import MediaReader
from mmdesk.core.speech import Recording


class _Closes(Protocol):
    def close(self) -> None: ...


_Closing = TypeVar("_Closing", bound=_Closes)


class Once(Generic[_Closing]):
    """Makes something when it is first asked for, on whichever thread that is."""

    def __init__(self, make: Callable[[], _Closing]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._made: _Closing | None = None
        self._closed = False

    def __call__(self) -> _Closing:
        """Return it; after :meth:`close` it is closed at once, and says so to who uses it."""
        with self._lock:
            if self._made is None:
                self._made = self._make()
                if self._closed:
                    self._made.close()
            return self._made

    def close(self) -> None:
        """Close it, if it was made."""
        with self._lock:
            self._closed = True
            if self._made is not None:
                self._made.close()


class MediaOnDemand:
    """A :class:`MediaReader` that is made for the first file, on the job pool."""

    def __init__(self, make: Callable[[], MediaReader]) -> None:
        self._reader = Once(make)

    def read(self, path: Path) -> Picture | Recording:
        """Read a file. Raises ``MediaError``."""
        return self._reader().read(path)

    def read_bytes(self, data: bytes, name: str) -> Picture:
        """Read pasted or dragged image data. Raises ``MediaError``."""
        return self._reader().read_bytes(data, name)

    def close(self) -> None:
        """End the decoding process, if there is one."""
        self._reader.close()
