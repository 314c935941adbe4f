"""What can be done with a conversation in the list: name it, pin it, file it, bin it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QMenu, QWidgetAction

from mmdesk.core.conversations import ConversationSummary

SUMMARY = Qt.ItemDataRole.UserRole + 1
"""The item's :class:`ConversationSummary`."""


class ConversationMenu(QObject):
    """A menu and keys for the items of a list; F2 and a slow click edit the title in place."""

    renamed = Signal(str, str)
    pinned = Signal(str, bool)
    moved = Signal(str, str)
    """A conversation's id and a folder's name; "" is none."""
    binned = Signal(object)
    """The :class:`ConversationSummary`."""

    def __init__(self, shown: QListWidget) -> None:
        super().__init__(shown)
        self._list = shown
        self.folders: tuple[str, ...] = ()
        shown.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        shown.customContextMenuRequested.connect(self._open)
        shown.itemChanged.connect(self._edited)

    def use_folders(self, summaries: Sequence[ConversationSummary]) -> None:
        """Offer the folders that there are."""
        self.folders = tuple(sorted({each.folder for each in summaries if each.folder}))

    def key(self, key: int) -> bool:
        """Take a key of the list; return whether it means something here."""
        summary = self._summary(self._list.currentItem())
        if summary is None:
            return False
        if key == Qt.Key.Key_F2:
            self.rename()
        elif key == Qt.Key.Key_Delete:
            self.binned.emit(summary)
        elif key == Qt.Key.Key_Menu:
            rect = self._list.visualItemRect(self._list.currentItem())
            self._open(rect.center())
        else:
            return False
        return True

    def rename(self) -> None:
        """Edit the current title in place."""
        item = self._list.currentItem()
        summary = self._summary(item)
        if summary is not None:
            self._list.blockSignals(True)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
            self._list.blockSignals(False)
            self._list.editItem(item)

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
        item = self._list.itemAt(position)
        summary = self._summary(item)
        if item is None or summary is None:
            return
        self._list.setCurrentItem(item)
        menu = self.menu(summary)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self._list.viewport().mapToGlobal(position))

    def _edited(self, item: QListWidgetItem) -> None:
        summary = self._summary(item)
        if summary is not None and item.text().strip() not in ("", summary.title):
            self.renamed.emit(summary.id, item.text())

    def _summary(self, item: QListWidgetItem | None) -> ConversationSummary | None:
        found = item.data(SUMMARY) if item is not None else None
        return found if isinstance(found, ConversationSummary) else None
