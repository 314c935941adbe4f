"""What was said in an attached sound file: one quiet card, opened to read it."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QStyle, QWidget

from mmdesk.core.languages import language_name
from mmdesk.core.messages import TranscriptPart
from mmdesk.ui.chat.actions import ENTER, QuietButton
from mmdesk.ui.chat.long_text import LongText
from mmdesk.ui.chat.play_button import length_text
from mmdesk.ui.chat.timed_text import TimedText, split_line
from mmdesk.ui.controls import as_plain
from mmdesk.ui.fonts import SMALL_PX, base_font
from mmdesk.ui.icons import icon
from mmdesk.ui.theme import Tokens

WIDEST = 460
"""Px; open or closed, so that nothing beside it moves."""
_PADDING = 12
_GLYPH = 20
_HEAD = 58
_GAP = 8
_RADIUS = 8
_FIRST_LINE = 160
"""Characters; a closed card has no room for more."""
_FIRST_LINES = 12
_FIRST_CHARACTERS = 2400
"""Shown at first of a longer one."""
_MOST_LAID_OUT = 20_000
"""Characters; a longer one scrolls in a box of its own, laid out where it is looked at."""
_FRAMELESS = "QPlainTextEdit { background: transparent; border: none; padding: 0; }"


class TranscriptCard(QWidget):
    """Name, length, language and first line; a click or Enter shows the text with its times."""

    folded = Signal()
    """It was opened or closed, or shows more."""
    copied = Signal()

    def __init__(self, transcript: TranscriptPart, tokens: Tokens, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("transcriptCard")
        self.transcript = transcript
        self._tokens = tokens
        self._all = False
        self._text: TimedText | LongText | None = None
        self._head = _Head(transcript, tokens, self)
        self._head.clicked.connect(self._toggle)
        self._more = self._action("chevron-down", QCoreApplication.translate("chat", "Show all"))
        self._more.setObjectName("showAllButton")
        self._more.clicked.connect(self._show_all)
        self._copy = self._action("copy", QCoreApplication.translate("chat", "Copy transcript"))
        self._copy.setObjectName("copyTranscriptButton")
        self._copy.clicked.connect(self._to_clipboard)

    @property
    def is_open(self) -> bool:
        """Whether the text can be read."""
        return self._text is not None

    @property
    def is_whole(self) -> bool:
        """Whether all of it can be read."""
        return self.is_open and not self._cut()

    def show_whole(self) -> None:
        """Open all of it: something in it was found."""
        if not self.is_whole:
            self._all = True
            self._fill()
            self._show_state()

    def shown_text(self) -> str:
        """Return the head's lines, and the text if it is open."""
        return "\n".join([*self._head.lines, self._shown()] if self.is_open else self._head.lines)

    def restyle(self, tokens: Tokens) -> None:
        """Take the colours of ``tokens``."""
        self._tokens = tokens
        self._head.restyle(tokens)
        if self.is_open:
            self._fill()
        self.update()

    def height_for(self, width: int) -> int:
        """Lay out in ``width`` px and return the height in px."""
        self._head.setGeometry(0, 0, width, _HEAD)
        if self._text is None:
            return _HEAD
        inner = width - 2 * _PADDING
        height = self._text.height_for(inner)
        self._text.setGeometry(_PADDING, _HEAD + 2, inner, height)
        y = _HEAD + 2 + height + _GAP
        x = _PADDING - 6
        for button in (self._more, self._copy):
            if not button.isHidden():
                hint = button.sizeHint()
                box = QRect(x, y, hint.width(), hint.height())
                whole = QRect(0, 0, width, y + hint.height())
                button.setGeometry(QStyle.visualRect(self.layoutDirection(), whole, box))
                x += hint.width() + 4
        return y + self._copy.sizeHint().height() + _GAP - 2

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground, and the line below an open one's head."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self._tokens.line), 1))
        painter.setBrush(QColor(self._tokens.card))
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(box, _RADIUS, _RADIUS)

    def _toggle(self) -> None:
        if self._text is None:
            self._fill()
        else:
            self._drop()
        self._show_state()

    def _show_state(self) -> None:
        self._head.show_open(self.is_open)
        self._more.setVisible(self.is_open and self._cut())
        self._copy.setVisible(self.is_open)
        self.folded.emit()

    def _show_all(self) -> None:
        self._all = True
        self._fill()
        if self._text is not None:
            self._text.setFocus()  # the button leaves, and would take the focus elsewhere
        self._more.hide()
        self.folded.emit()

    def _fill(self) -> None:
        self._drop()
        shown = self._shown()
        view: TimedText | LongText
        if len(shown) > _MOST_LAID_OUT:
            view = LongText(self)
            view.setObjectName("transcriptText")
            view.setStyleSheet(_FRAMELESS)
            view.show_text(shown)
        else:
            view = TimedText(self)
            view.show_lines(shown.split("\n"), self._tokens)
        name = QCoreApplication.translate("chat", "Transcript of {name}")
        view.setAccessibleName(name.replace("{name}", self.transcript.name))
        view.show()
        self._text = view

    def _drop(self) -> None:
        if self._text is not None:
            self._text.hide()
            self._text.deleteLater()
            self._text = None

    def _shown(self) -> str:
        text = self.transcript.text.strip()
        return text if self._all else _beginning(text)

    def _cut(self) -> bool:
        return len(self._shown()) < len(self.transcript.text.strip())

    def _to_clipboard(self) -> None:
        QGuiApplication.clipboard().setText(self.transcript.text)
        self.copied.emit()

    def _action(self, name: str, label: str) -> QuietButton:
        button = QuietButton(name, self)
        button.set_look(name, label, text=label)
        button.set_revealed(True)
        button.hide()
        return button


