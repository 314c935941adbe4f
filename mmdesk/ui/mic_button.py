"""The microphone button: it shows the level while it listens, dots while words are found."""

from __future__ import annotations

from collections import deque

from PySide6.QtCore import QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QHideEvent,
    QIcon,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)

from mmdesk.core.events import VoiceState
from mmdesk.ui.controls import IconButton, restyle
from mmdesk.ui.motion import reduced_motion
from mmdesk.ui.theme import theme

_BARS = 5
_BAR, _GAP = 2.6, 1.8
_LOWEST, _HIGHEST = 2.6, 20.0
_FALL = 0.75
"""A level falls to this share of itself at most, so that the bars sink instead of flickering."""
_DOT = 4.0
_DOT_MS = 220
_KEYS = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Select)


class MicButton(IconButton):
    """Tells when it goes down and when it comes up; ``clicked`` is only a screen reader's."""

    heldDown = Signal()
    cameUp = Signal()

    def __init__(self) -> None:
        super().__init__("micButton", "mic")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the cursor in the question
        self._state = VoiceState.IDLE
        self._levels: deque[float] = deque([0.0] * _BARS, _BARS)
        self._voice = False
        self._phase = 0
        self._timer = QTimer(self)
        self._timer.setInterval(_DOT_MS)
        self._timer.timeout.connect(self._step)

    def show_state(self, state: VoiceState) -> None:
        """Show what the microphone does."""
        if state is self._state:
            return
        self._state = state
        self._levels.extend([0.0] * _BARS)
        self._voice = False
        restyle(self, "voice", str(state))
        self.show_icon("mic", "accent" if state is VoiceState.OPENING else "muted")
        self._phase = 0
        if state is VoiceState.TRANSCRIBING and not reduced_motion():
            self._timer.start()
        else:
            self._timer.stop()
        self.update()

    def show_level(self, level: float, *, voice: bool) -> None:
        """Show how loud it is, 0 to 1, and whether someone speaks."""
        self._levels.append(max(level, self._levels[-1] * _FALL))
        self._voice = voice
        if self._state is VoiceState.LISTENING:
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go down; leaving the button while it is held means nothing, unlike in Qt's."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.setDown(True)
            self.heldDown.emit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Stay down."""

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Come up."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._come_up()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space and Enter press it, for as long as they are held."""
        if event.key() not in _KEYS:
            super().keyPressEvent(event)
        elif not event.isAutoRepeat():
            self.setDown(True)
            self.heldDown.emit()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Come up; a key that repeats is still down."""
        if event.key() not in _KEYS:
            super().keyReleaseEvent(event)
        elif not event.isAutoRepeat():
            self._come_up()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody can hold what is not there."""
        super().hideEvent(event)
        self._come_up()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint bars while it listens, dots while it is written down, else the microphone."""
        if self._state is VoiceState.LISTENING:
            self._paint_ground()
            self._paint_bars()
        elif self._state is VoiceState.TRANSCRIBING:
            self._paint_ground()
            self._paint_dots()
        else:
            super().paintEvent(event)

    def _come_up(self) -> None:
        if self.isDown():
            self.setDown(False)
            self.cameUp.emit()

    def _paint_ground(self) -> None:
        """Let the style sheet paint the button without the microphone."""
        from PySide6.QtWidgets import QStyle, QStyleOptionToolButton, QStylePainter

        option = QStyleOptionToolButton()
        self.initStyleOption(option)
        option.icon = QIcon()
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ToolButton, option)

    def _paint_bars(self) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme().tokens.on_accent))
        painter.setOpacity(1.0 if self._voice else 0.7)
        now, before, earlier = self._levels[-1], self._levels[-2], self._levels[-3]
        left = (self.width() - _BARS * _BAR - (_BARS - 1) * _GAP) / 2
        for index, level in enumerate((earlier, before, now, before, earlier)):
            height = _LOWEST + (_HIGHEST - _LOWEST) * level
            top = (self.height() - height) / 2
            bar = QRectF(left + index * (_BAR + _GAP), top, _BAR, height)
            painter.drawRoundedRect(bar, _BAR / 2, _BAR / 2)

    def _paint_dots(self) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme().tokens.accent))
        left = self.width() / 2 - 1.5 * _DOT - 3
        for index in range(3):
            lit = not self._timer.isActive() or index == self._phase
            painter.setOpacity(1.0 if lit else 0.4)
            x = left + index * (_DOT + 3)
            painter.drawEllipse(QRectF(x, (self.height() - _DOT) / 2, _DOT, _DOT))

    def _step(self) -> None:
        self._phase = (self._phase + 1) % 3
        self.update()
