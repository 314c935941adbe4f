"""Long sound files, transcribed stretch by stretch behind everything else."""

from __future__ import annotations

import logging
import threading
from collections import deque
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


_Replies = SimpleQueue[Transcript | MmdeskError | None]


class Cancelled(Exception):
    """Nobody waits for the transcript any more."""


def transcribe_recording(
    recording: Recording,
    sound: Sound,
    ask: Callable[[bytes, str | None], Transcript],
    progress: Callable[[float], None],
) -> Transcript:
    """Transcribe a recording of any length; the first words decide on the language.

    Args:
        ask: Transcribes one stretch, given the language found so far; may raise ``Cancelled``.
        progress: Takes the seconds that are done.

    Raises:
        SpeechError, MediaError: what was transcribed before is lost.
    """
    language: str | None = None
    segments: list[Segment] = []
    heard = Transcript("")
    for offset, samples in sound.split(recording):
        heard = ask(samples, language)
        length = seconds_of(samples)
        if was_said(heard, Activity(length, 1.0, 0.0, length)):
            language = language or heard.language  # a jingle before the words has any
            segments += [segment.shifted(offset) for segment in heard.segments]
        progress(offset + length)
    return Transcript(language or "", tuple(segments), model=heard.model)


class SoundFiles:
    """Transcribes long recordings of the draft, one after the other.

    Args:
        sound: Reads and splits recordings.
        worker: Transcribes; answers and questions go first.
        pool: Runs them in one job, which mostly waits: more would keep other jobs out.
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
        self._lock = threading.Lock()
        self._waiting: deque[tuple[str, Recording]] = deque()
        self._running = False
        self._wanted: dict[str, _Replies] = {}
        """What the worker answers about each of them; None ends the waiting."""

    def begin(self, attachment: str, recording: Recording) -> None:
        """Begin to transcribe."""
        with self._lock:
            self._wanted[attachment] = _Replies()
            self._waiting.append((attachment, recording))
            idle, self._running = not self._running, True
        if idle:
            self._pool.submit(self._run_all)

    def cancel(self, attachment: str) -> None:
        """Stop; means nothing once it has ended."""
        replies = self._wanted.pop(attachment, None)
        if replies is not None:
            self._worker.forget_speech(attachment)
            replies.put(None)  # the worker may be busy with an answer for long

    def close(self) -> None:
        """Stop all."""
        for attachment in tuple(self._wanted):
            self.cancel(attachment)

    def _run_all(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    self._running = False
                    return
                following = self._waiting.popleft()
            self._run(*following)

    def _run(self, attachment: str, recording: Recording) -> None:
        event: Event
        replies = self._wanted.get(attachment)
        if replies is None:
            return
        try:
            event = self._transcribed(attachment, recording, replies)
        except Cancelled:
            return
        except MmdeskError as error:
            event = AttachmentRefused(attachment, recording.name, error)
        except Exception as error:
            log.exception("transcribing a sound file")
            event = AttachmentRefused(attachment, recording.name, InternalError.of(error))
        self._wanted.pop(attachment, None)
        self._emit(event)

    def _transcribed(
        self, attachment: str, recording: Recording, replies: _Replies
    ) -> AudioTranscribed:
        def ask(samples: bytes, language: str | None) -> Transcript:
            if attachment not in self._wanted:
                raise Cancelled
            request = self._request(attachment, samples, language)
            self._worker.transcribe(request, replies.put, Rank.SOUND_FILE)
            reply = replies.get()
            if reply is None:
                raise Cancelled
            if isinstance(reply, MmdeskError):
                raise reply
            return reply

        def progress(done: float) -> None:
            self._emit(AudioProgress(attachment, done, recording.seconds))

        progress(0.0)
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
