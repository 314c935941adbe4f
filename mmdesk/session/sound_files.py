"""Long sound files, transcribed stretch by stretch behind everything else."""

from __future__ import annotations

import logging
from collections.abc import Callable
from queue import SimpleQueue
from typing import TYPE_CHECKING

from mmdesk.core.errors import InternalError, MmdeskError, SoundSilent
from mmdesk.core.events import AttachmentRefused, AudioProgress, AudioTranscribed, Event
from mmdesk.core.messages import TranscriptPart
from mmdesk.core.protocols import EventSink, Sound
from mmdesk.core.requests import Transcribe
from mmdesk.core.speech import Activity, Recording, Segment, Transcript, seconds_of
from mmdesk.session.hearing import was_said
from mmdesk.session.worker import ModelWorker, Rank

if TYPE_CHECKING:
    from concurrent.futures import Executor

log = logging.getLogger(__name__)

RequestMaker = Callable[[str, bytes, str | None], Transcribe]
"""Makes the request for samples, given an id and the language that was found so far."""


class Cancelled(Exception):
    """Nobody waits for the transcript any more."""


def transcribe_recording(
    recording: Recording,
    sound: Sound,
    ask: Callable[[bytes, str | None], Transcript],
    progress: Callable[[float, Transcript], None],
) -> Transcript:
    """Transcribe a recording of any length; the first stretch decides on the language.

    Args:
        ask: Transcribes one stretch, given the language found so far; may raise ``Cancelled``.
        progress: Takes the seconds that are done and what the last stretch said.

    Raises:
        SpeechError, MediaError: what was transcribed before is lost.
    """
    language: str | None = None
    segments: list[Segment] = []
    heard = Transcript("")
    for offset, samples in sound.split(recording):
        heard = ask(samples, language)
        language = language or heard.language
        length = seconds_of(samples)
        said = was_said(heard, Activity(length, 1.0, 0.0, length))
        found = [segment.shifted(offset) for segment in heard.segments] if said else []
        segments += found
        part = Transcript(heard.language, tuple(found), model=heard.model)
        progress(offset + length, part)
    return Transcript(language or "", tuple(segments), model=heard.model)


class SoundFiles:
    """Transcribes long recordings of the draft, each as a job of its own.

    Args:
        sound: Reads and splits recordings.
        worker: Transcribes; answers and questions go first.
        pool: Runs the jobs, which mostly wait.
        emit: Takes ``AudioProgress``, then ``AudioTranscribed`` or ``AttachmentRefused``.
        request: Makes the requests.
    """

    def __init__(
        self,
        sound: Sound,
        worker: ModelWorker,
        pool: Executor,
        emit: EventSink,
        request: RequestMaker,
    ) -> None:
        self._sound = sound
        self._worker = worker
        self._pool = pool
        self._emit = emit
        self._request = request
        self._wanted: set[str] = set()

    def begin(self, attachment: str, recording: Recording) -> None:
        """Begin to transcribe."""
        self._wanted.add(attachment)
        self._pool.submit(self._run, attachment, recording)

    def cancel(self, attachment: str) -> None:
        """Stop; means nothing once it has ended."""
        self._wanted.discard(attachment)
        self._worker.forget_speech(attachment)

    def close(self) -> None:
        """Stop all."""
        for attachment in tuple(self._wanted):
            self.cancel(attachment)

    def _run(self, attachment: str, recording: Recording) -> None:
        event: Event
        try:
            event = self._transcribed(attachment, recording)
        except Cancelled:
            return
        except MmdeskError as error:
            event = AttachmentRefused(attachment, recording.name, error)
        except Exception as error:
            log.exception("transcribing a sound file")
            event = AttachmentRefused(attachment, recording.name, InternalError.of(error))
        self._wanted.discard(attachment)
        self._emit(event)

    def _transcribed(self, attachment: str, recording: Recording) -> AudioTranscribed:
        def ask(samples: bytes, language: str | None) -> Transcript:
            if attachment not in self._wanted:
                raise Cancelled
            replies: SimpleQueue[Transcript | MmdeskError | None] = SimpleQueue()
            request = self._request(attachment, samples, language)
            self._worker.transcribe(request, replies.put, Rank.SOUND_FILE)
            reply = replies.get()
            if reply is None:
                raise Cancelled
            if isinstance(reply, MmdeskError):
                raise reply
            return reply

        def progress(done: float, _heard: Transcript) -> None:
            self._emit(AudioProgress(attachment, done, recording.seconds))

        progress(0.0, Transcript(""))
        heard = transcribe_recording(recording, self._sound, ask, progress)
        if not heard.segments:
            raise SoundSilent(name=recording.name)
        text = "\n".join(f"[{clock(each.start)}] {each.text.strip()}" for each in heard.segments)
        part = TranscriptPart(recording.name, text, recording.seconds, heard.language)
        return AudioTranscribed(attachment, part)


def clock(seconds: float) -> str:
    """Return ``seconds`` as people read it: 0:07, 12:40, 1:02:05."""
    whole = int(seconds)
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"
