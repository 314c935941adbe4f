"""A crash leaves a private file without a word of the person's."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from mmdesk import crash_report
from mmdesk.core.errors import FileMissing

SECRET = "CANARY-of-a-question"


def failing(kind: type[Exception] = ValueError) -> Exception:
    try:
        try:
            open(f"/nowhere/{SECRET}")  # noqa: SIM115
        except OSError as error:
            raise kind(SECRET) from error
    except kind as error:
        return error
    raise AssertionError


def test_where_and_of_what_kind_and_nothing_else(tmp_path: Path) -> None:
    path = crash_report.write(tmp_path, "engine", failing())
    assert path is not None
    text = path.read_text()
    assert SECRET not in text
    assert "FileNotFoundError (No such file or directory)" in text
    assert text.rstrip().endswith("ValueError")
    assert "in failing" in text
    assert "(engine)" in text
    assert crash_report.reports(tmp_path) == (path,)
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_error_of_mmdesks_own_keeps_the_name_of_the_file_to_itself() -> None:
    try:
        raise FileMissing(name=SECRET)
    except FileMissing as error:
        text = crash_report.without_words(error)
    assert text.endswith("mmdesk.core.errors.FileMissing\n")
    assert SECRET not in text


def test_the_same_again_is_written_once(tmp_path: Path) -> None:
    written = [crash_report.write(tmp_path, "mmdesk", failing(KeyError)) for _ in range(9)]
    assert [each for each in written if each] == list(crash_report.reports(tmp_path))
    assert len(crash_report.reports(tmp_path)) == 1


def test_the_oldest_go_first(tmp_path: Path) -> None:
    for number in range(crash_report.KEPT + 3):
        (tmp_path / f"crash-2026010{number:02}T000000.000000Z-mmdesk-1.txt").write_text("")
    path = crash_report.write(tmp_path, "mmdesk", failing(LookupError))
    assert crash_report.reports(tmp_path)[0] == path
    assert len(crash_report.reports(tmp_path)) == crash_report.KEPT


def test_a_chain_that_bites_its_tail_ends() -> None:
    first, second = ValueError(SECRET), TypeError(SECRET)
    first.__cause__, second.__cause__ = second, first
    assert crash_report.without_words(first).count("Traceback") == 2


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert crash_report.reports(tmp_path / "none") == ()
    assert crash_report.write(tmp_path / "none", "mmdesk", failing(RuntimeError)) is None


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_a_native_crash_is_a_report_with_the_next_start(tmp_path: Path) -> None:
    log = tmp_path / "mmdesk.log"
    start = (
        "import os, pathlib; from mmdesk.logs import open_log\n"
        f"open_log(pathlib.Path({str(log)!r}))"
    )
    crashed = subprocess.run(
        [sys.executable, "-c", f"{start}\nos.kill(os.getpid(), {int(signal.SIGSEGV)})"], check=False
    )
    assert crashed.returncode == -signal.SIGSEGV
    assert crash_report.reports(tmp_path) == ()
    subprocess.run([sys.executable, "-c", start], check=True)
    (report,) = crash_report.reports(tmp_path)
    assert "Segmentation fault" in report.read_text()
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    assert log.with_suffix(".crash").read_bytes() == b""
