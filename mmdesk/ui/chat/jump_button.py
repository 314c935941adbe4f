"""The button that leads back to the end of a conversation."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QRect, Qt
from PySide6.QtWidgets import QPushButton, QWidget

from mmdesk.ui.fonts import base_font
from mmdesk.ui.icons import icon
from mmdesk.ui.theme import current, theme

_ABOVE_END = 12


class JumpButton(QPushButton):
    """Floats above the lower edge of what is seen of its parent, which is scrolled.

    It is moved along instead of lying above the scrolled widget: for that Qt would paint all
    that is in sight anew with every step.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("jumpButton")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setStyleSheet("QPushButton { border-radius: 15px; padding: 4px 14px; }")
        self.hide()
        theme().changed.connect(self._dress_again)

    def changeEvent(self, event: QEvent) -> None:
        """Speak another language."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self._dress_again()

    def show_above_end(self, shown: bool, seen: QRect) -> None:
        """Stand in the middle above the lower edge of what is seen, or go."""
        if shown:
            if self.isHidden():
                self._dress()
            hint = self.sizeHint()
            x = seen.left() + (seen.width() - hint.width()) // 2
            y = seen.top() + seen.height() - hint.height() - _ABOVE_END
            self.setGeometry(x, y, hint.width(), hint.height())
            self.raise_()
        self.setVisible(shown)

    def _dress(self) -> None:
        self.setFont(base_font())
        self.setText(QCoreApplication.translate("chat", "Jump to latest"))
        self.setIcon(icon("arrow-down", current().accent, 16))

    def _dress_again(self) -> None:
        if not self.isHidden():
            self._dress()
