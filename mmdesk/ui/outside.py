"""What other programs of the computer show: files, folders and links."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices


def open_path(path: Path) -> bool:
    """Show a file or folder; return whether there is a program for it."""
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))


def open_link(target: str) -> None:
    """Open a link of the model's in the browser; nothing else, no file and no program."""
    url = QUrl(target, QUrl.ParsingMode.StrictMode)
    if url.scheme() in ("http", "https", "mailto"):
        QDesktopServices.openUrl(url)
