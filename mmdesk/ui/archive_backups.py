"""The backups by day and time; each can be put in the place of all conversations."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from mmdesk.core.archives import Backup
from mmdesk.ui.archive_words import moment_text, size_of
from mmdesk.ui.controls import plain_label
from mmdesk.ui.library.asking import InlineQuestion


class BackupList(QWidget):
    """A row for each; one at a time asks whether it is meant."""

    restored = Signal(str)
    """:attr:`Backup.name`."""
    asked = Signal(object)
    """A :class:`BackupRow` asks now."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("backupList")
        self._backups: tuple[Backup, ...] | None = None
        self._usable = True
        self._empty = plain_label("fieldHelp", wrap=True)
        self.rows: list[BackupRow] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self._empty)

    def show_backups(self, backups: Sequence[Backup]) -> None:
        """Show those that there are now; a row that asks goes on asking."""
        if self._backups == tuple(backups):
            return
        self._backups = tuple(backups)
        old = {row.backup: row for row in self.rows}
        self.rows = []
        for place, backup in enumerate(self._backups, 1):
            row = old.pop(backup, None) or self._made(backup)
            self._column.insertWidget(place, row)
            self.rows.append(row)
        for row in old.values():
            row.hide()
            row.deleteLater()
        self.use(self._usable)
        self._say()

    def use(self, usable: bool) -> None:
        """Let backups be restored, or not for now."""
        self._usable = usable
        for row in self.rows:
            row.use(usable)

    def retranslate(self) -> None:
        """Set every text anew."""
        for row in self.rows:
            row.retranslate()
        self._say()

    def _made(self, backup: Backup) -> BackupRow:
        row = BackupRow(backup)
        row.asked.connect(self._only_one_asks)
        row.asked.connect(self.asked)
        row.restored.connect(self.restored)
        return row

    def _only_one_asks(self, asking: BackupRow) -> None:
        for row in self.rows:
            if row is not asking:
                row.question.hide()

    def _say(self) -> None:
        if self._backups is None:
            self._empty.setText(self.tr("Looking for backups…"))
        else:
            self._empty.setText(self.tr("There is no backup yet."))
        self._empty.setVisible(not self.rows)


class BackupRow(QFrame):
    """When it was made, what is in it, and the way back to it."""

    asked = Signal(object)
    """This row asks now."""
    restored = Signal(str)

    def __init__(self, backup: Backup) -> None:
        super().__init__()
        self.setObjectName("backupRow")
        self.backup = backup
        self._when = plain_label("backupTime", wrap=True)
        self._size = plain_label("fieldHelp")
        self.restore = QPushButton()
        self.restore.setObjectName("restoreBackup")
        self.restore.clicked.connect(self._ask)
        self.question = InlineQuestion("restore")
        self.question.yes.connect(lambda: self.restored.emit(backup.name))
        self.question.no.connect(self.restore.setFocus)
        line = QHBoxLayout()
        line.setSpacing(12)
        line.addWidget(self._when, 1)
        line.addWidget(self._size)
        line.addWidget(self.restore)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 4)
        column.setSpacing(4)
        column.addLayout(line)
        column.addWidget(self.question)
        self.retranslate()

    def use(self, usable: bool) -> None:
        """Let it be restored, or not for now."""
        self.restore.setEnabled(usable and self.backup.conversations is not None)
        if not usable:
            self.question.hide()

    def retranslate(self) -> None:
        """Set every text anew."""
        when, size = moment_text(self.backup.made), size_of(self.backup)
        self._when.setText(when)
        self._size.setText(size)
        self.restore.setText(self.tr("Restore…"))
        name = self.tr("Restore the backup of {when} ({conversations})")
        name = name.replace("{when}", when).replace("{conversations}", size)
        self.restore.setAccessibleName(name)
        if not self.question.isHidden():
            self._ask()

    def _ask(self) -> None:
        self.asked.emit(self)
        self.question.ask(
            self.tr(
                "All conversations become as they were then. Those of now are set aside in a "
                "file of their own, not deleted."
            ),
            self.tr("Restore"),
            self.tr("Cancel"),
        )
