"""Says that the last question is being changed, and lets go of it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout

from mmdesk.ui.controls import IconButton, plain_label


class EditingBar(QFrame):
    """One line above the question while it replaces the last one."""

    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("editingBar")
        self._label = plain_label("editingLabel")
        self._cancel = IconButton("cancelEditButton", "close", role="accent", side=24, glyph=14)
        self._cancel.clicked.connect(self.cancelled)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 2, 4, 2)
        row.addWidget(self._label, 1)
        row.addWidget(self._cancel)
        self.hide()

    def retranslate(self) -> None:
        """Set every text anew."""
        self._label.setText(self.tr("Editing the last question: sending replaces it."))
        self._cancel.describe(self.tr("Cancel the edit"))
