"""Tab goes through messages from top to bottom, whichever of their views was made first.

Qt's own focus chain has widgets in the order in which they were made.
"""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget


def stops(inside: QWidget) -> list[QWidget]:
    """Return what takes the focus by Tab inside a message, in reading order."""
    mirrored = inside.layoutDirection() == Qt.LayoutDirection.RightToLeft
    found: list[tuple[int, int, int, QWidget]] = []
    for widget in inside.findChildren(QWidget):
        if _takes_focus(widget) and widget.isVisibleTo(inside):
            at = widget.mapTo(inside, QPoint(0, 0))
            found.append((at.y(), -at.x() if mirrored else at.x(), len(found), widget))
    return [widget for *_, widget in sorted(found)]


def way_out(area: QWidget, *, forward: bool) -> QWidget | None:
    """Return what takes the focus next outside of ``area``."""
    following = QWidget.nextInFocusChain if forward else QWidget.previousInFocusChain
    at = following(area)
    while at is not None and at is not area:
        if not area.isAncestorOf(at) and _takes_focus(at) and at.isVisible():
            return at
        at = following(at)
    return None


def _takes_focus(widget: QWidget) -> bool:
    by_tab = widget.focusPolicy().value & Qt.FocusPolicy.TabFocus.value
    return bool(by_tab) and widget.isEnabled() and widget.focusProxy() is None
