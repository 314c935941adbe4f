"""``mmdesk record``: a clip from the microphone, as a FLAC file."""

from __future__ import annotations

import argparse
import queue
import sys
import time
from dataclasses import replace
from pathlib import Path

from mmdesk import compose, paths
from mmdesk.core.errors import MmdeskError, NothingSaid, SoundUnwritable
from mmdesk.core.events import (
    Event,
    MicrophoneClosed,
    MicrophoneLevel,
    MicrophoneOpened,
    SpeechCaptured,
)
from mmdesk.core.speech import seconds_of
from mmdesk.logs import open_log
from mmdesk.settings import load_settings

_BAR = 30


def run(arguments: argparse.Namespace) -> int:
    """Record until the time is over, Ctrl+C is pressed, or the question has ended."""
    open_log(paths.log_file())
    settings = load_settings(paths.settings_file())
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    application = compose.build(events.put, settings, keep=False)
    try:
        device = settings.voice.device if arguments.device is None else arguments.device
        application.listener.start(
            device,
            hands_free=arguments.until_silence,
            silence_s=settings.voice.silence_s,
            emit=events.put,
        )
        captured = _Recorder(application, events, arguments).captured()
        if not captured.samples:
            raise NothingSaid
        _write(application, captured.samples, arguments.out)
        print(f"{arguments.out}: {seconds_of(captured.samples):.1f} s", file=sys.stderr)
        if captured.error is not None:
            raise captured.error
    finally:
        application.close()
    return 0


class _Recorder:
    def __init__(
        self,
        application: compose.Application,
        events: queue.SimpleQueue[Event],
        arguments: argparse.Namespace,
    ) -> None:
        self._listener = application.listener
        self._events = events
        self._arguments = arguments
        self._deadline: float | None = None

    def captured(self) -> SpeechCaptured:
        """Return the first utterance. Raises ``MicrophoneError``."""
        found: SpeechCaptured | None = None
        while True:
            try:
                event = self._next()
            except KeyboardInterrupt:
                self._stop()
                continue
            if isinstance(event, MicrophoneOpened):
                print(f"Listening to {event.device}; Ctrl+C ends it.", file=sys.stderr)
                self._deadline = time.monotonic() + self._arguments.seconds
            elif isinstance(event, MicrophoneLevel):
                self._show(event)
            elif isinstance(event, SpeechCaptured):
                found = found or event
                self._stop()
            elif isinstance(event, MicrophoneClosed):
                self._clear()
                if found is not None:
                    return replace(found, error=found.error or event.error)
                raise event.error or NothingSaid

    def _next(self) -> Event | None:
        if self._deadline is not None and time.monotonic() > self._deadline:
            self._stop()
        try:
            return self._events.get(timeout=0.1)
        except queue.Empty:
            return None

    def _stop(self) -> None:
        self._deadline = None
        self._listener.stop()

    def _show(self, event: MicrophoneLevel) -> None:
        if sys.stderr.isatty():
            filled = round(event.level * _BAR)
            bar = "█" * filled + "·" * (_BAR - filled)
            print(f"\r\x1b[K{bar} {'voice' if event.voice else ''}", end="", file=sys.stderr)
            sys.stderr.flush()

    def _clear(self) -> None:
        if sys.stderr.isatty():
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _write(application: compose.Application, samples: bytes, out: Path) -> None:
    """Copy the recording to where it is wanted. Raises ``SoundUnwritable``."""
    try:
        recording = application.sound.keep(samples)
        out.write_bytes(recording.path.read_bytes())
    except MmdeskError:
        raise
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise SoundUnwritable(name=out.name, reason=reason, path=str(out.parent)) from error
