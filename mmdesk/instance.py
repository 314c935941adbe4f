"""The window that is open, as a later start of mmdesk and its commands reach it.

Through a Unix socket in the person's own folder; each line is a JSON object. A client says what it
wants in one line::

    {"open": ["/a.png"]}                        come to the front, with these files
    {"wire": 1, "export": {"to": "/out", ...}}  or "import", "restore": as the command does

The window answers the first with ``ok``. To the others it says ``{"taken": "<version>"}``, then
``{"item": {...}}`` for each conversation and ``{"end": {...}}``; or ``{"refused": "<version>"}``
where it doesn't know such a request. Where there are no such sockets (Windows), and where no
window answers, the store's lock tells a command what is the matter.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

from mmdesk.core.archives import (
    ArchiveItem,
    ArchiveReport,
    ArchiveRequest,
    ExportRequest,
    ImportRequest,
    RestoreRequest,
)
from mmdesk.core.errors import MmdeskError, StoreClosed, WindowDiffers

WIRE = 1
"""Of the requests and answers; windows and commands of other numbers don't understand them."""
DONE = b"ok\n"
MOST_BYTES = 8 << 20
"""Of one line: a shell may give a command two million bytes of names."""

_PATIENCE_S = 2.0
_TAKEN_S = 15.0
"""Until a window takes a request: it may have just begun, on a busy computer."""

Document = dict[str, Any]
_KINDS = {"export": ExportRequest, "import": ImportRequest, "restore": RestoreRequest}
_Value = TypeVar("_Value")


def hand_over(address: Path, files: Sequence[Path]) -> bool:
    """Ask a running window to come to the front and take ``files``; return whether it does."""
    try:
        with _connected(address) as connection:
            connection.sendall(line({"open": [os.fsdecode(file.absolute()) for file in files]}))
            return connection.recv(len(DONE)) == DONE
    except (OSError, ValueError):
        return False  # a killed instance has left it, or it is stuck


def asked(
    address: Path, request: ArchiveRequest, on_item: Callable[[Document], None]
) -> Document | None:
    """Have the running window do a request; return how it ended, as :func:`report_document`.

    Args:
        request: With absolute paths, since a window has another working directory.
        on_item: Takes each :func:`item_document` as it comes.

    Returns:
        None if there is no window that takes it: nothing was done then.

    Raises:
        WindowDiffers: it is of another version.
        StoreClosed: it was closed, or ended, before it was done.
    """
    try:
        connection = _connected(address)
    except (OSError, ValueError):
        return None
    with connection:
        try:
            connection.settimeout(_TAKEN_S)
            connection.sendall(line(request_document(request)))
            answers = _documents(connection)
            first = next(answers, {})
        except (OSError, ValueError):
            return None
        if "refused" in first:
            raise WindowDiffers(version=str(first["refused"])[:40])
        if "taken" not in first:
            return None
        connection.settimeout(None)  # a long export is no hanging one
        try:
            for document in answers:
                if isinstance(end := document.get("end"), dict):
                    return end
                if isinstance(item := document.get("item"), dict):
                    on_item(item)
        except (OSError, ValueError):
            pass
    raise StoreClosed


def line(document: Document) -> bytes:
    """Return a document as one line; names that are no UTF-8 pass as lone surrogates."""
    return json.dumps(document).encode("ascii") + b"\n"


def request_document(request: ArchiveRequest) -> Document:
    """Return what a client sends."""
    name = next(name for name, kind in _KINDS.items() if isinstance(request, kind))
    values = asdict(request)
    for key, value in values.items():
        if isinstance(value, Path):
            values[key] = os.fspath(value)
        elif isinstance(value, tuple):
            values[key] = [os.fspath(each) for each in value]
    return {"wire": WIRE, name: values}


def request_of(document: Document) -> ArchiveRequest:
    """Return what a client wants. Raises ``ValueError`` where it makes no sense."""
    if document.get("wire") != WIRE:
        raise ValueError("another version's request")
    name = next((name for name in _KINDS if isinstance(document.get(name), dict)), "")
    values = _Values(document.get(name))
    if name == "export":
        return ExportRequest(
            to=Path(values.text("to")),
            names=values.texts("names"),
            everything=values.flag("everything"),
            folder=values.text("folder") if values.has("folder") else None,
            markdown=values.flag("markdown"),
        )
    if name == "import":
        return ImportRequest(tuple(map(Path, values.texts("paths"))))
    return RestoreRequest(values.text("backup"))


def item_document(item: ArchiveItem) -> Document:
    """Return what became of one conversation, in English."""
    return {
        "id": item.id,
        "title": item.title,
        "file": os.fspath(item.file) if item.file else None,
        "notes": [str(note) for note in item.notes],
        "present": item.present,
        "error": error_document(item.error) if item.error else None,
    }


def report_document(report: ArchiveReport) -> Document:
    """Return how a request ended, without its items."""
    return {
        "error": error_document(report.error) if report.error else None,
        "restored": os.fspath(report.restored) if report.restored else None,
        "aside": os.fspath(report.aside) if report.aside else None,
        "conversations": report.conversations,
    }


def error_document(error: MmdeskError) -> Document:
    """Return an error's sentences."""
    return {"kind": error.kind, "message": error.message, "hint": error.hint}


class _Values:
    """What a request says; every method raises ``ValueError`` where it makes no sense."""

    def __init__(self, values: object) -> None:
        if not isinstance(values, dict):
            raise ValueError("no request")
        self._values = values

    def has(self, key: str) -> bool:
        return self._values.get(key) is not None

    def text(self, key: str) -> str:
        return self._checked(self._values.get(key), str)

    def flag(self, key: str) -> bool:
        return self._checked(self._values.get(key), bool)

    def texts(self, key: str) -> tuple[str, ...]:
        items: list[object] = self._checked(self._values.get(key), list)
        return tuple(self._checked(item, str) for item in items)

    @staticmethod
    def _checked(value: object, kind: type[_Value]) -> _Value:
        if not isinstance(value, kind):
            raise ValueError(f"{value!r:.80} is no {kind.__name__}")
        return value


def _connected(address: Path) -> socket.socket:
    """Return a connection. Raises ``OSError``, ``ValueError`` where nobody listens."""
    if not hasattr(socket, "AF_UNIX"):
        raise ConnectionRefusedError
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.settimeout(_PATIENCE_S)
        connection.connect(os.fspath(address))
    except BaseException:
        connection.close()
        raise
    return connection


def _documents(connection: socket.socket) -> Iterator[Document]:
    """Yield what a window says. Raises ``OSError``, ``ValueError``."""
    rest = b""
    while piece := connection.recv(65536):
        *lines, rest = (rest + piece).split(b"\n")
        for each in lines:
            document = json.loads(each)
            if not isinstance(document, dict):
                raise ValueError("no object")
            yield document
