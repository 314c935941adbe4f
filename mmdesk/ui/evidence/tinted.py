"""An answer as its tokens, each tinted by how improbable it was."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QResizeEvent, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextEdit, QToolTip

from mmdesk.core.examinations import ScoredToken
from mmdesk.core.values import value
from mmdesk.ui.controls import as_plain
from mmdesk.ui.evidence.token_words import alternatives_text
from mmdesk.ui.fonts import base_font
from mmdesk.ui.theme import EVIDENCE

_SURE = 0.95
"""More probable tokens have no tint."""
_STRONGEST = 0.45
"""Opacity of the tint where a token was hardly probable at all."""
_TEXT_PX = 13


@value
class Stretch:
    """Characters that came together: a token, or the tokens that one character took.

    Attributes:
        probability: Of all its tokens, each given what stood before it.
        weakest: The least probable of them; None for text that is no token's.
    """

    text: str
    probability: float = 1.0
    weakest: ScoredToken | None = None


class TintedText(QTextEdit):
    """Shows stretches as running text; the tool tip of one names what might have stood there."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("tintedAnswer")
        self.setReadOnly(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFont(base_font(_TEXT_PX))
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.document().setDocumentMargin(0)
        self.document().setUndoRedoEnabled(False)
        self.stretches: list[Stretch] = []
        self._starts: list[int] = []

    def show_stretches(self, stretches: Sequence[Stretch]) -> None:
        """Show an answer; () shows nothing."""
        self.clear()
        self.stretches = list(stretches)
        self._starts = []
        cursor = QTextCursor(self.document())
        for each in self.stretches:
            self._starts.append(cursor.position())
            cursor.insertText(each.text, _format(each.probability))
        self.setVisible(bool(self.stretches))
        self._fit()

    def told(self, position: int) -> str:
        """Return what is said of the stretch at a position of the document."""
        number = bisect_right(self._starts, position) - 1
        token = self.stretches[number].weakest if number >= 0 else None
        return alternatives_text(token) if token is not None else ""

    def sizeHint(self) -> QSize:
        """Return the height of its lines."""
        return QSize(60, round(self.document().size().height()))

    def viewportEvent(self, event: QEvent) -> bool:
        """Tell what might have stood below the mouse."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            place = self.cursorForPosition(event.pos()).position()
            before = QTextCursor(self.document())
            before.setPosition(place)
            if self.cursorRect(before).x() > event.pos().x():
                place -= 1  # the nearest gap between letters is behind the letter
            QToolTip.showText(event.globalPos(), as_plain(self.told(place)), self)
            return True
        return super().viewportEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Take the height that the lines need."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        self.setFixedHeight(max(1, self.sizeHint().height()))


def stretches(text: str, tokens: Sequence[ScoredToken], first: int = 0) -> Iterator[Stretch]:
    """Cut an answer into what its tokens wrote.

    Args:
        tokens: In order, with offsets in ``text``; what none of them wrote has no probability.
        first: The character to begin at.
    """
    at, group = first, list[ScoredToken]()
    for token in tokens:
        if token.end <= first:
            continue
        group.append(token)
        if token.end <= token.start:  # the beginning of a character
            continue
        start = max(at, token.start)
        if start > at:
            yield Stretch(text[at:start])
        probability = 1.0
        for each in group:
            probability *= each.probability
        weakest = min(group, key=lambda each: each.probability)
        yield Stretch(text[start : token.end], probability, weakest)
        at, group = max(start, token.end), []
    if text[at:]:
        yield Stretch(text[at:])


def tint(probability: float) -> QColor:
    """Return what is laid behind a token; it shows the ground the more, the surer it was."""
    colour = QColor(EVIDENCE[1])
    colour.setAlphaF(0.0 if probability >= _SURE else _STRONGEST * (1 - max(0.0, probability)))
    return colour


def _format(probability: float) -> QTextCharFormat:
    made = QTextCharFormat()
    if (colour := tint(probability)).alpha():
        made.setBackground(colour)
    return made
