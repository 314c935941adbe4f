"""What was said and what was heard, as pure values.

Samples everywhere are mono, 16 kHz, 32-bit floats in -1..1, as little-endian ``bytes``: what
Whisper takes, and what crosses a pipe without a copy of its own.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from mmdesk.core.values import value

SAMPLE_RATE = 16_000
"""Hz of all samples that leave the microphone and the decoder."""
SAMPLE_BYTES = 4
SHORT_SECONDS = 30.0
"""A sound file up to this long becomes the question itself; Whisper's window is as long."""

UtteranceId = str
"""Names one stretch of speech while the application runs."""


def seconds_of(samples: bytes) -> float:
    """Return the length of samples in seconds."""
    return len(samples) / (SAMPLE_BYTES * SAMPLE_RATE)


@value
class AudioDevice:
    """A microphone as the sound system names it.

    Attributes:
        name: The system's name; the settings keep it, since numbers change with every plug.
        default: Whether the system uses it where nothing was chosen.
        rate: The device's own sample rate, Hz.
        channels: Input channels.
    """

    name: str
    default: bool
    rate: int
    channels: int


@value
class Recording:
    """What was recorded or decoded: a mono 16 kHz FLAC file that mmdesk wrote itself.

    Attributes:
        sha256: Hex digest of the file; also its name in the attachment folder.
        path: The FLAC file.
        name: For display: the name of the file that the person gave, or "" for the microphone.
        seconds: Its length.
    """

    sha256: str
    path: Path
    name: str
    seconds: float


@value
class Word:
    """One word as it stands in the text.

    Attributes:
        text: With the space before it and the marks after it: joined, words are the text.
        probability: Whisper's certainty, the mean of its tokens' probabilities, in 0..1.
        start, end: Seconds into the samples; None until word times were asked for.
    """

    text: str
    probability: float
    start: float | None = None
    end: float | None = None


@value
class Segment:
    """A stretch of speech, ``start`` and ``end`` in seconds into the samples."""

    start: float
    end: float
    text: str
    words: tuple[Word, ...] = ()

    def shifted(self, seconds: float) -> Segment:
        """Return it as it lies in samples that begin ``seconds`` earlier."""
        words = tuple(
            word
            if word.start is None or word.end is None
            else replace(word, start=word.start + seconds, end=word.end + seconds)
            for word in self.words
        )
        return Segment(self.start + seconds, self.end + seconds, self.text, words)


@value
class Transcript:
    """What a speech model heard.

    Attributes:
        language: Whisper's code ("en", "zh").
        segments: In order; none where nothing was said.
        log_probability: Mean log-probability of the text's tokens, at most 0.
        no_speech: Probability of ``<|nospeech|>`` at the start, in 0..1.
        full_context: Whether the whole 30 s window was encoded (the short path was off or failed).
        model: The speech model's name.
    """

    language: str
    segments: tuple[Segment, ...] = ()
    log_probability: float = 0.0
    no_speech: float = 0.0
    full_context: bool = True
    model: str = ""

    @property
    def text(self) -> str:
        """All segments as one text."""
        return "".join(segment.text for segment in self.segments).strip()

    @property
    def words(self) -> tuple[Word, ...]:
        """The words of all segments."""
        return tuple(word for segment in self.segments for word in segment.words)


@value
class Activity:
    """What voice activity detection found in a stretch of samples.

    Attributes:
        speech_seconds: How long the voice was there.
        peak: The highest voice probability of any window, in 0..1.
        start, end: Seconds of the first and the last window with a voice; both 0 without one.
    """

    speech_seconds: float
    peak: float
    start: float = 0.0
    end: float = 0.0
