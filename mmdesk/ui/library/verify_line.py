"""How far the check of a model's files is, and a way to stop it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QWidget

from mmdesk.ui.controls import plain_label


class VerifyLine(QWidget):
    """A bar, the share that was read, and a button that breaks it off."""

    stopped = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("verifyLine")
        self._bar = QProgressBar()
        self._bar.setObjectName("verifyProgress")
        self._bar.setTextVisible(False)
        self._bar.setRange(0, 1000)
        self._said = plain_label("downloadFacts")
        self.stop = QPushButton()
        self.stop.setObjectName("stopVerifying")
        self.stop.setProperty("flat", True)
        self.stop.clicked.connect(self.stopped)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 4, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._bar, 1)
        row.addWidget(self._said)
        row.addWidget(self.stop)

    def show_fraction(self, fraction: float) -> None:
        """Show how much of it is read; 1.0 is all."""
        self._bar.setValue(round(fraction * 1000))
        self._bar.setAccessibleName(self.tr("Checking the files"))
        percent = str(round(fraction * 100))
        self._said.setText(self.tr("Checked {percent} %").replace("{percent}", percent))
        self.stop.setText(self.tr("Stop"))
        self.stop.setAccessibleName(self.tr("Stop checking the files"))
