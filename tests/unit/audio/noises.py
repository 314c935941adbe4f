"""A hundred clips in which nobody speaks, 3 s each at 16 kHz."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

RATE = 16_000
LENGTH = 3 * RATE
_TIME = np.arange(LENGTH) / RATE


def clips() -> Iterator[tuple[str, np.ndarray]]:
    """Yield ``(kind, samples)``; the same ones every time."""
    random = np.random.default_rng(5)
    kinds = [_silence, _white, _pink, _hum, _chord, _clicks, _breath, _fan, _melody, _thumps]
    for number in range(10):
        for kind in kinds:
            # From -50 dBFS to nearly full scale.
            clip = kind(random) * 10 ** (-(50 - 5.3 * number) / 20)
            yield kind.__name__.strip("_"), np.clip(clip, -1, 1).astype(np.float32)


def coloured(random: np.random.Generator, exponent: float) -> np.ndarray:
    """Return noise whose power falls with frequency to the power of ``exponent``, peak 1."""
    spectrum = np.fft.rfft(random.standard_normal(LENGTH))
    spectrum[1:] /= np.arange(1, len(spectrum)) ** (exponent / 2)
    return _normal(np.fft.irfft(spectrum, LENGTH))


def _normal(samples: np.ndarray) -> np.ndarray:
    return np.asarray(samples / np.abs(samples).max())


def _silence(random: np.random.Generator) -> np.ndarray:
    return np.zeros(LENGTH)


def _white(random: np.random.Generator) -> np.ndarray:
    return coloured(random, 0.0)


def _pink(random: np.random.Generator) -> np.ndarray:
    return coloured(random, 1.0)


def _hum(random: np.random.Generator) -> np.ndarray:
    mains = random.choice([50, 60])
    waves = [np.sin(2 * np.pi * mains * n * _TIME) / n for n in range(1, 9)]
    return _normal(np.sum(waves, axis=0) + 0.02 * random.standard_normal(LENGTH))


def _tone(frequency: float) -> np.ndarray:
    waves = [np.sin(2 * np.pi * frequency * n * _TIME) / n**2 for n in range(1, 6)]
    return np.asarray(np.sum(waves, axis=0))


def _chord(random: np.random.Generator) -> np.ndarray:
    root = 110 * 2 ** (random.integers(0, 24) / 12)
    tones = [_tone(root * 2 ** (step / 12)) for step in (0, random.choice([3, 4]), 7, 12)]
    return _normal(np.sum(tones, axis=0) * np.exp(-_TIME))


def _melody(random: np.random.Generator) -> np.ndarray:
    notes = 220 * 2 ** (random.choice([0, 2, 4, 5, 7, 9, 11, 12], size=8) / 12)
    melody = np.zeros(LENGTH)
    for number, note in enumerate(notes):
        part = slice(number * LENGTH // 8, (number + 1) * LENGTH // 8)
        fade = np.exp(-4 * np.linspace(0, 1, part.stop - part.start))
        melody[part] = _tone(note)[: part.stop - part.start] * fade
    return _normal(melody)


def _clicks(random: np.random.Generator) -> np.ndarray:
    """Keys on a keyboard: bursts of 10 ms."""
    clicks = np.zeros(LENGTH)
    for start in random.integers(0, LENGTH - 160, size=20):
        clicks[start : start + 160] += random.standard_normal(160) * np.exp(-np.arange(160) / 30)
    return _normal(clicks)


def _breath(random: np.random.Generator) -> np.ndarray:
    """Noise around 500 to 2500 Hz that swells and fades, as close to a microphone."""
    spectrum = np.fft.rfft(random.standard_normal(LENGTH))
    frequency = np.fft.rfftfreq(LENGTH, 1 / RATE)
    spectrum *= np.exp(-(((frequency - random.uniform(700, 1500)) / 800) ** 2))
    swell = np.maximum(0, np.sin(2 * np.pi * random.uniform(0.3, 0.6) * _TIME)) ** 2
    return _normal(np.fft.irfft(spectrum, LENGTH) * swell)


def _fan(random: np.random.Generator) -> np.ndarray:
    return _normal(coloured(random, 2.0) * (1 + 0.3 * np.sin(2 * np.pi * 12 * _TIME)))


def _thumps(random: np.random.Generator) -> np.ndarray:
    """A table that is knocked on."""
    thumps = np.zeros(LENGTH)
    for start in random.integers(0, LENGTH - 3200, size=5):
        decay = np.exp(-np.arange(3200) / 500)
        thumps[start : start + 3200] += np.sin(2 * np.pi * 90 * _TIME[:3200]) * decay
    return _normal(thumps)
