"""Speech through a real microphone path: PulseAudio, PortAudio, Whisper, the starter's answer."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end2end.conftest import OpenDesktop
from tests.end2end.desktop import Desktop, wait_for
from tests.end2end.pictures import red_circle
from tests.end2end.sound import SoundServer, speak

QUESTION = "What color is the circle?"
NO_SPEECH_S = 2.0


@pytest.fixture
def sound(tmp_path: Path) -> Iterator[SoundServer]:
    server = SoundServer(tmp_path / "sound")
    yield server
    server.close()


@pytest.fixture
def desktop(open_desktop: OpenDesktop, sound: SoundServer, tmp_path: Path) -> Desktop:
    """The window with a red circle in the composer and a microphone that hears ``sound``."""
    desktop = open_desktop(environment=sound.variables)
    desktop.wait_ready()
    desktop.drop([red_circle(tmp_path / "circle.png")])
    wait_for("the thumbnail", lambda: desktop.look("visible", "attachmentStrip"))
    desktop.click("composer")
    return desktop


@pytest.fixture
def question(tmp_path: Path) -> Path:
    return speak(QUESTION, tmp_path / "question.wav", ("-v", "en-us", "-s", "140"))


def listening(desktop: Desktop) -> bool:
    return "listening" in str(desktop.look("accessible", "micButton")).lower()


def say(sound: SoundServer, wav: Path) -> None:
    """Play into the microphone to the end."""
    assert sound.say_into_microphone(wav).wait(30) == 0


def answered(desktop: Desktop) -> str:
    """Return the conversation once an answer is complete."""
    desktop.wait_text("chatPane", QUESTION)
    wait_for("the answer", lambda: "red" in desktop.text("chatPane").lower())
    wait_for("its end", lambda: not desktop.look("visible", "stopButton"))
    return desktop.text("chatPane")


def test_hold_to_talk(desktop: Desktop, sound: SoundServer, question: Path) -> None:
    desktop.xdotool("keydown", "F9")
    wait_for("the microphone", lambda: listening(desktop))
    say(sound, question)
    time.sleep(0.3)  # a person lets go a moment after the last word
    desktop.xdotool("keyup", "F9")
    desktop.wait_text("composer", QUESTION)
    assert desktop.look("visible", "heardStrip")
    desktop.key("Return")
    answered(desktop)
    wait_for("the microphone's end", lambda: sound.listeners(), lambda count: count == 0)


def test_hands_free_sends_by_itself_and_nothing_for_silence(
    desktop: Desktop, sound: SoundServer, question: Path
) -> None:
    desktop.key("ctrl+shift+h")
    wait_for("the microphone", lambda: listening(desktop))
    time.sleep(NO_SPEECH_S)
    assert QUESTION not in desktop.text("chatPane")
    say(sound, question)
    answered(desktop)
    assert listening(desktop)
    time.sleep(NO_SPEECH_S)
    desktop.key("Escape")
    wait_for("the microphone's end", lambda: not listening(desktop))
    assert desktop.text("chatPane").count(QUESTION) == 1
    assert desktop.text("composer") == ""


def test_an_unplugged_microphone_keeps_what_was_said(
    desktop: Desktop, sound: SoundServer, question: Path
) -> None:
    desktop.xdotool("keydown", "F9")
    wait_for("the microphone", lambda: listening(desktop))
    say(sound, question)
    time.sleep(0.3)
    sound.unplug()
    wait_for("the error", lambda: "went away" in desktop.text("composerErrors"), patience=10)
    desktop.wait_text("composer", QUESTION)
    desktop.xdotool("keyup", "F9")
    desktop.key("Return")
    answered(desktop)


def test_the_recording_is_there_after_a_restart(
    desktop: Desktop, open_desktop: OpenDesktop, sound: SoundServer, question: Path
) -> None:
    desktop.xdotool("keydown", "F9")
    wait_for("the microphone", lambda: listening(desktop))
    say(sound, question)
    time.sleep(0.3)
    desktop.xdotool("keyup", "F9")
    desktop.wait_text("composer", QUESTION)
    desktop.key("Return")
    answered(desktop)
    desktop.close()

    again = open_desktop(environment=sound.variables)
    again.wait_text("conversationList", QUESTION)
    x, y = again.look("row", "conversationList", path="1")
    again.xdotool("mousemove", str(x), str(y), "click", "1")
    again.wait_text("chatPane", QUESTION)
    wait_for("the play button", lambda: again.look("visible", "playButton"))


def test_no_microphone_is_said_with_a_hint(open_desktop: OpenDesktop, tmp_path: Path) -> None:
    silent = SoundServer(tmp_path / "none", microphone=False)
    try:
        desktop = open_desktop(environment=silent.variables)
        desktop.xdotool("keydown", "F9", "sleep", "0.5", "keyup", "F9")
        wait_for(
            "the error",
            lambda: "microphone" in desktop.text("composerErrors").lower(),
        )
        desktop.type("typing works without it")
        assert desktop.text("composer") == "typing works without it"
    finally:
        silent.close()
