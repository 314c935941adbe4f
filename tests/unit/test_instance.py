"""What is said to the open window, and what a command makes of its answers."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mmdesk import instance
from mmdesk.core.archives import (
    ArchiveItem,
    ArchiveReport,
    ArchiveRequest,
    ExportRequest,
    ImportRequest,
    RestoreRequest,
)
from mmdesk.core.errors import ArchiveEmpty, StoreClosed, WindowDiffers
from mmdesk.core.phrases import Phrase
from mmdesk.instance import Document, asked, line, request_document, request_of

pytestmark = pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="no Unix sockets")

ODD = Path(os.fsdecode(b"/tmp/caf\xe9 \xe5\x9b\xbe"))
IMPORT = ImportRequest((Path("/a"),))


@pytest.mark.parametrize(
    "request_",
    [
        ExportRequest(ODD, ("Cats", "狗\n"), everything=True, folder="旅行", markdown=True),
        ExportRequest(Path("/out")),
        ExportRequest(Path("/out"), folder=""),
        ImportRequest((ODD, Path("/b"))),
        ImportRequest(()),
        RestoreRequest("20260301T000000Z"),
    ],
)
def test_requests_arrive_as_they_are(request_: ArchiveRequest) -> None:
    assert request_of(json.loads(line(request_document(request_)))) == request_


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"wire": 1},
        {"wire": 2, "import": {"paths": []}},
        {"wire": "1", "import": {"paths": []}},
        {"wire": 1, "import": {"paths": "a"}},
        {"wire": 1, "import": {"paths": [1]}},
        {"wire": 1, "import": []},
        {"wire": 1, "export": {"to": "/a"}},
        {"wire": 1, "export": {"to": 1, "names": [], "everything": True, "markdown": False}},
        {"wire": 1, "export": {"to": "/a", "names": [], "everything": 1, "markdown": False}},
        {"wire": 1, "restore": {}},
        {"wire": 1, "erase": {"all": True}},
    ],
)
def test_requests_that_make_no_sense(document: Document) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        request_of(document)


def test_what_comes_of_them() -> None:
    note = Phrase("Left out: {count}.", {"count": 2})
    item = ArchiveItem("a", "狗", ODD, (note,), error=ArchiveEmpty(name="x"))
    document = json.loads(line(instance.item_document(item)))
    assert document["notes"] == ["Left out: 2."]
    assert Path(document["file"]) == ODD
    assert document["error"]["kind"] == "archive_empty"
    report = ArchiveReport(RestoreRequest(), restored=ODD, conversations=3)
    document = json.loads(line(instance.report_document(report)))
    assert (document["error"], document["aside"], document["conversations"]) == (None, None, 3)
    assert Path(document["restored"]) == ODD


Window = Callable[[bytes], Path]


@pytest.fixture
def window(tmp_path: Path) -> Iterator[Window]:
    """A window that answers one request with some bytes and closes."""
    server = socket.socket(socket.AF_UNIX)
    threads: list[threading.Thread] = []

    def answer(answers: bytes) -> Path:
        address = tmp_path / "window.socket"
        server.bind(os.fspath(address))
        server.listen()

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                assert json.loads(connection.recv(65536))["import"] == {"paths": ["/a"]}
                connection.sendall(answers)

        threads.append(threading.Thread(target=serve))
        threads[-1].start()
        return address

    yield answer
    for thread in threads:
        thread.join()
    server.close()


def test_items_come_before_the_end(window: Window) -> None:
    items: list[Document] = []
    said = line({"taken": "0"}) + line({"item": {"id": "1"}}) + line({"more": "?"})
    end = {"error": None}
    address = window(said + line({"item": {"id": "2"}}) + line({"end": end}))
    assert asked(address, IMPORT, items.append) == end
    assert [item["id"] for item in items] == ["1", "2"]


@pytest.mark.parametrize("said", [b"", b"ok\n", b"hello\n", b"[]\n", b"\xff\n", b'{"a": 1}\n'])
def test_who_does_not_take_it_has_done_nothing(said: bytes, window: Window) -> None:
    assert asked(window(said), IMPORT, lambda item: None) is None


def test_another_version(window: Window) -> None:
    with pytest.raises(WindowDiffers, match=r"9\.1"):
        asked(window(line({"refused": "9.1"})), IMPORT, lambda item: None)


@pytest.mark.parametrize("said", [b"", line({"item": {"id": "1"}}), b"{", b"nonsense\n", b"[]\n"])
def test_a_window_that_ends_in_the_middle(said: bytes, window: Window) -> None:
    with pytest.raises(StoreClosed):
        asked(window(line({"taken": "0"}) + said), IMPORT, lambda item: None)


def test_nobody_is_there(tmp_path: Path) -> None:
    for address in (tmp_path / "none", tmp_path / ("x" * 200), tmp_path):
        assert asked(address, IMPORT, lambda item: None) is None
    with socket.socket(socket.AF_UNIX) as left_behind:
        left_behind.bind(os.fspath(tmp_path / "socket"))
    assert asked(tmp_path / "socket", IMPORT, lambda item: None) is None


def test_where_there_are_no_such_sockets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(socket, "AF_UNIX")
    assert asked(tmp_path / "socket", IMPORT, lambda item: None) is None
    assert not instance.hand_over(tmp_path / "socket", [])
