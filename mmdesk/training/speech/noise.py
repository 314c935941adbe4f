"""Rooms, microphones and noises for the spoken clips, and sounds in which nobody speaks.

All arrays are mono float32 at 16 kHz.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

RATE = 16_000
Samples = NDArray[np.float32]
Random = np.random.Generator


def _shaped(rng: Random, length: int, gain: Callable[[NDArray[Any]], object]) -> Samples:
    """Noise whose spectrum follows `gain` of the frequencies in Hz, at an RMS of 0.1."""
    size = 1 << max(8, (length - 1).bit_length())
    spectrum = np.fft.rfft(rng.standard_normal(size, dtype=np.float32))
    spectrum *= np.asarray(gain(np.fft.rfftfreq(size, 1 / RATE)))
    sound = np.fft.irfft(spectrum, size)[:length]
    return np.asarray(sound * (0.1 / (np.sqrt(np.mean(sound**2)) + 1e-9)), np.float32)


def white(rng: Random, length: int) -> Samples:
    """Hiss."""
    return (0.1 * rng.standard_normal(length, dtype=np.float32)).astype(np.float32)


def coloured(rng: Random, length: int) -> Samples:
    """Noise that falls by 2 to 8 dB an octave: wind, traffic, a room."""
    slope = rng.uniform(0.3, 1.3)
    return _shaped(rng, length, lambda f: 1 / np.maximum(f, 30.0) ** slope)


def banded(rng: Random, length: int) -> Samples:
    """Noise around one or two frequencies: a fan, breath, water."""
    centres, widths = rng.uniform(150, 6000, 2), rng.uniform(80, 1500, 2)
    second = rng.random()
    return _shaped(
        rng, length,
        lambda f: np.exp(-(((f - centres[0]) / widths[0]) ** 2))
        + second * np.exp(-(((f - centres[1]) / widths[1]) ** 2)) + 1e-3,
    )  # fmt: skip


def hum(rng: Random, length: int) -> Samples:
    """Mains hum or a motor with its overtones."""
    base = rng.choice((50.0, 60.0, rng.uniform(35, 400)))
    return _tones(rng, length, base * np.arange(1, rng.integers(3, 14)))


def chord(rng: Random, length: int) -> Samples:
    """One to four musical notes with overtones, held or struck again and again."""
    notes = 55 * 2 ** (rng.integers(0, 60, rng.integers(1, 5)) / 12)
    sound = _tones(rng, length, np.concatenate([notes * k for k in (1, 2, 3)]))
    if rng.random() < 0.6:
        period = int(rng.uniform(0.1, 1.0) * RATE)
        sound = sound * np.exp(-rng.uniform(1, 8) * (np.arange(length) % period) / RATE)
    return sound.astype(np.float32)


def _tones(rng: Random, length: int, frequencies: NDArray[np.float64]) -> Samples:
    time = np.arange(length, dtype=np.float32) / RATE
    heard = frequencies[frequencies < 7800]
    waves = [
        rng.uniform(0.1, 1) / (1 + i) ** 0.5 * np.sin(2 * np.pi * f * time + rng.uniform(0, 6))
        for i, f in enumerate(heard)
    ]
    sound = np.sum(waves, axis=0) if waves else time * 0
    return (0.1 * sound / (np.std(sound) + 1e-9)).astype(np.float32)


def clicks(rng: Random, length: int) -> Samples:
    """Keys, taps and crackle: short bursts at random times."""
    sound = 0.002 * rng.standard_normal(length, dtype=np.float32)
    for _ in range(max(1, int(rng.uniform(1, 12) * length / RATE))):
        size = min(length, int(rng.uniform(0.001, 0.03) * RATE))
        start = rng.integers(0, length - size + 1)
        burst = rng.standard_normal(size, dtype=np.float32) * np.linspace(1, 0, size) ** 2
        sound[start : start + size] += rng.uniform(0.1, 1) * burst
    return sound.astype(np.float32)


def sweep(rng: Random, length: int) -> Samples:
    """A whistle or siren between two pitches."""
    low, high = np.sort(rng.uniform(100, 4000, 2))
    pace = rng.uniform(0.1, 3)
    pitch = low + (high - low) * (0.5 + 0.5 * np.sin(2 * np.pi * pace * np.arange(length) / RATE))
    return (0.1 * np.sin(2 * np.pi * np.cumsum(pitch) / RATE)).astype(np.float32)


NOISES: tuple[Callable[[Random, int], Samples], ...] = (
    white, coloured, coloured, banded, banded, hum, chord, clicks, sweep,
)  # fmt: skip


class Noises:
    """A supply of noises of 15 s: a slice costs less than a new noise; each is used 30 times."""

    _SECONDS, _KEPT, _USES = 15, 40, 30

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._kept: list[Samples] = []

    def slice(self, length: int) -> Samples:
        """A piece of one of the noises."""
        rng = self._rng
        if len(self._kept) < self._KEPT or rng.random() < 1 / self._USES:
            fresh = NOISES[rng.integers(len(NOISES))](rng, self._SECONDS * RATE)
            self._kept = [*self._kept[-self._KEPT + 1 :], fresh]
        noise = self._kept[rng.integers(len(self._kept))]
        start = rng.integers(0, max(1, len(noise) - length))
        return np.resize(noise[start:], length)


def breathing(rng: Random, sound: Samples) -> Samples:
    """The sound swelling and fading, as breath, gusts and passing cars do."""
    time = np.arange(len(sound)) / RATE
    swell = 0.5 + 0.5 * np.sin(2 * np.pi * rng.uniform(0.2, 2.5) * time + rng.uniform(0, 6))
    return (sound * swell ** rng.uniform(0.5, 4)).astype(np.float32)


def nobody(rng: Random, length: int) -> Samples:
    """A recording in which nobody speaks: nothing at all, one noise, or two, at any level."""
    if rng.random() < 0.06:
        return np.full(length, rng.choice((0.0, 0.0, 1e-4, 0.02)), np.float32)
    sound = NOISES[rng.integers(len(NOISES))](rng, length)
    if rng.random() < 0.35:
        sound = breathing(rng, sound)
    if rng.random() < 0.4:
        other = NOISES[rng.integers(len(NOISES))](rng, length)
        sound = sound + rng.uniform(0.02, 1) * other
    if rng.random() < 0.08:
        sound = np.clip(sound * 20, -0.5, 0.5)
    return levelled(rng, sound, -60)


def levelled(rng: Random, sound: Samples, quietest: float = -35) -> Samples:
    """The sound with its peak anywhere between `quietest` and 0 dBFS, as 16-bit samples."""
    peak = 10 ** (rng.uniform(quietest, 0) / 20)
    scaled = sound * (peak / (float(np.abs(sound).max()) + 1e-9))
    return (np.round(scaled * 32767) / 32768).astype(np.float32)


def paced(rng: Random, sound: Samples) -> Samples:
    """Played up to 12 % faster or slower, the pitch with it."""
    factor = rng.uniform(0.89, 1.12)
    places = np.arange(int((len(sound) - 2) / factor)) * factor
    before = places.astype(np.int32)
    share = (places - before).astype(np.float32)
    left = sound[before]
    return np.asarray(left + share * (sound[before + 1] - left), np.float32)


def _microphone(rng: Random, frequencies: NDArray[Any]) -> NDArray[np.float64]:
    low, high = rng.choice(((300.0, 3400.0), (80.0, rng.uniform(2800, 7500)), (200.0, 7900.0)))
    gain = 1 / (1 + (low / np.maximum(frequencies, 1)) ** 4) / (1 + (frequencies / high) ** 8)
    tilt = (np.maximum(frequencies, 50) / 1000) ** rng.uniform(-0.4, 0.4)
    return np.asarray(gain * tilt)


def room(rng: Random, sound: Samples, echo: bool, microphone: bool) -> Samples:
    """The sound with a room's echo and through a microphone or telephone line."""
    tail = int(rng.uniform(0.05, 0.35) * RATE) if echo else 0
    size = len(sound) + tail
    padded = 1 << (size - 1).bit_length()
    spectrum = np.fft.rfft(sound, padded)
    if echo:
        time = np.arange(tail) / RATE
        decay = np.exp(-6.9 * time / rng.uniform(0.1, 0.5))
        response = rng.standard_normal(tail) * decay * rng.uniform(0.02, 0.15)
        response[: int(rng.uniform(0.001, 0.01) * RATE)] = 0
        response[0] = 1
        spectrum *= np.fft.rfft(response, padded)
    if microphone:
        spectrum *= _microphone(rng, np.fft.rfftfreq(padded, 1 / RATE))
    return np.asarray(np.fft.irfft(spectrum, padded)[:size], np.float32)


