"""A real microphone: PortAudio on a sound server of our own."""

from __future__ import annotations

import os
import time
from pathlib import Path
from statistics import median

import numpy as np
import pytest
import soundfile
import soxr

from tests.end2end.desktop import wait_for
from tests.end2end.sound import speak
from tests.unit.audio.conftest import OpenProbe, OpenServer, at_speech_rate
from tests.unit.audio.probing import captured


def similarity(heard: np.ndarray, said: np.ndarray) -> float:
    """Return the highest normalised cross-correlation of ``said`` anywhere in ``heard``."""
    size = 1 << (len(heard) + len(said)).bit_length()
    product = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(said, size))
    best = float(np.abs(np.fft.irfft(product)).max())
    return best / float(np.linalg.norm(heard) * np.linalg.norm(said))


@pytest.mark.parametrize(("rate", "channels"), [(48_000, 2), (44_100, 1), (8_000, 1), (48_000, 8)])
def test_what_is_said_is_heard(
    open_server: OpenServer, open_probe: OpenProbe, question: Path, rate: int, channels: int
) -> None:
    server = open_server(rate=rate, channels=channels)
    probe = open_probe(server.environment)
    probe.send("start")
    assert probe.event("MicrophoneOpened")["device"] == "default"
    server.say_into_microphone(question).wait(20)
    time.sleep(0.3)
    probe.send("stop")
    heard = probe.event("SpeechCaptured")
    assert probe.event("MicrophoneClosed")["error"] is None
    said = at_speech_rate(question)
    if rate < 16_000:
        said = soxr.resample(soxr.resample(said, 16_000, rate), rate, 16_000)
    assert similarity(captured(heard), said) > 0.9
    assert heard["speech_seconds"] > 0.8
    levels = probe.events("MicrophoneLevel")
    assert 8 < len(levels) / heard["seconds"] < 25
    assert max(level["level"] for level in levels) > 0.5
    assert any(level["voice"] for level in levels)
    grown = probe.events("SpeechGrown")
    assert grown
    assert {g["utterance"] for g in grown} == {heard["utterance"]}


def test_hands_free_cuts_at_pauses(
    open_server: OpenServer, open_probe: OpenProbe, question: Path, tmp_path: Path
) -> None:
    first = at_speech_rate(question)
    second = at_speech_rate(speak("How many red stars are there?", tmp_path / "second.wav"))
    both = np.concatenate([first, np.zeros(19_200, np.float32), second])
    soundfile.write(tmp_path / "both.wav", both, 16_000)
    server = open_server()
    probe = open_probe(server.environment)
    probe.send("start", hands_free=True, silence_s=0.6)
    probe.event("MicrophoneOpened")
    server.say_into_microphone(tmp_path / "both.wav").wait(20)
    heard = [probe.event("SpeechCaptured"), probe.event("SpeechCaptured")]
    probe.send("stop")
    probe.event("MicrophoneClosed")
    assert len(probe.events("SpeechCaptured")) == 2
    assert heard[0]["utterance"] != heard[1]["utterance"]
    for record, said in zip(heard, (first, second), strict=True):
        assert similarity(captured(record), said) > 0.9
        assert record["seconds"] < len(said) / 16_000 + 1.0


def test_what_was_said_before_the_microphone_went_is_kept(
    open_server: OpenServer, open_probe: OpenProbe, question: Path
) -> None:
    server = open_server()
    probe = open_probe(server.environment)
    probe.send("start")
    probe.event("MicrophoneOpened")
    server.say_into_microphone(question).wait(20)
    before = time.monotonic()
    server.unplug()
    heard = probe.event("SpeechCaptured")
    closed = probe.event("MicrophoneClosed")
    assert closed["at"] - before < 1.0
    assert heard["error"] == closed["error"] == "microphone_lost"
    assert similarity(captured(heard), at_speech_rate(question)) > 0.9
    assert "“default” went away after" in closed["message"]
    probe.send("start")
    assert probe.event("MicrophoneClosed")["error"] == "microphone_missing"
    assert probe.end() < 5.0


def test_the_sound_server_dies_and_comes_back(
    open_server: OpenServer, open_probe: OpenProbe
) -> None:
    server = open_server()
    probe = open_probe(server.environment)
    probe.send("start", hands_free=True)
    probe.event("MicrophoneOpened")
    server.close()
    assert probe.event("MicrophoneClosed", 5.0)["error"] == "microphone_lost"
    # The list is renewed once the lost stream is closed, a moment after the event.
    wait_for("an empty list", lambda: "error" in probe.send("devices"), patience=10)
    assert probe.records[-1]["error"] == "microphone_missing"
    assert probe.end() < 5.0


