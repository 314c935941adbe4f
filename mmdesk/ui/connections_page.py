"""Every connection that this window has opened since it was started."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QDateTime, QLocale
from PySide6.QtWidgets import QGridLayout

from mmdesk.core.connections import Connection, Purpose
from mmdesk.ui.controls import plain_label
from mmdesk.ui.pages import Page

_MOST = 500
"""Rows; older ones are counted."""


class ConnectionsPage(Page):
    """When, to whom and what for; the last one first."""

    def __init__(self) -> None:
        super().__init__("connectionsPage")
        self._opened: tuple[Connection, ...] = ()
        self._sealed = False
        self._said = plain_label("fieldHelp", wrap=True)
        self._grid = QGridLayout()
        self._grid.setColumnStretch(2, 1)
        self._grid.setHorizontalSpacing(18)
        self._grid.setVerticalSpacing(8)
        self._older = plain_label("fieldHelp", wrap=True)
        self.content.addWidget(self._said)
        self.content.addSpacing(10)
        self.content.addLayout(self._grid)
        self.content.addWidget(self._older)
        self.content.addStretch(1)

    def show_connections(self, opened: Sequence[Connection], *, sealed: bool) -> None:
        """Show them; ``sealed`` tells that there can be none."""
        self._opened, self._sealed = tuple(opened), sealed
        self.retranslate()

    def retranslate(self) -> None:
        """Set every text anew."""
        super().retranslate()
        self._title.setText(self.tr("Connections"))
        self._said.setText(self._sentence())
        while (item := self._grid.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for row, each in enumerate(reversed(self._opened[-_MOST:])):
            self._add_row(row, each)
        older = len(self._opened) - _MOST
        self._older.setText(self.tr("and %n before", "", max(0, older)))
        self._older.setVisible(older > 0)

    def _sentence(self) -> str:
        if self._sealed:
            return self.tr(
                "Sealed: no process of mmdesk can open an internet connection. This is guaranteed "
                "by the system: mmdesk was started in a network of its own, which is empty."
            )
        if not self._opened:
            return self.tr(
                "mmdesk has opened no connection since it was started. It does so only where you "
                "ask for it: to look for and download models, and to ask a server that you added."
            )
        return self.tr("What mmdesk has connected to since it was started, and why.")

    def _add_row(self, row: int, made: Connection) -> None:
        moment = QDateTime.fromSecsSinceEpoch(int(made.at.timestamp()))
        when = QLocale().toString(moment.time(), "HH:mm:ss")
        host = made.host
        if made.wanted and made.wanted != made.host:
            host = self.tr("{host} (for {wanted})")
            host = host.replace("{host}", made.host).replace("{wanted}", made.wanted)
        self._grid.addWidget(plain_label("fieldHelp", when), row, 0)
        self._grid.addWidget(plain_label("connectionHost", host, wrap=True), row, 1)
        self._grid.addWidget(plain_label("fieldHelp", self._purpose(made.purpose)), row, 2)

    def _purpose(self, purpose: Purpose) -> str:
        return {
            Purpose.DOWNLOAD: self.tr("models: to list or download them"),
            Purpose.SERVER: self.tr("a server that you added"),
        }[purpose]