def noisy(rng: Random, sound: Samples, spoken: Samples, noises: Noises) -> Samples:
    """The sound with one of the noises, 5 to 40 dB below the speech in it."""
    noise = noises.slice(len(sound))
    below = 10 ** (-rng.uniform(5, 40) / 20)
    loud = np.sqrt(np.mean(spoken**2)) / (np.sqrt(np.mean(noise**2)) + 1e-9)
    return np.asarray(sound + noise * (below * loud), np.float32)


def between(spoken: Samples, lead: float, trail: float) -> Samples:
    """The speech with seconds of digital silence before and after it."""
    silences = [np.zeros(int(seconds * RATE), np.float32) for seconds in (lead, trail)]
    return np.concatenate([silences[0], spoken, silences[1]])


def recorded(rng: Random, spoken: Samples, lead: float, trail: float, noises: Noises) -> Samples:
    """A clip as a microphone might have heard it, silence or noise before and after it.

    lead, trail: seconds.
    """
    if rng.random() < 0.5:
        spoken = paced(rng, spoken)
    echo, microphone = rng.random() < 0.25, rng.random() < 0.3
    if echo or microphone:
        spoken = room(rng, spoken, echo, microphone)
    sound = between(spoken, lead, trail)
    if rng.random() < 0.75:
        sound = noisy(rng, sound, spoken, noises)
    if rng.random() < 0.08:
        sound = sound + np.float32(rng.uniform(-0.03, 0.03))
    if rng.random() < 0.06:
        peak = float(np.abs(sound).max())
        sound = np.clip(sound, -peak * 0.4, peak * 0.4)
    return levelled(rng, sound)
