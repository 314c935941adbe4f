"""What a person should know about how an answer came about."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from mmdesk.core.phrases import Phrase
from mmdesk.ui.fonts import SMALL_PX, base_font
from mmdesk.ui.translate import phrase_text


def notes_label(parent: QWidget, notes: tuple[Phrase, ...]) -> QLabel:
    """Return a label that says it below the answer, a line for each note."""
    label = QLabel(parent)
    label.setObjectName("answerNotes")
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setFont(base_font(SMALL_PX))
    label.setProperty("note", True)
    label.setText("\n".join(phrase_text(note) for note in notes))
    label.show()
    return label
