"""How transcripts are written: text, subtitles, JSON."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from mmdesk import cli, transcribe
from mmdesk.core.speech import Segment, Transcript, Word


def spoken(text: str, start: float = 0.0, pace: float = 0.5) -> Segment:
    """Return a segment whose words are ``pace`` seconds long."""
    words = tuple(
        Word(f" {word}", 0.9, start + index * pace, start + (index + 1) * pace)
        for index, word in enumerate(text.split())
    )
    return Segment(start, start + len(words) * pace, f" {text}", words)


HEARD = Transcript("en", (spoken("Good morning."), spoken("How are you?", 3700.25)))


def printed(
    capsys: pytest.CaptureFixture[str],
    heard: Transcript,
    form: str = "text",
    *,
    as_json: bool = False,
) -> str:
    arguments = argparse.Namespace(files=[Path("a.wav")], format=form, json=as_json)
    transcribe._print(Path("a.wav"), heard, arguments)
    return capsys.readouterr().out


def test_text_has_a_line_for_each_stretch(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, HEARD) == "Good morning.\nHow are you?\n"


def test_subtitles_as_players_read_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, HEARD, "srt") == (
        "1\n00:00:00,000 --> 00:00:01,000\nGood morning.\n\n"
        "2\n01:01:40,250 --> 01:01:41,750\nHow are you?\n\n"
    )
    vtt = printed(capsys, HEARD, "vtt")
    assert vtt.startswith("WEBVTT\n\n00:00:00.000 --> 00:00:01.000\nGood morning.\n")


def test_a_text_cannot_break_a_subtitle_file(capsys: pytest.CaptureFixture[str]) -> None:
    vtt = printed(capsys, Transcript("en", (spoken("00:01 --> 00:02"),)), "vtt")
    assert vtt.count("-->") == 1


def test_long_stretches_become_readable_cues() -> None:
    segment = spoken(" ".join(f"word{number}" for number in range(60)))
    found = transcribe.cues([segment])
    assert len(found) > 4
    assert all(cue.end - cue.start <= 6.0 for cue in found)
    assert all(len(cue.text) <= 84 for cue in found)
    assert " ".join(cue.text for cue in found) == segment.text.strip()


def test_a_stretch_without_word_times_stays_whole() -> None:
    segment = Segment(1.0, 9.0, " Hello there", (Word(" Hello", 0.5), Word(" there", 0.5)))
    assert transcribe.cues([segment]) == [segment]


def test_json_has_every_word(capsys: pytest.CaptureFixture[str]) -> None:
    document = json.loads(printed(capsys, HEARD, as_json=True))
    assert document["file"] == "a.wav"
    assert document["language"] == "en"
    assert document["text"] == "Good morning. How are you?"
    second = document["segments"][1]
    assert (second["start"], second["end"]) == (3700.25, 3701.75)
    assert second["words"][0] == {
        "start": 3700.25,
        "end": 3700.75,
        "text": " How",
        "probability": 0.9,
    }


@pytest.mark.parametrize(
    ("given", "code"), [("en", "en"), ("Chinese", "zh"), ("auto", ""), ("german", "de")]
)
def test_a_language_by_its_code_or_name(given: str, code: str) -> None:
    assert cli.parse(["transcribe", "a.wav", "--language", given]).language == code


def test_an_unknown_language_is_said_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.parse(["transcribe", "a.wav", "--language", "klingon"])
    assert "no language that Whisper knows" in capsys.readouterr().err
