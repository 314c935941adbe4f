"""Flat tabs: words with a line below the chosen one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QWidget

from mmdesk.ui.fonts import base_font
from mmdesk.ui.theme import current, theme

_HEIGHT = 38
_LINE = 2
_GAP = 4
INSET = 6
"""Px left and right of a word, for the focus ring."""
_TEXT_PX = 13


class FlatTab(QAbstractButton):
    """One word; semi-bold with a line below where it is chosen."""

    def __init__(self, object_name: str) -> None:
        super().__init__()
        self.setObjectName(object_name)
        self.setCheckable(True)
        self.setFont(base_font(_TEXT_PX))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self) -> QSize:
        """Return the room of its word, as wide as it is when chosen."""
        metrics = QFontMetrics(_strong(self.font()))
        return QSize(metrics.horizontalAdvance(self.text()) + 2 * INSET, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the word, the line, and the focus ring."""
        tokens = current()
        painter = QPainter(self)
        painter.setFont(_strong(self.font()) if self.isChecked() else self.font())
        strong = self.isChecked() or self.underMouse()
        painter.setPen(QColor(tokens.text if strong else tokens.muted))
        words = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(self.rect().adjusted(INSET, 0, 0, -_LINE), words, self.text())
        if self.isChecked():
            width = self.width() - 2 * INSET
            line = QRect(INSET, self.height() - _LINE, width, _LINE)
            painter.fillRect(line, QColor(tokens.accent))
        if self.hasFocus():
            painter.setPen(QPen(QColor(tokens.accent), 1))
            painter.drawRoundedRect(self.rect().adjusted(0, 5, -1, -7), 6, 6)


class FlatTabs(QWidget):
    """A row of tabs; arrow keys go from one to the next."""

    chosen = Signal(int)

    def __init__(self, object_names: Sequence[str]) -> None:
        super().__init__()
        self.setObjectName("evidenceTabs")
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(_GAP)
        self.tabs = [FlatTab(name) for name in object_names]
        for number, tab in enumerate(self.tabs):
            self._group.addButton(tab, number)
            row.addWidget(tab)
        row.addStretch(1)
        self.tabs[0].setChecked(True)
        self._group.idToggled.connect(self._toggled)
        theme().changed.connect(self.update)

    @property
    def current(self) -> int:
        """The number of the chosen one."""
        return self._group.checkedId()

    def choose(self, number: int) -> None:
        """Show that one."""
        self.tabs[number].setChecked(True)

    def name(self, names: Sequence[str]) -> None:
        """Give the tabs their words."""
        for tab, name in zip(self.tabs, names, strict=True):
            tab.setText(name)
            tab.setAccessibleName(name)
            tab.updateGeometry()

    def _toggled(self, number: int, on: bool) -> None:
        if on:
            self.chosen.emit(number)


def _strong(font: QFont) -> QFont:
    made = QFont(font)
    made.setWeight(QFont.Weight.DemiBold)
    return made
