"""Children end with their parent, and start from wherever it is."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from mmdesk.session.threads import spawn

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")


def echo_interrupts(connection: Connection) -> None:
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, set())
    connection.send((signal.getsignal(signal.SIGINT) is signal.SIG_IGN, signal.SIGINT in blocked))


@POSIX
def test_a_child_that_looks_at_no_pipe_ends_with_its_parent(tmp_path: Path) -> None:
    program = """
    import os, time
    from mmdesk.session.threads import spawn

    def work(connection):
        connection.send("works")
        time.sleep(120)

    if __name__ == "__main__":
        print(spawn("sleeper", work).connection.recv(), flush=True)
        time.sleep(120)
    """
    script = tmp_path / "application.py"
    script.write_text(textwrap.dedent(program))
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, script], stdout=subprocess.PIPE, text=True, env=environment
    ) as application:
        assert application.stdout is not None
        assert application.stdout.readline() == "works\n"
        application.kill()
        started = time.monotonic()
        # The child holds the other end of this pipe as long as it lives.
        assert application.stdout.read() == ""
        assert time.monotonic() - started < 10


@POSIX
def test_a_child_never_sees_ctrl_c() -> None:
    child = spawn("echo", echo_interrupts)
    assert child.connection.recv() == (True, True)
    child.kill()
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, set())


@POSIX
def test_a_child_starts_though_the_working_directory_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    child = spawn("echo", echo_interrupts)
    assert child.connection.recv()
    child.kill()
