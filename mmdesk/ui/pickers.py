"""The system's dialogs for choosing files; they open beside the event loop, not in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from mmdesk.ui.dropped import PICTURE_SUFFIXES, SOUND_SUFFIXES


def pick_pictures(parent: QWidget, chosen: Callable[[list[Path]], None]) -> QFileDialog:
    """Let the person choose pictures and sound; ``chosen`` gets them unless it is cancelled."""
    title = QCoreApplication.translate("pickers", "Add pictures or sound")
    dialog = _dialog(parent, "pictureDialog", title)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
    both = QCoreApplication.translate("pickers", "Pictures and sound")
    pictures = QCoreApplication.translate("pickers", "Pictures")
    sound = QCoreApplication.translate("pickers", "Sound")
    every = QCoreApplication.translate("pickers", "All files")
    dialog.setNameFilters(
        [
            f"{both} ({_patterns(PICTURE_SUFFIXES | SOUND_SUFFIXES)})",
            f"{pictures} ({_patterns(PICTURE_SUFFIXES)})",
            f"{sound} ({_patterns(SOUND_SUFFIXES)})",
            f"{every} (*)",
        ]
    )
    dialog.filesSelected.connect(lambda names: chosen([Path(name) for name in names]))
    dialog.open()
    return dialog


def pick_folder(parent: QWidget, chosen: Callable[[Path], None]) -> QFileDialog:
    """Let the person choose a model's folder."""
    title = QCoreApplication.translate("pickers", "Choose a model folder")
    return _folder_dialog(parent, "folderDialog", title, chosen)


def pick_whisper_file(parent: QWidget, chosen: Callable[[Path], None]) -> QFileDialog:
    """Let the person choose one of OpenAI's ``.pt`` files."""
    title = QCoreApplication.translate("pickers", "Choose a Whisper file")
    dialog = _dialog(parent, "whisperDialog", title)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.setNameFilters(["Whisper (*.pt)"])
    dialog.filesSelected.connect(lambda names: chosen(Path(names[0])))
    dialog.open()
    return dialog


def pick_archives(parent: QWidget, chosen: Callable[[list[Path]], None]) -> QFileDialog:
    """Let the person choose files with conversations."""
    title = QCoreApplication.translate("pickers", "Import conversations")
    dialog = _dialog(parent, "archiveDialog", title)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
    every = QCoreApplication.translate("pickers", "All files")
    dialog.setNameFilters(["JSON (*.json)", f"{every} (*)"])
    dialog.filesSelected.connect(lambda names: chosen([Path(name) for name in names]))
    dialog.open()
    return dialog


def pick_archive_folder(parent: QWidget, chosen: Callable[[Path], None]) -> QFileDialog:
    """Let the person choose a folder with such files."""
    title = QCoreApplication.translate("pickers", "Import all conversations of a folder")
    return _folder_dialog(parent, "archiveFolderDialog", title, chosen)


def pick_export_folder(parent: QWidget, chosen: Callable[[Path], None]) -> QFileDialog:
    """Let the person choose, or make, the folder that conversations are written into."""
    title = QCoreApplication.translate("pickers", "Export into a folder")
    return _folder_dialog(parent, "exportDialog", title, chosen)


def _folder_dialog(
    parent: QWidget, object_name: str, title: str, chosen: Callable[[Path], None]
) -> QFileDialog:
    dialog = _dialog(parent, object_name, title)
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    dialog.filesSelected.connect(lambda names: chosen(Path(names[0])))
    dialog.open()
    return dialog


def _patterns(suffixes: frozenset[str]) -> str:
    return " ".join(f"*{suffix}" for suffix in sorted(suffixes))


def _dialog(parent: QWidget, object_name: str, title: str) -> QFileDialog:
    dialog = QFileDialog(parent, title)
    dialog.setObjectName(object_name)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return dialog
