"""A microphone that knows when someone speaks."""

from __future__ import annotations

import logging
import queue
import secrets
import time
from pathlib import Path

from mmdesk.audio.activity import VoiceNetwork, VoiceStream
from mmdesk.audio.cutting import Cutter, PauseCutter, Utterance, WholeCutter, Window
from mmdesk.audio.leaving import active
from mmdesk.audio.microphone import Block, Ended, Failed, Microphone, Opened, Report
from mmdesk.audio.resampling import ToSpeech
from mmdesk.audio.samples import Samples, StartThread
from mmdesk.core.errors import (
    InternalError,
    MicrophoneLost,
    MicrophoneMute,
    MicrophoneUnusable,
    MmdeskError,
)
from mmdesk.core.events import (
    MicrophoneClosed,
    MicrophoneLevel,
    MicrophoneOpened,
    SpeechCaptured,
    SpeechGrown,
)
from mmdesk.core.protocols import EventSink
from mmdesk.core.speech import SAMPLE_RATE, Activity

_log = logging.getLogger(__name__)

HELD_SECONDS = 29.5
"""A held utterance ends by itself here: Whisper hears 30 s."""
HANDS_FREE_SECONDS = 29.0
_CLICK_SECONDS = 0.2
_MUTE_SECONDS = 1.5
_LEVEL_S = 0.04
"""Drivers give blocks of about 50 ms; several that come at once are one level."""

_TICK_S = 0.1
_LOST_TICKS = 7
"""Without a block in so many ticks the device is lost. Ticks and not a clock: a process that was
stopped or starved for a second has not lost its microphone."""
_FIRST_TICKS = 50
"""A Bluetooth headset takes seconds to switch its profile."""
_OPEN_TICKS = 80
_TAIL_S = 0.15
"""What was said before the stop is still on its way through the driver for so long."""


class MicrophoneListener:
    """Implements :class:`~mmdesk.core.protocols.Listener`.

    Args:
        start_thread: Makes the threads.
        vad_path: silero's network, see :mod:`mmdesk.audio.activity`.
    """

    def __init__(self, start_thread: StartThread, vad_path: Path) -> None:
        self._start_thread = start_thread
        self._network = VoiceNetwork(vad_path)
        self._hearing: _Hearing | None = None
        self._hearings: queue.SimpleQueue[_Hearing | None] = queue.SimpleQueue()
        self._running = False
        self._closed = False

    def start(self, device: str, *, hands_free: bool, silence_s: float, emit: EventSink) -> None:
        """See :meth:`mmdesk.core.protocols.Listener.start`; does nothing after :meth:`close`."""
        if self._closed or (self._hearing and not self._hearing.ending):
            return
        cutter: Cutter = PauseCutter(silence_s, HANDS_FREE_SECONDS) if hands_free else WholeCutter()
        self._hearing = _Hearing(device, self._network, cutter, emit)
        self._hearings.put(self._hearing)
        if not self._running:
            self._running = True
            self._start_thread("listening", self._run)

    def stop(self) -> None:
        """See :meth:`mmdesk.core.protocols.Listener.stop`."""
        if self._hearing:
            self._hearing.stop()

    def cancel(self) -> None:
        """See :meth:`mmdesk.core.protocols.Listener.cancel`."""
        if self._hearing:
            self._hearing.cancel()

    def close(self) -> None:
        """Let go of the sound system, soon; what is being said is forgotten."""
        self._closed = True
        self.cancel()
        self._hearings.put(None)

    def _run(self) -> None:
        """One hearing after the other, so that the events of two are never mixed."""
        microphone: Microphone | None = None
        with active(self, self.close):
            while hearing := self._hearings.get():
                microphone = hearing.run(self._start_thread, microphone)


