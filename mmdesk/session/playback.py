"""Playing what was said: a word, an utterance, or a kept recording."""

from __future__ import annotations

from dataclasses import dataclass

from mmdesk.core.errors import MmdeskError
from mmdesk.core.events import PlaybackChanged, TranscriptReady
from mmdesk.core.protocols import EventSink, Sound
from mmdesk.core.requests import Transcribe
from mmdesk.core.speech import Activity, Recording, Transcript, UtteranceId, Word
from mmdesk.session.worker import ModelWorker

_WORD_MARGIN_S = 0.06
_WORD_LEAST_S = 0.2
"""The times of words are good to a few hundredths of a second; "a" would be a click."""


@dataclass(slots=True)
class Utterance:
    """One stretch of speech and what became of it.

    Attributes:
        file: The sound file that it is, whose id in the draft is the utterance's.
        hands_free: Whether it was cut out of a longer listening.
        read_first: Whether it must not be sent at once: it was said to another conversation.
    """

    samples: bytes
    activity: Activity
    hands_free: bool = False
    read_first: bool = False
    file: Recording | None = None
    transcript: Transcript | None = None


class Playback:
    """Plays one thing at a time; ``PlaybackChanged`` tells which.

    Args:
        sound: Plays.
        worker: Finds out when a word was said, the first time that one is to be played.
        emit: Takes the events.

    Attributes:
        playing: The key of what is heard now; told by who handles ``PlaybackChanged``.
    """

    def __init__(self, sound: Sound, worker: ModelWorker, emit: EventSink) -> None:
        self._sound = sound
        self._worker = worker
        self._emit = emit
        self.playing: str | None = None
        self._wanted: tuple[UtteranceId, int] | None = None
        """The word that is to be played as soon as its times are known."""

    def word(self, request: Transcribe, heard: Utterance, index: int) -> None:
        """Play the stretch in which a word was heard.

        Args:
            request: Transcribes the utterance with the times of its words.
            heard: The utterance.
            index: Which of its transcript's words.
        """
        words = heard.transcript.words if heard.transcript else ()
        if not 0 <= index < len(words):
            return
        self._wanted = None
        if words[index].start is not None:
            self._play_word(request.utterance, heard, index, words[index])
            return

        def reply(result: Transcript | MmdeskError | None) -> None:
            if isinstance(result, MmdeskError):
                self._emit(PlaybackChanged(None, result))
            elif result is not None:
                self._emit(TranscriptReady(request.utterance, result, heard.samples))

        self._wanted = (request.utterance, index)
        self._worker.transcribe(request, reply)

    def times_known(self, name: UtteranceId, heard: Utterance) -> None:
        """Play the word of this utterance that was asked for, unless that was taken back."""
        if self._wanted is None or self._wanted[0] != name:
            return
        (_, index), self._wanted = self._wanted, None
        words = heard.transcript.words if heard.transcript else ()
        if index < len(words):
            self._play_word(name, heard, index, words[index])

    def utterance(self, name: UtteranceId, heard: Utterance) -> None:
        """Play all of an utterance, or stop it; the event's key is its id."""
        self._toggle(name, heard.samples)

    def recording(self, recording: Recording) -> None:
        """Play a kept recording, or stop it; the event's key is its SHA-256."""
        self._toggle(recording.sha256, recording)

    def stop(self) -> None:
        """End what is played, and play nothing that was asked for before."""
        self._wanted = None
        self._sound.stop()

    def _toggle(self, key: str, sound: Recording | bytes) -> None:
        self._wanted = None
        if self.playing == key:
            self._sound.stop()
        else:
            self._sound.play(key, sound, 0.0, None, self._emit)

    def _play_word(self, name: UtteranceId, heard: Utterance, index: int, word: Word) -> None:
        start = max(0.0, (word.start or 0.0) - _WORD_MARGIN_S)
        end = max(word.end or 0.0, start + _WORD_LEAST_S) + _WORD_MARGIN_S
        self._sound.play(f"{name}/{index}", heard.samples, start, end, self._emit)
