"""A block of code: language label, copy button, highlighted text that scrolls sideways."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

from PySide6.QtCore import QCoreApplication, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QGuiApplication,
    QPainter,
    QPaintEvent,
    QTextCharFormat,
    QTextCursor,
)
from PySide6.QtWidgets import QLabel, QTextEdit, QWidget

from mmdesk.core.finding import utf16_length
from mmdesk.ui.chat.actions import QuietButton
from mmdesk.ui.chat.highlight import coloured
from mmdesk.ui.chat.text_view import TextView, line_format
from mmdesk.ui.fonts import mono_font
from mmdesk.ui.theme import Tokens
from mmdesk.ui.timers import single_shot

_HEADER = 32
_LINE = 20
_PADDING = 12
_SCROLL_BAR = 10
_COPIED_MS = 1500
_SHORT = 1000
"""Characters of whole code that are coloured before they are shown: about a millisecond's."""
_SLICE_S = 0.003
"""How long code is coloured before the window is served again."""


class CodeText(TextView):
    """The code itself: lines don't wrap."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setLineWrapMode(QTextEdit.LineWrapMode.NoWrap)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)

    def show_start(self) -> None:
        """Go back to the lines' starts: Qt follows its cursor, which typing pushed along."""
        if not self.textCursor().hasSelection():
            self.moveCursor(QTextCursor.MoveOperation.Start)
        if not self.hasFocus():
            self.horizontalScrollBar().setValue(0)

    def height_for(self, width: int) -> int:
        """Return the height of all lines, and of the scroll bar if the longest needs it."""
        size = self.document().size()
        bar = _SCROLL_BAR if size.width() > width else 0
        return max(_LINE, int(size.height() + 0.999)) + bar


class CodeBlock(QWidget):
    """Code on panel ground. While it streams, each finished line is coloured by itself."""

    copied = Signal()

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self.code = ""
        self._language = ""
        self._mark = 0
        self._closed = False
        self._label = QLabel(self)
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setProperty("quiet", True)
        self.text = CodeText(self)
        self.text.document().setDefaultFont(mono_font())
        self._button = QuietButton("copy", self)
        self._button.set_revealed(True)
        self._button.clicked.connect(self.copy)
        self._calm = single_shot(self, _COPIED_MS, self._label_button)
        self._colours: Iterator[tuple[int, int, str]] = iter(())
        self._soon = single_shot(self, 0, self._colour_some)
        self._label_button()

    def show_code(self, code: str, language: str, *, closed: bool) -> None:
        """Show ``code``; cheap when it only grew and isn't closed yet."""
        if closed and self._closed and code == self.code:
            return
        grown = not self._closed and code.startswith(self.code) and language == self._language
        if not grown:
            self._mark = 0
        done = self._end_of_lines(self.code) if grown else 0
        self.code, self._language, self._closed = code, language, closed
        name = language or QCoreApplication.translate("chat", "code")
        self._label.setText(name)
        self.text.setAccessibleName(
            QCoreApplication.translate("chat", "Code, {language}").format(language=name)
        )
        at_once = bool(done) or not closed or len(code) < _SHORT
        self._colours = iter(())
        self._write(code[done:], closed=closed, language=language if at_once else "")
        if closed and (done or not at_once):
            # Lines that came one by one were coloured one by one; a string may be many lines.
            self._colours = self._runs()
            self._soon.start()

    def copy(self) -> None:
        """Put the code on the clipboard."""
        QGuiApplication.clipboard().setText(self.code)
        self._button.set_look("check", QCoreApplication.translate("chat", "Copied"))
        self._calm.start()
        self.copied.emit()

    def height_for(self, width: int) -> int:
        """Lay out in ``width`` px and return the height in px."""
        height = self.text.height_for(width - 2 * _PADDING)
        button = self._button.sizeHint()
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        free = width - button.width() - _PADDING - 12
        self._label.setGeometry(button.width() + 12 if rtl else _PADDING, 0, free, _HEADER)
        self._button.setGeometry(
            6 if rtl else width - button.width() - 6,
            (_HEADER - button.height()) // 2 + 1,
            button.width(),
            button.height(),
        )
        self.text.setGeometry(_PADDING, _HEADER, width - 2 * _PADDING, height)
        return _HEADER + height + 8

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(self._tokens.line))
        painter.setBrush(QColor(self._tokens.panel))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)

    def _label_button(self) -> None:
        self._button.set_look("copy", QCoreApplication.translate("chat", "Copy code"))

    @staticmethod
    def _end_of_lines(code: str) -> int:
        return code.rfind("\n") + 1

    def _write(self, code: str, *, closed: bool, language: str) -> None:
        """Replace what stands behind the last finished line."""
        cursor = QTextCursor(self.text.document())
        cursor.beginEditBlock()
        cursor.setPosition(self._mark)
        cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        cursor.setBlockFormat(line_format(_LINE))
        split = len(code) if closed else self._end_of_lines(code)
        self._insert(cursor, code[:split], language)
        self._mark = cursor.position()
        self._insert(cursor, code[split:], language)
        cursor.endEditBlock()
        self.text.show_start()

    def _insert(self, cursor: QTextCursor, code: str, language: str) -> None:
        forms: dict[str, QTextCharFormat] = {}
        pieces = coloured(code, language, dark=self._tokens.dark)
        for colour, run in groupby(pieces, key=itemgetter(1)):
            if (form := forms.get(colour)) is None:
                form = forms[colour] = self._form(colour)
            cursor.insertText("".join(piece for piece, _ in run), form)

    def _form(self, colour: str) -> QTextCharFormat:
        made = QTextCharFormat()
        made.setFont(mono_font())
        made.setForeground(QColor(colour or self._tokens.text))
        return made

    def _runs(self) -> Iterator[tuple[int, int, str]]:
        """Yield where each piece of the whole code stands, with its colour."""
        begin = 0
        for piece, colour in coloured(self.code, self._language, dark=self._tokens.dark):
            end = begin + utf16_length(piece)
            if piece.strip():
                yield begin, end, colour or self._tokens.text
            begin = end

    def _colour_some(self) -> None:
        """Correct colours for a few milliseconds."""
        ends = time.monotonic() + _SLICE_S
        cursor = QTextCursor(self.text.document())
        cursor.beginEditBlock()
        for begin, end, colour in self._colours:
            cursor.setPosition(begin + 1)
            if cursor.charFormat().foreground().color() != QColor(colour):
                cursor.setPosition(begin)
                cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
                cursor.setCharFormat(self._form(colour))
            if time.monotonic() > ends:
                self._soon.start()
                break
        cursor.endEditBlock()
