"""What can be done with a conversation in the list: name it, pin it, file it, bin it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QLineEdit, QListView, QMenu, QWidgetAction

from mmdesk.core.conversations import ConversationSummary
from mmdesk.ui.conversation_model import SUMMARY, ConversationModel


class ConversationMenu(QObject):
    """A menu and keys for the rows of a list; F2 edits the title in place."""

    renamed = Signal(str, str)
    pinned = Signal(str, bool)
    moved = Signal(str, str)
    """A conversation's id and a folder's name; "" is none."""
    binned = Signal(object)
    """The :class:`ConversationSummary`."""

    def __init__(self, shown: QListView, model: ConversationModel) -> None:
        super().__init__(shown)
        self._list = shown
        self.folders: tuple[str, ...] = ()
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
        name = QLineEdit()
        name.setObjectName("newFolder")
        name.setPlaceholderText(self.tr("New folder"))
        name.setAccessibleName(self.tr("New folder"))
        name.setMinimumWidth(180)

        def made() -> None:
            if name.text().strip():
                self.moved.emit(summary.id, name.text())
            menu.close()
            parent = menu.parent()
            if isinstance(parent, QMenu):
                parent.close()

        name.returnPressed.connect(made)
        action = QWidgetAction(menu)
        action.setDefaultWidget(name)
        menu.addAction(action)

    def _open(self, position: QPoint) -> None:
        index = self._list.indexAt(position)
        summary = self._summary(index)
        if summary is None:
            return
        self._list.setCurrentIndex(index)
        menu = self.menu(summary)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self._list.viewport().mapToGlobal(position))

    def _summary(self, index: QModelIndex) -> ConversationSummary | None:
        found = index.data(SUMMARY)
        return found if isinstance(found, ConversationSummary) else None
