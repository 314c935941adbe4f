"""A real speaker: what is played is recorded from the sound server's other end."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from mmdesk.audio.flac import write_flac
from mmdesk.audio.samples import to_bytes
from tests.unit.audio.conftest import OpenProbe, OpenServer, at_speech_rate
from tests.unit.audio.test_microphone import similarity


@pytest.fixture
def recording(tmp_path: Path, spoken: np.ndarray) -> Path:
    """The question, with a second of silence before and after it."""
    return write_flac(to_bytes(spoken), tmp_path / "recordings").path


def test_a_recording_is_heard(
    open_server: OpenServer,
    open_probe: OpenProbe,
    recording: Path,
    spoken: np.ndarray,
    tmp_path: Path,
) -> None:
    server = open_server()
    probe = open_probe(server.environment)
    listening = server.record_speaker(tmp_path / "heard.wav")
    time.sleep(0.5)
    probe.send("play", key="mine", path=str(recording), start=0.5, end=9.0)
    assert probe.event("PlaybackChanged")["key"] == "mine"
    ended = probe.event("PlaybackChanged")
    assert (ended["key"], ended["error"]) == (None, None)
    time.sleep(0.5)
    listening.terminate()
    listening.wait(10)
    assert similarity(at_speech_rate(tmp_path / "heard.wav"), spoken) > 0.9


def test_the_next_one_ends_the_one_before(
    open_server: OpenServer, open_probe: OpenProbe, recording: Path
) -> None:
    probe = open_probe(open_server().environment)
    for key in ("first", "second"):
        probe.send("play", key=key, path=str(recording))
        assert probe.event("PlaybackChanged")["key"] == key
        if key == "first":
            probe.send("play", key="between", path=str(recording))
            assert probe.event("PlaybackChanged")["key"] is None
            assert probe.event("PlaybackChanged")["key"] == "between"
            probe.send("silence")
            assert probe.event("PlaybackChanged")["key"] is None
    before = time.monotonic()
    probe.send("close")
    assert probe.event("PlaybackChanged")["key"] is None
    assert time.monotonic() - before < 2.0
    assert probe.end() < 5.0


def test_what_can_not_be_played(
    open_server: OpenServer, open_probe: OpenProbe, recording: Path, tmp_path: Path
) -> None:
    probe = open_probe(open_server(microphone=False).environment)
    probe.send("play", key="mine", path=str(recording))
    failed = probe.event("PlaybackChanged")
    assert (failed["key"], failed["error"]) == (None, "playback_failed")


def test_a_missing_recording(
    open_server: OpenServer, open_probe: OpenProbe, tmp_path: Path
) -> None:
    probe = open_probe(open_server().environment)
    probe.send("play", key="mine", path=str(tmp_path / "none.flac"))
    assert probe.event("PlaybackChanged")["key"] == "mine"
    assert probe.event("PlaybackChanged")["error"] == "file_missing"


def test_the_speaker_goes_away(
    open_server: OpenServer, open_probe: OpenProbe, recording: Path
) -> None:
    server = open_server()
    probe = open_probe(server.environment)
    probe.send("play", key="mine", path=str(recording))
    probe.event("PlaybackChanged")
    server.close()
    assert probe.event("PlaybackChanged", 5.0)["error"] == "playback_failed"
    assert probe.end() < 5.0