class _Head(QAbstractButton):
    """Glyph, file name, length and language, first line, and which way it opens."""

    def __init__(self, transcript: TranscriptPart, tokens: Tokens, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("transcriptButton")
        self._tokens = tokens
        self._open = False
        self._name = " ".join(transcript.name.split())  # a file's name may hold line breaks
        facts = [length_text(transcript.seconds)]
        if transcript.language:
            spoken = language_name(transcript.language)
            facts.append(QCoreApplication.translate("languages", spoken))
        self._facts = " · ".join(facts)
        self._first = split_line(transcript.text.strip().partition("\n")[0])[1][:_FIRST_LINE]
        self.lines = [line for line in (self._name, self._facts, self._first) if line]
        self.setToolTip(as_plain(self._name))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.show_open(False)

    def show_open(self, is_open: bool) -> None:
        """Point the chevron up or down; the first line stands below when it is open."""
        self._open = is_open
        label = (
            QCoreApplication.translate("chat", "Transcript of {name}, {length}, hide")
            if is_open
            else QCoreApplication.translate("chat", "Transcript of {name}, {length}, show")
        )
        fields = {"{name}": self._name, "{length}": self._facts}
        for field, text in fields.items():
            label = label.replace(field, text)
        self.setAccessibleName(label)
        self.update()

    def restyle(self, tokens: Tokens) -> None:
        """Take the colours of ``tokens``."""
        self._tokens = tokens
        self.update()

    def sizeHint(self) -> QSize:
        """Return what the lines need; the card is as wide as it may be."""
        return QSize(WIDEST, _HEAD)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take Enter as well as the space bar."""
        if event.key() in ENTER and not event.isAutoRepeat():
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the lines, the glyphs and the focus ring."""
        tokens = self._tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.hasFocus():
            painter.setPen(QPen(QColor(tokens.accent), 2))
            ring = QRectF(self.rect()).adjusted(1, 1, -1, -1)
            painter.drawRoundedRect(ring, _RADIUS, _RADIUS)
        glyph = self._placed(QRect(_PADDING, (_HEAD - _GLYPH) // 2, _GLYPH, _GLYPH))
        icon("sound", tokens.accent, _GLYPH).paint(painter, glyph)
        end = self.width() - _PADDING - 16
        chevron = self._placed(QRect(end, (_HEAD - 16) // 2, 16, 16))
        colour = tokens.text if self.underMouse() or self.hasFocus() else tokens.muted
        icon("chevron-up" if self._open else "chevron-down", colour, 16).paint(painter, chevron)
        left = _PADDING + _GLYPH + 10
        self._paint_lines(painter, left, end - _GAP - left)

    def _paint_lines(self, painter: QPainter, left: int, width: int) -> None:
        name_font, small = base_font(), base_font(SMALL_PX)
        name_font.setWeight(QFont.Weight.DemiBold)
        below = self._facts if self._open or not self._first else f"{self._facts} · {self._first}"
        middle, right = Qt.TextElideMode.ElideMiddle, Qt.TextElideMode.ElideRight
        for y, font, text, elide, colour in (
            (9, name_font, self._name, middle, self._tokens.text),
            (30, small, below, right, self._tokens.muted),
        ):
            painter.setFont(font)
            painter.setPen(QColor(colour))
            line = painter.fontMetrics().elidedText(text, elide, width)
            box = self._placed(QRect(left, y, width, 20))
            start = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(box, QStyle.visualAlignment(self.layoutDirection(), start), line)

    def _placed(self, box: QRect) -> QRect:
        return QStyle.visualRect(self.layoutDirection(), self.rect(), box)


def _beginning(text: str) -> str:
    """Return whole lines of the beginning, or a piece of a very long first line."""
    lines = text.split("\n")[:_FIRST_LINES]
    while len(lines) > 1 and sum(map(len, lines)) > _FIRST_CHARACTERS:
        lines.pop()
    return "\n".join(lines)[:_FIRST_CHARACTERS]
