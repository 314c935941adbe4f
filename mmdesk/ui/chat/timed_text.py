"""Lines of a transcript, each with its time before it, quieter than what was said."""

from __future__ import annotations

import re
import unicodedata

from PySide6.QtGui import QColor, QFontMetricsF, QTextBlockFormat, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QWidget

from mmdesk.ui.chat.prose_style import ProseStyle
from mmdesk.ui.chat.text_view import TextView, line_format
from mmdesk.ui.fonts import LINE_HEIGHT
from mmdesk.ui.theme import Tokens

_TIME = re.compile(r"\[(?:\d+:)?\d{1,2}:\d\d\] ?")


class TimedText(TextView):
    """Shows ``[1:02:05] …`` lines; text hangs behind its time. No text is read as HTML."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("transcriptText")

    def show_lines(self, lines: list[str], tokens: Tokens) -> None:
        """Replace what is shown."""
        style = ProseStyle(tokens)
        said, time = style.text(), style.text()
        time.setForeground(QColor(tokens.muted))
        widths = QFontMetricsF(style.font)
        split = [split_line(line) for line in lines]
        inset = max((widths.horizontalAdvance(when) for when, _ in split), default=0.0)
        self.clear()
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        for index, (when, words) in enumerate(split):
            form = line_format(round(style.size * LINE_HEIGHT))
            _hang(form, when, words, inset, widths)
            if index:
                cursor.insertBlock(form)
            else:
                cursor.setBlockFormat(form)
            _insert(cursor, when, time)
            _insert(cursor, words, said)
        cursor.endEditBlock()


def split_line(line: str) -> tuple[str, str]:
    """Return the time at a line's beginning, or "", and the words behind it."""
    found = _TIME.match(line)
    return (found.group(), line[found.end() :]) if found else ("", line)


def _hang(
    form: QTextBlockFormat, when: str, words: str, inset: float, widths: QFontMetricsF
) -> None:
    """Let the words of every line begin below each other; right-to-left text as it comes."""
    if not _from_the_right(words):
        form.setLeftMargin(inset)
        form.setTextIndent(-widths.horizontalAdvance(when))


def _from_the_right(text: str) -> bool:
    for character in text:
        direction = unicodedata.bidirectional(character)
        if direction in ("L", "R", "AL"):
            return direction != "L"
    return False


def _insert(cursor: QTextCursor, text: str, form: QTextCharFormat) -> None:
    if text:
        cursor.insertText(text, form)
