from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mmdesk import paths
from mmdesk.audio.activity import (
    VAD_FILE,
    WINDOW_SECONDS,
    VoiceNetwork,
    VoiceStream,
    activity_of,
    measure,
)
from mmdesk.audio.samples import to_bytes
from mmdesk.core.errors import InstallationBroken
from tests.unit.audio.noises import clips, coloured


def test_a_question_is_found_where_it_is(network: VoiceNetwork, spoken: np.ndarray) -> None:
    activity = activity_of(network, to_bytes(spoken))
    assert activity.peak > 0.9
    assert activity.speech_seconds > 0.8
    assert 0.9 < activity.start < 1.3
    assert len(spoken) / 16_000 - 1.5 < activity.end < len(spoken) / 16_000 - 0.7


@pytest.mark.parametrize("decibels", [-40, -30, -10])
def test_quiet_speech_is_found(network: VoiceNetwork, spoken: np.ndarray, decibels: int) -> None:
    quiet = spoken / np.sqrt(np.mean(spoken[16_000:-16_000] ** 2)) * 10 ** (decibels / 20)
    assert activity_of(network, to_bytes(np.clip(quiet, -1, 1))).speech_seconds > 0.8


@pytest.mark.parametrize("exponent", [0.0, 1.0])
def test_speech_in_noise_is_found(
    network: VoiceNetwork, spoken: np.ndarray, exponent: float
) -> None:
    noise = coloured(np.random.default_rng(0), exponent)
    noise = np.resize(noise, len(spoken))
    power = np.mean(spoken[16_000:-16_000] ** 2) / 10  # 10 dB below
    noisy = 0.3 * (spoken + noise * np.sqrt(power / np.mean(noise**2)))
    assert activity_of(network, to_bytes(noisy.astype(np.float32))).speech_seconds > 0.6


def test_a_hundred_clips_without_speech(network: VoiceNetwork) -> None:
    """Voice activity alone is no proof of silence, but it must stop nearly all of these."""
    voices = [
        kind
        for kind, samples in clips()
        if activity_of(network, to_bytes(samples)).speech_seconds > 0.15
    ]
    assert len(voices) <= 5, voices


@pytest.mark.parametrize("size", [1, 100, 511, 512, 513, 16_000 * 3])
def test_any_length(network: VoiceNetwork, size: int) -> None:
    assert activity_of(network, to_bytes(np.zeros(size, np.float32))).speech_seconds == 0.0


def test_nothing_and_nonsense(network: VoiceNetwork) -> None:
    assert activity_of(network, b"") == measure([])
    ugly = np.array([np.nan, np.inf, -np.inf, 1e30] * 4000, np.float32)
    assert 0.0 <= activity_of(network, to_bytes(ugly) + b"\1").peak <= 1.0


def test_pieces_give_the_same_as_the_whole(network: VoiceNetwork, spoken: np.ndarray) -> None:
    whole = VoiceStream(network).feed(spoken)[1]
    stream = VoiceStream(network)
    pieces = [stream.feed(spoken[i : i + 777])[1] for i in range(0, len(spoken), 777)]
    np.testing.assert_allclose(np.concatenate(pieces), whole, atol=1e-5)


def test_the_end_is_not_lost(network: VoiceNetwork, spoken: np.ndarray) -> None:
    stream = VoiceStream(network)
    windows, _ = stream.feed(spoken[:5000])
    rest, probabilities = stream.end()
    joined = np.concatenate([windows.ravel(), rest.ravel()])
    np.testing.assert_array_equal(joined, spoken[:5000])
    assert len(probabilities) == 1
    assert stream.end()[0].size == 0


def test_clicks_are_no_speech_and_voices_have_hysteresis() -> None:
    click = measure([0.1, 0.9, 0.9, 0.9, 0.9, 0.1])
    assert (click.speech_seconds, click.peak, click.start, click.end) == (0.0, 0.9, 0.0, 0.0)
    voice = measure([0.4, 0.6, 0.4, 0.4, 0.4, 0.36, 0.34, 0.4])
    assert voice.speech_seconds == pytest.approx(5 * WINDOW_SECONDS)
    assert (voice.start, voice.end) == pytest.approx((WINDOW_SECONDS, 6 * WINDOW_SECONDS))


def test_another_network_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InstallationBroken, match="can't be read"):
        VoiceNetwork(tmp_path / "none.onnx").load()
    changed = bytearray((paths.resources() / "silero" / VAD_FILE).read_bytes())
    changed[1000] ^= 1
    (tmp_path / "changed.onnx").write_bytes(changed)
    with pytest.raises(InstallationBroken, match="damaged"):
        VoiceNetwork(tmp_path / "changed.onnx").load()
