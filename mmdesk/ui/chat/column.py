"""The column in which messages stand below each other, centred and at most 760 px wide."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from mmdesk.core.conversations import Entry
from mmdesk.ui.chat.message_view import COLUMN_WIDTH, MessageView
from mmdesk.ui.chat.slots import Slot
from mmdesk.ui.theme import current

_SIDE = 28
_NARROW_SIDE = 16
_TOP = 24
_BOTTOM = 20
_GAP = 16
_HIGHEST = 12_000_000
"""Px of the column; Qt's widgets end at 2^24. Guessed heights shrink before that."""


class Column(QWidget):
    """Holds the slots of all messages and the views that some of them have.

    Qt's own layouts would take several passes through the event loop for every new line.
    """

    def __init__(self) -> None:
        super().__init__()
        self.slots: list[Slot] = []
        self._of: dict[MessageView, Slot] = {}
        self._tops: list[int] = []
        self._end = _TOP
        self._left = 0
        self._inner = COLUMN_WIDTH
        self._marked: Slot | None = None
        # What is moved by scrolling is copied then, and only what comes into sight painted.
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    # Messages ---------------------------------------------------------------------------

    @property
    def views(self) -> list[MessageView]:
        """The views that there are, from top to bottom."""
        return [slot.view for slot in self.slots if slot.view is not None]

    @property
    def made(self) -> list[Slot]:
        """The slots that have a view, in no certain order."""
        return list(self._of.values())

    def add(self, entries: Sequence[Entry]) -> None:
        """Add messages at the end, without views."""
        first = len(self.slots)
        self.slots += [Slot(each, first + n, self._inner) for n, each in enumerate(entries)]
        self.place(first)

    def keep(self, count: int) -> None:
        """Drop all messages but the first ``count``."""
        gone = self.slots[count:]
        del self.slots[count:]
        if self._marked in gone:
            self._marked = None
        views = [self._taken(slot) for slot in gone]
        self.place(len(self.slots))
        # Last: the focus that one of them has goes on to a message, which must be a shown one.
        for view in views:
            _end(view)

    def show_view(self, slot: Slot, view: MessageView) -> None:
        """Give a slot its view; :meth:`measure` lays it out."""
        slot.view = view
        self._of[view] = slot
        view.setParent(self)

    def let_go(self, slot: Slot) -> None:
        """Take a slot's view away; its height is kept."""
        _end(self._taken(slot))

    def slot_of(self, view: object) -> Slot | None:
        """Return where a view stands, or None if it is none of this column's."""
        return self._of.get(view) if isinstance(view, MessageView) else None

    def mark(self, slot: Slot | None) -> None:
        """Put a ground behind a message that was searched for; None takes it away."""
        self._marked = slot
        self.update()

    # Layout -----------------------------------------------------------------------------

    def fit(self, width: int) -> bool:
        """Take this width in px, and tell whether messages get another one by it."""
        side = _SIDE if width > 560 else _NARROW_SIDE
        inner = max(120, min(COLUMN_WIDTH, width - 2 * side))
        changed = inner != self._inner
        moved = width != self.width()
        self._inner, self._left = inner, (width - inner) // 2
        if moved:
            self.resize(width, self.height())
        return changed or moved

    def is_ready(self, slot: Slot) -> bool:
        """Tell whether a slot's view is there and laid out in the width of now."""
        return slot.view is not None and slot.width == self._inner

    def measure(self, slot: Slot) -> bool:
        """Lay a slot's view out, and tell whether it became higher or lower."""
        if slot.view is None:
            return False
        before = slot.height
        slot.height, slot.width = slot.view.height_for(self._inner), self._inner
        slot.view.resize(self._inner, slot.height)
        return slot.height != before

    def forget(self) -> None:
        """Have every view laid out again before it is seen."""
        for slot in self.slots:
            slot.width = 0

    def place(self, first: int = 0) -> None:
        """Set the places of the messages from number ``first`` on, and the column's height."""
        heights = [slot.height for slot in self.slots[first:]]
        end = self._tops[first] if first < len(self._tops) else self._end
        top = end if first else _TOP
        if top + sum(heights) > _HIGHEST:
            first, top, heights = 0, _TOP, self._shrunk()
        self._tops[first:] = accumulate((height + _GAP for height in heights), initial=top)
        self._end = self._tops.pop()
        for slot in self._of.values():
            if slot.index >= first and slot.view is not None:
                slot.view.move(self._left, self._tops[slot.index])
                if slot.view.isHidden():
                    slot.view.show()
        self.resize(self.width(), self._end - _GAP + _BOTTOM if self.slots else 0)

    def _taken(self, slot: Slot) -> MessageView | None:
        view, slot.view = slot.view, None
        if view is not None:
            del self._of[view]
        return view

    def _shrunk(self) -> list[int]:
        """Return heights that fit: those of messages without a view, which nobody sees, shrink."""
        fixed = sum(slot.height for slot in self._of.values())
        free = sum(slot.height for slot in self.slots) - fixed
        share = max(0, _HIGHEST - fixed) / max(1, free)
        return [
            slot.height if slot.view is not None else int(share * slot.height)
            for slot in self.slots
        ]

    def top(self, slot: Slot) -> int:
        """Return the px from the column's top to a placed message's."""
        return self._tops[slot.index]

    def slot_at(self, y: int) -> Slot | None:
        """Return the message that is cut by the line at ``y``, or the next one below."""
        index = max(0, bisect_left(self._tops, y) - 1)
        for slot in self.slots[index : index + 2]:
            if self._tops[slot.index] + slot.height > y:
                return slot
        return self.slots[index + 2] if index + 2 < len(self.slots) else None

    def between(self, top: int, end: int) -> list[Slot]:
        """Return the messages of which something stands between two lines."""
        first = self.slot_at(top)
        if first is None:
            return []
        last = bisect_left(self._tops, end, lo=first.index)
        return self.slots[first.index : max(last, first.index + 1)]

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground, and another one behind what was searched for."""
        QPainter(self).fillRect(event.rect(), QColor(current().background))
        view = self._marked.view if self._marked is not None else None
        if view is not None:
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(current().panel))
            around = view.geometry().adjusted(-12, -8, 12, 8)
            painter.drawRoundedRect(around, 14, 14)


def _end(view: MessageView | None) -> None:
    if view is not None:
        view.hide()
        view.deleteLater()
