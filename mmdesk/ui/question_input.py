"""The field in which a question is written."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QMimeData, QPoint, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QGuiApplication,
    QHelpEvent,
    QInputMethodEvent,
    QKeyEvent,
    QMouseEvent,
    QResizeEvent,
    QTextCursor,
)
from PySide6.QtWidgets import QApplication, QFrame, QPlainTextEdit, QSizePolicy, QToolTip

from mmdesk.ui.dropped import CarriedKind, judge

_LINES = 8
_PASTE_LIMIT = 250_000
"""Characters. Laying out a longer line holds the window up for seconds."""


class QuestionInput(QPlainTextEdit):
    """Plain text that grows to eight lines; Enter sends, Shift+Enter breaks the line."""

    submitted = Signal()
    upPressed = Signal()
    """Up was pressed while there is no text."""
    carried = Signal(QMimeData)
    """Files or an image were pasted."""
    pasteTooLong = Signal(int)
    """Characters of a text that was not pasted."""
    focusChanged = Signal(bool)
    placeClicked = Signal(int)
    """The position of the character that was clicked; nothing was selected by it."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("composer")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAcceptDrops(False)  # the window takes drops, wherever they fall
        self.setTabChangesFocus(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.document().setDocumentMargin(2)
        self.describe_place: Callable[[int], str] = lambda _position: ""
        """Returns the tool tip of the character at a position."""
        self._composing = False
        self._pressed_at: QPoint | None = None
        self._most_lines = _LINES
        self.textChanged.connect(self.grow)

    @property
    def composing(self) -> bool:
        """Whether an input method is composing."""
        return self._composing

    def limit_lines(self, lines: int) -> None:
        """Grow to at most this many lines (a low window has less room)."""
        if lines != self._most_lines:
            self._most_lines = max(1, min(lines, _LINES))
            self.grow()

    def sizeHint(self) -> QSize:
        """Return one line's height and any width."""
        return QSize(200, self._height(1))

    def minimumSizeHint(self) -> QSize:
        """As :meth:`sizeHint`, for narrow windows."""
        return QSize(80, self._height(1))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take Enter and Up; the input method has them while it composes."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self._composing:
                return
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self.insertPlainText("\n")
                self.ensureCursorVisible()
            elif not event.isAutoRepeat():
                self.submitted.emit()
            return
        if event.key() == Qt.Key.Key_Up and not self._composing and self.document().isEmpty():
            self.upPressed.emit()
            return
        super().keyPressEvent(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Remember whether the input method is composing."""
        self._composing = bool(event.preeditString())
        super().inputMethodEvent(event)
        self.grow()

    def take_away(self, sent: str) -> None:
        """Remove ``sent`` from the beginning; what was changed meanwhile stays as it is."""
        text = self.toPlainText()
        if text == sent:
            self.clear()
        elif sent and text.startswith(sent):
            if self._composing:
                QGuiApplication.inputMethod().commit()
            cursor = self.textCursor()
            cursor.setPosition(0)
            # Qt counts in UTF-16 units.
            end = len(sent.encode("utf-16-le", "surrogatepass")) // 2
            cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
            cursor.removeSelectedText()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Tell the frame around to show the focus."""
        super().focusInEvent(event)
        self.focusChanged.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Composition ends with the focus."""
        super().focusOutEvent(event)
        self._composing = False
        self.focusChanged.emit(False)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember where: a click is told from a selection."""
        super().mousePressEvent(event)
        left = event.button() == Qt.MouseButton.LeftButton
        self._pressed_at = event.position().toPoint() if left else None

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Tell which character was clicked."""
        super().mouseReleaseEvent(event)
        pressed, self._pressed_at = self._pressed_at, None
        place = event.position().toPoint()
        if pressed is None or self.textCursor().hasSelection():
            return
        if (place - pressed).manhattanLength() < QApplication.startDragDistance():
            position = self._character_at(place)
            if position is not None:
                self.placeClicked.emit(position)

    def viewportEvent(self, event: QEvent) -> bool:
        """Say what is known about the character under the mouse."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            position = self._character_at(event.pos())
            text = "" if position is None else self.describe_place(position)
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().viewportEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wrapping changes with the width."""
        super().resizeEvent(event)
        self.grow()

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Whether the clipboard has something for the question."""
        return judge(source).kind is not CarriedKind.NOTHING or source.hasText()

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Paste text; hand files and images on."""
        if judge(source).kind in (CarriedKind.FILES, CarriedKind.IMAGE):
            self.carried.emit(source)
            return
        text = source.text()
        if len(text) > _PASTE_LIMIT:
            self.pasteTooLong.emit(len(text))
            return
        self.insertPlainText(text)
        self.ensureCursorVisible()

    def _character_at(self, place: QPoint) -> int | None:
        """Return the position of the character at a point of the viewport, None beside them."""
        after = self.cursorForPosition(place)
        for position in (after.position() - 1, after.position()):
            before, behind = QTextCursor(after), QTextCursor(after)
            if not 0 <= position < self.document().characterCount() - 1:
                continue
            before.setPosition(position)
            behind.setPosition(position + 1)
            left, right = self.cursorRect(before), self.cursorRect(behind)
            if left.top() == right.top() and left.united(right).contains(place):
                return position
        return None

    def _height(self, lines: int) -> int:
        return (
            round(lines * self.fontMetrics().lineSpacing() + 2 * self.document().documentMargin())
            + 2
        )

    def _shown_height(self) -> tuple[float, int]:
        """Return the height of the lines that have room, and how many there are at least.

        Lines of Chinese are higher than the font says.
        """
        height, lines, block = 0.0, 0, self.document().begin()
        while block.isValid() and lines <= self._most_lines:
            height += self.blockBoundingRect(block).height()
            lines += max(1, block.lineCount())
            block = block.next()
        return height * min(1.0, self._most_lines / max(1, lines)), lines

    def grow(self) -> None:
        """Take the height of the text, also of what is shown in it provisionally."""
        height, lines = self._shown_height()
        self.setFixedHeight(max(self._height(1), round(height) + 2))
        scrolls = lines > self._most_lines
        self.setVerticalScrollBarPolicy(
            Qt.ScrollBarPolicy.ScrollBarAsNeeded
            if scrolls
            else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        )
        self.ensureCursorVisible()
