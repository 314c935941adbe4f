"""The bin: conversations that were put away, until they are destroyed or taken back."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from mmdesk.core.conversations import BIN_DAYS, ConversationSummary
from mmdesk.core.events import BinListed
from mmdesk.ui.controls import plain_label
from mmdesk.ui.i18n import day_text
from mmdesk.ui.pages import Page

_AT_ONCE = 40
"""Rows that are made when the bin is shown, and with each step downwards."""


class BinPage(Page):
    """What is in the bin, each with a way back; a row is made when the person comes near it."""

    restored = Signal(str)
    """A conversation's id."""

    def __init__(self) -> None:
        super().__init__("binPage")
        self._listed: BinListed | None = None
        self._help = plain_label("fieldHelp", wrap=True)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(2)
        self.content.addWidget(self._help)
        self.content.addSpacing(6)
        self.content.addLayout(self._rows)
        self.content.addStretch(1)
        bar = self.scroll_area.verticalScrollBar()
        bar.valueChanged.connect(self._add_more)
        bar.rangeChanged.connect(self._add_more)

    def show_bin(self, listed: BinListed) -> None:
        """Show what is in it now."""
        self._listed = listed
        self.retranslate()

    def retranslate(self) -> None:
        """Set every text anew."""
        super().retranslate()
        self._title.setText(self.tr("Bin"))
        summaries = self._listed.summaries if self._listed else ()
        self._help.setText(
            self.tr("Conversations stay here for {days} days.").format(days=BIN_DAYS)
            if summaries
            else self.tr("There is nothing in the bin.")
        )
        while (item := self._rows.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        self._add_rows()

    def _add_more(self) -> None:
        bar = self.scroll_area.verticalScrollBar()
        if bar.value() >= bar.maximum() - self.scroll_area.height():
            self._add_rows()

    def _add_rows(self) -> None:
        summaries = self._listed.summaries if self._listed else ()
        made = self._rows.count()
        for summary in summaries[made : made + _AT_ONCE]:
            self._rows.addWidget(self._row(summary))

    def _row(self, summary: ConversationSummary) -> QWidget:
        title = " ".join(summary.title.split())
        row = QWidget()
        day = day_text(summary.updated)
        back = QPushButton(self.tr("Take back"))
        back.setObjectName("restoreConversation")
        back.setAccessibleName(self.tr("Take back “{title}”").replace("{title}", title))
        back.clicked.connect(partial(self.restored.emit, summary.id))
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 4, 0, 4)
        line.setSpacing(12)
        line.addWidget(plain_label("binTitle", title, wrap=True), 1)
        line.addWidget(plain_label("fieldHelp", day))
        line.addWidget(back)
        return row
