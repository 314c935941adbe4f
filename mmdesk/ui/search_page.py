"""Finding a message in all conversations, while typing."""

from __future__ import annotations

import re

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QFont,
    QKeyEvent,
    QPainter,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import (
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from mmdesk.core.conversations import Hit
from mmdesk.core.events import SearchDone
from mmdesk.core.finding import folded, query_words, utf16_length
from mmdesk.ui.controls import plain_label
from mmdesk.ui.i18n import day_text
from mmdesk.ui.pages import Page
from mmdesk.ui.theme import current
from mmdesk.ui.timers import single_shot

_HIT = Qt.ItemDataRole.UserRole
_PAUSE_MS = 60
"""Between keys that are typed quickly nothing is looked for."""
_PAD, _LINE = 10, 20


class SearchPage(Page):
    """A line to type into, and the messages that have its words."""

    searched = Signal(str)
    chosen = Signal(str, str)
    """A conversation's and a message's id."""

    def __init__(self) -> None:
        super().__init__("searchPage")
        self._timer = single_shot(self, _PAUSE_MS, self._search)
        self._done: SearchDone | None = None
        self.input = _Input()
        self.input.textChanged.connect(self._typed)
        self.input.moved.connect(self._move)
        self.input.returnPressed.connect(self._choose_current)
        self._said = plain_label("searchSaid", wrap=True)
        self.results = QListWidget()
        self.results.setObjectName("searchResults")
        self.results.setItemDelegate(_HitPainter(self.results))
        self.results.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.results.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.results.itemClicked.connect(self._choose)
        self.results.itemActivated.connect(self._choose)
        self.content.addWidget(self.input)
        self.content.addWidget(self._said)
        self.content.addWidget(self.results, 1)
        self.setFocusProxy(self.input)

    def begin(self) -> None:
        """Have something new typed in place of what was looked for last, and look again."""
        self.input.setFocus()
        self.input.selectAll()
        self._search()

    def show_hits(self, done: SearchDone) -> None:
        """Show what was found, unless something else is being looked for by now."""
        if done.query != self.input.text():
            return
        self._done = done
        self.results.clear()
        for hit in done.hits:
            item = QListWidgetItem()
            item.setData(_HIT, (hit, done.query))
            title = " ".join(hit.conversation.title.split())
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{title}: {hit.excerpt}")
            self.results.addItem(item)
        if done.hits:
            self.results.setCurrentRow(0)
        self._say()

    def retranslate(self) -> None:
        """Set every text anew."""
        super().retranslate()
        self._title.setText(self.tr("Search all conversations"))
        self.input.setPlaceholderText(self.tr("Words, or “a phrase”"))
        self.input.setAccessibleName(self._title.text())
        self.results.setAccessibleName(self.tr("Messages found"))
        self._say()

    def _search(self) -> None:
        self.searched.emit(self.input.text())

    def _say(self) -> None:
        text = ""
        if self._done is not None and self.input.text().strip() and not self._done.hits:
            text = self.tr("No message has all of these words.")
        self._said.setText(text)
        self._said.setVisible(bool(text))
        self.results.setVisible(self.results.count() > 0)

    def _typed(self, text: str) -> None:
        self._timer.start()
        if not text.strip():
            self.results.clear()
            self._say()

    def _move(self, step: int) -> None:
        row = self.results.currentRow() + step
        self.results.setCurrentRow(max(0, min(row, self.results.count() - 1)))

    def _choose_current(self) -> None:
        if (item := self.results.currentItem()) is not None:
            self._choose(item)

    def _choose(self, item: QListWidgetItem) -> None:
        hit: Hit = item.data(_HIT)[0]
        self.chosen.emit(hit.conversation.id, hit.message)


class _Input(QLineEdit):
    moved = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("searchInput")
        self.setClearButtonEnabled(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move in the results without leaving the line."""
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.moved.emit(1 if event.key() == Qt.Key.Key_Down else -1)
        else:
            super().keyPressEvent(event)


class _HitPainter(QStyledItemDelegate):
    """Paints a hit: its conversation and day, and two lines of text with the words marked."""

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """Return the size of three lines."""
        return QSize(0, 3 * _LINE + 2 * _PAD)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Paint one hit."""
        hit, query = index.data(_HIT)
        tokens = current()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = _rect(option)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.accent_tint))
            painter.drawRoundedRect(area.adjusted(0, 1, 0, -1), 8, 8)
        inside = area.adjusted(_PAD, _PAD, -_PAD, -_PAD)
        day = day_text(hit.conversation.updated)
        font = QFont(option.font)
        self._head(painter, font, inside, " ".join(hit.conversation.title.split()), day)
        _excerpt(painter, font, inside.adjusted(0, _LINE, 0, 0), hit.excerpt, query)
        painter.restore()

    def _head(self, painter: QPainter, font: QFont, area: QRect, title: str, day: str) -> None:
        tokens = current()
        line = QRect(area.topLeft(), QSize(area.width(), _LINE))
        painter.setFont(font)
        painter.setPen(QColor(tokens.muted))
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, day)
        room = area.width() - painter.fontMetrics().horizontalAdvance(day) - 12
        font = QFont(font)
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(QColor(tokens.text))
        elided = painter.fontMetrics().elidedText(title, Qt.TextElideMode.ElideRight, room)
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, elided)


def marked_ranges(text: str, query: str) -> list[tuple[int, int]]:
    """Return start and length of each place in ``text`` that has a word of ``query``.

    They are in UTF-16 code units, as Qt counts: an emoji is two.
    """
    words = sorted(map(folded, query_words(query)), key=len, reverse=True)
    pattern = "|".join(map(re.escape, words))
    if not pattern:
        return []
    spans = [match.span() for match in re.finditer(pattern, folded(text))]
    return [(utf16_length(text[:start]), utf16_length(text[start:end])) for start, end in spans]


def _rect(option: QStyleOptionViewItem) -> QRect:
    area: QRect = option.rect
    return area


def _excerpt(painter: QPainter, font: QFont, area: QRect, text: str, query: str) -> None:
    tokens = current()
    layout = QTextLayout(text, font)
    wrap = QTextOption()
    wrap.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(wrap)
    marks = []
    for start, length in marked_ranges(text, query):
        mark = QTextLayout.FormatRange()
        mark.start, mark.length = start, length
        style = QTextCharFormat()
        style.setBackground(QColor(tokens.notice_ground))
        style.setForeground(QColor(tokens.notice_text))
        mark.format = style
        marks.append(mark)
    layout.setFormats(marks)
    layout.beginLayout()
    for number in range(2):
        line = layout.createLine()
        if not line.isValid():
            break
        line.setLineWidth(area.width())
        line.setPosition(QPointF(0, number * _LINE))
    layout.endLayout()
    painter.setPen(QColor(tokens.text))
    layout.draw(painter, QPointF(QPoint(area.left(), area.top())))