class _Hearing:
    """One start of the listener, up to its ``MicrophoneClosed``."""

    def __init__(self, device: str, network: VoiceNetwork, cutter: Cutter, emit: EventSink) -> None:
        self._chosen = device
        self._network = network
        self._cutter = cutter
        self._emit = emit
        self._reports: queue.SimpleQueue[Report | None] = queue.SimpleQueue()
        self._started_at = time.monotonic()
        self._stopped_at: float | None = None
        self._cancelled = False
        self._ended = False
        # Of the microphone that is open:
        self._device = ""
        self._heard_block = False
        self._convert: ToSpeech | None = None
        self._stream: VoiceStream | None = None
        self._utterance = secrets.token_hex(8)
        self._samples = 0
        self._all_zero = True
        self._overflows = 0
        self._metered_at = 0.0
        self._loudest = 0.0

    @property
    def ending(self) -> bool:
        """Whether it was stopped or has ended by itself, so that another may start."""
        return self._stopped_at is not None or self._cancelled or self._ended

    def stop(self) -> None:
        """From the main thread: end after what is still on its way."""
        if self._stopped_at is None:
            self._stopped_at = time.monotonic()
            self._reports.put(None)

    def cancel(self) -> None:
        """From the main thread: end and keep nothing."""
        self._cancelled = True
        self._reports.put(None)

    def run(self, start_thread: StartThread, before: Microphone | None) -> Microphone | None:
        """Listen until something ends it, and always say that it ended.

        Args:
            before: The microphone of the hearing before this one.

        Returns:
            The microphone of this one, which may not be closed yet.
        """
        microphone = before
        error: MmdeskError | None = None
        try:
            if not self.ending:
                microphone = Microphone(start_thread, self._chosen, self._reports.put, before)
            error = self._listen()
        except MmdeskError as failure:
            error = failure
        except Exception as failure:
            _log.exception("listening")
            error = InternalError.of(failure)
        if microphone:
            microphone.close()
        self._end(error)
        return microphone

    def _end(self, error: MmdeskError | None) -> None:
        try:
            if not self._cancelled:
                error = self._capture_rest(error) or error
        except Exception as failure:
            _log.exception("the end of listening")
            error = error or InternalError.of(failure)
        if self._overflows:
            _log.info("sound was lost %d times: the computer was too busy", self._overflows)
        self._convert = self._stream = None  # native parts complain where they outlive Python
        self._ended = True  # before the event: whoever takes it may start again at once
        self._emit(MicrophoneClosed(error))

    def _listen(self) -> MmdeskError | None:
        """Take reports until the stop. Returns why it ended early, or None."""
        ticks = 0
        while not self._cancelled:
            if self._is_click or (self.ending and not self._heard_block):
                return None
            try:
                report = self._reports.get(timeout=_TICK_S)
            except queue.Empty:
                ticks += 1
                if self._past_tail(time.monotonic()):
                    return None
                self._check_alive(ticks)
                continue
            if isinstance(report, Block):
                ticks = 0
                if self._past_tail(report.at) or self._hear(report):
                    return None
            elif self._stopped(report):
                return None
            elif isinstance(report, Opened):
                ticks = 0  # the first block has its own time
        return None

    @property
    def _is_click(self) -> bool:
        held = isinstance(self._cutter, WholeCutter)
        stopped = self._stopped_at
        return held and stopped is not None and stopped - self._started_at < _CLICK_SECONDS

    def _past_tail(self, moment: float) -> bool:
        return self._stopped_at is not None and moment > self._stopped_at + _TAIL_S

    def _stopped(self, report: Report | None) -> bool:
        """Take a report other than a block; return whether it ends a stop that was asked for."""
        if isinstance(report, Failed):
            raise report.error
        if isinstance(report, Opened):
            self._device = report.device
            self._convert = ToSpeech(report.rate, report.channels)
            self._stream = VoiceStream(self._network)
        if isinstance(report, Ended):
            if self._stopped_at is None:
                raise self._lost()
            return True
        return False

    def _check_alive(self, ticks: int) -> None:
        if self._heard_block:
            if ticks >= _LOST_TICKS:
                raise self._lost()
        elif self._convert is not None:
            if ticks >= _FIRST_TICKS:
                raise MicrophoneUnusable(device=self._device, reason="it gives no sound")
        elif ticks >= _OPEN_TICKS:
            name = self._chosen or "default"
            raise MicrophoneUnusable(device=name, reason="the sound system does not answer")

    def _lost(self) -> MmdeskError:
        seconds = round(self._samples / SAMPLE_RATE, 1)
        return MicrophoneLost(device=self._device, seconds=seconds)

    def _hear(self, block: Block) -> bool:
        """Take a block; return whether the utterance is as long as it may be."""
        assert self._convert is not None
        if not self._heard_block:
            self._heard_block = True
            self._emit(MicrophoneOpened(self._device))
        self._overflows += block.overflow
        self._take(self._convert.convert(block.samples))
        self._meter(self._convert.level, block.at)
        return isinstance(self._cutter, WholeCutter) and self._cutter.seconds >= HELD_SECONDS

    def _take(self, samples: Samples) -> None:
        assert self._stream is not None
        self._samples += len(samples)
        self._all_zero = self._all_zero and not samples.any()
        self._cut(*self._stream.feed(samples))

    def _cut(self, windows: Samples, probabilities: Samples) -> None:
        for samples, probability in zip(windows, probabilities.tolist(), strict=True):
            if found := self._cutter.hear(Window(samples, probability)):
                self._capture(found, None)
            elif grown := self._cutter.growth():
                self._emit(SpeechGrown(self._utterance, grown))

    def _meter(self, level: float, moment: float) -> None:
        self._loudest = max(self._loudest, level)
        if moment - self._metered_at >= _LEVEL_S:
            self._emit(MicrophoneLevel(self._loudest, self._cutter.voice))
            self._metered_at, self._loudest = moment, 0.0

    def _capture(self, found: Utterance, error: MmdeskError | None) -> None:
        self._emit(SpeechCaptured(self._utterance, found.samples, found.activity, error))
        self._utterance = secrets.token_hex(8)

    def _capture_rest(self, error: MmdeskError | None) -> MmdeskError | None:
        """Make an utterance of what is left; return what the microphone did wrong."""
        if error and not self._heard_block:
            return error
        if self._convert and self._stream and self._heard_block and not self._is_click:
            self._take(self._convert.end())
            self._cut(*self._stream.end())
            if rest := self._cutter.end():
                self._capture(rest, error)
            if not error and self._all_zero and self._samples > _MUTE_SECONDS * SAMPLE_RATE:
                return MicrophoneMute(device=self._device)
        elif isinstance(self._cutter, WholeCutter):
            self._capture(Utterance(b"", Activity(0.0, 0.0), 0), error)
        return error
