"""Gives a preset its name."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from mmdesk.core.messages import well_formed
from mmdesk.settings import MAX_PRESET_NAME
from mmdesk.ui.controls import plain_label
from mmdesk.ui.settings_form import name_buttons


class PresetNamer(QWidget):
    """A line in which a preset gets its name, shown only meanwhile."""

    named = Signal(str)
    toggled = Signal()
    """It is shown now, or no longer."""
    focusFreed = Signal()
    """The line leaves, and it had the focus."""

    def __init__(self) -> None:
        super().__init__()
        self.field = QLineEdit()
        self.field.setObjectName("presetName")
        self.field.setMaxLength(MAX_PRESET_NAME)
        self.field.textChanged.connect(self._edited)
        self.done, self.cancel = QPushButton(), QPushButton()
        self.done.setObjectName("presetNamed")
        self.done.setProperty("primary", True)
        self.done.clicked.connect(self._finish)
        self.cancel.setObjectName("presetNotNamed")
        self.cancel.clicked.connect(self.leave)
        self._refusal = plain_label("fieldError", wrap=True)
        self._refusal.hide()
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.field, 1)
        row.addWidget(self.done)
        row.addWidget(self.cancel)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2, 0, 2)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self._refusal)
        self.hide()

    def begin(self, proposed: str, done: str) -> None:
        """Ask for a name; ``done`` is what the button says."""
        name_buttons(((self.done, done),))
        self.field.setText(proposed)
        self._edited(proposed)
        self.show()
        self.field.selectAll()
        self.field.setFocus()
        self.toggled.emit()

    def refuse(self, reason: str) -> None:
        """Say why a name can't be taken."""
        self._refusal.setText(reason)
        self._refusal.show()
        self.field.setFocus()

    def leave(self) -> None:
        """Ask no more."""
        focused = QApplication.focusWidget()
        if focused is not None and self.isAncestorOf(focused):
            self.focusFreed.emit()  # hiding would give it to the first button around
        self.hide()
        self.toggled.emit()

    def retranslate(self) -> None:
        """Set every text anew."""
        self.field.setPlaceholderText(self.tr("Name of the preset"))
        self.field.setAccessibleName(self.field.placeholderText())
        name_buttons(((self.cancel, self.tr("Cancel")),))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter names it, Esc leaves the line and nothing else."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._finish()
        elif event.key() == Qt.Key.Key_Escape:
            self.leave()
        else:
            super().keyPressEvent(event)

    def _edited(self, text: str) -> None:
        self._refusal.hide()
        self.done.setEnabled(bool(text.strip()))

    def _finish(self) -> None:
        if name := " ".join(well_formed(self.field.text()).split()):
            self.named.emit(name)
