"""Plays recordings on the default output, one at a time."""

from __future__ import annotations

import collections
import logging
import threading
from collections.abc import Iterator
from typing import Any

from mmdesk.audio.flac import read_blocks
from mmdesk.audio.leaving import active
from mmdesk.audio.portaudio import LATENCY_S, close, opened, plain, portaudio, refresh
from mmdesk.audio.resampling import resampler
from mmdesk.audio.samples import Samples, StartThread, cleaned, to_array
from mmdesk.core.errors import InternalError, MmdeskError, PlaybackFailed, SoundSystemMissing
from mmdesk.core.events import PlaybackChanged
from mmdesk.core.protocols import EventSink
from mmdesk.core.speech import SAMPLE_RATE, Recording

_log = logging.getLogger(__name__)

_AHEAD_SECONDS = 1.0
_TICK_S = 0.05
_LOST_TICKS = 40
_PREVIOUS_WAIT_S = 2.0


class Player:
    """Plays, and says when it begins and ends. No call waits for the driver."""

    def __init__(self, start_thread: StartThread) -> None:
        self._start_thread = start_thread
        self._playing: _Playing | None = None

    def play(
        self, key: str, sound: Recording | bytes, start: float, end: float | None, emit: EventSink
    ) -> None:
        """See :meth:`mmdesk.core.protocols.Sound.play`."""
        self.stop()
        playing = _Playing(key, _blocks(sound, start, end), emit, self._playing)
        self._playing = playing
        self._start_thread("playback", playing.run)

    def stop(self) -> None:
        """End what is played."""
        if self._playing:
            self._playing.stop()


def _blocks(sound: Recording | bytes, start: float, end: float | None) -> Iterator[Samples]:
    if isinstance(sound, Recording):
        yield from read_blocks(sound, start, end)
    else:
        last = None if end is None else max(0, round(end * SAMPLE_RATE))
        yield cleaned(to_array(sound))[max(0, round(start * SAMPLE_RATE)) : last]


class _Playing:
    """One recording on its way to the speaker."""

    def __init__(
        self, key: str, blocks: Iterator[Samples], emit: EventSink, before: _Playing | None
    ) -> None:
        self._key = key
        self._blocks = blocks
        self._emit = emit
        self._before = before
        self._stopping = threading.Event()
        self._closed = threading.Event()
        # Shared with the driver's thread, which only pops:
        self._waiting: collections.deque[bytes] = collections.deque()
        self._partial = b""
        self._complete = False
        self._calls = 0
        self._ended = threading.Event()

    def stop(self) -> None:
        """From any thread: end soon."""
        self._stopping.set()

    def run(self) -> None:
        """Play to the end, or until it is stopped or fails."""
        with active(self, self.stop):
            self._run()

    def _run(self) -> None:
        before, self._before = self._before, None
        if before:
            before._closed.wait(_PREVIOUS_WAIT_S)
        stream = None
        error: MmdeskError | None = None
        try:
            if not self._stopping.is_set():
                stream, rate, channels = self._open()
                self._emit(PlaybackChanged(self._key))
                self._feed(rate, channels)
        except SoundSystemMissing as failure:
            error = PlaybackFailed(reason=failure.fields["reason"])
        except MmdeskError as failure:
            error = failure
        except Exception as failure:
            _log.exception("playback")
            error = InternalError.of(failure)
        self._finish(error, stream)

    def _finish(self, error: MmdeskError | None, stream: Any) -> None:
        self._emit(PlaybackChanged(None, error))
        try:
            if stream is not None:
                close(stream)
        except MmdeskError as failure:
            _log.warning("the speaker can't be closed: %s", failure.message)
        finally:
            self._closed.set()

    def _open(self) -> tuple[Any, int, int]:
        with portaudio() as sounddevice:
            try:
                return self._open_default(sounddevice)
            except (sounddevice.PortAudioError, ValueError) as error:
                if not refresh(sounddevice):
                    raise PlaybackFailed(reason=plain(error)) from error
            try:
                return self._open_default(sounddevice)
            except (sounddevice.PortAudioError, ValueError) as error:
                raise PlaybackFailed(reason=plain(error)) from error

    def _open_default(self, sounddevice: Any) -> tuple[Any, int, int]:
        device = sounddevice.query_devices(kind="output")
        rate = round(device["default_samplerate"])
        # Hardware with two channels often refuses to play one.
        channels = min(2, device["max_output_channels"])
        stop = sounddevice.CallbackStop

        def give(out: Any, frames: int, times: Any, status: Any) -> None:
            self._calls += 1
            data = self._next(len(out))
            out[: len(data)] = data
            out[len(data) :] = bytes(len(out) - len(data))
            if self._complete and not self._waiting and not self._partial:
                raise stop

        stream = sounddevice.RawOutputStream(
            samplerate=rate,
            channels=channels,
            dtype="float32",
            latency=LATENCY_S,
            callback=give,
            finished_callback=self._ended.set,
        )
        opened(stream)
        return stream, rate, channels

    def _next(self, size: int) -> bytes:
        """Return up to ``size`` bytes for the driver; on its thread."""
        data = self._partial
        while len(data) < size and self._waiting:
            data += self._waiting.popleft()
        self._partial = data[size:]
        return data[:size]

    def _feed(self, rate: int, channels: int) -> None:
        """Keep the driver supplied, and wait for the end."""
        for block in self._converted(rate, channels):
            self._waiting.append(block)
            while sum(map(len, tuple(self._waiting))) > _AHEAD_SECONDS * rate * channels * 4:
                if self._stopped_or_lost():
                    return
        self._complete = True
        while not self._stopped_or_lost():
            pass

    def _stopped_or_lost(self) -> bool:
        """Wait a little; return whether playing is over. Raises ``PlaybackFailed``."""
        for _ in range(_LOST_TICKS):
            calls = self._calls
            if self._ended.wait(_TICK_S):
                if self._complete and not self._waiting and not self._partial:
                    return True
                raise PlaybackFailed(reason="the output device went away")
            if self._stopping.is_set():
                return True
            if self._calls != calls:
                return False
        raise PlaybackFailed(reason="the output device does not answer")

    def _converted(self, rate: int, channels: int) -> Iterator[bytes]:
        """Yield tenths of a second as the device takes them."""
        import numpy as np

        stream = resampler(SAMPLE_RATE, rate)
        tenth = SAMPLE_RATE // 10

        def interleaved(mono: Samples) -> bytes:
            return np.repeat(mono[:, None], channels, axis=1).astype(np.float32).tobytes()

        for block in self._blocks:
            for i in range(0, len(block), tenth):
                part = block[i : i + tenth]
                yield interleaved(stream.resample_chunk(part) if stream else part)
        if stream:
            yield interleaved(stream.resample_chunk(np.zeros(0, np.float32), last=True))
