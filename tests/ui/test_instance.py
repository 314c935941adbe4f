"""A second start hands its files to the window that is open, and commands their requests."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from mmdesk import __version__
from mmdesk import instance as client
from mmdesk.core.archives import (
    ArchiveItem,
    ArchiveReport,
    ArchiveRequest,
    ExportRequest,
    ImportRequest,
    RestoreRequest,
)
from mmdesk.core.errors import MmdeskError, StoreClosed, WindowDiffers
from mmdesk.instance import hand_over
from mmdesk.session.archiving import Told
from mmdesk.ui import instance as window
from mmdesk.ui.instance import Instance

pytestmark = pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="no Unix sockets")


@pytest.fixture
def address(tmp_path: Path) -> Path:
    return tmp_path / "window.socket"


@pytest.fixture
def instance(qapp: QApplication, address: Path) -> Iterator[Instance]:
    instance = Instance(address, qapp)
    yield instance
    instance.close()


def handed_over(qtbot: QtBot, instance: Instance, address: Path, files: list[Path]) -> object:
    """Hand over from a thread, as another process would; return what arrived."""
    done: list[bool] = []
    thread = threading.Thread(target=lambda: done.append(hand_over(address, files)))
    with qtbot.waitSignal(instance.asked, timeout=5000) as signal:
        thread.start()
    qtbot.waitUntil(lambda: bool(done))
    thread.join()
    assert done == [True]
    return signal.args[0]


def test_files_arrive(qtbot: QtBot, instance: Instance, address: Path, tmp_path: Path) -> None:
    files = [tmp_path / "图 1.png", Path(os.fsdecode(b"/tmp/caf\xe9.png"))]
    assert handed_over(qtbot, instance, address, files) == tuple(files)
    assert handed_over(qtbot, instance, address, []) == ()
    assert address.stat().st_mode & 0o777 == 0o600


def test_nobody_is_there(address: Path, qapp: QApplication) -> None:
    assert not hand_over(address, [])
    with socket.socket(socket.AF_UNIX) as left_behind:
        left_behind.bind(os.fspath(address))
    assert address.exists()
    assert not hand_over(address, [])
    Instance(address, qapp).close()  # takes the place of what a killed one has left
    assert not address.exists()


@pytest.mark.parametrize(
    "message",
    [
        b"", b"\n", b"{}\n", b"[]\n", b'{"open": 5}\n', b"\xff\n", b"x" * 70_000,
        b"[" * 70_000 + b"\n", b'{"wire": 1}\n', b'{"wire": 1, "import": {"paths": 5}}\n',
    ],
)  # fmt: skip
def test_nonsense_changes_nothing(
    qtbot: QtBot, instance: Instance, address: Path, message: bytes
) -> None:
    asked: list[object] = []
    instance.asked.connect(asked.append)
    instance.requested.connect(lambda *what: asked.append(what))
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(os.fspath(address))
        connection.sendall(message)
        connection.shutdown(socket.SHUT_WR)
        qtbot.wait(300)
    assert asked == []


def test_where_it_cannot_listen_the_window_opens_all_the_same(
    qapp: QApplication, tmp_path: Path
) -> None:
    long = tmp_path / ("x" * 120)
    instance = Instance(long, qapp)
    assert not hand_over(long, [])
    instance.close()


class Command(threading.Thread):
    """A command, in a thread as another process would be."""

    def __init__(self, address: Path, request: ArchiveRequest) -> None:
        super().__init__()
        self.address, self.request = address, request
        self.items: list[client.Document] = []
        self.end: client.Document | None = None
        self.error: MmdeskError | None = None
        self.start()

    def run(self) -> None:
        try:
            self.end = client.asked(self.address, self.request, self.items.append)
        except MmdeskError as error:
            self.error = error


@pytest.fixture
def requests(instance: Instance) -> list[tuple[ArchiveRequest, Told]]:
    """Collect what commands want."""
    wanted: list[tuple[ArchiveRequest, Told]] = []
    instance.requested.connect(lambda request, told: wanted.append((request, told)))
    return wanted


Requests = list[tuple[ArchiveRequest, Told]]


def test_a_command_hears_of_each_item_and_of_the_end(
    qtbot: QtBot, requests: Requests, address: Path, tmp_path: Path
) -> None:
    command = Command(address, ExportRequest(tmp_path, ("狗",)))
    qtbot.waitUntil(lambda: bool(requests))
    ((request, told),) = requests
    assert request == command.request
    assert told(ArchiveItem("1", "狗", tmp_path / "狗.json"))
    qtbot.waitUntil(lambda: len(command.items) == 1)
    assert not told(ArchiveReport(request))
    command.join(5)
    assert command.items[0]["title"] == "狗"
    assert command.end == {"error": None, "restored": None, "aside": None, "conversations": 0}


def test_many_commands_at_once(qtbot: QtBot, requests: Requests, address: Path) -> None:
    commands = [Command(address, RestoreRequest(str(number))) for number in range(8)]
    qtbot.waitUntil(lambda: len(requests) == 8)
    for request, told in reversed(requests):
        assert isinstance(request, RestoreRequest)
        told(ArchiveReport(request, conversations=int(request.backup)))
    for number, command in enumerate(commands):
        command.join(5)
        assert command.end is not None
        assert command.end["conversations"] == number


def test_as_many_names_as_a_shell_can_give(
    qtbot: QtBot, requests: Requests, address: Path, tmp_path: Path
) -> None:
    many = ImportRequest(tuple(tmp_path / f"对话 {number}.json" for number in range(25_000)))
    command = Command(address, many)
    qtbot.waitUntil(lambda: bool(requests))
    assert requests[0][0] == many
    requests[0][1](ArchiveReport(many))
    command.join(5)
    assert command.end is not None


def test_a_command_that_was_ended_wants_no_more(
    qtbot: QtBot, requests: Requests, address: Path
) -> None:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(os.fspath(address))
        connection.sendall(client.line(client.request_document(ImportRequest(()))))
        qtbot.waitUntil(lambda: bool(requests))
        connection.recv(100)
    told = requests[0][1]
    assert not told(ArchiveItem("1", "x"))
    assert not told(ArchiveReport(requests[0][0]))


def test_a_command_that_was_gone_before_gets_nothing_done(
    qtbot: QtBot, instance: Instance, requests: Requests, address: Path
) -> None:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(os.fspath(address))
        connection.sendall(client.line(client.request_document(ImportRequest(()))))
    qtbot.wait(100)
    assert requests == []
    assert instance._readers == set()


def test_one_that_listens_no_more_is_given_up(
    qtbot: QtBot, requests: Requests, address: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window, "_PATIENCE_MS", 200)
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(os.fspath(address))
        connection.sendall(client.line(client.request_document(ImportRequest(()))))
        qtbot.waitUntil(lambda: bool(requests))
        told = requests[0][1]
        item = ArchiveItem("1", "x" * 100_000)
        assert not all(told(item) for _ in range(100))


def test_one_that_says_nothing_is_given_up(
    qtbot: QtBot, instance: Instance, address: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window, "_PATIENCE_MS", 200)
    silent = [socket.socket(socket.AF_UNIX) for _ in range(3)]
    for connection in silent:
        connection.connect(os.fspath(address))
        connection.sendall(b'{"op')
    qtbot.waitUntil(lambda: len(instance._readers) == 3)
    qtbot.waitUntil(lambda: not instance._readers)
    for connection in silent:
        assert connection.recv(1) == b""
        connection.close()


def test_a_request_of_another_version(qtbot: QtBot, requests: Requests, address: Path) -> None:
    answers: list[bytes] = []

    def ask() -> None:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(os.fspath(address))
            connection.sendall(json.dumps({"wire": 99, "polish": {}}).encode() + b"\n")
            answers.append(connection.recv(1000))

    thread = threading.Thread(target=ask)
    thread.start()
    qtbot.waitUntil(lambda: bool(answers))
    thread.join()
    assert json.loads(answers[0]) == {"refused": __version__}
    assert requests == []


def test_a_command_of_another_version_is_told(
    qtbot: QtBot, instance: Instance, address: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make: Callable[[ArchiveRequest], client.Document] = client.request_document
    monkeypatch.setattr(client, "request_document", lambda it: {**make(it), "wire": 99})
    command = Command(address, ImportRequest(()))
    qtbot.waitUntil(lambda: not command.is_alive())
    assert isinstance(command.error, WindowDiffers)


def test_the_window_closes(
    qtbot: QtBot, instance: Instance, requests: Requests, address: Path
) -> None:
    command = Command(address, ImportRequest(()))
    qtbot.waitUntil(lambda: bool(requests))
    silent = socket.socket(socket.AF_UNIX)
    silent.connect(os.fspath(address))
    qtbot.waitUntil(lambda: len(instance._readers) == 1)
    instance.close()
    assert silent.recv(1) == b""
    silent.close()
    # What goes on is ended by who does it, and told.
    ((request, told),) = requests
    told(ArchiveReport(request, error=StoreClosed()))
    command.join(5)
    assert command.end is not None
    assert command.end["error"]["kind"] == "store_closed"
