"""A box to choose one of several from."""

from __future__ import annotations

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox

from mmdesk.ui.icons import icon
from mmdesk.ui.theme import theme


class Choice(QComboBox):
    """A combo box with an arrow of ours: a style sheet takes the style's away."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the arrow over the box."""
        super().paintEvent(event)
        painter = QPainter(self)
        side = 16
        left = 8 if self.isRightToLeft() else self.width() - side - 8
        box = QRect(left, (self.height() - side) // 2, side, side)
        icon("chevron-down", theme().tokens.muted, side).paint(painter, box)
