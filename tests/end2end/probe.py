"""Runs the application unchanged, and answers questions about its widgets on a local socket.

    python -m tests.end2end.probe SOCKET [mmdesk's own arguments]

Keys, clicks and drops come from outside, through the display; the probe only looks.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from PySide6.QtCore import QPoint
from PySide6.QtNetwork import QLocalServer, QLocalSocket
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QLabel,
    QLineEdit,
    QListView,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

from mmdesk import app, cli
from mmdesk.sealing import seal


class Probe:
    """Answers one JSON object a line: ``{"look": what, "name": objectName}``."""

    def __init__(self, address: str) -> None:
        self._server = QLocalServer()
        if not self._server.listen(address):
            raise RuntimeError(self._server.errorString())
        self._server.newConnection.connect(self._accept)

    def _accept(self) -> None:
        connection = self._server.nextPendingConnection()
        connection.readyRead.connect(lambda: self._serve(connection))

    def _serve(self, connection: QLocalSocket) -> None:
        while connection.canReadLine():
            question = json.loads(bytes(connection.readLine().data()))
            answer = json.dumps(look(**question), ensure_ascii=False)
            connection.write(answer.encode() + b"\n")
            connection.flush()


def look(look: str, name: str = "", path: str = "") -> Any:
    """Return what a person would see of the widget called ``name``.

    ``a/b`` is the first visible ``b`` inside the first visible ``a``.
    """
    if look == "screenshot":
        return _find("mainWindow").grab().save(path)
    if look == "clipboard":
        return QApplication.clipboard().text()
    if look == "focus":
        widget = QApplication.focusWidget()
        return widget.objectName() if widget else ""
    try:
        widget = _find(name)
    except LookupError:
        return None
    if look == "visible":
        return widget.isVisible() and not widget.visibleRegion().isEmpty()
    if look == "enabled":
        return widget.isEnabled()
    if look == "rect":
        corner = widget.mapToGlobal(QPoint(0, 0))
        return [corner.x(), corner.y(), widget.width(), widget.height()]
    if look == "row":
        return _row(widget, int(path))
    if look == "accessible":
        return widget.accessibleName()
    return _text(widget)


def _find(name: str) -> QWidget:
    outer, _, inner = name.rpartition("/")
    if outer:
        widgets = _find(outer).findChildren(QWidget, inner)
    else:
        widgets = [w for w in QApplication.allWidgets() if w.objectName() == inner]
    for widget in sorted(widgets, key=lambda widget: not widget.isVisible()):
        return widget
    raise LookupError(name)


def _row(widget: Any, row: int) -> list[int]:
    """Return where the middle of a list's row is on the screen."""
    middle = widget.visualRect(widget.model().index(row, 0)).center()
    corner = widget.viewport().mapToGlobal(middle)
    return [corner.x(), corner.y()]


def _text(widget: Any) -> str:
    if hasattr(widget, "plain_text"):
        return str(widget.plain_text())
    if isinstance(widget, QTextEdit | QPlainTextEdit):
        return widget.toPlainText()
    if isinstance(widget, QLabel | QLineEdit | QAbstractButton):
        return widget.text()
    if isinstance(widget, QListView):
        model = widget.model()
        return "\n".join(str(model.index(row, 0).data()) for row in range(model.rowCount()))
    labels = [label.text() for label in widget.findChildren(QLabel) if label.isVisible()]
    return "\n".join(labels)


def main() -> int:
    address, *arguments = sys.argv[1:]
    probes: list[Probe] = []
    parsed = cli.parse(arguments)
    if parsed.sealed:
        seal()
    return app.run(parsed, on_start=lambda _: probes.append(Probe(address)))


if __name__ == "__main__":
    sys.exit(main())
