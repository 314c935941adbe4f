"""A failure, where the person is looking: one sentence, a hint, Retry."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from mmdesk.core.conversations import Failure
from mmdesk.ui.fonts import base_font
from mmdesk.ui.theme import Tokens
from mmdesk.ui.translate import phrase_text

_PADDING = 14
_GAP = 4


class ErrorCard(QWidget):
    """Shows a kept error; Retry is offered where trying again makes sense."""

    retryRequested = Signal()

    def __init__(self, failure: Failure, tokens: Tokens, parent: QWidget) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self.setObjectName("errorCard")
        self._sentence = self._label(phrase_text(failure.message), tokens.error_text, bold=True)
        self._hint = self._label(phrase_text(failure.hint), tokens.text, bold=False)
        self.setAccessibleName(self.shown_text())
        self.retry = QPushButton(QCoreApplication.translate("chat", "Retry"), self)
        self.retry.setObjectName("retryButton")
        self.retry.setAccessibleName(QCoreApplication.translate("chat", "Retry the answer"))
        self.retry.clicked.connect(self.retryRequested)

    def shown_text(self) -> str:
        """Return the sentence and the hint."""
        return f"{self._sentence.text()}\n{self._hint.text()}"

    def height_for(self, width: int) -> int:
        """Lay out in ``width`` px and return the height in px."""
        button = self.retry.sizeHint()
        shown = not self.retry.isHidden()
        inner = width - 2 * _PADDING - (button.width() + 16 if shown else 0)
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        x = width - _PADDING - inner if rtl else _PADDING
        y = _PADDING - 4
        for label in (self._sentence, self._hint):
            height = max(label.heightForWidth(inner), label.fontMetrics().height())
            label.setGeometry(x, y, inner, height)
            y += height + _GAP
        height = max(y - _GAP + _PADDING - 4, button.height() + 16 if shown else 0)
        side = _PADDING if rtl else width - _PADDING - button.width()
        self.retry.setGeometry(
            side, (height - button.height()) // 2, button.width(), button.height()
        )
        return height

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._tokens.error_ground))
        painter.drawRoundedRect(QRectF(self.rect()), 10, 10)

    def _label(self, text: str, colour: str, *, bold: bool) -> QLabel:
        label = QLabel(self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        font = base_font()
        if bold:
            font.setWeight(font.Weight.DemiBold)
        label.setFont(font)
        palette = label.palette()
        palette.setColor(QPalette.ColorRole.WindowText, QColor(colour))
        label.setPalette(palette)
        label.setStyleSheet(f"color: {colour};")
        label.setText(text)
        return label
