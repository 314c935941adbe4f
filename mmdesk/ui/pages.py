"""Pages that stand over the chat column: their frame, the keys, and what mmdesk is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPlainTextEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from mmdesk import __version__
from mmdesk.ui.controls import IconButton, plain_label
from mmdesk.ui.shortcuts import BINDINGS, keys_of, label_of

_WIDTH = 680


class Page(QWidget):
    """A title with a close button, and content that scrolls below."""

    closed = Signal()

    def __init__(self, object_name: str) -> None:
        super().__init__()
        self.setObjectName("page")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._title = plain_label("pageTitle")
        self.close_button = IconButton(f"{object_name}Close", "close")
        self.close_button.clicked.connect(self.closed)
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self.close_button)
        self.content = QVBoxLayout()
        self.content.setContentsMargins(0, 0, 12, 16)
        self.content.setSpacing(6)
        inner = QWidget()
        inner.setObjectName(object_name)
        inner.setLayout(self.content)
        self.scroll_area = QScrollArea()
        self.scroll_area.setObjectName(f"{object_name}Scroll")
        self.scroll_area.setWidgetResizable(True)
        self.scroll_area.setFrameShape(QFrame.Shape.NoFrame)
        self.scroll_area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroll_area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.scroll_area.setWidget(inner)
        body = QWidget()
        body.setMaximumWidth(_WIDTH)
        column = QVBoxLayout(body)
        column.setContentsMargins(20, 14, 8, 0)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self.scroll_area, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addStretch(1)
        row.addWidget(body, 1000)
        row.addStretch(1)

    def retranslate(self) -> None:
        """Set every text anew."""
        self.close_button.describe(self.tr("Close"))

    def add_rule(self, above: int) -> None:
        """Draw a line between two sections of the content, ``above`` px below the last one."""
        rule = QFrame()
        rule.setFrameShape(QFrame.Shape.NoFrame)
        rule.setObjectName("rule")
        rule.setFixedHeight(1)
        self.content.addSpacing(above)
        self.content.addWidget(rule)
        self.content.addSpacing(8)


class ButtonsPage(Page):
    """A page of buttons, which Enter presses as Space does."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Press the button that has the focus."""
        focused = QApplication.focusWidget()
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and isinstance(focused, QAbstractButton):
            focused.click()
        else:
            super().keyPressEvent(event)


class KeysPage(Page):
    """Every key there is."""

    def __init__(self, chosen: Mapping[str, str]) -> None:
        super().__init__("keysPage")
        self._chosen = chosen
        self._grid = QGridLayout()
        self._grid.setColumnStretch(0, 1)
        self._grid.setVerticalSpacing(8)
        self.content.addLayout(self._grid)
        self.content.addStretch(1)

    def show_bindings(self, chosen: Mapping[str, str]) -> None:
        """Show the keys that hold now."""
        self._chosen = chosen
        self.retranslate()

    def retranslate(self) -> None:
        """Set every text anew."""
        super().retranslate()
        self._title.setText(label_of("keys"))
        while (item := self._grid.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for row, binding in enumerate(BINDINGS):
            keys = keys_of(binding.action, self._chosen)
            shown = keys.toString(QKeySequence.SequenceFormat.NativeText) or "–"
            self._grid.addWidget(
                plain_label("keyLabel", label_of(binding.action), wrap=True), row, 0
            )
            cap = plain_label("keyCap", shown)
            self._grid.addWidget(cap, row, 1, Qt.AlignmentFlag.AlignRight)


class AboutPage(Page):
    """Version, licence, and the notices of what mmdesk is made with."""

    def __init__(self, notices: Path | None) -> None:
        super().__init__("aboutPage")
        self._notices_path = notices
        self._lines = plain_label("aboutText", wrap=True)
        self._heading = plain_label("sectionTitle")
        self._notices = QPlainTextEdit()
        self._notices.setObjectName("noticesText")
        self._notices.setReadOnly(True)
        self._notices.setTabChangesFocus(True)
        self._notices.setMinimumHeight(220)
        self.content.addWidget(self._lines)
        self.content.addSpacing(10)
        self.content.addWidget(self._heading)
        self.content.addWidget(self._notices, 1)

    def retranslate(self) -> None:
        """Set every text anew."""
        super().retranslate()
        self._title.setText(self.tr("About mmdesk"))
        version = self.tr("Version {version}").format(version=__version__)
        purpose = self.tr(
            "The offline photo assistant: your pictures stay on this computer, unless you choose "
            "a server's model."
        )
        licence = self.tr("Free software under the Apache License 2.0, without any warranty.")
        self._lines.setText(f"{version}\n{purpose}\n{licence}")
        self._heading.setText(self.tr("Third-party notices"))
        self._notices.setAccessibleName(self._heading.text())
        self._notices.setPlainText(self._read_notices())

    def _read_notices(self) -> str:
        try:
            if self._notices_path is not None:
                return self._notices_path.read_text(encoding="utf-8")
        except (OSError, ValueError):
            pass  # said below, in the place where the text would be
        return self.tr("The notices are in THIRD_PARTY_NOTICES.md of the source code.")
