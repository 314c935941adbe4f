"""``mmdesk doctor`` reports whatever is broken, and never breaks itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any


def doctor(tmp_path: Path, **environment: str) -> dict[str, Any]:
    """Return the findings by name; the model asked for is not there, so it is quick."""
    finished = subprocess.run(
        [sys.executable, "-m", "mmdesk", "doctor", "--json", "--model", str(tmp_path / "none")],
        env=os.environ
        | {"MMDESK_HOME": str(tmp_path / "home"), "PYTHONPATH": os.pathsep.join(sys.path)}
        | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert finished.returncode == 1, finished.stderr
    report = json.loads(finished.stdout)
    assert report["ok"] is False
    return {finding["name"]: finding for finding in report["findings"]}


def test_a_home_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    found = doctor(tmp_path, MMDESK_HOME=str(tmp_path / "file"))
    for name in ("settings", "conversations", "pictures", "log", "model"):
        assert not found[name]["ok"], name
        assert "MMDESK_HOME" in found[name]["hint"]
    assert found["torch"]["ok"]


def test_packages_that_do_not_import(tmp_path: Path) -> None:
    shadow = tmp_path / "shadow"
    shadow.mkdir()
    for name in ("psutil", "PySide6"):
        (shadow / f"{name}.py").write_text(f"raise ImportError('no {name}')")
    found = doctor(tmp_path, PYTHONPATH=os.pathsep.join([str(shadow), *sys.path]))
    assert found["window"]["value"] == "ImportError: no PySide6"
    assert "memory" not in found
    assert found["conversations"]["ok"]
    assert "There is no model" in found["model"]["value"]


def test_broken_settings_are_a_finding_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "home" / "config").mkdir(parents=True)
    (tmp_path / "home" / "config" / "settings.toml").write_text("threads = -1")
    found = doctor(tmp_path)
    assert "threads is -1" in found["settings"]["value"]
    assert "There is no model" in found["model"]["value"]
