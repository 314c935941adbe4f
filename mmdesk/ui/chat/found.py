"""What was found in a text view: marked, and where it stands in the column."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QTextBrowser, QTextEdit

from mmdesk.ui.theme import current

_MOST = 500
"""Marks before and behind the chosen one that a single text is given."""


def light_up(
    widget: QTextBrowser | QPlainTextEdit,
    spans: Sequence[tuple[int, int]],
    chosen: tuple[int, int] | None,
) -> None:
    """Mark ``spans`` (begin and end in UTF-16 code units), ``chosen`` in another colour."""
    tokens = current()
    around = spans.index(chosen) if chosen in spans and chosen is not None else 0
    marks = []
    for span in spans[max(0, around - _MOST) : around + _MOST]:
        mark = QTextEdit.ExtraSelection()
        form = QTextCharFormat()
        ground, text = tokens.notice_ground, tokens.notice_text
        if span == chosen:
            ground, text = tokens.accent, tokens.on_accent
        form.setBackground(QColor(ground))
        form.setForeground(QColor(text))
        mark.format = form
        mark.cursor = _cursor(widget, *span)
        marks.append(mark)
    if marks or widget.extraSelections():
        widget.setExtraSelections(marks)


def place_of(widget: QTextBrowser | QPlainTextEdit, span: tuple[int, int]) -> QRect:
    """Return where a span's first line is in the viewport.

    What the view itself scrolls (sideways, or a box of its own) is scrolled there.
    """
    cursor = _cursor(widget, span[0], span[0])
    if isinstance(widget, QPlainTextEdit):
        widget.setTextCursor(cursor)
        widget.centerCursor()
    box = widget.cursorRect(cursor)
    end = widget.cursorRect(_cursor(widget, span[1], span[1])).right()
    width = widget.viewport().width()
    if box.left() < 0 or end > width:
        sideways = widget.horizontalScrollBar()
        sideways.setValue(sideways.value() + box.left() - width // 3)
    return widget.cursorRect(cursor)


def _cursor(widget: QTextBrowser | QPlainTextEdit, begin: int, end: int) -> QTextCursor:
    """Return a cursor over a span; a text that changes meanwhile may be shorter."""
    made = QTextCursor(widget.document())
    last = widget.document().characterCount() - 1
    made.setPosition(min(begin, last))
    made.setPosition(min(end, last), QTextCursor.MoveMode.KeepAnchor)
    return made
