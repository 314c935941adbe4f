"""Lets the starter's speech model hear sentences and voices that are new to it, and counts errors.

Everything goes the app's way: its transcriber with its retries, its voice activity and its gate.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mmdesk import paths
from mmdesk.audio.activity import VoiceNetwork, activity_of
from mmdesk.core.figures import Figure
from mmdesk.core.requests import SpeechModel, Transcribe
from mmdesk.core.speech import Transcript
from mmdesk.evaluate import spoken
from mmdesk.evaluate.spoken import EN, OTHER, ZH, Said
from mmdesk.evaluate.transcripts import Unit, error_rate
from mmdesk.session.hearing import around_voice, someone_spoke, was_said
from mmdesk.speech.local import LocalTranscriber
from mmdesk.training.speech.voices import HELD_OUT_EN

WER_BAR = 0.05
SILENCES = 100


@dataclass(frozen=True)
class Heard:
    """A clip with what was written about it; `full` only where the full context was tried too."""

    said: Said
    text: str
    language: str
    full: str | None = None

    @property
    def exact(self) -> bool:
        """Whether every letter and mark is right."""
        return self.text == self.said.text


class Ear:
    """The app's transcriber with one model."""

    def __init__(self, model: Path, device: str = "auto") -> None:
        self._model = SpeechModel(model, device=device)
        self._transcriber = LocalTranscriber()
        self._voices = VoiceNetwork(paths.voice_activity_model())
        self._count = 0

    def hear(self, samples: NDArray[np.float32], *, cut: bool = True) -> Transcript:
        """What is said in the samples, its language detected."""
        self._count += 1
        raw = samples.astype("<f4").tobytes()
        request = Transcribe(str(self._count), raw, self._model, cut_context=cut)
        transcript = self._transcriber.transcribe(request)
        assert transcript is not None  # nobody cancels
        return transcript

    def would_send(self, samples: NDArray[np.float32]) -> bool:
        """Whether the app would take anything in the samples for something said."""
        raw = samples.astype("<f4").tobytes()
        activity = activity_of(self._voices, raw)
        if not someone_spoke(activity):
            return False
        kept = np.frombuffer(around_voice(raw, activity), "<f4")
        return was_said(self.hear(kept), activity)


def listen(ear: Ear, count: int, seed: int) -> Iterator[Heard]:
    """All clips with their transcripts. Each sentence is heard on the full context once, too."""
    for number, said in enumerate(spoken.clips(count, seed)):
        transcript = ear.hear(said.samples)
        full = None
        if said.group == ZH or (said.group == EN and number % len(HELD_OUT_EN) == number // count):
            full = ear.hear(said.samples, cut=False).text
        yield Heard(said, transcript.text, transcript.language, full)


def errors(heard: Sequence[Heard], unit: Unit = "wer") -> float | None:
    """Errors per word (or character) that was said; None where nothing was."""
    said = [one.said.text for one in heard]
    return error_rate(said, [one.text for one in heard], unit)


def _share(values: Sequence[bool]) -> float | None:
    return sum(values) / len(values) if values else None


def figures(heard: Sequence[Heard], seed: int) -> list[Figure]:
    """Word and character error rates, detected languages, and whether both contexts agree."""
    groups = {name: [one for one in heard if one.said.group == name] for name in (EN, ZH, OTHER)}
    english, chinese, other = groups[EN], groups[ZH], groups[OTHER]
    found = [Figure("wer_en", errors(english), "WER", len(english), seed, WER_BAR, lower=True)]
    for name in dict.fromkeys(one.said.voice for one in english):
        own = [one for one in english if one.said.voice == name]
        found.append(Figure(f"wer_{name}", errors(own), "WER", len(own), seed, lower=True))
    exact = _share([one.exact for one in english])
    found.append(Figure("exact_en", exact, "share", len(english), seed))
    rate = errors(other)
    found.append(Figure("wer_en_other_synthesiser", rate, "WER", len(other), seed, lower=True))
    rate = errors(chinese, "cer")
    found.append(Figure("cer_zh", rate, "CER", len(chinese), seed, lower=True))
    exact = _share([one.exact for one in chinese])
    found.append(Figure("exact_zh", exact, "share", len(chinese), seed))
    known = [one.language == one.said.group for one in [*english, *chinese]]
    found.append(Figure("language_right", _share(known), "share", len(known), seed))
    both = [one.text == one.full for one in heard if one.full is not None]
    found.append(Figure("short_equals_full", _share(both), "share", len(both), seed, 1.0))
    return found


def silence_figure(ear: Ear, seed: int, count: int = SILENCES) -> Figure:
    """How many recordings of nobody would have been sent as a question."""
    sent = sum(ear.would_send(samples) for samples in spoken.silences(count, seed))
    return Figure("silence_sends", sent, "of " + str(count), count, seed, 0, lower=True)
