"""How far an export, an import or a restore is, and the card that says what came of it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from mmdesk.core.archives import (
    ArchiveReport,
    ArchiveRequest,
    ExportRequest,
    ImportRequest,
)
from mmdesk.core.errors import ArchiveStopped
from mmdesk.ui.archive_words import (
    done_items,
    error_text,
    failure_lines,
    failures_text,
    going_text,
    note_lines,
    result_text,
)
from mmdesk.ui.controls import IconButton, plain_label
from mmdesk.ui.model_words import breakable
from mmdesk.ui.notices import ErrorCard

_LINES = 8
"""Of details that are shown at once; the others scroll."""


class WorkLine(QWidget):
    """A bar, in words how far it is, and a button that breaks it off."""

    stopped = Signal(object)
    """The request."""

    def __init__(self, request: ArchiveRequest, *, stoppable: bool) -> None:
        super().__init__()
        self.setObjectName("archiveWork")
        self._request, self._done, self._total = request, 0, 0
        self._stopping = False
        self._said = plain_label("archiveGoing")
        self._bar = QProgressBar()
        self._bar.setObjectName("archiveProgress")
        self._bar.setTextVisible(False)
        self.stop = QPushButton()
        self.stop.setObjectName("stopArchive")
        self.stop.setProperty("flat", True)
        self.stop.clicked.connect(self._break_off)
        if not stoppable:
            self.stop.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 4, 0, 4)
        row.setSpacing(12)
        row.addWidget(self._said)
        row.addWidget(self._bar, 1)
        row.addWidget(self.stop)
        self.retranslate()

    def show_progress(self, done: int, total: int) -> None:
        """Show how far it is; without a ``total`` the bar only moves."""
        self._done, self._total = done, total
        self.retranslate()

    def retranslate(self) -> None:
        """Set every text anew."""
        text = going_text(self._request, self._done, self._total)
        self._said.setText(text)
        self._bar.setAccessibleName(text)
        self._bar.setRange(0, max(0, self._total))
        self._bar.setValue(max(0, self._done))
        self.stop.setText(self.tr("Stopping…") if self._stopping else self.tr("Stop"))
        self.stop.setAccessibleName(f"{self.stop.text()}: {going_text(self._request)}")

    def _break_off(self) -> None:
        self._stopping = True
        self.retranslate()
        self.stopped.emit(self._request)


class ReportCard(QFrame):
    """What was done, what was left out, what failed and why, and the way to the files."""

    dismissed = Signal()
    folderWanted = Signal(object)
    """The path of a folder to be opened."""
    conversationWanted = Signal(str)
    """The id of a conversation to be shown."""

    def __init__(self, report: ArchiveReport) -> None:
        super().__init__()
        self.setObjectName("archiveReport")
        self.report = report
        self._sentence = plain_label("archiveResult", wrap=True)
        self._kept = plain_label("fieldHelp", wrap=True)
        self._failed = plain_label("fieldError", wrap=True)
        self._failures, self._left_out = _Lines("archiveFailures"), _Lines("archiveNotes")
        self._left_out_title = plain_label("fieldHelp", wrap=True)
        self._open = QPushButton()
        self._open.clicked.connect(self._act)
        self._close = IconButton("dismissReport", "close", side=26, glyph=16)
        self._close.clicked.connect(self.dismissed)
        self._lay_out()
        self.retranslate()

    def retranslate(self) -> None:
        """Set every text anew."""
        report = self.report
        self._say(self._sentence, breakable(result_text(report)))
        kept = self.tr("What was there before is kept: {path}")
        self._say(self._kept, breakable(kept.replace("{path}", str(report.aside or ""))))
        self._kept.setVisible(report.aside is not None)
        self._say(self._failed, failures_text(report))
        self._failures.show_lines(self._failed.text(), failure_lines(report))
        notes = note_lines(report)
        self._say(self._left_out_title, self.tr("Left out:") if notes else "")
        self._left_out.show_lines(self._left_out_title.text(), notes)
        self._name_action()
        self._close.describe(self.tr("Dismiss"))
        self.setAccessibleName(result_text(report))

    @property
    def controls(self) -> tuple[QWidget, ...]:
        """What Tab reaches in it, in this order."""
        return self._failures, self._left_out, self._open, self._close

    def _lay_out(self) -> None:
        texts = QVBoxLayout()
        texts.setSpacing(6)
        texts.addWidget(self._sentence)
        error = self.report.error
        if isinstance(error, ArchiveStopped):  # as the person wanted it
            texts.addWidget(plain_label("fieldHelp", error_text(error), wrap=True))
        elif error is not None:
            texts.addWidget(ErrorCard(error, dismissible=False))
        for part in (
            self._kept,
            self._failed,
            self._failures,
            self._left_out_title,
            self._left_out,
        ):
            texts.addWidget(part)
        actions = QHBoxLayout()
        actions.addWidget(self._open)
        actions.addStretch(1)
        texts.addLayout(actions)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 10, 8, 12)
        row.setSpacing(8)
        row.addLayout(texts, 1)
        row.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)

    def _name_action(self) -> None:
        """Offer the folder with what was written or set aside, or the conversation that came."""
        text, name = "", ""
        if self._folder() is not None:
            text, name = self.tr("Open folder"), "openArchiveFolder"
        elif self._conversation():
            text, name = self.tr("Open conversation"), "openImported"
        self._open.setObjectName(name)
        self._open.setText(text)
        self._open.setAccessibleName(text)
        self._open.setVisible(bool(text))

    def _act(self) -> None:
        folder = self._folder()
        if folder is not None:
            self.folderWanted.emit(folder)
        else:
            self.conversationWanted.emit(self._conversation())

    def _folder(self) -> Path | None:
        request = self.report.request
        if isinstance(request, ExportRequest):
            return request.to if done_items(self.report) else None
        return self.report.aside.parent if self.report.aside is not None else None

    def _conversation(self) -> str:
        items = [each for each in self.report.items if each.error is None]
        only = isinstance(self.report.request, ImportRequest) and len(items) == 1
        return items[0].id if only else ""

    @staticmethod
    def _say(label: QLabel, text: str) -> None:
        label.setText(text)
        label.setVisible(bool(text))


class _Lines(QPlainTextEdit):
    """Lines to read, select and copy; many of them scroll."""

    def __init__(self, object_name: str) -> None:
        super().__init__()
        self.setObjectName(object_name)
        self.setReadOnly(True)
        self.setTabChangesFocus(True)

    def show_lines(self, name: str, lines: list[str]) -> None:
        """Show them, or nothing where there are none."""
        self.setAccessibleName(name)
        self.setPlainText("\n".join(lines))
        self.setVisible(bool(lines))
        rows = min(_LINES, max(2, 2 * len(lines)))
        self.setFixedHeight(rows * self.fontMetrics().lineSpacing() + 20)
