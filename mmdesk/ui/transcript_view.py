"""What was said in a sound file, to read, search by eye and copy."""

from __future__ import annotations

import re

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QColor, QGuiApplication, QSyntaxHighlighter, QTextCharFormat
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QPushButton

from mmdesk.core.languages import language_name
from mmdesk.core.messages import TranscriptPart
from mmdesk.ui.chat.play_button import length_text
from mmdesk.ui.controls import plain_label
from mmdesk.ui.fonts import base_font
from mmdesk.ui.pages import Page
from mmdesk.ui.theme import theme

_TIME = re.compile(r"\[[\d:]+\] ?")
_TEXT_PX = 15


class TranscriptText(QPlainTextEdit):
    """A transcript's lines, their times muted; read-only."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("transcriptText")
        self.setReadOnly(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFont(base_font(_TEXT_PX))
        self.setTabChangesFocus(True)
        self._times = _Times(self.document())
        theme().changed.connect(self._times.rehighlight)


class TranscriptPage(Page):
    """One sound file's transcript over the chat."""

    def __init__(self) -> None:
        super().__init__("transcriptPage")
        self._part: TranscriptPart | None = None
        self._facts = plain_label("transcriptFacts", wrap=True)
        self.text = TranscriptText()
        self._copy = QPushButton()
        self._copy.setObjectName("copyTranscript")
        self._copy.clicked.connect(self._copy_all)
        head = QHBoxLayout()
        head.addWidget(self._facts, 1)
        head.addWidget(self._copy)
        self.content.addLayout(head)
        self.content.addWidget(self.text, 1)

    def show_transcript(self, part: TranscriptPart) -> None:
        """Show another transcript."""
        self._part = part
        self.text.setPlainText(part.text)
        self.retranslate()

    def retranslate(self) -> None:
        """Set every text anew."""
        super().retranslate()
        self._copy.setText(self.tr("Copy"))
        self._copy.setAccessibleName(self.tr("Copy the transcript"))
        self.text.setAccessibleName(self.tr("Transcript"))
        if self._part is not None:
            self._title.setText(self._part.name)
            self._facts.setText(facts(self._part))

    def _copy_all(self) -> None:
        QGuiApplication.clipboard().setText(self.text.toPlainText())


class _Times(QSyntaxHighlighter):
    """Mutes the time at the beginning of each line."""

    def highlightBlock(self, text: str) -> None:
        if found := _TIME.match(text):
            muted = QTextCharFormat()
            muted.setForeground(QColor(theme().tokens.muted))
            self.setFormat(0, found.end(), muted)


def facts(part: TranscriptPart) -> str:
    """Return a transcript's length and language, for people."""
    language = QCoreApplication.translate("languages", language_name(part.language))
    return " · ".join(each for each in (length_text(part.seconds), language) if each)


def beginning(part: TranscriptPart) -> str:
    """Return the first words of a transcript, without its times."""
    first = part.text[:400].splitlines()
    return " ".join(_TIME.sub("", line, count=1).strip() for line in first)
