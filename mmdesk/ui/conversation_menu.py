"""What can be done in the list: with a conversation (name, pin, file, export, bin), a folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QModelIndex, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QLineEdit, QListView, QMenu, QWidgetAction

from mmdesk.core.conversations import ConversationSummary
from mmdesk.ui.conversation_model import FOLDER, SUMMARY, ConversationModel


class ConversationMenu(QObject):
    """A menu and keys for the rows of a list; F2 edits the title in place."""

    renamed = Signal(str, str)
    pinned = Signal(str, bool)
    moved = Signal(str, str)
    """A conversation's id and a folder's name; "" is none."""
    binned = Signal(object)
    """The :class:`ConversationSummary`."""
    exportWanted = Signal(str, bool)
    """A conversation's id, and whether as Markdown."""
    folderExportWanted = Signal(str, bool)
    """A folder's name, and whether as Markdown."""
    folderRenamed = Signal(str, str)
    """Its name before, and from now on."""

    def __init__(self, shown: QListView, model: ConversationModel) -> None:
        super().__init__(shown)
        self._list = shown
        self.folders: tuple[str, ...] = ()
        self.markdown = False
        """Whether Markdown was chosen last."""
        shown.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        shown.customContextMenuRequested.connect(self._open)
        model.renamed.connect(self.renamed)

    def use_folders(self, summaries: Sequence[ConversationSummary]) -> None:
        """Offer the folders that there are."""
        self.folders = tuple(sorted({each.folder for each in summaries if each.folder}))

    def key(self, key: int) -> bool:
        """Take a key of the list; return whether it means something here."""
        summary = self._summary(self._list.currentIndex())
        if summary is None:
            return False
        if key == Qt.Key.Key_F2:
            self.rename()
        elif key == Qt.Key.Key_Delete:
            self.binned.emit(summary)
        elif key == Qt.Key.Key_Menu:
            rect = self._list.visualRect(self._list.currentIndex())
            self._open(rect.center())
        else:
            return False
        return True

    def rename(self) -> None:
        """Edit the current title in place."""
        index = self._list.currentIndex()
        if self._summary(index) is not None:
            self._list.edit(index)

    def menu(self, summary: ConversationSummary) -> QMenu:
        """Return the menu of one conversation."""
        menu = QMenu(self._list)
        menu.setObjectName("conversationMenu")
        rename = menu.addAction(self.tr("Rename"), self.rename)
        rename.setShortcut(QKeySequence(Qt.Key.Key_F2))
        pin = self.tr("Unpin") if summary.pinned else self.tr("Pin to the top")
        menu.addAction(pin, lambda: self.pinned.emit(summary.id, not summary.pinned))
        self._add_folders(menu.addMenu(self.tr("Move to a folder")), summary)
        if summary.folder:
            from mmdesk.ui.archive_words import short_title

            shown = short_title(summary.folder).replace("&", "&&")
            name = self.tr("Folder “{name}”").replace("{name}", shown)
            self._fill_folder(menu.addMenu(name), summary.folder)
        menu.addSeparator()
        self._add_export(menu, partial(self.exportWanted.emit, summary.id))
        menu.addSeparator()
        delete = menu.addAction(self.tr("Move to the bin"), lambda: self.binned.emit(summary))
        delete.setShortcut(QKeySequence(Qt.Key.Key_Delete))
        return menu

    def _add_folders(self, menu: QMenu, summary: ConversationSummary) -> None:
        for folder in self.folders:
            action = menu.addAction(folder.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(folder == summary.folder)
            action.triggered.connect(
                lambda _checked=False, folder=folder: self.moved.emit(summary.id, folder)
            )
        if summary.folder:
            menu.addAction(self.tr("No folder"), lambda: self.moved.emit(summary.id, ""))
        self._add_field(
            menu, "newFolder", self.tr("New folder"), lambda name: self.moved.emit(summary.id, name)
        )

    def folder_menu(self, folder: str) -> QMenu:
        """Return the menu of a folder."""
        menu = QMenu(self._list)
        menu.setObjectName("folderMenu")
        self._fill_folder(menu, folder)
        return menu

    def _fill_folder(self, menu: QMenu, folder: str) -> None:
        self._add_export(menu, partial(self.folderExportWanted.emit, folder))
        menu.addSeparator()

        def named(name: str) -> None:
            if name != folder:
                self.folderRenamed.emit(folder, name)

        menu.addAction(self.tr("Rename the folder:")).setEnabled(False)
        self._add_field(menu, "folderName", self.tr("New name of the folder"), named, folder)

    def _add_export(self, menu: QMenu, export: Callable[[bool], object]) -> None:
        """Offer both formats; the one that was chosen last stands out."""
        formats = menu.addMenu(self.tr("Export"))
        formats.setObjectName("exportMenu")
        json = formats.addAction(self.tr("JSON, to import again…"), partial(export, False))
        markdown = formats.addAction(self.tr("Markdown, to read…"), partial(export, True))
        formats.setDefaultAction(markdown if self.markdown else json)
        formats.setStyleSheet("QMenu::item:default { font-weight: 600; }")

    def _add_field(
        self,
        menu: QMenu,
        object_name: str,
        label: str,
        act: Callable[[str], object],
        text: str = "",
    ) -> None:
        """Add a line to write into; Enter closes the menu and, unless it is empty, does ``act``."""
        field = QLineEdit(text)
        field.setObjectName(object_name)
        field.setPlaceholderText(label)
        field.setAccessibleName(label)
        field.setMinimumWidth(180)

        def written() -> None:
            if name := field.text().strip():
                act(name)
            above: QObject | None = menu
            while isinstance(above, QMenu):
                above.close()
                above = above.parent()

        field.returnPressed.connect(written)
        action = QWidgetAction(menu)
        action.setDefaultWidget(field)
        menu.addAction(action)

    def _open(self, position: QPoint) -> None:
        index = self._list.indexAt(position)
        summary, folder = self._summary(index), index.data(FOLDER)
        if summary is not None:
            self._list.setCurrentIndex(index)
            menu = self.menu(summary)
        elif folder is not None:
            menu = self.folder_menu(folder)
        else:
            return
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self._list.viewport().mapToGlobal(position))

    def _summary(self, index: QModelIndex) -> ConversationSummary | None:
        found = index.data(SUMMARY)
        return found if isinstance(found, ConversationSummary) else None
