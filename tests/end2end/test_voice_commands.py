"""``mmdesk transcribe``, ``record`` and ``ask --audio`` as a person's shell runs them."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from tests.end2end.desktop import ROOT
from tests.end2end.pictures import red_circle
from tests.end2end.sound import SoundServer, speak
from tests.end2end.test_command_line import run

QUESTION = "What color is the circle?"
US = ("-v", "en-us", "-s", "140")


@pytest.fixture
def question(tmp_path: Path) -> Path:
    return speak(QUESTION, tmp_path / "question.wav", US)


@pytest.fixture
def sound(tmp_path: Path) -> Iterator[SoundServer]:
    server = SoundServer(tmp_path / "sound")
    yield server
    server.close()


def test_a_spoken_question_is_answered(home: Path, tmp_path: Path, question: Path) -> None:
    picture = red_circle(tmp_path / "circle.png")
    finished = run(home, "ask", "-a", picture, "--audio", question)
    assert finished.returncode == 0, finished.stderr
    assert "red" in finished.stdout.lower()
    assert finished.stderr == f"Heard: {QUESTION}\n"
    lines = run(home, "ask", "-a", picture, "--audio", question, "--json").stdout.splitlines()
    first, last = json.loads(lines[0]), json.loads(lines[-1])
    assert first == {"event": "heard", "text": QUESTION, "language": "en"}
    assert last["event"] == "finished"


def test_transcribe_as_json(home: Path, tmp_path: Path, question: Path) -> None:
    flac = tmp_path / "question.flac"
    samples, rate = soundfile.read(question)
    soundfile.write(flac, samples, rate)
    finished = run(home, "transcribe", question, flac, "--json")
    assert finished.returncode == 0, finished.stderr
    documents = [json.loads(line) for line in finished.stdout.splitlines()]
    assert [document["file"] for document in documents] == [str(question), str(flac)]
    for document in documents:
        assert set(document) == {"file", "language", "text", "segments"}
        assert (document["language"], document["text"]) == ("en", QUESTION)
        (segment,) = document["segments"]
        assert 0 <= segment["start"] < segment["end"] <= len(samples) / rate + 0.1
        words = segment["words"]
        assert "".join(word["text"] for word in words).strip() == QUESTION
        assert all(0 <= word["probability"] <= 1 for word in words)
        starts = [word["start"] for word in words]
        assert starts == sorted(starts)


def test_long_sound_is_cut_at_its_pauses(home: Path, tmp_path: Path) -> None:
    """Two questions half a minute apart: each stands where it was said."""
    first = soundfile.read(speak(QUESTION, tmp_path / "a.wav", US))[0]
    second, rate = soundfile.read(speak("Where is the star?", tmp_path / "b.wav", US))
    long = tmp_path / "long.ogg"
    soundfile.write(long, np.concatenate([first, np.zeros(30 * rate), second]), rate)
    finished = run(home, "transcribe", long, "--format", "srt")
    assert finished.returncode == 0, finished.stderr
    assert QUESTION in finished.stdout
    assert "Where is the star?" in finished.stdout
    assert "\n00:00:3" in finished.stdout


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("silence.wav", np.zeros(32_000), "nothing is said"),
        ("noise.wav", np.random.default_rng(1).normal(0, 0.05, 48_000), "nothing is said"),
    ],
)
def test_sound_without_speech_is_refused(
    home: Path, tmp_path: Path, name: str, content: Any, kind: str
) -> None:
    path = tmp_path / name
    soundfile.write(path, content, 16_000)
    finished = run(home, "transcribe", path)
    assert finished.returncode == 1
    assert finished.stdout == ""
    assert kind in finished.stderr.lower()
    assert len(finished.stderr.splitlines()) == 2


def test_one_bad_file_does_not_stop_the_others(home: Path, tmp_path: Path, question: Path) -> None:
    missing = tmp_path / "missing.mp3"
    picture = red_circle(tmp_path / "picture.wav.png")
    finished = run(home, "transcribe", missing, picture, question)
    assert finished.returncode == 1
    assert QUESTION in finished.stdout
    assert "is not there" in finished.stderr
    assert "neither a picture nor a sound file" not in finished.stdout


def test_a_language_that_the_model_lacks(home: Path, question: Path) -> None:
    finished = run(home, "transcribe", question, "--language", "german")
    assert finished.returncode == 1
    assert "does not know German" in finished.stderr


def test_a_speech_model_that_is_not_there(home: Path, tmp_path: Path, question: Path) -> None:
    finished = run(home, "transcribe", question, "--speech-model", tmp_path / "nowhere")
    assert finished.returncode == 1
    assert "no speech model" in finished.stderr


def test_record_until_silence_and_hear_it(
    home: Path, tmp_path: Path, sound: SoundServer, question: Path
) -> None:
    clip = tmp_path / "clip.flac"
    with Recorder(home, sound, clip, "--until-silence") as recorder:
        assert sound.say_into_microphone(question).wait(30) == 0
        assert recorder.wait(30) == 0
    assert soundfile.info(clip).samplerate == 16_000
    assert run(home, "transcribe", clip).stdout.strip() == QUESTION


def test_record_ends_with_the_microphone(
    home: Path, tmp_path: Path, sound: SoundServer, question: Path
) -> None:
    clip = tmp_path / "clip.flac"
    with Recorder(home, sound, clip) as recorder:
        assert sound.say_into_microphone(question).wait(30) == 0
        sound.unplug()
        assert recorder.wait(30) == 1
        assert recorder.stderr is not None
        assert "went away" in recorder.stderr.read()
    assert soundfile.info(clip).duration > 1.0


def test_doctor_lists_the_microphones(home: Path, sound: SoundServer) -> None:
    finished = subprocess.run(
        [sys.executable, "-m", "mmdesk", "doctor"],
        cwd=ROOT,
        env=sound.environment | {"MMDESK_HOME": str(home), "DISPLAY": ""},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout
    assert "speech model" in finished.stdout
    lines = [line for line in finished.stdout.splitlines() if "microphone" in line]
    assert sum("is used" in line for line in lines) == 1


class Recorder:
    """``mmdesk record`` from the moment at which it listens."""

    def __init__(self, home: Path, sound: SoundServer, clip: Path, *options: str) -> None:
        environment = sound.environment | {"MMDESK_HOME": str(home), "PYTHONUNBUFFERED": "1"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "mmdesk", "record", str(clip), *options],
            cwd=ROOT,
            env=environment,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> subprocess.Popen[str]:
        assert self._process.stderr is not None
        assert "Listening" in self._process.stderr.readline()
        time.sleep(0.3)
        return self._process

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait(30)
        if self._process.stderr is not None:
            self._process.stderr.close()