def test_a_sound_server_that_hangs_holds_nobody_up(
    open_server: OpenServer, open_probe: OpenProbe, question: Path
) -> None:
    server = open_server()
    probe = open_probe(server.environment)
    probe.send("start")
    probe.event("MicrophoneOpened")
    server.say_into_microphone(question).wait(20)
    server.freeze()
    before = time.monotonic()
    heard = probe.event("SpeechCaptured")
    assert probe.event("MicrophoneClosed")["error"] == "microphone_lost"
    assert heard["speech_seconds"] > 0.8
    assert probe.records[-1]["at"] - before < 1.5
    probe.send("start")
    time.sleep(0.5)
    probe.send("cancel")
    before = time.monotonic()
    assert probe.event("MicrophoneClosed")["error"] is None
    assert time.monotonic() - before < 1.0
    assert probe.end() < 5.0


def test_no_microphone_at_all(open_probe: OpenProbe, home: Path) -> None:
    probe = open_probe(dict(os.environ) | {"XDG_RUNTIME_DIR": str(home)})
    assert probe.send("devices")["error"] == "microphone_missing"
    probe.send("start")
    assert probe.event("MicrophoneClosed")["error"] == "microphone_missing"
    probe.send("start", device="Studio USB")
    assert probe.event("MicrophoneClosed")["error"] == "microphone_missing"
    assert not probe.events("SpeechCaptured")


def test_a_microphone_that_appears_later(open_server: OpenServer, open_probe: OpenProbe) -> None:
    server = open_server(microphone=False)
    probe = open_probe(server.environment)
    probe.send("start")
    assert probe.event("MicrophoneClosed")["error"] == "microphone_missing"
    server.control("load-module", "module-null-sink", "norewinds=1", "sink_name=late")
    probe.send("start")
    probe.event("MicrophoneOpened")
    probe.send("cancel")
    assert probe.event("MicrophoneClosed")["error"] is None
    assert not probe.events("SpeechCaptured")


def test_devices_have_names(open_server: OpenServer, open_probe: OpenProbe) -> None:
    probe = open_probe(open_server().environment)
    devices = probe.send("devices")["result"]
    assert devices[0][:2] == ["default", True]
    assert [default for _, default, _, _ in devices].count(True) == 1
    assert all(channels > 0 and rate >= 8_000 for _, _, rate, channels in devices)
    probe.send("start", device="pulse")
    assert probe.event("MicrophoneOpened")["device"] == "pulse"
    probe.send("stop")
    probe.event("MicrophoneClosed")
    probe.send("start", device="Studio USB")
    closed = probe.event("MicrophoneClosed")
    assert closed["error"] == "microphone_gone"
    assert "Studio USB" in closed["message"]


def test_a_muted_microphone_is_told(open_server: OpenServer, open_probe: OpenProbe) -> None:
    probe = open_probe(open_server().environment)
    probe.send("start")
    probe.event("MicrophoneOpened")
    time.sleep(2.0)
    probe.send("stop")
    assert probe.event("SpeechCaptured")["error"] is None
    assert probe.event("MicrophoneClosed")["error"] == "microphone_mute"


def test_a_click_is_an_empty_utterance(open_server: OpenServer, open_probe: OpenProbe) -> None:
    probe = open_probe(open_server().environment)
    probe.send("start")
    probe.send("stop")
    assert probe.event("SpeechCaptured")["seconds"] == 0.0
    assert probe.event("MicrophoneClosed")["error"] is None


def test_impatient_clicks(open_server: OpenServer, open_probe: OpenProbe) -> None:
    """Any order, quickly: each start ends once, and events of two starts never mix."""
    probe = open_probe(open_server().environment)
    script = "start start stop start cancel stop cancel start stop stop start cancel start"
    for _ in range(3):
        for command in script.split():
            probe.send(command)
        probe.send("cancel")
    took = [record["took"] for record in probe.records if "took" in record]
    assert median(took) < 0.005
    starts = 3 * 5
    for _ in range(starts):
        probe.event("MicrophoneClosed")
    probe.drain(0.5)
    closed = probe.events("MicrophoneClosed")
    assert len(closed) == starts
    assert not [record for record in closed if record["error"]]
    state = "closed"
    for record in probe.records:
        name = record.get("event")
        if name == "MicrophoneOpened":
            assert state == "closed"
            state = "opened"
        elif name == "MicrophoneClosed":
            state = "closed"
    probe.send("start")
    probe.event("MicrophoneOpened")
    probe.send("close")
    probe.event("MicrophoneClosed")
    probe.send("close")
    probe.send("start")
    probe.drain(0.5)
    assert len(probe.events("MicrophoneClosed")) == starts + 1
    assert probe.end() < 5.0


def test_it_needs_no_torch(open_server: OpenServer, open_probe: OpenProbe) -> None:
    probe = open_probe(open_server().environment)
    assert not {"numpy", "sounddevice", "onnxruntime"} & set(probe.send("modules")["result"])
    probe.send("start")
    probe.event("MicrophoneOpened")
    assert not {"torch", "PySide6", "transformers"} & set(probe.send("modules")["result"])
    assert probe.end() < 5.0  # in the middle of listening
