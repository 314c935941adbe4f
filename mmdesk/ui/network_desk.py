"""Tells how many connections there were, and shows which."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from mmdesk.core.events import ConnectionOpened, Event

if TYPE_CHECKING:
    from mmdesk.core.connections import Connection
    from mmdesk.ui.connections_page import ConnectionsPage
    from mmdesk.ui.window_frame import WindowFrame


class NetworkDesk(QObject):
    """The mark in the status line, and the page behind it.

    Args:
        sealed: Whether this process, and all that it starts, is in an empty network.
    """

    def __init__(self, frame: WindowFrame, *, sealed: bool) -> None:
        super().__init__(frame)
        self._frame = frame
        self._opened: list[Connection] = []
        self._page: ConnectionsPage | None = None
        self.sealed = sealed
        frame.status.connections.clicked.connect(self._toggle)
        frame.status.show_connections(0, sealed=sealed)

    def handle(self, event: Event) -> None:
        """Count a connection."""
        if isinstance(event, ConnectionOpened):
            self._opened.append(event.connection)
            self._frame.status.show_connections(len(self._opened), sealed=self.sealed)
            if self._page is not None:
                self._page.show_connections(self._opened, sealed=self.sealed)

    def retranslate(self) -> None:
        """Set every text anew."""
        if self._page is not None:
            self._page.retranslate()

    def _toggle(self) -> None:
        if self._page is None:
            from mmdesk.ui.connections_page import ConnectionsPage

            self._page = ConnectionsPage()
        self._page.show_connections(self._opened, sealed=self.sealed)
        self._frame.toggle_page(self._page)
