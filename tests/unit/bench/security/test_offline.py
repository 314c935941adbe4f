"""What strace sees of a program that reaches out."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from mmdesk import paths
from mmdesk.bench.security import offline

pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")


@pytest.mark.parametrize(
    ("program", "count"),
    [
        ("import socket; socket.socketpair(); socket.socket(socket.AF_UNIX)", 0),
        ("import socket; socket.socket().connect_ex(('127.0.0.1', 1))", 1),
        ("import socket; socket.socket(type=2).sendto(b'x', ('127.0.0.1', 9))", 1),
        ("import socket; socket.socket(socket.AF_INET6).connect_ex(('::1', 1))", 1),
        (
            "import subprocess, sys; subprocess.run([sys.executable, '-c', "
            "\"import socket; socket.socket().connect_ex(('127.0.0.1', 1))\"])",
            1,
        ),
    ],
)
def test_calls_that_reach_for_the_internet_are_counted(program: str, count: int) -> None:
    calls = offline.reached((sys.executable, "-c", program))
    assert calls is not None
    assert len(calls) == count


def test_a_program_that_fails_is_not_measured() -> None:
    assert offline.reached((sys.executable, "-c", "raise SystemExit(3)")) is None


def test_without_strace_it_is_not_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    assert offline.reached((sys.executable, "-c", "")) is None


def test_hearing_reaches_for_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The runtime of the voice activity network calls home unless it is told not to."""
    monkeypatch.setenv("MMDESK_HOME", str(tmp_path))
    sound = paths.samples() / "question.flac"
    calls = offline.reached((sys.executable, "-m", "mmdesk", "transcribe", str(sound)))
    assert calls == []
