"""A sound server, programs on it, and someone who speaks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import soxr

from mmdesk import paths
from mmdesk.audio.activity import VAD_FILE, VoiceNetwork
from tests.end2end.sound import SoundServer, speak
from tests.unit.audio.probing import Probe

OpenProbe = Callable[..., Probe]
OpenServer = Callable[..., SoundServer]

QUESTION = "What color is the circle?"


@pytest.fixture(scope="session")
def network() -> VoiceNetwork:
    return VoiceNetwork(paths.resources() / "silero" / VAD_FILE)


@pytest.fixture(scope="session")
def question(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A spoken question of some 1.5 seconds, at 22,050 Hz."""
    return speak(QUESTION, tmp_path_factory.mktemp("question") / "question.wav")


@pytest.fixture(scope="session")
def spoken(question: Path) -> np.ndarray:
    """The question's samples at 16 kHz, with a second of silence on both sides."""
    return np.pad(at_speech_rate(question), 16_000)


def at_speech_rate(wav: Path) -> np.ndarray:
    samples, rate = soundfile.read(wav, dtype="float32", always_2d=True)
    return np.asarray(soxr.resample(samples[:, 0], rate, 16_000), np.float32)


@pytest.fixture
def open_server(tmp_path: Path) -> Iterator[OpenServer]:
    """Start sound servers that end with the test."""
    opened: list[SoundServer] = []

    def open_one(**options: Any) -> SoundServer:
        opened.append(SoundServer(tmp_path / f"sound-{len(opened)}", **options))
        return opened[-1]

    yield open_one
    for server in opened:
        server.close()


@pytest.fixture
def open_probe(tmp_path: Path) -> Iterator[OpenProbe]:
    """Start programs that listen and play, on a sound server or on none."""
    opened: list[Probe] = []

    def open_one(environment: dict[str, str]) -> Probe:
        opened.append(Probe(tmp_path / f"probe-{len(opened)}", environment))
        return opened[-1]

    yield open_one
    for probe in opened:
        probe.kill()
