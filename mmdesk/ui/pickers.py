"""The system's dialogs for choosing files; they open beside the event loop, not in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from mmdesk.ui.dropped import PICTURE_SUFFIXES


def pick_pictures(parent: QWidget, chosen: Callable[[list[Path]], None]) -> QFileDialog:
    """Let the person choose pictures; ``chosen`` gets them unless the dialog is cancelled."""
    dialog = _dialog(parent, "pictureDialog", QCoreApplication.translate("pickers", "Add pictures"))
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
    endings = " ".join(f"*{suffix}" for suffix in sorted(PICTURE_SUFFIXES))
    pictures = QCoreApplication.translate("pickers", "Pictures")
    every = QCoreApplication.translate("pickers", "All files")
    dialog.setNameFilters([f"{pictures} ({endings})", f"{every} (*)"])
    dialog.filesSelected.connect(lambda names: chosen([Path(name) for name in names]))
    dialog.open()
    return dialog


def pick_folder(parent: QWidget, chosen: Callable[[Path], None]) -> QFileDialog:
    """Let the person choose a model's folder."""
    title = QCoreApplication.translate("pickers", "Choose a model folder")
    dialog = _dialog(parent, "folderDialog", title)
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    dialog.filesSelected.connect(lambda names: chosen(Path(names[0])))
    dialog.open()
    return dialog


def _dialog(parent: QWidget, object_name: str, title: str) -> QFileDialog:
    dialog = QFileDialog(parent, title)
    dialog.setObjectName(object_name)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return dialog
