"""What is made when it is first asked for, since making it costs time or a process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from mmdesk.core.messages import Picture
from mmdesk.core.protocols import EventSink, Listener, MediaReader, Sound
from mmdesk.core.sight import Pixels
from mmdesk.core.speech import Activity, AudioDevice, Recording


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

    @property
    def made(self) -> _Closing | None:
        """It, if it was made."""
        return self._made

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

    def read_region(self, picture: Picture, box: Pixels) -> Picture:
        """Cut a region out of a canonical picture, at full size. Raises ``MediaError``."""
        return self._reader().read_region(picture, box)

    def close(self) -> None:
        """End the decoding process, if there is one."""
        self._reader.close()


class ListenerOnDemand:
    """A :class:`Listener` that is made when it is to listen."""

    def __init__(self, make: Callable[[], Listener]) -> None:
        self._listener = Once(make)

    def start(self, device: str, *, hands_free: bool, silence_s: float, emit: EventSink) -> None:
        """Open a microphone and listen."""
        self._listener().start(device, hands_free=hands_free, silence_s=silence_s, emit=emit)

    def stop(self) -> None:
        """Stop listening; what is being said becomes the last utterance."""
        if (listener := self._listener.made) is not None:
            listener.stop()

    def cancel(self) -> None:
        """Stop listening and forget what is being said."""
        if (listener := self._listener.made) is not None:
            listener.cancel()

    def close(self) -> None:
        """Let go of the sound system."""
        self._listener.close()


class SoundOnDemand:
    """A :class:`Sound` that is made when there is something to hear."""

    def __init__(self, make: Callable[[], Sound]) -> None:
        self._sound = Once(make)

    def devices(self) -> tuple[AudioDevice, ...]:
        """Return the microphones. Raises ``MicrophoneError``."""
        return self._sound().devices()

    def keep(self, samples: bytes, name: str = "") -> Recording:
        """Write samples as FLAC to the staging folder. Raises ``SoundError``."""
        return self._sound().keep(samples, name)

    def read(self, recording: Recording) -> bytes:
        """Return a short recording's samples. Raises ``MediaError``."""
        return self._sound().read(recording)

    def activity(self, samples: bytes) -> Activity:
        """Return what voice activity detection finds."""
        return self._sound().activity(samples)

    def split(self, recording: Recording) -> Iterator[tuple[float, bytes]]:
        """Cut a recording of any length at its pauses. Raises ``MediaError``."""
        return self._sound().split(recording)

    def play(
        self, key: str, sound: Recording | bytes, start: float, end: float | None, emit: EventSink
    ) -> None:
        """Play from ``start`` to ``end`` (seconds); returns at once."""
        self._sound().play(key, sound, start, end, emit)

    def stop(self) -> None:
        """End what is played; returns at once."""
        if (sound := self._sound.made) is not None:
            sound.stop()

    def close(self) -> None:
        """Let go of the sound system."""
        self._sound.close()
