"""What covers the window: dark ground, focus kept inside, Esc, and the focus given back."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from mmdesk.ui.controls import IconButton
from mmdesk.ui.pictures.style import ACCENT, GLYPH, overlay_rules

_SIDE = 34
_AROUND = 22
"""Px around a button's glyph and its word, and between them."""


class WindowOverlay(QWidget):
    """Covers its parent while it is open."""

    closed = Signal()

    def __init__(self, parent: QWidget, object_name: str, ground: QColor) -> None:
        super().__init__(parent)
        self._covered, self._ground = parent, ground
        self._ringed = False
        self.setObjectName(object_name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setStyleSheet(overlay_rules())
        parent.installEventFilter(self)
        self.hide()

    def ring(self) -> list[QWidget]:
        """Return what Tab goes through, in order, shown or not."""
        raise NotImplementedError

    def keys(self) -> Mapping[Qt.Key, Callable[[], None]]:
        """Return what keys do that are pressed without Ctrl, Alt or Meta."""
        raise NotImplementedError

    def step_back(self) -> None:
        """Do what Esc does."""
        self.uncover()

    def cover(self, focused: QWidget) -> None:
        """Open."""
        self.setGeometry(self._covered.rect())
        self.show()
        self.raise_()
        self._ringed = True
        focused.setFocus()

    def uncover(self) -> None:
        """Close."""
        if self.isHidden():
            return
        # Hiding a widget that has the focus asks it for the next one, which the ring would give.
        self._ringed = False
        self.closed.emit()
        self.hide()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Act on a key; none reaches the window below."""
        modifier = Qt.KeyboardModifier
        held = modifier.ControlModifier | modifier.AltModifier | modifier.MetaModifier
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Escape:
            self.step_back()
        elif not event.modifiers() & held and (act := self.keys().get(key)) is not None:
            act()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Keep clicks from the window below."""
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Darken the window below."""
        QPainter(self).fillRect(self.rect(), self._ground)

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        """Follow the size of what is covered."""
        if event.type() == QEvent.Type.Resize and watched is self._covered:
            self.setGeometry(self._covered.rect())
        return False

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Keep Tab inside."""
        if not self._ringed:
            return super().focusNextPrevChild(forward)
        ring = [each for each in self.ring() if each.isVisible() and each.isEnabled()]
        focused = self.focusWidget()
        place = ring.index(focused) if focused in ring else (-1 if forward else 0)
        ring[(place + (1 if forward else -1)) % len(ring)].setFocus(
            Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
        )
        return True


class BarButton(IconButton):
    """A button of an overlay's bar; a mouse leaves the focus where the keys are useful.

    One that can be checked, or that is ``wordy``, shows its word where there is room.
    """

    def __init__(
        self, object_name: str, glyph: str, *, wordy: bool = False, checkable: bool = False
    ) -> None:
        super().__init__(object_name, glyph, role=GLYPH, side=_SIDE)
        self._glyph, self._wordy = glyph, wordy
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCheckable(checkable)
        self.toggled.connect(lambda on: self.show_icon(self._glyph, ACCENT if on else GLYPH))

    def press(self) -> None:
        """Do what a click would do, if one could."""
        if self.isVisible():
            self.click()

    def show_word(self, shown: bool) -> None:
        """Show the word beside the glyph, or the glyph alone."""
        if not self._wordy:
            return
        style = Qt.ToolButtonStyle
        self.setToolButtonStyle(
            style.ToolButtonTextBesideIcon if shown else style.ToolButtonIconOnly
        )
        self.ensurePolished()
        word = self.fontMetrics().horizontalAdvance(self.text())
        self.setFixedWidth(self.iconSize().width() + word + _AROUND if shown else _SIDE)


class ElidedLabel(QLabel):
    """One line of plain text, shortened in its middle where there is no room for it."""

    def __init__(self, object_name: str) -> None:
        super().__init__()
        self.setObjectName(object_name)
        self.setTextFormat(Qt.TextFormat.PlainText)  # names of files are foreign
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)

    def minimumSizeHint(self) -> QSize:
        """Return next to nothing: it can always be shortened."""
        return QSize(24, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Write what there is room for."""
        painter = QPainter(self)
        middle = Qt.TextElideMode.ElideMiddle
        text = self.fontMetrics().elidedText(self.text(), middle, self.width())
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.rect(), self.alignment(), text)
