"""Messages under the keyboard: Home and End, Tab in reading order, and which one has the focus."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

from mmdesk.ui.chat.message_view import MessageView
from mmdesk.ui.chat.scroller import MessageScroller
from mmdesk.ui.chat.tab_order import stops, way_out


class KeyboardScroller(MessageScroller):
    """Goes through the messages as they are read, whichever of their views was made first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._focused: MessageView | None = None
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._focus_moved)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Home and End go to the first and the last message."""
        if event.key() == Qt.Key.Key_End:
            self.jump_to_latest()
        elif event.key() == Qt.Key.Key_Home:
            self.jump_to_first()
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Go from message to message, and out of them at the ends."""
        reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
        inside = self._next_stop(QApplication.focusWidget(), 1 if forward else -1)
        target = inside or way_out(self, forward=forward)
        if target is None:
            return super().focusNextPrevChild(forward)
        target.setFocus(reason)
        if inside not in (None, self) and target.visibleRegion().isEmpty():
            self.ensureWidgetVisible(target)
        return True

    def _next_stop(self, focused: QWidget | None, by: int) -> QWidget | None:
        slot = self._slot_around(focused)
        if slot is None or slot.view is None:
            return self._first_stop() if by > 0 else None
        inside = stops(slot.view)
        at = inside.index(focused) + by if focused in inside else -1
        if 0 <= at < len(inside):
            return inside[at]
        index = slot.index + by
        while 0 <= index < len(self._column.slots):
            if beside := stops(self.view_of(index)):
                return beside[0 if by > 0 else -1]
            index += by
        return None if by > 0 else self

    def _first_stop(self) -> QWidget | None:
        """Return what is reached first from outside: what is seen, not what is far."""
        for view in self.views_in_sight():
            if inside := stops(view):
                return inside[0]
        return None

    def _focus_moved(self, old: QWidget | None, new: QWidget | None) -> None:
        slot = self._slot_around(new)
        found = slot.view if slot is not None else None
        if found is not None and self._is_outside(old) and found.visibleRegion().isEmpty():
            # Tab came from outside to the view that was made first, wherever that is.
            seen = self._first_stop()
            if seen is not None:
                seen.setFocus(Qt.FocusReason.TabFocusReason)
                return
        if found is self._focused:
            return
        if self._focused is not None:
            self._focused.set_focused(False)
        self._focused = found
        if found is not None:
            found.set_focused(True)

    def _is_outside(self, widget: QWidget | None) -> bool:
        return widget is not None and widget is not self and not self.isAncestorOf(widget)
