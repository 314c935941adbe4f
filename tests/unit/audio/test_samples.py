"""Levels, and the way from a device's channels and rate to speech."""

from __future__ import annotations

import numpy as np
import pytest

from mmdesk.audio.level import level_of
from mmdesk.audio.microphone import shapes
from mmdesk.audio.resampling import LoudestChannel, ToSpeech
from mmdesk.core.speech import AudioDevice


def sine(frequency: float, rate: int, seconds: float = 1.0) -> np.ndarray:
    return np.sin(2 * np.pi * frequency * np.arange(round(rate * seconds)) / rate)


@pytest.mark.parametrize(
    ("decibels", "level"), [(0, 1.0), (-30, 0.5), (-60, 0.0), (-90, 0.0), (20, 1.0)]
)
def test_levels_are_decibels(decibels: float, level: float) -> None:
    tone = sine(440, 16_000) * 10 ** (decibels / 20)
    assert level_of(tone.astype(np.float32)) == pytest.approx(level, abs=0.002)


def test_level_of_nothing() -> None:
    assert level_of(np.zeros(0, np.float32)) == level_of(np.zeros(800, np.float32)) == 0.0


def blocks(sound: np.ndarray, size: int) -> list[np.ndarray]:
    return [sound[i : i + size] for i in range(0, len(sound), size)]


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 44_100, 48_000, 96_000, 192_000])
def test_any_rate_becomes_speech(rate: int) -> None:
    tone = (0.5 * sine(440, rate)).astype(np.float32)
    convert = ToSpeech(rate, 1)
    parts = [convert.convert(block.tobytes()) for block in blocks(tone, rate // 20 + 7)]
    samples = np.concatenate([*parts, convert.end()])
    assert len(samples) == pytest.approx(16_000, abs=2)
    middle = slice(1000, 15_000)
    np.testing.assert_allclose(samples[middle], 0.5 * sine(440, 16_000)[middle], atol=0.01)


@pytest.mark.parametrize("channel", range(8))
def test_the_connected_channel_of_eight_is_heard(channel: int) -> None:
    sound = 0.001 * np.random.default_rng(0).standard_normal((16_000, 8))
    sound[:, channel] += 0.3 * sine(440, 16_000)
    convert = ToSpeech(16_000, 8)
    parts = [convert.convert(block.tobytes()) for block in blocks(sound.astype(np.float32), 800)]
    assert level_of(np.concatenate(parts)[3200:]) > 0.8
    assert convert.level > 0.8


def test_an_inverted_channel_does_not_cancel() -> None:
    tone = 0.5 * sine(440, 16_000)
    sound = np.stack([tone, -tone], axis=1).astype(np.float32)
    mixer = LoudestChannel(2)
    mixed = np.concatenate([mixer.mix(block) for block in blocks(sound, 800)])
    np.testing.assert_allclose(mixed, tone, atol=1e-6)


def test_another_channel_takes_over_without_a_click() -> None:
    sound = np.zeros((32_000, 2), np.float32)
    sound[:16_000, 0] = 0.3 * sine(100, 16_000)
    sound[16_000:, 1] = 0.3 * sine(100, 16_000)
    mixer = LoudestChannel(2)
    mixed = np.concatenate([mixer.mix(block) for block in blocks(sound, 800)])
    assert level_of(mixed[-4000:]) > 0.8
    assert np.abs(np.diff(mixed)).max() < 0.05


def test_what_drivers_send_by_mistake() -> None:
    ugly = np.array([np.nan, np.inf, -np.inf, 9.0] * 400, np.float32)
    samples = np.concatenate(
        [(convert := ToSpeech(44_100, 2)).convert(ugly.tobytes()), convert.end()]
    )
    assert np.isfinite(samples).all()
    assert np.abs(samples).max() <= 1.0


def test_a_device_is_opened_as_it_is_first() -> None:
    usb = list(shapes(AudioDevice("usb", False, 48_000, 1)))
    assert usb == [(48_000, 1), (44_100, 1), (16_000, 1)]
    array = list(shapes(AudioDevice("array", False, 16_000, 8)))
    assert array[:3] == [(16_000, 8), (16_000, 2), (16_000, 1)]
    server = list(shapes(AudioDevice("pulse", False, 44_100, 32)))
    assert server[0] == (44_100, 2)
