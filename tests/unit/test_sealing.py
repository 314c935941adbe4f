"""An empty network, or a clear sentence."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from mmdesk import sealing
from mmdesk.core.errors import SealRefused
from tests.end2end.desktop import can_unshare_network

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux has such networks")
_NEEDS_ONE = pytest.mark.skipif(
    not can_unshare_network(), reason="this system forbids network namespaces"
)


def run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program), *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@_NEEDS_ONE
def test_nothing_gets_out_of_a_sealed_process_or_its_children(tmp_path: Path) -> None:
    program = """
    import os, socket, subprocess, sys
    from pathlib import Path
    from mmdesk import sealing
    user = os.getuid(), os.getgid()
    assert not sealing.is_sealed()
    sealing.seal()
    assert sealing.is_sealed()
    assert (os.getuid(), os.getgid()) == user
    Path(sys.argv[1], "mine").write_text("mine")
    reach = '''
    import errno, socket
    for family, address in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            try:
                socket.socket(family, kind).connect((address, 9))
            except OSError as error:
                assert error.errno in (errno.ENETUNREACH, errno.EADDRNOTAVAIL), error
            else:
                raise SystemExit("it got out")
    '''
    import textwrap
    exec(textwrap.dedent(reach))
    subprocess.run([sys.executable, "-c", textwrap.dedent(reach)], check=True)
    """
    done = run(program, str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "mine").read_text() == "mine"


@_NEEDS_ONE
def test_a_command_is_sealed(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mmdesk", "--sealed", "models", "pull", "example/model"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=os.environ | {"MMDESK_HOME": str(tmp_path)},
    )
    assert done.returncode == 1
    assert "huggingface.co" in done.stderr  # which can't be reached


def test_where_it_is_forbidden_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(flags: int) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(sealing, "_unshare", forbidden)
    with pytest.raises(SealRefused, match="operation not permitted") as caught:
        sealing.seal()
    assert "--sealed" in caught.value.hint
    assert not sealing.is_sealed()


def test_elsewhere_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(SealRefused, match="only Linux"):
        sealing.seal()
