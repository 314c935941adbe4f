"""One microphone, from opening to closing, on the only thread that calls the driver for it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from mmdesk.audio.devices import find_microphone
from mmdesk.audio.leaving import active
from mmdesk.audio.portaudio import (
    LATENCY_S,
    close,
    microphone_error,
    no_source,
    opened,
    portaudio,
    refresh,
)
from mmdesk.audio.samples import StartThread
from mmdesk.core.errors import (
    InternalError,
    MicrophoneError,
    MicrophoneMissing,
    MicrophoneUnusable,
    MmdeskError,
)
from mmdesk.core.speech import AudioDevice
from mmdesk.core.values import value

_log = logging.getLogger(__name__)

_CHANNELS_MANY = 16
"""A device with more is a sound server's: it mixes down to what is asked for."""
_RATES = (48_000, 44_100, 16_000)
_CLOSE_WAIT_S = 1.5


@value
class Opened:
    """The driver has started; blocks follow. ``device`` is its name."""

    device: str
    rate: int
    channels: int


@value
class Block:
    """Interleaved 32-bit floats, and when they came (monotonic seconds)."""

    samples: bytes
    at: float
    overflow: bool


@value
class Failed:
    """It could not be opened."""

    error: MmdeskError


@value
class Ended:
    """The driver gives no more; after :meth:`Microphone.close`, or because the device is gone."""


Report = Opened | Block | Failed | Ended


class Microphone:
    """Opens a device at its own rate and reports what comes; no call waits for the driver.

    Args:
        device: A name; "" is the system's default.
        report: Takes reports from the driver's threads: ``Failed``, or ``Opened``, blocks and
            ``Ended``.
        after: The microphone before this one, which may still hold the device.
    """

    def __init__(
        self,
        start_thread: StartThread,
        device: str,
        report: Callable[[Report], None],
        after: Microphone | None,
    ) -> None:
        self._device = device
        self._report = report
        self._after = after
        self._closing = threading.Event()
        self._closed = threading.Event()
        self._started = False
        start_thread("microphone", self._run)

    def close(self) -> None:
        """Let go of the device, soon."""
        self._closing.set()

    def _run(self) -> None:
        with active(self, self.close):
            try:
                if self._after:
                    self._after._closed.wait(_CLOSE_WAIT_S)
                    self._after = None
                self._hold()
            except MmdeskError as error:
                self._report(Failed(error))
            except Exception as error:
                _log.exception("microphone")
                self._report(Failed(InternalError.of(error)))
            finally:
                self._closed.set()

    def _hold(self) -> None:
        if self._closing.is_set():
            return
        stream = self._open()
        self._closing.wait()
        started = time.monotonic()
        close(stream)
        _log.info("microphone closed within %.2f s", time.monotonic() - started)

    def _open(self) -> Any:
        """Open with the list of devices as it is, and again with a new one if that fails."""
        with portaudio() as sounddevice:
            try:
                return self._open_found(sounddevice)
            except MicrophoneError as error:
                _log.info("looking for microphones again: %s", error.message)
                if not refresh(sounddevice):
                    raise
            return self._open_found(sounddevice)

    def _open_found(self, sounddevice: Any) -> Any:
        index, device = find_microphone(sounddevice, self._device)
        problem: Exception | None = None
        for rate, channels in shapes(device):
            try:
                stream = sounddevice.RawInputStream(
                    device=index,
                    samplerate=rate,
                    channels=channels,
                    dtype="float32",
                    latency=LATENCY_S,
                    callback=self._take,
                    finished_callback=self._end,
                )
                self._report(Opened(device.name, rate, channels))
                _log.info("microphone %r: %d Hz, %d channels", device.name, rate, channels)
                opened(stream)
                self._started = True
                return stream
            except sounddevice.PortAudioError as error:
                problem = problem or error
                if not isinstance(microphone_error(error, device.name), MicrophoneUnusable):
                    break
        assert problem is not None
        found = microphone_error(problem, device.name)
        if not self._device and isinstance(found, MicrophoneUnusable) and no_source(problem):
            raise MicrophoneMissing from problem
        raise found from problem

    def _end(self) -> None:
        if self._started:  # else another attempt to open it may follow
            self._report(Ended())

    def _take(self, block: Any, frames: int, times: Any, status: Any) -> None:
        self._report(Block(bytes(block), time.monotonic(), bool(status.input_overflow)))


def shapes(device: AudioDevice) -> Iterator[tuple[int, int]]:
    """Yield ``(rate, channels)`` to try: the device's own first, then what most can do."""
    own = device.channels if device.channels <= _CHANNELS_MANY else 2
    channels = list(dict.fromkeys((own, 2, 1)))
    for rate in dict.fromkeys((device.rate, *_RATES)):
        for count in channels:
            if count <= device.channels:
                yield rate, count
