"""How far a closer look is, or why there is none."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from mmdesk.core.errors import MmdeskError
from mmdesk.ui.controls import plain_label
from mmdesk.ui.notices import ErrorCard


class LookState(QWidget):
    """A sentence while something is computed, with Cancel; or an error with its hint."""

    cancelled = Signal()

    def __init__(self, object_name: str) -> None:
        super().__init__()
        self.setObjectName(object_name)
        self._sentence = plain_label("lookSentence", wrap=True)
        self._sentence.setProperty("quiet", True)
        self._bar = QProgressBar()
        self._bar.setObjectName("lookProgress")
        self._bar.setTextVisible(False)
        self._cancel = QPushButton()
        self._cancel.setObjectName("lookCancel")
        self._cancel.setProperty("flat", True)
        self._cancel.clicked.connect(self.cancelled)
        self._card: ErrorCard | None = None
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._sentence, 1)
        row.addWidget(self._cancel, 0, Qt.AlignmentFlag.AlignTop)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self._column.addLayout(row)
        self._column.addWidget(self._bar)
        self.clear()

    @property
    def shown_text(self) -> str:
        """What can be read here; "" if nothing."""
        if self._card is not None:
            return self._card.accessibleName()
        return "" if self.isHidden() else self._sentence.text()

    def wait(self, sentence: str, done: int = 0, total: int = 0) -> None:
        """Say what is computed; without a total nobody knows how far."""
        self._drop_card()
        self._sentence.setText(sentence)
        self._bar.setRange(0, total)
        self._bar.setValue(done)
        self._bar.setAccessibleName(sentence)
        self._show(waits=True)

    def say(self, sentence: str) -> None:
        """Say something that isn't waited for."""
        self._drop_card()
        self._sentence.setText(sentence)
        self._show(waits=False)

    def fail(self, error: MmdeskError) -> None:
        """Say why there is nothing to show."""
        self._drop_card()
        self._card = ErrorCard(error, dismissible=False)
        self._column.addWidget(self._card)
        self._show(waits=False)
        self._sentence.hide()

    def clear(self) -> None:
        """Say nothing."""
        self._drop_card()
        self.hide()

    def retranslate(self) -> None:
        """Set every text anew."""
        self._cancel.setText(QCoreApplication.translate("evidence", "Cancel"))
        self._cancel.setAccessibleName(self._cancel.text())

    def _show(self, *, waits: bool) -> None:
        self._sentence.show()
        self._bar.setVisible(waits)
        self._cancel.setVisible(waits)
        self.show()

    def _drop_card(self) -> None:
        if self._card is not None:
            self._card.hide()
            self._card.deleteLater()
            self._card = None
