"""The main path: drop a picture, type a question, read the starter's answer, restart."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.end2end.conftest import OpenDesktop
from tests.end2end.desktop import (
    ROOT,
    Desktop,
    Display,
    can_unshare_network,
    wait_for,
)
from tests.end2end.pictures import blue_square, red_circle


def ask(desktop: Desktop, question: str) -> str:
    """Type a question and return the conversation once the answer is complete."""
    desktop.type(question)
    desktop.key("Return")
    desktop.wait_text("chatPane", question)
    wait_for("the end of the answer", lambda: not desktop.look("visible", "stopButton"))
    return desktop.text("chatPane")


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param((), id="as-usual"),
        pytest.param(
            ("--sealed",),
            id="sealed",
            marks=pytest.mark.skipif(
                not can_unshare_network(), reason="this system forbids network namespaces"
            ),
        ),
    ],
)
def test_drop_ask_answer_restart(
    open_desktop: OpenDesktop, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    desktop = open_desktop(arguments)
    mark = "Sealed" if arguments else "0 connections since start"
    assert desktop.text("connectionCount") == mark
    assert desktop.look("focus") == "composer"
    desktop.drop([red_circle(tmp_path / "circle.png")])
    wait_for("the thumbnail", lambda: desktop.look("visible", "attachmentStrip"))
    desktop.click("composer")
    assert "red" in ask(desktop, "What color is the circle?").lower()
    assert "top left" in ask(desktop, "Where is the circle?").lower()
    shown = desktop.text("chatPane")
    assert "What color is the circle?" in desktop.text("conversationList")
    desktop.close()

    again = open_desktop(arguments)
    again.wait_text("conversationList", "What color is the circle?")
    open_first_conversation(again)
    wait_for("the conversation", lambda: again.text("chatPane"), lambda text: text == shown)
    again.wait_ready()
    again.click("composer")
    assert "red" in ask(again, "What color is it?").lower()
    assert again.text("connectionCount") == mark


def open_first_conversation(desktop: Desktop) -> None:
    """Click the latest conversation; above it stands the day."""
    x, y = desktop.look("row", "conversationList", path="1")
    desktop.xdotool("mousemove", str(x), str(y), "click", "1")


def test_two_pictures_and_chinese(open_desktop: OpenDesktop, tmp_path: Path) -> None:
    desktop = open_desktop()
    desktop.drop([red_circle(tmp_path / "一.png"), blue_square(tmp_path / "二.png")])
    wait_for("the thumbnails", lambda: desktop.look("visible", "attachmentStrip"))
    desktop.click("composer")
    assert "红色" in ask(desktop, "第一张图里的圆形是什么颜色?")
    assert "一.png" not in desktop.text("composer")


def test_a_killed_engine_costs_one_answer(
    open_desktop: OpenDesktop, tmp_path: Path, endless_model: Path
) -> None:
    desktop = open_desktop(["--model", str(endless_model)])
    desktop.wait_ready()
    engine = desktop.engine()
    desktop.type("Describe the picture.")
    desktop.key("Return")
    desktop.wait_text("chatPane", "Describe the picture.")
    wait_for("some text", lambda: len(desktop.text("chatPane")) > 200)
    engine.kill()
    desktop.wait_text("chatPane", "killed by SIGKILL")
    assert len(desktop.text("chatPane")) > 200
    desktop.wait_ready()
    assert not psutil.pid_exists(engine.pid) or desktop.engine().pid != engine.pid
    desktop.type("Again")
    desktop.key("Return")
    wait_for("the next answer", lambda: desktop.text("chatPane").count("Again") >= 1)
    wait_for("stop", lambda: desktop.look("visible", "stopButton"))
    before = len(desktop.text("chatPane"))
    wait_for("more text", lambda: len(desktop.text("chatPane")) > before + 50)
    desktop.key("Escape")
    wait_for("the end", lambda: not desktop.look("visible", "stopButton"))


def test_a_killed_application_loses_nothing(open_desktop: OpenDesktop, endless_model: Path) -> None:
    desktop = open_desktop(["--model", str(endless_model)])
    desktop.wait_ready()
    desktop.type("Tell me everything.")
    desktop.key("Return")
    wait_for("some text", lambda: len(desktop.text("chatPane")) > 2000)  # what 250 ms bring is less
    engine = desktop.engine()
    desktop.kill()
    wait_for("the engine's end", lambda: not engine.is_running(), patience=20)
    again = open_desktop(["--model", str(endless_model)])
    again.wait_text("conversationList", "Tell me everything.")
    open_first_conversation(again)
    text = again.wait_text("chatPane", "Tell me everything.")
    assert len(text) > 200


def test_a_second_start_hands_its_files_to_the_first(
    open_desktop: OpenDesktop, tmp_path: Path, home: Path, display: Display
) -> None:
    desktop = open_desktop()
    second = subprocess.run(
        [sys.executable, "-m", "mmdesk", "open", str(red_circle(tmp_path / "circle.png"))],
        cwd=ROOT,
        env=os.environ | {"DISPLAY": display.name, "MMDESK_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert second.returncode == 0
    assert "open already" in second.stderr
    wait_for("the thumbnail", lambda: desktop.look("visible", "attachmentStrip"))
