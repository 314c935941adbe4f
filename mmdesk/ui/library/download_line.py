"""A download's progress, speed and time left, with pause, resume and give up."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout

from mmdesk.core.models import Download, DownloadState
from mmdesk.ui.controls import plain_label, restyle
from mmdesk.ui.library.asking import InlineQuestion
from mmdesk.ui.model_words import DOT, size_text, time_text
from mmdesk.ui.notices import ErrorCard
from mmdesk.ui.translate import phrase_text

_STEPS = 1000
_RUNNING = (DownloadState.ASKING, DownloadState.RUNNING, DownloadState.WAITING)


class DownloadLine(QFrame):
    """Shows one download."""

    paused = Signal()
    resumed = Signal()
    givenUp = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("downloadLine")
        self._download: Download | None = None
        self._error: ErrorCard | None = None
        self.bar = QProgressBar()
        self.bar.setObjectName("downloadProgress")
        self.bar.setTextVisible(False)
        self.bar.setRange(0, _STEPS)
        self.facts = plain_label("downloadFacts", wrap=True)
        self.pause = _button("pauseDownload", self.paused.emit)
        self.resume = _button("resumeDownload", self.resumed.emit)
        self.give_up = _button("giveUpDownload", self._ask)
        self._question = InlineQuestion("giveUp")
        self._question.yes.connect(self.givenUp)
        self._question.no.connect(self.give_up.setFocus)
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.facts, 1)
        for button in (self.pause, self.resume, self.give_up):
            row.addWidget(button)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 4, 0, 0)
        self._column.setSpacing(4)
        self._column.addWidget(self.bar)
        self._column.addLayout(row)
        self._column.addWidget(self._question)

    def show_download(self, download: Download) -> None:
        """Show how far it is."""
        before, self._download = self._download, download
        self._show_error(before)
        total = max(download.total, 1)
        known = download.total > 0
        self.bar.setValue(min(_STEPS, round(download.done * _STEPS / total)))
        self.bar.setVisible(download.state is not DownloadState.FAILED or known)
        restyle(self.bar, "resting", download.state not in (*_RUNNING, DownloadState.VERIFYING))
        running = download.state in _RUNNING
        stoppable = running or download.state is DownloadState.VERIFYING
        focused = self.pause.hasFocus() or self.resume.hasFocus()
        self.pause.setVisible(running)
        self.resume.setVisible(not stoppable)
        if focused:
            (self.pause if running else self.resume).setFocus()
        self.retranslate()

    def retranslate(self) -> None:
        """Set every text anew."""
        download = self._download
        if download is None:
            return
        failed = download.state is DownloadState.FAILED
        waits = download.state is DownloadState.WAITING and download.error is not None
        restyle(self.facts, "note", waits)
        self.facts.setText(self._facts(download))
        self.facts.setVisible(bool(self.facts.text()))
        self.bar.setAccessibleName(self.tr("Download of {id}").replace("{id}", download.id))
        resume = self.tr("Retry") if failed else self.tr("Resume")
        for button, text in (
            (self.pause, self.tr("Pause")),
            (self.resume, resume),
            (self.give_up, self.tr("Give up")),
        ):
            button.setText(text)
            button.setAccessibleName(f"{text}: {download.id}")

    def _facts(self, download: Download) -> str:
        far = self._far(download)
        if download.state is DownloadState.ASKING:
            source = download.source or self.tr("the hub")
            return self.tr("Asking {host} what it has…").replace("{host}", source)
        if download.state is DownloadState.WAITING:
            why = phrase_text(download.error.message_phrase) if download.error else ""
            waiting = self.tr("Goes on by itself.")
            return " ".join(part for part in (why, waiting, far) if part)
        if download.state is DownloadState.VERIFYING:
            return self.tr("Checking what has arrived…")
        if download.state is DownloadState.PAUSED:
            return self.tr("Paused: {far}").replace("{far}", far) if far else self.tr("Paused")
        if download.state is DownloadState.FAILED:
            return self.tr("{far} are kept.").replace("{far}", far) if far else ""
        parts = [far]
        if download.bytes_per_second > 0:
            parts.append(f"{size_text(download.bytes_per_second)}/s")
        if download.seconds_left is not None:
            left = time_text(download.seconds_left)
            parts.append(self.tr("{time} left").replace("{time}", left))
        return DOT.join(part for part in (*parts, download.source) if part)

    def _far(self, download: Download) -> str:
        if not download.total:
            return size_text(download.done) if download.done else ""
        done, total = size_text(download.done), size_text(download.total)
        if done.split()[-1] == total.split()[-1]:
            done = done.split()[0]
        return self.tr("{done} of {total}").replace("{done}", done).replace("{total}", total)

    def _show_error(self, before: Download | None) -> None:
        download = self._download
        error = download.error if download and download.state is DownloadState.FAILED else None
        shown = self._error.error if self._error is not None else None
        if before is not None and error is shown:
            return
        if self._error is not None:
            self._error.hide()
            self._error.deleteLater()
            self._error = None
        if error is not None:
            self._error = ErrorCard(error, dismissible=False)
            self._column.insertWidget(0, self._error)

    def _ask(self) -> None:
        done = self._download.done if self._download else 0
        if not done:
            self.givenUp.emit()
            return
        sentence = self.tr("Remove the {size} that are here already?")
        self._question.ask(
            sentence.replace("{size}", size_text(done)), self.tr("Remove"), self.tr("Keep")
        )


def _button(object_name: str, act: object) -> QPushButton:
    button = QPushButton()
    button.setObjectName(object_name)
    button.setProperty("flat", True)
    button.clicked.connect(act)
    return button
