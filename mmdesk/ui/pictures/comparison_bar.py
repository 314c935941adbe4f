"""The comparison's bar: how the pictures are compared, and what the viewer's has too."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QPushButton

from mmdesk.ui.pictures.bar import Naming, PictureBar
from mmdesk.ui.pictures.comparison_canvas import CompareMode, ComparisonCanvas

_WORDS_FROM = 700
_AROUND = 34
"""Px beside a segment's word."""


class ComparisonBar(PictureBar):
    """Segments for the modes."""

    modeChosen = Signal(object)
    """A :class:`CompareMode`."""

    def __init__(self, canvas: ComparisonCanvas) -> None:
        super().__init__("compare", canvas, _WORDS_FROM)
        self.modes = {mode: _segment(mode) for mode in CompareMode}
        self._group = QButtonGroup(self)
        for mode, button in self.modes.items():
            self._group.addButton(button)
            button.clicked.connect(lambda _on=False, mode=mode: self.modeChosen.emit(mode))
        self._lay_out()

    def show_mode(self, mode: CompareMode) -> None:
        """Check a mode's segment."""
        self.modes[mode].setChecked(True)

    def names(self) -> Sequence[Naming]:
        """Return what the buttons are called."""
        *others, _close = super().names()
        back = (self.close_button, self.tr("Back to one picture"), Qt.Key.Key_Escape)
        return (*others, back)

    def retranslate(self) -> None:
        """Set every text anew."""
        super().retranslate()
        names = {
            CompareMode.SIDES: self.tr("Side by side"),
            CompareMode.SLIDER: self.tr("Slider"),
            CompareMode.BLINK: self.tr("Blink"),
        }
        for number, (mode, button) in enumerate(self.modes.items(), 1):
            name = names[mode]
            button.setText(name)
            button.setMinimumWidth(_strong_width(button, name))
            button.setAccessibleName(name)
            button.setToolTip(f"{name} ({number})")

    def _lay_out(self) -> None:
        choice = QFrame()
        choice.setObjectName("compareModes")
        segments = QHBoxLayout(choice)
        segments.setContentsMargins(3, 3, 3, 3)
        segments.setSpacing(2)
        for button in self.modes.values():
            segments.addWidget(button)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(choice)
        row.addStretch(1)
        self.add_buttons(row)


def _strong_width(button: QPushButton, word: str) -> int:
    """Return the px that a segment needs when it is the chosen one."""
    button.ensurePolished()
    font = button.font()
    font.setWeight(QFont.Weight.DemiBold)
    return QFontMetrics(font).horizontalAdvance(word) + _AROUND


def _segment(mode: CompareMode) -> QPushButton:
    button = QPushButton()
    button.setObjectName(f"compare-{mode}")
    button.setCheckable(True)
    button.setProperty("segment", True)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setCursor(Qt.CursorShape.PointingHandCursor)
    return button
