"""The system's dialog for where an annotated picture goes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QFileDialog, QWidget


def pick_picture_file(parent: QWidget, name: str, chosen: Callable[[Path], None]) -> QFileDialog:
    """Let the person choose a new file, ``name`` proposed; it opens beside the event loop."""
    title = QCoreApplication.translate("evidence", "Save the picture with its boxes")
    dialog = QFileDialog(parent, title)
    dialog.setObjectName("savePictureDialog")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setFileMode(QFileDialog.FileMode.AnyFile)
    dialog.setNameFilters(["PNG (*.png)", "JPEG (*.jpg *.jpeg)", "WebP (*.webp)"])
    dialog.setDefaultSuffix("png")
    dialog.selectFile(name)
    dialog.filesSelected.connect(lambda names: chosen(Path(names[0])))
    dialog.open()
    return dialog
