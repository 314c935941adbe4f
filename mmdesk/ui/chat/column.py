"""The column in which messages stand below each other, centred and at most 760 px wide."""

from __future__ import annotations

from bisect import bisect_right

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from mmdesk.ui.chat.message_view import MessageView
from mmdesk.ui.theme import current

WIDEST = 760
_SIDE = 28
_NARROW_SIDE = 16
_TOP = 24
_BOTTOM = 20
_GAP = 16


class Column(QWidget):
    """Holds the message views and places them; the views say how high they are.

    Qt's own layouts would take several passes through the event loop for every new line.
    """

    def __init__(self) -> None:
        super().__init__()
        self.views: list[MessageView] = []
        self._heights: dict[MessageView, tuple[int, int]] = {}
        self._marked: MessageView | None = None

    def mark(self, view: MessageView | None) -> None:
        """Put a ground behind a message that was searched for; None takes it away."""
        self._marked = view
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground."""
        if self._marked is not None and self._marked in self.views:
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(current().panel))
            around = self._marked.geometry().adjusted(-12, -8, 12, 8)
            painter.drawRoundedRect(around, 14, 14)

    def insert(self, index: int, view: MessageView) -> None:
        """Add a view; it is placed by the next :meth:`lay_out`."""
        self.views.insert(index, view)
        view.setParent(self)

    def keep(self, count: int) -> None:
        """Drop all views but the first ``count``."""
        for view in self.views[count:]:
            self._heights.pop(view, None)
            view.hide()
            view.deleteLater()
        del self.views[count:]

    def lay_out(self, width: int, changed: MessageView | None = None) -> None:
        """Place the views in ``width`` px; only from ``changed`` on if that is given."""
        side = _SIDE if width > 560 else _NARROW_SIDE
        inner = max(120, min(WIDEST, width - 2 * side))
        left = (width - inner) // 2
        start = 0
        if changed is not None:
            start = self.views.index(changed)
            self.forget(changed)
        y = self.views[start].y() if start else _TOP
        for view in self.views[start:]:
            height = self._height_of(view, inner)
            view.setGeometry(left, y, inner, height)
            if view.isHidden():
                view.show()
            y += height + _GAP
        self.resize(width, y - _GAP + _BOTTOM if self.views else 0)

    def forget(self, view: MessageView | None = None) -> None:
        """Ask ``view``, or all of them, for its height again with the next :meth:`lay_out`."""
        if view is None:
            self._heights.clear()
        else:
            self._heights.pop(view, None)

    def _height_of(self, view: MessageView, width: int) -> int:
        known = self._heights.get(view)
        if known is None or known[0] != width:
            known = (width, view.height_for(width))
            self._heights[view] = known
        return known[1]

    def view_at(self, y: int) -> MessageView | None:
        """Return the view that is cut by the line at ``y``, or the next one below."""
        index = bisect_right([view.geometry().bottom() for view in self.views], y)
        return self.views[index] if index < len(self.views) else None
