"""The log is private, bounded, and never speaks on standard error by mistake."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes and /dev/full")


def logged(program: str) -> subprocess.CompletedProcess[str]:
    """Run a program in a process of its own: logging is global."""
    lines = ["import logging, threading, pathlib", "from mmdesk.logs import open_log", program]
    return subprocess.run(
        [sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, check=False
    )


def test_rotated_logs_are_private_too(tmp_path: Path) -> None:
    finished = logged(
        f"open_log(pathlib.Path({str(tmp_path / 'mmdesk.log')!r}))\n"
        "for _ in range(15): logging.error('x' * 100_000)"
    )
    assert finished.stderr == ""
    modes = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()}
    assert modes == dict.fromkeys(("mmdesk.log", "mmdesk.log.1", "mmdesk.crash"), 0o600)


def test_an_exception_in_a_thread_is_logged_not_printed(tmp_path: Path) -> None:
    log = tmp_path / "mmdesk.log"
    finished = logged(
        f"open_log(pathlib.Path({str(log)!r}))\n"
        "thread = threading.Thread(target=lambda: 1 / 0); thread.start(); thread.join()"
    )
    assert finished.stderr == ""
    assert "ZeroDivisionError" in log.read_text()


def test_a_full_disk_costs_log_lines_only() -> None:
    finished = logged("open_log(pathlib.Path('/dev/full'))\nlogging.error('lost')")
    assert finished.returncode == 0
    assert "Traceback" not in finished.stderr


def test_a_folder_that_is_not_there_sends_warnings_to_standard_error(tmp_path: Path) -> None:
    finished = logged(
        f"open_log(pathlib.Path({str(tmp_path / 'none' / 'mmdesk.log')!r}))\n"
        "logging.info('quiet'); logging.warning('told')"
    )
    assert "told" in finished.stderr
    assert "quiet" not in finished.stderr


SECRET = "CANARY-of-a-question"


@pytest.mark.parametrize("debug", [False, True])
def test_what_exceptions_say_is_written_for_debugging_alone(tmp_path: Path, debug: bool) -> None:
    log = tmp_path / "mmdesk.log"
    finished = logged(
        f"open_log(pathlib.Path({str(log)!r}), debug={debug})\n"
        "def fail():\n"
        f"    raise ValueError('CANARY-of' + {SECRET[9:]!r})\n"
        "try: fail()\n"
        "except ValueError: logging.exception('asking')\n"
        "threading.Thread(target=fail).start()\n"
        "fail()"
    )
    assert finished.stderr == ""
    text = log.read_text()
    assert text.count("Traceback") == 3
    assert text.count("ValueError") >= 3
    assert (SECRET in text) == debug
    reports = list(tmp_path.glob("crash-*.txt"))
    assert len(reports) == 2  # the thread's and the process's end; what was handled is no crash
    assert all(SECRET not in each.read_text() for each in reports)
