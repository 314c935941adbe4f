"""Chips: short words on a ground of their own, and the badge of what leaves the computer."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QSize, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel

from mmdesk.ui.controls import as_plain, plain_label, restyle
from mmdesk.ui.icons import icon
from mmdesk.ui.theme import theme

_GLYPH = 15
"""Px."""


def leaves_text() -> str:
    """Return what the badge says."""
    return QCoreApplication.translate("LeavesBadge", "Leaves this computer")


class Chip(QLabel):
    """A word; its kind ("good", "notice", "bad", "accent") colours it."""

    def __init__(self, object_name: str) -> None:
        super().__init__()
        self.setObjectName(object_name)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("chip", "good")

    def say(self, text: str, kind: str, detail: str = "") -> None:
        """Show a word; ``detail`` is in its tool tip and for screen readers."""
        self.setText(text)
        self.setToolTip(as_plain(detail))
        self.setAccessibleName(text)
        self.setAccessibleDescription(detail)
        restyle(self, "chip", kind)


class LeavesBadge(QFrame):
    """Glyph and words; the words go where there is no room for them."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("leavesBadge")
        self._glyph = QLabel()
        self._glyph.setFixedSize(_GLYPH, _GLYPH)
        self._words = plain_label("leavesWords")
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 2, 8, 2)
        row.setSpacing(5)
        row.addWidget(self._glyph)
        row.addWidget(self._words)
        self._host = ""
        self._tint()
        theme().changed.connect(self._tint)

    def name_host(self, host: str) -> None:
        """Tell where questions go; "" is nowhere any more, but earlier ones did."""
        self._host = host
        self.retranslate()

    def shorten(self, short: bool) -> None:
        """Show the glyph alone, or the words too."""
        self._words.setVisible(not short)

    def retranslate(self) -> None:
        """Set every text anew."""
        self._words.setText(leaves_text())
        detail = self.tr("Something of this conversation has gone to another computer before.")
        if self._host:
            detail = self.tr("Questions and pictures of this conversation go to {host}.").replace(
                "{host}", self._host
            )
        self.setToolTip(as_plain(detail))
        self.setAccessibleName(leaves_text())
        self.setAccessibleDescription(detail)

    def _tint(self) -> None:
        drawn = icon("leaves", theme().tokens.notice_text, _GLYPH)
        self._glyph.setPixmap(drawn.pixmap(QSize(_GLYPH, _GLYPH)))
