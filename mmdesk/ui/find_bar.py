"""Finding in the shown conversation: a line to type into, how many there are, and ways there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit

from mmdesk.ui.chat.pane import ChatPane
from mmdesk.ui.controls import IconButton, plain_label, restyle
from mmdesk.ui.shortcuts import label_of

if TYPE_CHECKING:
    from mmdesk.ui.chat.finder import Finder

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_STEPS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
_SIDE = 28
"""Px of a button."""


class FindBar(QFrame):
    """Stands below the messages while something is looked for in them."""

    closed = Signal()

    def __init__(self, pane: ChatPane) -> None:
        super().__init__()
        self.setObjectName("findBar")
        self._pane = pane
        self._finder: Finder | None = None
        self._number, self._total = 0, 0
        self.input = QLineEdit()
        self.input.setObjectName("findInput")
        self.input.setMaxLength(500)
        self.input.textChanged.connect(self._typed)
        self._said = plain_label("findCount")
        self._before = IconButton("findBefore", "chevron-up", side=_SIDE, glyph=16)
        self._next = IconButton("findNext", "chevron-down", side=_SIDE, glyph=16)
        self._close = IconButton("findClose", "close", side=_SIDE, glyph=14)
        self._before.clicked.connect(lambda: self._step(-1))
        self._next.clicked.connect(lambda: self._step(1))
        self._close.clicked.connect(self.leave)
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 3, 4, 3)
        row.setSpacing(2)
        row.addWidget(self.input, 1)
        row.addSpacing(6)
        row.addWidget(self._said)
        row.addSpacing(2)
        for button in (self._before, self._next, self._close):
            row.addWidget(button)
        self.hide()

    def begin(self) -> None:
        """Show the line, and have something new typed in place of what it has."""
        self.show()
        self.input.setFocus()
        self.input.selectAll()
        self._typed(self.input.text())

    def leave(self) -> None:
        """Take the marks and the line away."""
        if self._finder is not None:
            self._finder.look_for("")
        self.hide()
        self.closed.emit()

    def retranslate(self) -> None:
        """Set every text anew."""
        name = label_of("find")
        self.input.setPlaceholderText(name)
        self.input.setAccessibleName(name)
        self._before.describe(self.tr("The one before (Shift+Enter)"))
        self._next.describe(self.tr("The next one (Enter)"))
        self._close.describe(self.tr("Close"))
        self._say()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go from one to the next, or close; the line itself takes none of these keys."""
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Escape:
            self.leave()
        elif key in _ENTER and self.input.hasFocus():
            back = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            self._step(-1 if back else 1)
        elif key in _STEPS:
            self._step(_STEPS[key])
        else:
            super().keyPressEvent(event)

    def _typed(self, text: str) -> None:
        if self._finder is None:
            # The window is painted sooner without it.
            from mmdesk.ui.chat.finder import Finder

            self._finder = Finder(self._pane)
            self._finder.counted.connect(self._counted)
        self._finder.look_for(text)

    def _step(self, by: int) -> None:
        if self._finder is not None:
            self._finder.step(by)

    def _counted(self, number: int, total: int) -> None:
        self._number, self._total = number, total
        self._say()

    def _say(self) -> None:
        looking = bool(self.input.text().strip())
        text = ""
        if looking and not self._total:
            text = self.tr("Nothing found")
        elif looking:
            text = self.tr("{number} of {count}").format(number=self._number, count=self._total)
        self._said.setText(text)
        self.input.setAccessibleDescription(text)
        restyle(self._said, "none", looking and not self._total)
        for button in (self._before, self._next):
            button.setEnabled(self._total > 0)
