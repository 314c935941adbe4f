"""Probabilities as bars, each with its text and its number."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from mmdesk.core.values import value
from mmdesk.ui.controls import as_plain, plain_label
from mmdesk.ui.fonts import base_font
from mmdesk.ui.theme import current, theme

_TRACK = 8
_BESIDE = 128
"""Px of texts that stand beside their bars; longer ones stand above."""
_NUMBER = 34
_TEXT_PX = 13


@value
class Row:
    """A text and its probability.

    Attributes:
        detail: For the tool tip, and for screen readers.
        strong: Whether it is the one that is asked about.
    """

    text: str
    probability: float
    detail: str = ""
    strong: bool = False


class Bar(QWidget):
    """A track filled as far as something is probable."""

    def __init__(self, share: float) -> None:
        super().__init__()
        self._share = min(max(0.0, share), 1.0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(_TRACK)
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Return any width."""
        return QSize(60, _TRACK)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the track and what is filled of it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(current().line))
        whole = QRectF(self.rect())
        painter.drawRoundedRect(whole, _TRACK / 2, _TRACK / 2)
        painter.setClipRect(QRectF(0, 0, max(2.0, whole.width() * self._share), whole.height()))
        painter.setBrush(QColor(current().accent))
        painter.drawRoundedRect(whole, _TRACK / 2, _TRACK / 2)


class Bars(QWidget):
    """Rows below each other; all texts beside their bars, or all above."""

    def __init__(self, object_name: str) -> None:
        super().__init__()
        self.setObjectName(object_name)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(10)
        self._rows: list[QWidget] = []
        self.hide()

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show these and no others."""
        for old in self._rows:
            self._column.removeWidget(old)
            old.hide()
            old.deleteLater()
        metrics = QFontMetrics(base_font(_TEXT_PX))
        widest = max((metrics.horizontalAdvance(row.text) for row in rows), default=0)
        self._rows = [_row(row, beside=widest + 2 <= _BESIDE) for row in rows]
        for made in self._rows:
            self._column.addWidget(made)
        self.setVisible(bool(rows))

    @property
    def shown(self) -> list[str]:
        """What can be read of each."""
        return [row.accessibleName() for row in self._rows]


def _row(row: Row, *, beside: bool) -> QWidget:
    made = QWidget()
    made.setObjectName("barRow")
    written = f"{row.probability:.2f}"
    made.setAccessibleName(f"{row.text} {written}")
    made.setAccessibleDescription(row.detail)
    made.setToolTip(as_plain(row.detail) if row.detail else "")
    text = plain_label("barText", row.text, wrap=True)
    text.setProperty("strong", row.strong)
    number = plain_label("barNumber", written)
    number.setFixedWidth(_NUMBER)
    number.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    grid = QGridLayout(made)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(8)
    grid.setVerticalSpacing(3)
    _place(grid, text, Bar(row.probability), number, beside=beside)
    return made


def _place(grid: QGridLayout, text: QLabel, bar: Bar, number: QLabel, *, beside: bool) -> None:
    middle = Qt.AlignmentFlag.AlignVCenter
    if beside:
        text.setFixedWidth(_BESIDE)
        grid.addWidget(text, 0, 0)
        grid.addWidget(bar, 0, 1, middle)
        grid.addWidget(number, 0, 2)
        return
    grid.addWidget(text, 0, 0, 1, 2)
    grid.addWidget(bar, 1, 0, middle)
    grid.addWidget(number, 1, 1)
