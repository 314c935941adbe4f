"""Setting a machine up: what a person without root is told, and what is done twice."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a copy of what the set-up reads, with a folder for commands that differ."""
    folder = tmp_path / "a checkout"
    shutil.copytree(ROOT / "packaging", folder / "packaging")
    for name in ("constraints.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    (folder / "bin").mkdir()
    return folder


def give(checkout: Path, command: str, script: str) -> None:
    """Let the set-up find ``script`` as ``command``."""
    path = checkout / "bin" / command
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def set_up(checkout: Path, goal: str) -> subprocess.CompletedProcess[str]:
    """Run the set-up as ``make`` does."""
    return subprocess.run(
        [checkout / "packaging" / "setup.sh", goal],
        env={"PATH": f"{checkout / 'bin'}:{os.environ['PATH']}", "PYTHON": sys.executable},
        capture_output=True,
        text=True,
    )


def test_without_root_it_prints_one_line_and_stops(checkout: Path) -> None:
    give(checkout, "dpkg-query", "echo 'libegl1 installed'; echo 'libglib2.0-0t64 installed'")
    give(checkout, "id", "echo 1000")
    give(checkout, "sudo", "exit 1")
    done = set_up(checkout, "test")
    assert done.returncode == 1
    sentence, line = done.stderr.splitlines()
    assert sentence.startswith("mmdesk: these system packages are missing")
    assert line.startswith('sudo sh -c "apt-get update && apt-get install')
    packages = line.split()
    assert "libportaudio2" in packages
    assert "xvfb" in packages
    assert "libegl1" not in packages
    assert "libglib2.0-0" not in packages
    assert not (checkout / ".venv").exists()


def test_as_root_it_installs_what_is_missing(checkout: Path) -> None:
    give(
        checkout, "dpkg-query", "sed '/^#/d; s/$/ installed/; /portaudio/d' packaging/debian-*.txt"
    )
    give(checkout, "id", "echo 0")
    give(checkout, "apt-get", 'echo "$@" >> asked; [ "$1" = update ]')
    done = set_up(checkout, "run")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("mmdesk: apt could not install")
    assert (checkout / "asked").read_text().splitlines() == [
        "update",
        "install --yes --no-install-recommends libportaudio2",
    ]


def test_a_python_that_is_too_old_is_refused(checkout: Path) -> None:
    give(checkout, "old-python", "exit 1")
    done = subprocess.run(
        [checkout / "packaging" / "setup.sh", "run"],
        env={"PATH": os.environ["PATH"], "PYTHON": str(checkout / "bin" / "old-python")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("mmdesk: Python 3.11 or newer is needed")


def test_the_second_time_nothing_is_installed(checkout: Path) -> None:
    give(checkout, "dpkg-query", "sed '/^#/d; s/$/ installed/' packaging/debian-*.txt")
    venv = checkout / ".venv" / "bin"
    venv.mkdir(parents=True)
    (venv / "python").write_text('#!/bin/sh\necho "$@" >> asked\n')
    (venv / "python").chmod(0o755)
    asked = checkout / "asked"
    assert set_up(checkout, "test").returncode == 0
    assert "pip install" in asked.read_text()
    for goal in ("test", "run"):
        asked.unlink()
        assert set_up(checkout, goal).returncode == 0
        assert "pip install" not in asked.read_text()
    (checkout / "constraints.txt").write_text("torch==0.0.1\n")
    assert set_up(checkout, "run").returncode == 0
    assert "pip install" in asked.read_text()
