"""What is refused, allowed and counted; each in a process of its own, since a guard stays."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

_HEAD = """
import json, socket, sys, threading
from mmdesk.core.connections import Purpose
from mmdesk.network import METER, opening

server = socket.create_server(("127.0.0.1", 0))
port = server.getsockname()[1]
told = []
METER.listen(told.append)
METER.guard()
METER.guard()

def refused(act):
    try:
        act()
    except PermissionError as error:
        return "opens no connection" in str(error)
    return False
"""


def said(program: str) -> object:
    """Run a program below the guard; return the JSON that it prints."""
    done = subprocess.run(
        [sys.executable, "-c", _HEAD + textwrap.dedent(program)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    "act",
    [
        "socket.create_connection(('127.0.0.1', port))",
        "socket.socket().connect(('127.0.0.1', port))",
        "socket.socket().connect_ex(('127.0.0.1', port))",
        "socket.socket(socket.AF_INET6).connect(('::1', port))",
        "socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', port))",
        "socket.socket(type=socket.SOCK_DGRAM).sendmsg([b'x'], [], 0, ('127.0.0.1', port))",
        "socket.socket().bind(('127.0.0.1', 0))",
        "socket.getaddrinfo('example.com', 443)",
        "socket.gethostbyname('example.com')",
        "__import__('urllib.request').request.urlopen(f'http://127.0.0.1:{port}')",
        "__import__('httpx2').get(f'http://127.0.0.1:{port}')",
    ],
)
def test_what_nobody_asked_for_is_refused(act: str) -> None:
    program = f"""
    def act():
        try:
            {act}
        except PermissionError:
            raise
        except Exception as error:
            cause = error
            while cause is not None and not isinstance(cause, PermissionError):
                cause = getattr(cause, "reason", None) or cause.__cause__ or cause.__context__
            if cause is not None:
                raise cause
            raise
    print(json.dumps([refused(act), len(METER.opened)]))
    """
    assert said(program) == [True, 0]


def test_what_was_asked_for_is_told_once() -> None:
    program = """
    with opening("hub.example", Purpose.DOWNLOAD):
        for _ in range(2):
            socket.create_connection(("127.0.0.1", port)).close()
    with opening("localhost", Purpose.SERVER):
        socket.create_connection(("localhost", port)).close()
    later = refused(lambda: socket.create_connection(("127.0.0.1", port)))
    shown = [[each.host, each.wanted, each.purpose.name] for each in METER.opened]
    zones = all(each.at.tzinfo is not None for each in told)
    print(json.dumps([shown, told == list(METER.opened), zones, later]))
    """
    shown = [["127.0.0.1", "hub.example", "DOWNLOAD"], ["localhost", "localhost", "SERVER"]]
    assert said(program) == [shown, True, True, True]


def test_leave_is_a_thread_s_own() -> None:
    program = """
    found = []
    with opening("localhost", Purpose.SERVER):
        act = lambda: socket.create_connection(("127.0.0.1", port))
        other = threading.Thread(target=lambda: found.append(refused(act)))
        other.start()
        other.join()
    print(json.dumps(found))
    """
    assert said(program) == [True]


def test_pairs_and_files_are_no_network(tmp_path: Path) -> None:
    program = f"""
    one, other = socket.socketpair()
    listening = socket.socket(socket.AF_UNIX)
    listening.bind({str(tmp_path / "s")!r})
    listening.listen()
    socket.socket(socket.AF_UNIX).connect({str(tmp_path / "s")!r})
    print(json.dumps(len(METER.opened)))
    """
    assert said(program) == 0


def test_children_open_none() -> None:
    program = """
    import tests.unit.guarded_child as child
    from mmdesk.session.threads import spawn
    made = spawn("child", child.reach, port)
    print(json.dumps(made.connection.recv()))
    made.kill()
    """
    assert said(program) == "PermissionError"
