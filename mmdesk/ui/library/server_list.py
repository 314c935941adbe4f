"""The servers on the Models page, and the form that adds one."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout

from mmdesk.core.models import Server
from mmdesk.session.library import ModelLibrary
from mmdesk.ui.library.groups import Group
from mmdesk.ui.library.server_card import ServerCard
from mmdesk.ui.library.server_form import ServerForm
from mmdesk.ui.library.state import LibraryState


class ServerList(Group):
    """Calls the library for servers; what comes of it stands in the state."""

    used = Signal(str)
    """A model's key."""

    def __init__(self, library: ModelLibrary, state: LibraryState) -> None:
        super().__init__("serverList", "addServer")
        self._library, self._state = library, state
        self.form = ServerForm()
        self.form.submitted.connect(self._add)
        self.form.closed.connect(self.action.setFocus)
        self.action.clicked.connect(lambda: self.form.open_for())
        self.cards: dict[str, ServerCard] = {}
        self._cards = QVBoxLayout()
        self._cards.setSpacing(6)
        self.column.addWidget(self.form)
        self.column.addLayout(self._cards)

    def show_servers(self, text: str) -> bool:
        """Show the servers, and of their models those with ``text``; return whether any has."""
        servers = {server.url: server for server in self._state.servers}
        for url in [url for url in self.cards if url not in servers]:
            card = self.cards.pop(url)
            card.hide()
            card.deleteLater()
        for url, server in servers.items():
            if url not in self.cards:
                self.cards[url] = self._made(server)
            test, testing = self._state.tests.get(url), url in self._state.testing
            self.cards[url].show_server(server, test, self._state.shown, testing=testing)
        found = False
        for card in self.cards.values():
            matched = card.show_matches(text)
            card.setVisible(matched)
            found = found or matched
        self.empty.setVisible(not servers and self.form.isHidden())
        return found

    def retranslate(self) -> None:
        """Set every text anew."""
        self.title.setText(self.tr("Servers"))
        self.action.setText(self.tr("Add a server…"))
        self.action.setAccessibleName(self.tr("Add a server"))
        self.empty.setText(
            self.tr("A larger model on another computer, asked over an OpenAI-compatible server.")
        )
        self.form.retranslate()
        for card in self.cards.values():
            card.retranslate()

    def _made(self, server: Server) -> ServerCard:
        card, url = ServerCard(server), server.url
        card.used.connect(self.used)
        card.testWanted.connect(lambda: self._test(url))
        card.keyWanted.connect(lambda: self.form.open_for(url))
        card.removed.connect(lambda: self._library.remove_server(url))
        self._cards.addWidget(card)
        return card

    def _add(self, address: str, key: str | None, confirmed: bool) -> None:
        self._state.testing.add(address)
        self._library.add_server(address, key, confirmed=confirmed)

    def _test(self, url: str) -> None:
        self._state.testing.add(url)
        self._library.test_server(url)
        self.cards[url].show_server(
            self.cards[url].server, self._state.tests.get(url), self._state.shown, testing=True
        )
