"""A second start hands its files to the window that is open."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from mmdesk.ui.instance import Instance, hand_over

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
    "message", [b"", b"\n", b"{}\n", b"[]\n", b'{"open": 5}\n', b"\xff\n", b"x" * 70_000]
)
def test_nonsense_changes_nothing(
    qtbot: QtBot, instance: Instance, address: Path, message: bytes
) -> None:
    asked: list[object] = []
    instance.asked.connect(asked.append)
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
