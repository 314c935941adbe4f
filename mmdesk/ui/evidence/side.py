"""Where the evidence panel stands in the window, and when."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, Signal
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget

WIDE = 1100
"""Px of the window from which on the panel opens by itself."""


class EvidenceSide(QObject):
    """Right of the chat; over it in a window that is too narrow for both.

    The panel is made when it is first to be seen.
    """

    changed = Signal(bool)
    """The panel appeared, or went."""
    focusFreed = Signal()
    """The panel goes with the focus in it."""

    def __init__(self, window: QWidget, row: QHBoxLayout, column: QWidget, *, narrow: int) -> None:
        """Take where the panel may stand.

        Args:
            column: The chat's, in ``row``.
            narrow: The width in px under which the panel stands over the chat.
        """
        super().__init__(window)
        self._window, self._row, self._column = window, row, column
        self._narrow = narrow
        self._make: Callable[[], QWidget] | None = None
        self._panel: QWidget | None = None
        self._offered = self._asked = self._asked_when_narrow = False
        self._beside = False
        self.closed = False
        """Whether the person closed it in a wide window; it doesn't open by itself then."""

    def use(self, make: Callable[[], QWidget]) -> None:
        """Take what makes the panel."""
        self._make = make

    @property
    def shown(self) -> bool:
        """Whether the panel is to be seen."""
        return self._panel is not None and not self._panel.isHidden()

    @property
    def beside(self) -> bool:
        """Whether it takes room from the chat, in a window that is short of it."""
        return self.shown and self._beside and self._window.width() < WIDE

    def offer(self, something: bool) -> None:
        """Tell whether there is something to show."""
        self._offered = something
        self.fit()

    def toggle(self) -> None:
        """Show the panel, or hide it."""
        self.leave() if self.shown else self.ask()

    def ask(self) -> None:
        """Show the panel."""
        if self._window.width() < WIDE:
            self._asked_when_narrow = True
        else:
            self._asked, self.closed = True, False
        self.fit()

    def leave(self) -> None:
        """Hide it; in a wide window it stays so until it is asked for."""
        if self._window.width() >= WIDE:
            self._asked, self.closed = False, True
        self._asked_when_narrow = False
        self.fit()

    def forget(self) -> None:
        """Take note that another conversation is shown: what was asked for in this one is over."""
        self._asked = self._asked_when_narrow = False

    def window_resized(self, before: int) -> None:
        """Follow the window's size; ``before`` is the width that it had."""
        now = self._window.width()
        if before >= WIDE > now or before >= self._narrow > now:
            self._asked_when_narrow = False
        self.fit()

    def fit(self) -> None:
        """Show or hide the panel, as its place allows."""
        wide = self._window.width() >= WIDE
        wanted = self._asked or (self._offered and not self.closed)
        wanted = wanted if wide else self._asked_when_narrow
        if not wanted and self._panel is None:
            return
        panel = self._made()
        before = self.shown
        self._place(panel)
        focused = QApplication.focusWidget()
        if before and not wanted and focused is not None and panel.isAncestorOf(focused):
            self.focusFreed.emit()  # hiding it would give the focus to the first button around
        panel.setVisible(wanted)
        if wanted and not self._beside:
            panel.raise_()
        if before != wanted:
            self.changed.emit(wanted)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the room beside which the panel stands, while it stands over it."""
        if event.type() == QEvent.Type.Resize and self.shown and not self._beside:
            assert self._panel is not None
            self._panel.setGeometry(self._over(self._panel))
        return False

    def _made(self) -> QWidget:
        if self._panel is None:
            assert self._make is not None
            self._panel = self._make()
            self._panel.hide()
            self._column.installEventFilter(self)
        return self._panel

    def _place(self, panel: QWidget) -> None:
        beside = self._window.width() >= self._narrow
        around = self._row.parentWidget()
        if panel.parentWidget() is None or beside != self._beside:
            self._row.removeWidget(panel)
            panel.setParent(around)
            if beside:
                self._row.addWidget(panel)
        self._beside = beside
        if not beside:
            panel.setGeometry(self._over(panel))

    def _over(self, panel: QWidget) -> QRect:
        room = self._row.geometry()
        left = max(room.left(), room.right() + 1 - panel.width())
        if panel.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            left = room.left()
        return QRect(QPoint(left, room.top()), room.bottomRight())
