"""Samples of any rate and number of channels to mono at 16 kHz, block by block."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import soxr
from numpy.typing import NDArray

from mmdesk.core.speech import SAMPLE_RATE

Samples = NDArray[np.float32]

_BLOCK_SECONDS = 1.0
_BLOCK_VALUES = 1 << 21
"""Frames times channels of a block, at most: a thousand channels must not fill the memory."""
_CANCELLED = 1 / 8
"""Mixed channels that keep less than this of the loudest one's power cancel each other, or all
but one are silent. Unrelated stereo keeps 1/2, speech in one of two channels 1/4."""
_RAMP = 0.01
"""Seconds in which one way to mix passes into another, without a click."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Decoded samples, shape (frames, channels), and their rate in Hz."""

    rate: int
    samples: Samples


def to_mono(chunks: Iterable[Chunk]) -> Iterator[NDArray[np.int16]]:
    """Yield the sound as 16-bit mono at 16 kHz; what a decoder made of nothing becomes 0.

    Rate and channels may change on the way. What is beyond full scale is clipped.
    """
    mixer = _Mixer()
    resampler: _Resampler | None = None
    for block in _blocks(chunks):
        if resampler is None or resampler.rate != block.rate:
            if resampler is not None:
                yield _sixteen_bits(resampler.end())
            resampler = _Resampler(block.rate)
        yield _sixteen_bits(resampler.feed(mixer.mix(block)))
    if resampler is not None:
        yield _sixteen_bits(resampler.end())


def _blocks(chunks: Iterable[Chunk]) -> Iterator[Chunk]:
    """Join chunks to blocks of a second, of one rate and one number of channels each."""
    held: list[Samples] = []
    rate, channels, frames = 0, 0, 0
    for chunk in chunks:
        shape = (chunk.rate, chunk.samples.shape[1])
        full = frames >= min(rate * _BLOCK_SECONDS, _BLOCK_VALUES // max(1, channels))
        if held and (full or shape != (rate, channels)):
            yield Chunk(rate, np.concatenate(held))
            held, frames = [], 0
        rate, channels = shape
        held.append(chunk.samples)
        frames += len(chunk.samples)
    if held:
        yield Chunk(rate, np.concatenate(held))


class _Mixer:
    """Averages the channels where that keeps the sound, else takes the loudest one."""

    def __init__(self) -> None:
        self._weights: Samples | None = None

    def mix(self, block: Chunk) -> Samples:
        samples = np.nan_to_num(block.samples, nan=0.0, posinf=0.0, neginf=0.0)
        np.clip(samples, -1.0, 1.0, out=samples)
        channels = samples.shape[1]
        if channels == 1:
            return samples[:, 0]
        before = self._weights if self._weights is not None else np.empty(0, np.float32)
        now = self._chosen(samples, before)
        self._weights = now
        mixed: Samples = samples @ now
        if len(before) == channels and not np.array_equal(before, now):
            ramp = min(len(samples), max(1, round(block.rate * _RAMP)))
            part = np.linspace(0.0, 1.0, ramp, endpoint=False, dtype=np.float32)
            mixed[:ramp] = part * mixed[:ramp] + (1 - part) * (samples[:ramp] @ before)
        return mixed

    @staticmethod
    def _chosen(samples: Samples, before: Samples) -> Samples:
        channels = samples.shape[1]
        powers = np.square(samples).mean(axis=0)
        loudest = int(powers.argmax())
        if not powers[loudest] and len(before) == channels:  # silence: nothing to choose by
            return before
        average = np.full(channels, 1 / channels, np.float32)
        if np.square(samples @ average).mean() >= _CANCELLED * powers[loudest]:
            return average
        # Of two that are about as loud, the one that was taken before.
        if len(before) == channels and powers[int(before.argmax())] * 2 >= powers[loudest]:
            loudest = int(before.argmax())
        one: Samples = np.eye(1, channels, loudest, dtype=np.float32)[0]
        return one


class _Resampler:
    def __init__(self, rate: int) -> None:
        self.rate = rate
        self._stream = (
            None if rate == SAMPLE_RATE else soxr.ResampleStream(rate, SAMPLE_RATE, 1, "float32")
        )

    def feed(self, samples: Samples) -> Samples:
        if self._stream is None:
            return samples
        return np.asarray(self._stream.resample_chunk(np.ascontiguousarray(samples)), np.float32)

    def end(self) -> Samples:
        """Return what the filter still holds."""
        empty = np.empty(0, np.float32)
        if self._stream is None:
            return empty
        return np.asarray(self._stream.resample_chunk(empty, last=True), np.float32)


def _sixteen_bits(samples: Samples) -> NDArray[np.int16]:
    return np.rint(np.clip(samples, -1.0, 1.0) * 32767).astype(np.int16)
