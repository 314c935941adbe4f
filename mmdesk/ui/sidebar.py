"""The conversations: pinned ones, folders, and the others by day, the latest first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QListView,
    QPushButton,
    QStyledItemDelegate,
    QVBoxLayout,
)

from mmdesk.core.conversations import ConversationSummary
from mmdesk.ui.controls import IconButton, plain_label, restyle
from mmdesk.ui.conversation_menu import ConversationMenu
from mmdesk.ui.conversation_model import GLYPH, GLYPHS, ID, ConversationModel
from mmdesk.ui.icons import icon
from mmdesk.ui.shortcuts import label_of
from mmdesk.ui.theme import theme

if TYPE_CHECKING:
    from PySide6.QtWidgets import QStyleOptionViewItem

WIDTH = 236


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
        self.list = ConversationList()
        self._upgrading = plain_label("upgradingStore", wrap=True)
        self._upgrading.setProperty("quiet", True)
        self._upgrading.setContentsMargins(9, 8, 0, 0)
        self._upgrading.hide()
        self._model = self.list.conversations
        self.list.clicked.connect(self._chosen)
        self.list.activated.connect(self._chosen)
        self.menu = ConversationMenu(self.list, self._model)
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
        column.addWidget(self._upgrading)
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
        self._model.show(summaries)
        self.mark(self._shown)
        self.list.verticalScrollBar().setValue(position)

    def show_upgrading(self, upgrading: bool) -> None:
        """Say why there are no conversations yet, or no longer."""
        self._upgrading.setVisible(upgrading)

    def mark(self, conversation: str | None) -> None:
        """Mark the shown conversation; None is a new one."""
        restyle(self.new_chat, "current", conversation is None)
        if conversation == self._shown and self._is_marked(conversation):
            return  # every event asks for it, and the list may be long
        self._shown = conversation
        if self.list.editing:
            return
        self.list.clearSelection()
        self.list.setCurrentIndex(self._model.index_of(conversation or ""))

    def _is_marked(self, conversation: str | None) -> bool:
        marked = [index.data(ID) for index in self.list.selectedIndexes()]
        current: str | None = self.list.currentIndex().data(ID)
        return current == conversation and marked == ([] if conversation is None else [current])

    def retranslate(self) -> None:
        """Set every text anew."""
        self.search.describe(label_of("search"))
        self.new_chat.setText(label_of("new_chat"))
        self.new_chat.setAccessibleName(label_of("new_chat"))
        self.list.setAccessibleName(self.tr("Conversations"))
        self._upgrading.setText(self.tr("Bringing your conversations up to date…"))
        self.show_conversations(self._summaries)
        self._model.retell()

    def _chosen(self, index: QModelIndex) -> None:
        conversation = index.data(ID)
        if conversation:
            self.conversationChosen.emit(conversation)

    def _edited(self) -> None:
        """List anew once the field is gone: meanwhile nothing was, and no title may be empty."""
        QTimer.singleShot(0, lambda: self.show_conversations(self._summaries))

    def _tint(self) -> None:
        self._model.retell()
        self.new_chat.setIcon(icon("plus", theme().tokens.accent, 16))


class ConversationList(QListView):
    """A list whose keys someone else may take first; 10,000 rows cost no more than a few."""

    key_taken: Callable[[int], bool] = staticmethod(lambda key: False)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("conversationList")
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setUniformItemSizes(True)
        self.setWordWrap(False)
        self.setIconSize(QSize(GLYPH, GLYPH))
        self.setItemDelegate(_GlyphAtTheEnd(self))
        self.conversations = ConversationModel(self)
        self.setModel(self.conversations)

    @property
    def editing(self) -> bool:
        """Whether a title is being written."""
        return self.state() == QAbstractItemView.State.EditingState

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Offer a key before the list takes it for a letter to look for."""
        if not self.key_taken(event.key()):
            super().keyPressEvent(event)


class _GlyphAtTheEnd(QStyledItemDelegate):
    """Puts a conversation's glyphs behind its title, so that all titles begin at one edge."""

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().initStyleOption(option, index)
        option.decorationPosition = option.Position.Right
        option.decorationSize = option.icon.actualSize(GLYPHS)
