"""A voice session that records what the window asks of it; a test says what is heard."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from mmdesk.core.errors import MmdeskError
from mmdesk.core.events import (
    Event,
    MicrophoneClosed,
    MicrophoneOpened,
    TranscriptPartial,
    TranscriptReady,
    VoiceChanged,
    VoiceState,
)
from mmdesk.core.requests import SpeechModel, VoiceSettings
from mmdesk.core.speech import SAMPLE_BYTES, SAMPLE_RATE, Segment, Transcript, Word


def transcript(*words: tuple[str, float], language: str = "en") -> Transcript:
    """Return a transcript of words with their probabilities."""
    heard = tuple(Word(text, probability) for text, probability in words)
    text = "".join(word.text for word in heard)
    return Transcript(language, (Segment(0.0, 1.0, text, heard),))


@dataclass
class RecordingVoice:
    """Keeps the rules of ``VoiceSession`` that the window relies on, without sound or model."""

    emit: Callable[[Event], None] = lambda event: None
    settings: VoiceSettings = field(default_factory=VoiceSettings)
    model: SpeechModel = field(default_factory=lambda: SpeechModel(Path("speech")))
    state: VoiceState = VoiceState.IDLE
    hands_free: bool = False
    calls: list[tuple[object, ...]] = field(default_factory=list)

    @property
    def pending(self) -> bool:
        return self.state is not VoiceState.IDLE and not self.hands_free

    def use(self, model: SpeechModel, settings: VoiceSettings) -> None:
        self.model, self.settings = model, settings

    def start(self, *, hands_free: bool = False) -> None:
        if self.state in (VoiceState.OPENING, VoiceState.LISTENING):
            return
        self.calls.append(("start", hands_free))
        self.hands_free = hands_free
        self.show(VoiceState.OPENING)

    def finish(self) -> None:
        self.calls.append(("finish",))

    def cancel(self) -> None:
        self.calls.append(("cancel",))
        self.closed()

    def forget(self, utterance: str) -> None:
        self.calls.append(("forget", utterance))

    def retry(self, utterance: str) -> None:
        self.calls.append(("retry", utterance))
        self.show(VoiceState.TRANSCRIBING)

    def play_word(self, utterance: str, index: int) -> None:
        self.calls.append(("play_word", utterance, index))

    def play_utterance(self, utterance: str) -> None:
        self.calls.append(("play_utterance", utterance))

    def play(self, recording: object) -> None:
        self.calls.append(("play", recording))

    def stop_playing(self) -> None:
        self.calls.append(("stop_playing",))

    def list_microphones(self) -> None:
        self.calls.append(("list_microphones",))

    # What a test says

    def show(self, state: VoiceState) -> None:
        """Be in another state."""
        self.state = state
        self.emit(VoiceChanged(state, self.hands_free))

    def opened(self, device: str = "USB microphone") -> None:
        """The microphone listens."""
        self.show(VoiceState.LISTENING)
        self.emit(MicrophoneOpened(device))

    def closed(self, state: VoiceState = VoiceState.IDLE, error: MmdeskError | None = None) -> None:
        """The microphone no longer listens."""
        self.hands_free = False
        self.show(state)
        self.emit(MicrophoneClosed(error))

    def partial(self, text: str, utterance: str = "u1") -> None:
        """So much has been heard."""
        self.emit(TranscriptPartial(utterance, text, "en", 1.0))

    def heard(
        self,
        *words: tuple[str, float],
        utterance: str = "u1",
        language: str = "en",
        seconds: float = 2.0,
        send: bool = False,
    ) -> None:
        """This was said."""
        if self.state is VoiceState.TRANSCRIBING:
            self.show(VoiceState.IDLE)
        samples = bytes(round(seconds * SAMPLE_RATE) * SAMPLE_BYTES)
        said = transcript(*words, language=language)
        self.emit(TranscriptReady(utterance, said, samples, send))

    def called(self, name: str) -> list[tuple[object, ...]]:
        """Return the calls of one name."""
        return [call for call in self.calls if call[0] == name]
