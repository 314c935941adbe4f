"""``mmdesk ask`` with what can go wrong before a model answers: real processes, no model."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mmdesk import cli
from tests.unit.media.samples import empty_png

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="POSIX streams and signals")


class Shell:
    """Runs ``mmdesk`` in a home of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.environment = os.environ | {"MMDESK_HOME": str(home)}
        self.environment["PYTHONPATH"] = os.pathsep.join(sys.path)
        self.slow_model = home / "slow"
        """Refused only once transformers is there: a picture's refusal comes first."""
        self.slow_model.mkdir()
        (self.slow_model / "config.json").write_text('{"model_type": "llama"}')

    def command(self, *arguments: str | bytes | Path) -> list[str | bytes | Path]:
        return [sys.executable, "-m", "mmdesk", *arguments]

    def ask(
        self, *arguments: str | bytes | Path, stdin: bytes = b"", **environment: str
    ) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            self.command("ask", "--model", self.home / "no model", *arguments),
            input=stdin,
            capture_output=True,
            env=self.environment | environment,
            cwd=self.home,
            timeout=120,
            check=False,
        )


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def refusal(finished: subprocess.CompletedProcess[bytes]) -> str:
    """Return the one error, in one or two lines on standard error."""
    text = finished.stderr.decode()
    assert finished.returncode == 1, text
    assert 1 <= len(text.splitlines()) <= 3, text
    assert "Traceback" not in text
    assert finished.stdout == b""
    return text


def kind(finished: subprocess.CompletedProcess[bytes]) -> str:
    return str(json.loads(refusal(finished))["kind"])


def test_standard_input_that_is_no_text(shell: Shell) -> None:
    assert "not text in UTF-8" in refusal(shell.ask("-", stdin=b"\xff\xfe\x00\x01" * 100))


def test_a_question_of_a_megabyte_on_standard_input(shell: Shell) -> None:
    assert "1000000 characters" in refusal(shell.ask("-", stdin=b"x" * 1_000_000))


def test_an_argument_that_is_no_text(shell: Shell) -> None:
    assert kind(shell.ask(b"\xff\xfe?", "--json")) == "model_missing"


def test_a_picture_whose_name_is_no_text(shell: Shell) -> None:
    picture = ("-a", b"caf\xe9.png", "--model", shell.slow_model)
    finished = shell.ask("What?", "--json", *picture, PYTHONIOENCODING="ascii")
    assert kind(finished) == "file_missing"


def test_more_pictures_than_a_message_takes(shell: Shell) -> None:
    finished = shell.ask("What?", *["-a", "a.png"] * 21)
    assert "The first 20 were kept" not in refusal(finished)


def test_a_picture_alone_is_a_question(shell: Shell) -> None:
    picture = ("-a", "missing.png", "--model", shell.slow_model)
    assert kind(shell.ask("", "--json", *picture)) == "file_missing"
    assert kind(shell.ask("", "--json")) == "question_empty"


def test_a_home_that_is_a_file(shell: Shell) -> None:
    (shell.home / "file").write_text("")
    home = str(shell.home / "file")
    assert kind(shell.ask("Hi", "--json", MMDESK_HOME=home)) == "folder_unusable"
    assert "MMDESK_HOME" in refusal(shell.ask("Hi", MMDESK_HOME=home))


def test_broken_settings_are_said_once_and_set_aside(shell: Shell) -> None:
    (shell.home / "config").mkdir()
    (shell.home / "config" / "settings.toml").write_text("x = " + "[" * 100_000)
    assert "ask again to use the defaults" in refusal(shell.ask("Hi"))
    assert kind(shell.ask("Hi", "--json")) == "model_missing"


def test_nobodys_home_as_the_model(shell: Shell) -> None:
    finished = shell.ask("Hi", "--model", "~nobody-of-that-name/model")
    assert "There is no model" in refusal(finished)


@POSIX
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-", ">/dev/full 2>/dev/full"])
def test_closed_and_full_streams(shell: Shell, closed: str) -> None:
    command = f'"$@" {closed}'
    finished = subprocess.run(
        ["/bin/sh", "-c", command, "sh", *shell.command("ask", "-", "--model", "none")],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env=shell.environment,
        timeout=60,
        check=False,
    )
    assert finished.returncode == 1
    assert b"Traceback" not in finished.stderr
    assert b"Exception" not in finished.stderr


@POSIX
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_a_picture_is_decoded(shell: Shell, number: signal.Signals) -> None:
    """It ends at once and leaves nothing behind; once it waited for ever."""
    (shell.home / "slow.png").write_bytes(empty_png(9000, 9000))
    with subprocess.Popen(
        shell.command("ask", "What?", *["-a", "slow.png"] * 10),
        env=shell.environment,
        cwd=shell.home,
        stderr=subprocess.PIPE,
    ) as running:
        deadline = time.monotonic() + 60
        while not list((shell.home / "cache" / "pictures").glob("run-*/*.part")):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        began = time.monotonic()
        running.send_signal(number)
        assert running.stderr is not None
        assert b"Traceback" not in running.stderr.read()
        assert running.wait(60) == 128 + number
        assert time.monotonic() - began < 5
    assert list((shell.home / "cache" / "pictures").iterdir()) == []


@POSIX
def test_a_missing_package_is_named(shell: Shell) -> None:
    (shell.home / "shadow").mkdir()
    (shell.home / "shadow" / "platformdirs.py").write_text("raise ImportError('no platformdirs')")
    search = os.pathsep.join([str(shell.home / "shadow"), *sys.path])
    assert "missing or damaged: no platformdirs" in refusal(shell.ask("Hi", PYTHONPATH=search))


@pytest.mark.parametrize(
    "wrong", [["--max-tokens", "many"], ["--max-tokens", "0"], ["--seed", "-1"]]
)
def test_wrong_numbers_are_usage_errors(
    wrong: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["ask", "Hi", *wrong])
    assert ended.value.code == 2
    said = capsys.readouterr().err.splitlines()[-1]
    assert "whole number from" in said
    assert "_" not in said.replace(wrong[0], "")


@POSIX
def test_a_full_disk_is_said_at_once(shell: Shell, tmp_path: Path) -> None:
    ask = shlex.join([*map(str, shell.command("ask", "Hi", "--save", "--json"))])
    finished = subprocess.run(
        ["bash", "-c", f"ulimit -f 16; exec {ask} --model {shlex.quote(str(shell.slow_model))}"],
        capture_output=True,
        env=shell.environment | {"MMDESK_HOME": str(tmp_path)},  # nobody else's store
        cwd=shell.home,
        timeout=120,
        check=False,
    )
    assert kind(finished) == "store_unwritable"
