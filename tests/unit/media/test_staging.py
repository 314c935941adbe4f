"""What a crashed run left behind goes; what another run uses stays."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from mmdesk.media.staging import StagingFolder


def ended_process() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        pass
    return process.pid


def left_behind(root: Path, name: str, age_seconds: float) -> Path:
    folder = root / name
    folder.mkdir()
    (folder / "picture.png").write_bytes(b"private")
    then = time.time() - age_seconds
    os.utime(folder, (then, then))
    return folder


def test_only_folders_of_ended_processes_go(tmp_path: Path) -> None:
    ended, hours, weeks = ended_process(), 2 * 3600, 30 * 24 * 3600
    crashed = left_behind(tmp_path, f"run-{ended}-0a1b2c3d", hours)
    scratch = left_behind(tmp_path, f"run-{ended}-scratch", hours)
    just_now = left_behind(tmp_path, f"run-{ended}-11111111", 60)
    long_running = left_behind(tmp_path, f"run-{os.getpid()}-22222222", weeks)
    strange = left_behind(tmp_path, "run-away", weeks)
    StagingFolder(tmp_path).make()
    assert not crashed.exists()
    assert not scratch.exists()
    assert just_now.exists()
    assert long_running.exists()
    assert strange.exists()
