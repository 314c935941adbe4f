"""A reasoning model's thought, folded away above its answer."""

from __future__ import annotations

import time

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from mmdesk.ui.chat.actions import QuietButton
from mmdesk.ui.chat.body import MarkdownBody
from mmdesk.ui.theme import Tokens

_INSET = 14
_GAP = 6


class ThoughtView(QWidget):
    """ "Thought for 3 s", opened by click; its text is only set while it is open."""

    toggled = Signal()

    def __init__(self, tokens: Tokens, parent: QWidget) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._thought = ""
        self._shown = ""
        self._started = time.monotonic()
        self._seconds: float | None = None
        self._body: MarkdownBody | None = None
        self._button = QuietButton("chevron-right", self)
        self._button.setObjectName("thoughtButton")
        self._button.set_revealed(True)
        self._button.clicked.connect(self._toggle)
        self._thinking = False
        self._renewed = False
        self._label()

    def show_thought(self, thought: str, *, thinking: bool, live: bool) -> None:
        """Show what was thought so far; ``live`` thoughts are timed."""
        if self._thinking and not thinking and live:
            self._seconds = time.monotonic() - self._started
        self._thinking = thinking
        self._thought = thought
        self._label()
        self._fill()

    @property
    def is_open(self) -> bool:
        """Whether the thought can be read."""
        return self._body is not None

    def shown_text(self) -> str:
        """Return the label, and the thought if it is open."""
        return f"{self._button.text()}\n{self._thought}" if self.is_open else self._button.text()

    def height_for(self, width: int) -> int:
        """Lay out in ``width`` px and return the height in px."""
        hint = self._button.sizeHint()
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        x = width - hint.width() + 6 if rtl else -6
        self._button.setGeometry(max(x, -6), 0, hint.width(), hint.height())
        if self._body is None:
            return hint.height()
        height = self._body.height_for(width - _INSET)
        self._body.setGeometry(0 if rtl else _INSET, hint.height() + 4, width - _INSET, height)
        return hint.height() + 4 + height + _GAP

    def restyle(self, tokens: Tokens) -> None:
        """Take the colours of ``tokens``."""
        self._tokens = tokens
        if self._body is not None:
            self._drop()
            self._open()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the bar beside an open thought."""
        if self._body is None:
            return
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        box = self._body.geometry()
        x = self.width() - 2 if rtl else 0
        QPainter(self).fillRect(x, box.top(), 2, box.height(), QColor(self._tokens.line))

    def _toggle(self) -> None:
        if self._body is None:
            self._open()
        else:
            self._drop()
        self._label()
        self.toggled.emit()

    def _open(self) -> None:
        name = QCoreApplication.translate("chat", "Thought")
        self._body = MarkdownBody(self._tokens, small=True, name=name)
        self._body.setParent(self)
        self._body.stale.connect(self._renew)
        self._body.show()
        self._shown = ""
        self._fill()

    def _renew(self) -> None:
        """Write the thought again, with the formulas that were too many at first; once."""
        if not self._renewed:
            self._renewed = True
            self.restyle(self._tokens)
            self.toggled.emit()

    def _drop(self) -> None:
        if self._body is not None:
            self._body.hide()
            self._body.deleteLater()
            self._body = None

    def _fill(self) -> None:
        if self._body is None:
            return
        if not self._thought.startswith(self._shown):
            self._drop()
            self._open()
            return
        self._body.append(self._thought[len(self._shown) :])
        self._shown = self._thought

    def _label(self) -> None:
        if self._thinking:
            text = QCoreApplication.translate("chat", "thinking…")
        elif self._seconds is not None:
            text = QCoreApplication.translate("chat", "Thought for {seconds} s").format(
                seconds=max(1, round(self._seconds))
            )
        else:
            text = QCoreApplication.translate("chat", "Thought for a while")
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        folded = "chevron-left" if rtl else "chevron-right"
        opened = "chevron-down" if self.is_open else folded
        label = (
            QCoreApplication.translate("chat", "{thought}, hide")
            if self.is_open
            else QCoreApplication.translate("chat", "{thought}, show")
        )
        self._button.set_look(opened, label.format(thought=text), text=text)
