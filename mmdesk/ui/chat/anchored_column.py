"""A column of messages that is laid out where it is looked at, around what is read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from mmdesk.ui.chat.column import Column
from mmdesk.ui.chat.message_view import MessageView
from mmdesk.ui.chat.slots import Anchor, Slot
from mmdesk.ui.viewport import clear_viewport


class AnchoredColumn(QScrollArea):
    """Makes the views that are in sight, and moves nothing that is read.

    The heights of all other messages are guesses. When one becomes exact, or the width changes,
    the scroll bar moves so that what has been seen stays where it is.
    """

    changed = Signal(object)
    """The text of a view has changed; with None that of any, or which messages there are."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        clear_viewport(self)
        self._column = Column()
        self.setWidget(self._column)
        self._following = True
        self._adjusting = False

    def _make_view(self, slot: Slot) -> MessageView:
        """Return a new view of a message."""
        raise NotImplementedError

    def _moved(self) -> None:
        """Take note that something else may be in sight."""
        raise NotImplementedError

    @property
    def slots(self) -> Sequence[Slot]:
        """The places of all messages."""
        return self._column.slots

    @property
    def views(self) -> Sequence[MessageView]:
        """The views that there are, from top to bottom."""
        return self._column.views

    def view_of(self, index: int) -> MessageView:
        """Return the view of a message, counted from the first; it is made if there is none."""
        slot = self._column.slots[index]
        if not self._column.is_ready(slot):
            anchor = self._reading()
            with self._adjusted():
                self._make_ready(slot)
                self._settle(anchor)
        assert slot.view is not None
        return slot.view

    def views_in_sight(self) -> list[MessageView]:
        """Return the views of which something is seen."""
        return [slot.view for slot in self._in_sight() if slot.view is not None]

    def _slot_around(self, widget: object) -> Slot | None:
        """Return the message that a widget is in."""
        while isinstance(widget, QWidget):
            if (slot := self._column.slot_of(widget)) is not None:
                return slot
            widget = widget.parent()
        return None

    def _relayout(self, changed: Slot | None = None, anchor: Anchor | None = None) -> None:
        """Lay out ``changed``, or what is in sight, keeping what is read in place."""
        if self._adjusting:
            return
        with self._adjusted():
            anchor = anchor or self._reading()
            # As if the scroll bar were always there: nothing moves aside when it appears.
            width = self.width() - self.verticalScrollBar().sizeHint().width()
            if self._column.fit(width):
                anchor = anchor and anchor.in_any_width()
                self._column.place()
            if changed is not None and self._column.measure(changed):
                self._column.place(changed.index)
            self._settle(anchor)
        self._moved()
        self.changed.emit(changed.view if changed is not None else None)

    @contextmanager
    def _adjusted(self) -> Iterator[None]:
        """While it lasts, the bar moves because the layout does, not the person."""
        self._adjusting = True
        try:
            yield
        finally:
            self._adjusting = False

    def _reading(self) -> Anchor | None:
        """Return what is to stay where it is seen: what has a view already, if there is any."""
        sight = [] if self._following else self._in_sight()
        if not sight:
            return None
        slot = next((slot for slot in sight if self._column.is_ready(slot)), sight[0])
        return Anchor(slot, self.verticalScrollBar().value() - self._column.top(slot))

    def _in_sight(self, margin: int = 0) -> list[Slot]:
        top = self.verticalScrollBar().value()
        return self._column.between(top - margin, top + self.viewport().height() + margin)

    def _settle(self, anchor: Anchor | None) -> None:
        """Make the views that are in sight at ``anchor``, the end if None, and go there."""
        bar, seen = self.verticalScrollBar(), self.viewport().height()
        while True:
            end = max(0, self._column.height() - seen)
            top = end if self._following else min(bar.value(), end)
            if anchor is not None:
                top = min(max(0, self._column.top(anchor.slot) + anchor.offset()), end)
            sight = self._column.between(top, top + seen)
            missing = [slot for slot in sight if not self._column.is_ready(slot)]
            if not missing:
                break
            first = anchor.slot.index if anchor is not None else sight[-1].index
            missing.sort(key=lambda slot: (slot.index < first, abs(slot.index - first)))
            self._make_ready(missing[0])
        # Qt sets the range with the column's resize event, which a hidden one doesn't get yet.
        bar.setRange(0, end)
        bar.setValue(top)

    def _make_ready(self, slot: Slot) -> None:
        if slot.view is None:
            self._column.show_view(slot, self._make_view(slot))
        self._column.measure(slot)
        self._column.place(slot.index)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out in the new width."""
        super().resizeEvent(event)
        self._relayout()

    def showEvent(self, event: QShowEvent) -> None:
        """Lay out now that the size is known."""
        super().showEvent(event)
        self._relayout()

    def changeEvent(self, event: QEvent) -> None:
        """Mirror the column when the reading direction changes."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LayoutDirectionChange:
            self._column.forget()
            self._relayout()
