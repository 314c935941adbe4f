"""What the page of all conversations is made of: headed parts, and the choice of a format."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from mmdesk.ui.controls import plain_label


class Part(QWidget):
    """A heading, what it is about, and its controls in a row, or one below."""

    def __init__(self) -> None:
        super().__init__()
        self._heading, self._help = plain_label("sectionTitle"), plain_label("fieldHelp", wrap=True)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 14, 0, 0)
        self._column.setSpacing(6)
        self._column.addWidget(self._heading)
        self._column.addWidget(self._help)

    def say(self, heading: str, text: str) -> None:
        """Set the texts."""
        self._heading.setText(heading)
        self._help.setText(text)

    def add(self, *controls: QWidget) -> None:
        """Add controls; a single one takes all of the width."""
        if len(controls) == 1:
            self._column.addWidget(controls[0])
            return
        row = QHBoxLayout()
        row.setSpacing(8)
        for control in controls:
            row.addWidget(control)
        row.addStretch(1)
        self._column.addLayout(row)


class FormatChoice(QFrame):
    """JSON or Markdown."""

    chosen = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("exportFormat")
        self.markdown = False
        self.buttons: list[QPushButton] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(3, 3, 3, 3)
        row.setSpacing(2)
        for name, markdown in (("exportJson", False), ("exportMarkdown", True)):
            button = push_button(name, partial(self._choose, markdown))
            button.setCheckable(True)
            button.setProperty("segment", True)
            self.buttons.append(button)
            row.addWidget(button)

    def show_format(self, markdown: bool) -> None:
        """Check a format's button."""
        self.markdown = markdown
        for button, checked in zip(self.buttons, (not markdown, markdown), strict=True):
            button.setChecked(checked)

    def retranslate(self) -> None:
        """Set every text anew."""
        for button, name in zip(self.buttons, ("JSON", "Markdown"), strict=True):
            button.setText(name)
            button.setAccessibleName(self.tr("Export as {format}").replace("{format}", name))

    def _choose(self, markdown: bool) -> None:
        self.show_format(markdown)  # a click on the checked one has unchecked it
        self.chosen.emit(markdown)


def push_button(object_name: str, act: Callable[[], object]) -> QPushButton:
    """Return a button that does ``act``."""
    button = QPushButton()
    button.setObjectName(object_name)
    button.clicked.connect(lambda _checked=False: act())
    return button
