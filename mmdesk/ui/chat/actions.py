"""The small buttons of messages: there for the keyboard always, seen when they matter."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from mmdesk.ui.fonts import SMALL_PX, base_font
from mmdesk.ui.icons import icon
from mmdesk.ui.theme import current

_HEIGHT = 26
_ICON = 16
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_DISABLED = 0.55
"""Opacity."""


class QuietButton(QAbstractButton):
    """An icon, with a word beside it if ``text`` is set; muted until hovered or focused.

    A button that isn't revealed takes its place and the keyboard's focus, but paints nothing.
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon_name = name
        self._revealed = False
        self._strong = False
        self.setFont(base_font(SMALL_PX))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def set_look(self, name: str, label: str, *, text: str = "") -> None:
        """Set icon, accessible name with tooltip, and the word beside the icon."""
        self._icon_name = name
        self.setText(text)
        self.setAccessibleName(label)
        self.setToolTip("" if text == label else label)
        self.updateGeometry()
        self.update()

    def show_word(self, shown: bool) -> None:
        """Have the name beside the glyph, or where there is no room in the tooltip."""
        name = self.accessibleName()
        self.setText(name if shown else "")
        self.setToolTip("" if shown else name)

    def set_revealed(self, revealed: bool) -> None:
        """Paint the button, or leave its place empty."""
        if revealed != self._revealed:
            self._revealed = revealed
            self.update()

    def set_strong(self, strong: bool) -> None:
        """Paint the button in the accent's colour: what it stands for goes on now."""
        if strong != self._strong:
            self._strong = strong
            self.update()

    @property
    def revealed(self) -> bool:
        """Whether the button is painted."""
        return self._revealed

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take Enter as well as the space bar."""
        if event.key() in ENTER and not event.isAutoRepeat():
            self.click()
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        """Return the size of icon and word."""
        width = self.fontMetrics().horizontalAdvance(self.text())
        return QSize(_ICON + 12 + (width + 5 if self.text() else 0), _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint icon, word and focus ring."""
        if not self._revealed and not self.hasFocus():
            return
        tokens = current()
        active = self.isEnabled() and (self.underMouse() or self.hasFocus())
        colour = tokens.accent if self._strong else tokens.text if active else tokens.muted
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(1.0 if self.isEnabled() else _DISABLED)
        ring = QRectF(self.rect()).adjusted(0.75, 0.75, -0.75, -0.75)
        if active:
            painter.setPen(
                QPen(QColor(tokens.accent), 1.5) if self.hasFocus() else Qt.PenStyle.NoPen
            )
            painter.setBrush(QColor(tokens.card if self.underMouse() else tokens.background))
            painter.drawRoundedRect(ring, 6, 6)
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        x = self.width() - _ICON - 6 if rtl else 6
        glyph = icon(self._icon_name, colour, _ICON)
        glyph.paint(painter, x, (self.height() - _ICON) // 2, _ICON, _ICON)
        painter.setPen(QColor(colour))
        rest = (
            self.rect().adjusted(6, 0, -_ICON - 11, 0)
            if rtl
            else self.rect().adjusted(_ICON + 11, 0, -6, 0)
        )
        painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter, self.text())
