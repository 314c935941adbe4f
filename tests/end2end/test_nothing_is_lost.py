"""Drafts through a kill, an answer that is stopped and gone on with, and the same one again."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.end2end.conftest import OpenDesktop
from tests.end2end.desktop import Desktop, wait_for
from tests.end2end.pictures import red_circle

HERE, NEW = "a draft below the answer", "text in a new one"


def test_drafts_and_a_continued_answer_survive_a_kill(
    open_desktop: OpenDesktop, tmp_path: Path, home: Path, endless_model: Path
) -> None:
    desktop = open_desktop(["--model", str(endless_model)])
    desktop.wait_ready()
    desktop.type("Tell me everything.")
    desktop.key("Return")
    stop_after(desktop, 60)
    stopped = len(desktop.text("chatPane"))
    desktop.click("continueButton")
    stop_after(desktop, stopped + 60)
    told = desktop.text("chatPane")
    desktop.drop([red_circle(tmp_path / "circle.png")], "composer")
    wait_for("the thumbnail", lambda: desktop.look("visible", "attachmentStrip"))
    desktop.click("composer")
    desktop.type(HERE)
    desktop.key("ctrl+n")
    wait_for("the empty question", lambda: desktop.text("composer"), lambda text: text == "")
    desktop.type(NEW)
    wait_for("the drafts on the disk", lambda: drafts(home, tmp_path), lambda d: {HERE, NEW} <= d)
    desktop.kill()

    again = open_desktop(["--model", str(endless_model)])
    again.wait_text("composer", NEW)
    assert not again.look("visible", "attachmentStrip")
    again.wait_text("conversationList", "Tell me everything.")
    x, y = again.look("row", "conversationList", path="1")
    again.xdotool("mousemove", str(x), str(y), "click", "1")
    again.wait_text("composer", HERE)
    assert again.look("visible", "attachmentStrip")
    assert again.text("chatPane") == told
    again.wait_ready()
    again.click("replayAnswerButton")
    again.wait_text("replayText", "tokens are the same")


def stop_after(desktop: Desktop, characters: int) -> None:
    """Let the answer be written until there is so much text in the chat, then stop it."""
    wait_for("some text", lambda: len(desktop.text("chatPane")), lambda length: length > characters)
    desktop.key("Escape")
    wait_for("the end", lambda: not desktop.look("visible", "stopButton"))


def drafts(home: Path, folder: Path) -> set[str]:
    """Return the texts of the drafts on the disk, in a copy: the database has one connection.

    Its journal is copied last: what is not committed by then is rolled back in the copy too.
    """
    for file in sorted(home.rglob("*.sqlite3*")):
        shutil.copy(file, folder)
    try:
        with closing(sqlite3.connect(next(folder.glob("*.sqlite3")))) as copy:
            return {text for (text,) in copy.execute("SELECT text FROM draft")}
    except (sqlite3.Error, StopIteration):  # copied in the middle of a write
        return set()
