"""A question that stands where it was caused, with two answers: never a dialog."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton

from mmdesk.ui.controls import plain_label


class InlineQuestion(QFrame):
    """Yes does it; no, and Esc, leave everything as it is."""

    yes = Signal()
    no = Signal()

    def __init__(self, object_name: str) -> None:
        super().__init__()
        self.setObjectName("inlineQuestion")
        self._sentence = plain_label("questionSentence", wrap=True)
        self.yes_button = QPushButton()
        self.yes_button.setObjectName(f"{object_name}Yes")
        self.yes_button.setProperty("danger", True)
        self.no_button = QPushButton()
        self.no_button.setObjectName(f"{object_name}No")
        self.yes_button.clicked.connect(self._agree)
        self.no_button.clicked.connect(self._refuse)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 8, 6)
        row.setSpacing(8)
        row.addWidget(self._sentence, 1)
        row.addWidget(self.yes_button)
        row.addWidget(self.no_button)
        self.hide()

    def ask(self, sentence: str, yes: str, no: str) -> None:
        """Ask; the focus is on the answer that changes nothing."""
        self._sentence.setText(sentence)
        for button, text in ((self.yes_button, yes), (self.no_button, no)):
            button.setText(text)
            button.setAccessibleName(f"{sentence} {text}")
        self.show()
        self.no_button.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc is no; Enter answers as the focus says."""
        if event.key() == Qt.Key.Key_Escape:
            self._refuse()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            (self.yes_button if self.yes_button.hasFocus() else self.no_button).click()
        else:
            super().keyPressEvent(event)

    def _agree(self) -> None:
        self.hide()
        self.yes.emit()

    def _refuse(self) -> None:
        self.no.emit()
        self.hide()
