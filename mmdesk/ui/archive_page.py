"""The page of all conversations together: export, import, backups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from functools import partial
from itertools import pairwise
from string import Template

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import (
    QVBoxLayout,
    QWidget,
)

from mmdesk.core.archives import ArchiveReport, ArchiveRequest, Backup, RestoreRequest
from mmdesk.ui.archive_backups import BackupList, BackupRow
from mmdesk.ui.archive_parts import FormatChoice, Part, push_button
from mmdesk.ui.archive_report import ReportCard, WorkLine
from mmdesk.ui.library.rules import page_rules
from mmdesk.ui.pages import ButtonsPage
from mmdesk.ui.theme import theme

_CARDS = 10
"""Reports that stand at most; older ones leave."""
_RULES = Template(
    """
#exportFormat { background: $panel; border: none; border-radius: 10px; }
#archiveReport { background: $card; border: 1px solid $line; border-radius: 10px; }
#archiveResult { font-weight: 600; }
#archiveGoing { color: $muted; font-size: 13px; }
#archiveFailures, #archiveNotes { background: $panel; font-size: 12px; padding: 4px; }
#archiveReport QPushButton { padding: 3px 12px; font-size: 13px; }
#archiveReport QPushButton:focus { padding: 2px 11px; }
#backupRow { border: none; border-bottom: 1px solid $line; }
#backupRow QPushButton { padding: 3px 12px; font-size: 13px; }
#backupRow QPushButton:focus { padding: 2px 11px; }
"""
)


class ArchivePage(ButtonsPage):
    """Asks for everything by signals; shows how far it is and what came of it."""

    exportAllWanted = Signal(bool)
    """Whether as Markdown."""
    formatChosen = Signal(bool)
    """Whether Markdown is wanted from now on."""
    filesWanted = Signal()
    """Files are to be chosen and imported."""
    folderWanted = Signal()
    """A folder of them."""
    restored = Signal(str)
    """:attr:`Backup.name`."""
    stopped = Signal(object)
    """What is being done, to be broken off."""
    folderOpened = Signal(object)
    """The path of a folder to be opened."""
    conversationWanted = Signal(str)
    """The id of a conversation to be shown."""

    def __init__(self) -> None:
        super().__init__("archivePage")
        self._going: dict[ArchiveRequest, WorkLine] = {}
        self.cards: list[ReportCard] = []
        self.format = FormatChoice()
        self.format.chosen.connect(self.formatChosen)
        self.export_all = push_button("exportAll", self._export_all)
        self.import_files = push_button("importFiles", self.filesWanted.emit)
        self.import_folder = push_button("importFolder", self.folderWanted.emit)
        self.backups = BackupList()
        self.backups.restored.connect(self.restored)
        self.backups.asked.connect(lambda row: QTimer.singleShot(0, row, partial(self._see, row)))
        self._work, self._reports = QVBoxLayout(), QVBoxLayout()
        self._export, self._import, self._kept = (Part() for _ in range(3))
        self._lay_out()
        self._dress()
        theme().changed.connect(self._dress)

    # What happens

    def show_format(self, *, markdown: bool) -> None:
        """Show the format that was chosen last, without telling it on."""
        self.format.show_format(markdown)

    def show_backups(self, backups: Sequence[Backup]) -> None:
        """Show the backups that there are now."""
        self.backups.show_backups(backups)

    def begin(self, request: ArchiveRequest, *, stoppable: bool) -> None:
        """Show that something is being done."""
        line = self._going[request] = WorkLine(request, stoppable=stoppable)
        line.stopped.connect(self.stopped)
        self._work.addWidget(line)
        self._show_usable()
        self._order_tabs()

    def show_progress(self, request: ArchiveRequest, done: int, total: int) -> None:
        """Show how far something is; a command's begins with it."""
        if request not in self._going:
            self.begin(request, stoppable=False)
        self._going[request].show_progress(done, total)

    def show_report(self, report: ArchiveReport) -> None:
        """Show what came of something, above what came before."""
        line = self._going.pop(report.request, None)
        if line is not None:
            self._take_out(self._work, line)
        card = ReportCard(report)
        card.dismissed.connect(lambda: self._dismiss(card))
        card.folderWanted.connect(self.folderOpened)
        card.conversationWanted.connect(self.conversationWanted)
        self.cards.insert(0, card)
        self._reports.insertWidget(0, card)
        for old in self.cards[_CARDS:]:
            self._dismiss(old)
        self._show_usable()
        self._order_tabs()
        self.scroll_area.verticalScrollBar().setValue(0)

    def retranslate(self) -> None:
        """Set every text anew."""
        super().retranslate()
        self._title.setText(self.tr("Conversations"))
        self._export.say(
            self.tr("Export"),
            self.tr(
                "Writes all conversations into a folder; single ones and folders from the menu in "
                "the list. JSON can be imported again, Markdown is to be read. Nothing that is "
                "there is written over."
            ),
        )
        self._import.say(
            self.tr("Import"),
            self.tr(
                "Takes JSON files that mmdesk has exported, or another program in the form of "
                "OpenAI's messages. What is there already stays as it is."
            ),
        )
        self._kept.say(
            self.tr("Backups"),
            self.tr(
                "mmdesk keeps a copy of all conversations from each of 12 days, 10 weeks and 9 "
                "months in which something changed."
            ),
        )
        for button, text in (
            (self.export_all, self.tr("Export all…")),
            (self.import_files, self.tr("Import files…")),
            (self.import_folder, self.tr("Import a folder…")),
        ):
            button.setText(text)
            button.setAccessibleName(text)
        self.format.retranslate()
        self.backups.retranslate()
        for line in self._going.values():
            line.retranslate()
        for card in self.cards:
            card.retranslate()

    # Inside

    def _lay_out(self) -> None:
        self._work.setSpacing(2)
        self._reports.setSpacing(8)
        self.content.addLayout(self._work)
        self.content.addLayout(self._reports)
        self._export.add(self.format, self.export_all)
        self._import.add(self.import_files, self.import_folder)
        self._kept.add(self.backups)
        for part in (self._export, self._import, self._kept):
            self.content.addWidget(part)
        self.content.addStretch(1)

    def _show_usable(self) -> None:
        """While a backup takes the place of everything nothing else begins, and vice versa."""
        restoring = any(isinstance(each, RestoreRequest) for each in self._going)
        for button in (self.export_all, self.import_files, self.import_folder):
            button.setEnabled(not restoring)
        self.backups.use(not self._going)

    def _order_tabs(self) -> None:
        """Have Tab reach what came last where it stands, above the rest."""
        chain: list[QWidget] = [self.close_button]
        chain += [line.stop for line in self._going.values()]
        chain += [control for card in self.cards for control in card.controls]
        for before, after in pairwise((*chain, *self.format.buttons)):
            self.setTabOrder(before, after)

    def _see(self, row: BackupRow) -> None:
        """Scroll to what a row asks; it was laid out meanwhile."""
        self.scroll_area.ensureWidgetVisible(row.question, 0, 12)

    def _dismiss(self, card: ReportCard) -> None:
        self.cards.remove(card)
        self._take_out(self._reports, card)

    def _take_out(self, column: QVBoxLayout, widget: QWidget) -> None:
        focused = widget.focusWidget()
        if focused is not None and focused.hasFocus():
            self.setFocus()  # hiding it would give the focus to the first button around
        column.removeWidget(widget)
        widget.hide()
        widget.deleteLater()

    def _export_all(self) -> None:
        self.exportAllWanted.emit(self.format.markdown)

    def _dress(self) -> None:
        tokens = theme().tokens
        values = {f.name: getattr(tokens, f.name) for f in fields(tokens)}
        self.setStyleSheet(page_rules(tokens) + _RULES.substitute(values))
