"""What blocks on sound, as jobs for the pool; each ends in one event, whatever happens."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from mmdesk.core.errors import InternalError, MmdeskError
from mmdesk.core.events import (
    Event,
    MicrophonesListed,
    RecordingKept,
    SpeechCaptured,
    TranscriptFailed,
)
from mmdesk.core.protocols import Sound
from mmdesk.core.speech import Recording, UtteranceId

log = logging.getLogger(__name__)

_Found = TypeVar("_Found")


def list_microphones(sound: Sound) -> Event:
    """Ask the sound system for its microphones."""
    devices = _attempt("listing microphones", sound.devices)
    if isinstance(devices, MmdeskError):
        return MicrophonesListed((), devices)
    return MicrophonesListed(devices)


def keep_recording(sound: Sound, utterance: UtteranceId, samples: bytes) -> Event:
    """Write an utterance's recording."""
    recording = _attempt("keeping a recording", lambda: sound.keep(samples))
    if isinstance(recording, MmdeskError):
        return RecordingKept(utterance, None, recording)
    return RecordingKept(utterance, recording)


def read_recording(sound: Sound, utterance: UtteranceId, recording: Recording) -> Event:
    """Read a short sound file and look for a voice in it."""

    def read() -> Event:
        samples = sound.read(recording)
        return SpeechCaptured(utterance, samples, sound.activity(samples))

    captured = _attempt("reading a recording", read)
    if isinstance(captured, MmdeskError):
        return TranscriptFailed(utterance, captured)
    return captured


def _attempt(what: str, job: Callable[[], _Found]) -> _Found | MmdeskError:
    try:
        return job()
    except MmdeskError as error:
        return error
    except Exception as error:
        log.exception(what)
        return InternalError.of(error)
