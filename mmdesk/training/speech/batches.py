"""Batches for the speech model: clips augmented anew each time, and recordings of nobody."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from torch.utils.data import IterableDataset
from whisper.audio import HOP_LENGTH, N_FFT, mel_filters

from mmdesk.training.speech import noise
from mmdesk.training.speech.corpus import Corpus
from mmdesk.training.speech.model import (
    FRAMES_PER_SECOND,
    FULL_CONTEXT,
    IGNORE,
    context_frames,
)
from mmdesk.training.speech.phonemes import Phonemes
from mmdesk.training.speech.vocabulary import Vocabulary

Batch = dict[str, Tensor]
_PER_FRAME = 2 * HOP_LENGTH
_LONG = 600
SLOWEST, SPARE_SECONDS = 1.13, 1.0


@dataclass(frozen=True)
class Mix:
    """What a batch is made of.

    Attributes:
        clips: Clips in a usual batch; batches on a long context hold a quarter of them.
        nobody: Share of clips in which nobody speaks.
        long: Share of batches on a context of more than 12 s, most of them on Whisper's full 30 s.
        tight: Share of batches with less silence at the end than the app leaves.
        longest: Seconds; longer clips are left out.
        calm: Share of clips without a room, a noise or another speed.
        masks: Share of clips with masked times and frequencies (SpecAugment).
    """

    clips: int = 32
    nobody: float = 0.07
    long: float = 0.06
    tight: float = 0.4
    longest: float = 30.0
    calm: float = 0.1
    masks: float = 0.4


def log_mel(samples: Tensor) -> Tensor:
    """Whisper's spectrogram (batch, 80, length / 160) of clips (batch, length), each by itself.

    `whisper.audio.log_mel_spectrogram` of a batch measures the loudest clip for all.
    """
    window = torch.hann_window(N_FFT)
    stft = torch.stft(samples, N_FFT, HOP_LENGTH, window=window, return_complex=True)
    parts = torch.view_as_real(stft[..., :-1])
    power = parts[..., 0].square().addcmul_(parts[..., 1], parts[..., 1])
    logs = (mel_filters("cpu", 80) @ power).clamp(min=1e-10).log10()
    loudest = logs.amax((1, 2), keepdim=True)
    return (torch.maximum(logs, loudest - 8.0) + 4.0) / 4.0


def masked(rng: np.random.Generator, mel: Tensor, frames: int) -> None:
    """Blanks up to two short times and two bands of one spectrogram (80, time), in place."""
    floor = float(mel.min())
    for _ in range(rng.integers(0, 3)):
        width = int(rng.integers(1, 13))
        start = int(rng.integers(0, max(1, frames - width)))
        mel[:, start : start + width] = floor
    for _ in range(rng.integers(0, 3)):
        width = int(rng.integers(1, 11))
        start = int(rng.integers(0, 80 - width))
        mel[start : start + width] = floor


class SpeechBatches(IterableDataset[Batch]):
    """Endless batches of the clips in `folder`: mel, tokens, labels, targets and their lengths.

    `share` is (number, count) of a process that learns together with others: all draw the same
    batches, so that none waits for another's long clips, and each makes its part of every batch.
    """

    def __init__(
        self,
        folder: Path,
        vocabulary: Vocabulary,
        phonemes: Phonemes,
        mix: Mix,
        seed: int,
        share: tuple[int, int],
    ) -> None:
        super().__init__()
        self._phonemes = phonemes
        self._folder, self._vocabulary, self._mix, self._seed = folder, vocabulary, mix, seed
        self._share = share

    def __iter__(self) -> Iterator[Batch]:
        worker = torch.utils.data.get_worker_info()
        seed = [self._seed, worker.id if worker else 0]
        corpus = Corpus(self._folder)
        maker = _Maker(corpus, self._vocabulary, self._phonemes, self._mix, seed, self._share)
        while True:
            yield from maker.some()


@dataclass(frozen=True)
class _Heard:
    """A clip: samples, language or None where nobody speaks, compact tokens, phoneme numbers."""

    sound: noise.Samples
    lang: str | None
    text: list[int]
    phonemes: list[int]
    lead: float = 0.0
    trail: float = 0.0


class _Maker:
    def __init__(
        self,
        corpus: Corpus,
        vocabulary: Vocabulary,
        phonemes: Phonemes,
        mix: Mix,
        seed: Sequence[int],
        share: tuple[int, int],
    ) -> None:
        self._corpus, self._vocabulary, self._mix, self._share = corpus, vocabulary, mix, share
        self._phonemes = phonemes
        self._plan = np.random.default_rng(seed)
        self._rng = np.random.default_rng([*seed, share[0], 1])
        self._noises = noise.Noises(self._rng)
        self._texts: dict[int, list[int] | None] = {}
        self._order: list[int] = []

    def _next(self) -> int:
        while True:
            if not self._order:
                self._order = self._plan.permutation(self._corpus.refresh()).tolist()
            number = self._order.pop()
            if self._numbers(number) is not None and self._seconds(number) <= self._mix.longest:
                return number

    def _seconds(self, number: int) -> float:
        return self._corpus.clips[number][1].length / noise.RATE

    def _numbers(self, number: int) -> list[int] | None:
        if number not in self._texts:
            self._texts[number] = self._vocabulary.numbers(self._corpus.clips[number][1].text)
        return self._texts[number]

    def some(self, pool: int = 12) -> Iterator[Batch]:
        """A few batches, each of clips that are about equally long."""
        size = self._mix.clips
        numbers = sorted(
            (self._next() for _ in range(size * pool)),
            key=self._seconds,
        )
        for chunk in self._plan.permutation(pool):
            chosen = numbers[chunk * size : (chunk + 1) * size]
            frames = self._context(chosen[-1])
            few = max(self._share[1], size // 4) if frames > _LONG else size
            for start in range(0, size, few):
                mine = chosen[start : start + few][self._share[0] :: self._share[1]]
                yield self._batch(mine, frames)

    def _clip(self, number: int, room: float) -> _Heard:
        """A clip in at most `room` seconds."""
        rng = self._rng
        if rng.random() < self._mix.nobody:
            seconds = rng.uniform(0.4, 1.2) * min(8.0, self._seconds(number)) + 0.2
            return _Heard(noise.nobody(rng, int(seconds * noise.RATE)), None, [], [])
        spare = max(0.0, room - self._seconds(number) * SLOWEST - 0.2)
        lead = 0.0 if rng.random() < 0.25 else min(spare, rng.uniform(0, 1.5) * rng.random())
        trail = min(spare - lead, rng.uniform(0, 1.0) * rng.random())
        sound = self._corpus.samples(number)
        if rng.random() < self._mix.calm:
            sound = noise.levelled(rng, noise.between(sound, lead, trail))
        else:
            sound = noise.recorded(rng, sound, lead, trail, self._noises)
        clip = self._corpus.clips[number][1]
        sounds = self._phonemes.of(clip.text)
        return _Heard(sound, clip.lang, self._numbers(number) or [], sounds, lead, trail)

    def _context(self, longest: int) -> int:
        """Encoder frames for clips of which `longest` is the longest, silence around it included.

        What is longer yet, in a slow voice with long pauses, is cut at its end, in the pause.
        """
        rng = self._plan
        seconds = self._seconds(longest) * SLOWEST + SPARE_SECONDS * rng.random()
        if rng.random() < self._mix.long:
            return FULL_CONTEXT if rng.random() < 0.7 else int(rng.integers(600, FULL_CONTEXT))
        if rng.random() < self._mix.tight:
            return min(FULL_CONTEXT, math.ceil(FRAMES_PER_SECOND * seconds) + 30)
        return context_frames(seconds)

    def _batch(self, numbers: list[int], frames: int) -> Batch:
        clips = [self._clip(number, frames / FRAMES_PER_SECOND) for number in numbers]
        padded = torch.zeros(len(clips), frames * _PER_FRAME)
        for row, clip in zip(padded, clips, strict=True):
            row[: len(clip.sound)] = torch.from_numpy(clip.sound)[: padded.shape[1]]
        mel = log_mel(padded)
        for spectrogram, clip in zip(mel, clips, strict=True):
            if self._rng.random() < self._mix.masks:
                masked(self._rng, spectrogram, len(clip.sound) // HOP_LENGTH)
        return {"mel": mel} | self._texts_of(clips)

    def _texts_of(self, clips: list[_Heard]) -> Batch:
        words = self._vocabulary
        rows, labels = [], []
        for clip in clips:
            forced = clip.lang or ("en" if self._rng.random() < 0.5 else "zh")
            row = torch.tensor(words.sequence(forced, clip.text))
            label = row[1:].clone()
            if clip.lang is None:
                label[0] = words.no_speech
            rows.append(row[:-1])
            labels.append(label)
        pad = torch.nn.utils.rnn.pad_sequence
        targets = [torch.tensor(clip.phonemes, dtype=torch.long) for clip in clips]
        spans = [(clip.lead, len(clip.sound) / noise.RATE - clip.trail) for clip in clips]
        return {
            "spans": torch.tensor(spans) * FRAMES_PER_SECOND,
            "words": torch.tensor([len(clip.text) for clip in clips]),
            "tokens": pad(rows, batch_first=True, padding_value=words.end),
            "labels": pad(labels, batch_first=True, padding_value=IGNORE),
            "targets": functional.pad(pad(targets, batch_first=True), (0, 1)),
            "lengths": torch.tensor([len(target) for target in targets]),
        }
