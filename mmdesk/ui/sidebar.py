"""The conversations: pinned ones, folders, and the others by day, the latest first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QSignalBlocker,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QFont, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
)

from mmdesk.core.conversations import ConversationSummary
from mmdesk.ui.badge import leaves_text
from mmdesk.ui.controls import IconButton, restyle
from mmdesk.ui.conversation_menu import SUMMARY, ConversationMenu
from mmdesk.ui.icons import icon
from mmdesk.ui.shortcuts import label_of
from mmdesk.ui.theme import theme

WIDTH = 236
_GLYPH = 14
"""Px."""
_ID = Qt.ItemDataRole.UserRole


class Sidebar(QFrame):
    """New chat, and the list of conversations."""

    newChatWanted = Signal()
    searchWanted = Signal()
    conversationChosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("sidebar")
        self.setFixedWidth(WIDTH)
        self._summaries: tuple[ConversationSummary, ...] = ()
        self._shown: str | None = None
        self.new_chat = QPushButton()
        self.new_chat.setObjectName("newChatButton")
        self.new_chat.setCursor(Qt.CursorShape.PointingHandCursor)
        self.new_chat.setIconSize(QSize(16, 16))
        self.new_chat.clicked.connect(self.newChatWanted)
        self.search = IconButton("searchButton", "search", side=34, glyph=18)
        self.search.clicked.connect(self.searchWanted)
        self.list = _conversation_list()
        self.list.itemClicked.connect(self._chosen)
        self.list.itemActivated.connect(self._chosen)
        self.menu = ConversationMenu(self.list)
        self.list.key_taken = self.menu.key
        self.list.itemDelegate().closeEditor.connect(self._edited)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 11, 8)
        column.setSpacing(6)
        top = QHBoxLayout()
        top.setSpacing(2)
        top.addWidget(self.new_chat, 1)
        top.addWidget(self.search)
        column.addLayout(top)
        column.addWidget(self.list, 1)
        self._tint()
        theme().changed.connect(self._tint)

    def show_conversations(self, summaries: Sequence[ConversationSummary]) -> None:
        """Fill the list; where it is scrolled to and what is current stays."""
        self._summaries = tuple(summaries)
        self.menu.use_folders(summaries)
        if self.list.editing:
            return  # what the person writes stays; leaving the field lists anew
        position = self.list.verticalScrollBar().value()
        with QSignalBlocker(self.list):
            self.list.clear()
            for heading, group in self._groups():
                self.list.addItem(_heading(heading))
                for summary in group:
                    self.list.addItem(_line(summary, self.tr("Untitled")))
        self.mark(self._shown)
        self.list.verticalScrollBar().setValue(position)

    def mark(self, conversation: str | None) -> None:
        """Mark the shown conversation; None is a new one."""
        restyle(self.new_chat, "current", conversation is None)
        if conversation == self._shown and self._is_marked(conversation):
            return  # every event asks for it, and the list may be long
        self._shown = conversation
        if self.list.editing:
            return
        self.list.clearSelection()
        for row in range(self.list.count()):
            item = self.list.item(row)
            if conversation is not None and item.data(_ID) == conversation:
                self.list.setCurrentItem(item)
                return
        self.list.setCurrentRow(-1)

    def _is_marked(self, conversation: str | None) -> bool:
        row = self.list.currentRow()
        marked = [item.data(_ID) for item in self.list.selectedItems()]
        if conversation is None:
            return row < 0 and not marked
        return row >= 0 and marked == [conversation] == [self.list.item(row).data(_ID)]

    def retranslate(self) -> None:
        """Set every text anew."""
        self.search.describe(label_of("search"))
        self.new_chat.setText(label_of("new_chat"))
        self.new_chat.setAccessibleName(label_of("new_chat"))
        self.list.setAccessibleName(self.tr("Conversations"))
        self.show_conversations(self._summaries)

    def _groups(self) -> list[tuple[str, list[ConversationSummary]]]:
        """Return the headings and what is below them, in the order of the list."""
        today = date.today()
        pinned = self.tr("Pinned")
        groups: dict[tuple[int, str], list[ConversationSummary]] = {}
        for summary in sorted(self._summaries, key=_pinned_then_folders):
            day = self._group(summary.updated.astimezone().date(), today)
            heading = pinned if summary.pinned else summary.folder or day
            place, _ = _pinned_then_folders(summary)
            groups.setdefault((place, heading), []).append(summary)
        return [(heading, group) for (_, heading), group in groups.items()]

    def _group(self, day: date, today: date) -> str:
        if day >= today:
            return self.tr("Today")
        if day == today - timedelta(days=1):
            return self.tr("Yesterday")
        return self.tr("Earlier")

    def _chosen(self, item: QListWidgetItem) -> None:
        conversation = item.data(_ID)
        if conversation and conversation != self._shown:
            self.conversationChosen.emit(conversation)

    def _edited(self) -> None:
        """List anew once the field is gone: meanwhile nothing was, and no title may be empty."""
        QTimer.singleShot(0, lambda: self.show_conversations(self._summaries))

    def _tint(self) -> None:
        self.show_conversations(self._summaries)
        self.new_chat.setIcon(icon("plus", theme().tokens.accent, 16))


class _List(QListWidget):
    """A list whose keys someone else may take first."""

    key_taken: Callable[[int], bool] = staticmethod(lambda key: False)

    @property
    def editing(self) -> bool:
        """Whether a title is being written."""
        return self.state() == QAbstractItemView.State.EditingState

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Offer a key before the list takes it for a letter to look for."""
        if not self.key_taken(event.key()):
            super().keyPressEvent(event)


def _pinned_then_folders(summary: ConversationSummary) -> tuple[int, str]:
    """Sort by place alone: within one, the order of the list stays."""
    if summary.pinned:
        return (0, "")
    return (1, summary.folder.casefold()) if summary.folder else (2, "")


def _conversation_list() -> _List:
    made = _List()
    made.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    made.setObjectName("conversationList")
    made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    made.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    made.setTextElideMode(Qt.TextElideMode.ElideRight)
    made.setUniformItemSizes(False)
    made.setWordWrap(False)
    made.setIconSize(QSize(_GLYPH, _GLYPH))
    made.setItemDelegate(_GlyphAtTheEnd(made))
    return made


def _heading(text: str) -> QListWidgetItem:
    item = QListWidgetItem(text)
    item.setFlags(Qt.ItemFlag.NoItemFlags)
    font = QFont()
    font.setPixelSize(12)
    item.setFont(font)
    return item


def _line(summary: ConversationSummary, untitled: str) -> QListWidgetItem:
    title = " ".join(summary.title.split()) or untitled
    item = QListWidgetItem(title)
    item.setData(_ID, summary.id)
    item.setData(SUMMARY, summary)
    item.setToolTip(title)
    item.setData(Qt.ItemDataRole.AccessibleTextRole, title)
    if summary.leaves:
        item.setIcon(icon("leaves", theme().tokens.notice_text, _GLYPH))
        item.setToolTip(f"{title}\n{leaves_text()}")
        item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{title}, {leaves_text()}")
    return item


class _GlyphAtTheEnd(QStyledItemDelegate):
    """Puts a conversation's glyph behind its title, so that all titles begin at one edge."""

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().initStyleOption(option, index)
        option.decorationPosition = QStyleOptionViewItem.Position.Right
