"""A column of any number of messages: only those near what is read have views."""

from __future__ import annotations

import time

from PySide6.QtCore import QRect, Signal
from PySide6.QtWidgets import QWidget

from mmdesk.core.conversations import ReadingPlace
from mmdesk.ui.chat.anchored_column import AnchoredColumn
from mmdesk.ui.chat.jump_button import JumpButton
from mmdesk.ui.chat.slots import Anchor, Slot
from mmdesk.ui.timers import single_shot

_NEAR_END = 24
"""Px from the end within which the end is still followed."""
_AHEAD = 2
"""Screens above and below what is seen that get views before they are needed."""
_MOST_VIEWS = 120
_SLICE_S = 0.008
"""How long views are made before the window is served again."""
_STILL_MS = 400
_MARGIN_SHARE = 5
"""A message that is gone to stands a fifth of the height below the upper edge."""


class MessageScroller(AnchoredColumn):
    """Scrolls through messages, and makes views where they are looked at.

    What is in sight has views before it is painted. What is near gets them in slices, so that
    scrolling finds them there. Views that are far are let go once there are many. The heights of
    all other messages are guesses; when one becomes exact, what is read stays where it is.
    """

    placeChanged = Signal(object)
    """What is read has changed, a moment ago: the :class:`ReadingPlace`, None at the end."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._soon = single_shot(self, 0, self._make_near)
        self._still = single_shot(self, _STILL_MS, self._tell_place)
        self._jump = JumpButton(self._column)
        self._jump.clicked.connect(self.jump_to_latest)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.verticalScrollBar().valueChanged.connect(self._place_jump)

    def _is_needed(self, slot: Slot) -> bool:
        """Tell whether a view must stay, however far it is."""
        raise NotImplementedError

    # What there is ----------------------------------------------------------------------

    @property
    def following(self) -> bool:
        """Whether the end is followed."""
        return self._following

    def first_seen(self) -> int:
        """Return which message is the first in sight, counted from the first of all."""
        slot = self._column.slot_at(self.verticalScrollBar().value())
        return slot.index if slot is not None else len(self._column.slots)

    def place(self) -> ReadingPlace | None:
        """Return what is read; None is the end, wherever that will be."""
        top = self.verticalScrollBar().value()
        slot = None if self._following else self._column.slot_at(top)
        if slot is None or not slot.entry.id:
            return None
        share = (top - self._column.top(slot)) / max(1, slot.height)
        return ReadingPlace(slot.entry.id, min(max(0.0, share), 0.999))

    # Going somewhere --------------------------------------------------------------------

    def go_to(self, index: int, *, mark: bool) -> None:
        """Go to a message, counted from the first, and perhaps mark it."""
        slot = self._column.slots[index]
        self._column.mark(slot if mark else None)
        self._following = False
        self._still.start()
        self._relayout(anchor=Anchor(slot, -(self.viewport().height() // _MARGIN_SHARE)))

    def show_line(self, inside: QWidget, line: QRect) -> None:
        """Have a line of a message in sight; it stays there while an answer streams in."""
        slot = self._slot_around(inside)
        if slot is None or slot.view is None:
            return
        below, height = inside.mapTo(slot.view, line.topLeft()).y(), line.height()
        top = self._column.top(slot) + below
        bar, seen = self.verticalScrollBar(), self.viewport().height()
        self._following = False
        self._still.start()
        if bar.value() + _NEAR_END <= top <= bar.value() + seen - height - 3 * _NEAR_END:
            self._relayout()
        else:
            self._relayout(anchor=Anchor(slot, below - seen // 3))
        self._follow_at_end()

    def jump_to_first(self) -> None:
        """Go to the beginning."""
        if self._column.slots:
            self._following = False
            self._still.start()
            first = self._column.slots[0]
            self._relayout(anchor=Anchor(first, -self._column.top(first)))
            self._follow_at_end()

    def jump_to_latest(self) -> None:
        """Go to the end and follow it from now on."""
        self._following = True
        self._still.start()
        if self._jump.hasFocus():  # Qt would look for the next one, and scroll to it
            self.setFocus()
        self._relayout()

    def _open_at(self, place: ReadingPlace | None) -> None:
        """Show the end, or the message where the person was reading."""
        anchor = None
        if place is not None:
            slots = (slot for slot in self._column.slots if slot.entry.id == place.message)
            slot = next(slots, None)
            anchor = Anchor(slot, 0, place.offset) if slot is not None else None
        self._following = anchor is None
        self._relayout(anchor=anchor)
        self._follow_at_end()

    def _follow_at_end(self) -> None:
        bar = self.verticalScrollBar()
        self._following = bar.value() >= bar.maximum() - _NEAR_END
        self._place_jump()

    def _scrolled(self, value: int) -> None:
        if self._adjusting:
            return
        self._following = value >= self.verticalScrollBar().maximum() - _NEAR_END
        with self._adjusted():
            self._settle(self._reading())
        self._still.start()
        self._moved()

    def _moved(self) -> None:
        self._place_jump()
        if self.isVisible() and self._next_near() is not None:
            self._soon.start()

    def _place_jump(self) -> None:
        away = not self._following and self.verticalScrollBar().maximum() > 0
        seen = self.viewport().rect().translated(0, self.verticalScrollBar().value())
        self._jump.show_above_end(away, seen)

    # Views that are near, and far -------------------------------------------------------

    def _make_near(self) -> None:
        """Make a few of the views that will be in sight soon, and read their pictures."""
        ends = time.monotonic() + _SLICE_S
        while time.monotonic() < ends:
            if (slot := self._next_near()) is not None:
                self._make_some(slot)
            elif not any(slot.view is not None and slot.view.prepare() for slot in self._near()):
                self._let_far_go()
                return
        self._soon.start()

    def _make_some(self, slot: Slot) -> None:
        """Make a part of a view; a whole one would take longer than a frame."""
        if slot.view is None:
            self._column.show_view(slot, self._make_view(slot))
        elif not slot.view.make_more():
            self.view_of(slot.index)
            self.changed.emit(slot.view)

    def _next_near(self) -> Slot | None:
        """Return the nearest message that should have a view, but has none yet."""
        missing = [slot for slot in self._near() if not self._column.is_ready(slot)]
        return min(missing, key=self._distance, default=None)

    def _near(self) -> list[Slot]:
        return self._in_sight(_AHEAD * self.viewport().height())

    def _distance(self, slot: Slot) -> int:
        """Return how many px a message is away from what is seen."""
        top, seen = self.verticalScrollBar().value(), self.viewport().height()
        begin = self._column.top(slot)
        return max(top - begin - slot.height, begin - top - seen)

    def _let_far_go(self) -> None:
        made = self._column.made
        if len(made) > _MOST_VIEWS:
            enough = (_AHEAD + 1) * self.viewport().height()
            far = [slot for slot in made if self._distance(slot) > enough]
            far.sort(key=self._distance, reverse=True)
            for slot in far[: len(made) - _MOST_VIEWS]:
                if not self._is_needed(slot):
                    self._column.let_go(slot)

    def _tell_place(self) -> None:
        self.placeChanged.emit(self.place())
