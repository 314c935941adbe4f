"""``mmdesk export``, ``import`` and ``restore`` while the window is open, and after it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mmdesk import paths
from mmdesk.core.conversations import EntryStatus
from mmdesk.core.messages import user_message
from mmdesk.store.sqlite import SqliteStore
from tests.end2end.conftest import OpenDesktop
from tests.end2end.desktop import ROOT, wait_for
from tests.unit.store.filling import write_answer

COUNT = 30


@pytest.fixture
def kept(home: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Keep conversations where the window finds them; return their titles."""
    monkeypatch.setenv("MMDESK_HOME", str(home))
    store = SqliteStore(paths.database(), paths.attachments(), paths.backups())
    titles = [f"狗 {number}" for number in range(COUNT)]
    for title in titles:
        turn = store.begin_turn(user_message(title), conversation=None, parent=None, model="m")
        write_answer(store, turn.answer, f"About {title}.", EntryStatus.FINISHED)
    store.back_up()
    store.close()
    return titles


def start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """Run a command in a folder of its own, as a person's shell does."""
    return subprocess.Popen(
        [sys.executable, "-m", "mmdesk", *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def said(command: subprocess.Popen[str], status: int = 0) -> str:
    out, err = command.communicate(timeout=240)
    assert command.returncode == status, out + err
    return out + err


def run_json(folder: Path, *arguments: str, status: int = 0) -> Any:
    return json.loads(said(start(folder, *arguments, "--json"), status))


def test_the_window_does_what_commands_ask(
    open_desktop: OpenDesktop, kept: list[str], tmp_path: Path
) -> None:
    desktop = open_desktop()
    wait_for("the list", lambda: desktop.text("conversationList"), lambda text: kept[-1] in text)

    # Several at once, into folders relative to where they were started.
    commands = [start(tmp_path, "export", "--all", "--to", f"out {n}", "--json") for n in range(3)]
    reports = [json.loads(said(command)) for command in commands]
    for number, report in enumerate(reports):
        assert [each["title"] for each in report["exported"]] == kept[::-1]
        files = {Path(each["file"]) for each in report["exported"]}
        assert files == set((tmp_path / f"out {number}").iterdir())

    with_window = {
        "export": said(start(tmp_path, "export", "狗 1", "Nobody", "--to", "one"), status=1),
        "import": said(start(tmp_path, "import", "out 0", "none.json"), status=1),
        "restore": said(start(tmp_path, "restore", "none", "--json"), status=1),
    }
    assert "No conversation is called “Nobody”." in with_window["export"]
    assert with_window["import"].count("already there") == COUNT

    new = [{"role": "user", "content": "From elsewhere"}]
    (tmp_path / "new.json").write_text(json.dumps(new))
    assert run_json(tmp_path, "import", "new.json")["imported"][0]["title"] == "From elsewhere"
    desktop.wait_text("conversationList", "From elsewhere")

    report = run_json(tmp_path, "restore", "latest")
    assert (report["conversations"], Path(report["kept"]).is_file()) == (COUNT, True)
    wait_for(
        "the list of the backup",
        lambda: desktop.text("conversationList"),
        lambda text: kept[-1] in text and "From elsewhere" not in text,
    )
    desktop.close()

    # Without a window they say the same.
    without = {
        "export": said(start(tmp_path, "export", "狗 1", "Nobody", "--to", "two"), status=1),
        "import": said(start(tmp_path, "import", "out 0", "none.json"), status=1),
        "restore": said(start(tmp_path, "restore", "none", "--json"), status=1),
    }
    assert without == with_window


def test_a_command_that_is_killed_costs_the_window_nothing(
    open_desktop: OpenDesktop, kept: list[str], tmp_path: Path
) -> None:
    desktop = open_desktop()
    wait_for("the list", lambda: desktop.text("conversationList"), lambda text: kept[-1] in text)
    command = start(tmp_path, "export", "--all", "--to", "out")
    assert command.stdout is not None
    assert command.stdout.readline().startswith("exported: ")
    command.kill()
    command.communicate()
    report = run_json(tmp_path, "export", "--all", "--to", "again")
    assert len(report["exported"]) == COUNT
    desktop.close()
