"""The Models page: find a model, fetch it, use it, or use one across the network."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from mmdesk.core.events import LibraryFailed, ModelsListed, ServerTested
from mmdesk.core.models import ModelEntry, ModelKey, ModelRole, Place
from mmdesk.session.library import ModelLibrary
from mmdesk.settings import Settings
from mmdesk.ui.controls import plain_label
from mmdesk.ui.library.groups import Group, RoleChoice, RowList
from mmdesk.ui.library.rules import page_rules
from mmdesk.ui.library.server_list import ServerList
from mmdesk.ui.library.source_bar import SourceBar
from mmdesk.ui.library.state import LibraryState, matches
from mmdesk.ui.library_events import LibraryEvent
from mmdesk.ui.notices import ErrorStack
from mmdesk.ui.pages import ButtonsPage
from mmdesk.ui.theme import theme

_CARDS = 3


class ModelsPage(ButtonsPage):
    """Calls the library for what a person does, and shows its events."""

    used = Signal(object)
    """A :class:`ModelEntry` is to be used."""
    folderWanted = Signal()
    hubChosen = Signal(str)

    def __init__(self, library: ModelLibrary) -> None:
        super().__init__("modelsPage")
        self._library = library
        self.state = LibraryState(downloads=dict(library.downloads))
        self._role = ModelRole.CHAT
        self.roles = RoleChoice()
        self.roles.chosen.connect(self.show_role)
        self.filter = QLineEdit()
        self.filter.setObjectName("modelFilter")
        self.filter.setClearButtonEnabled(True)
        self.filter.textChanged.connect(self._show_models)
        self._about = plain_label("fieldHelp", wrap=True)
        self.errors = ErrorStack("modelErrors", _CARDS)
        self.errors.focusFreed.connect(self.filter.setFocus)
        self.here, self.catalogue = Group("modelsHere", "addModelFolder"), Group("catalogue")
        self.here.action.clicked.connect(self.folderWanted)
        self.here_rows, self.catalogue_rows = RowList(self), RowList(self)
        for rows in (self.here_rows, self.catalogue_rows):
            rows.focusFreed.connect(self.setFocus)
        self.servers = ServerList(library, self.state)
        self.servers.used.connect(self._use_served)
        self.servers.form.opened.connect(lambda: QTimer.singleShot(0, self, self._show_form))
        self.source = SourceBar()
        self.source.hubChosen.connect(self.hubChosen)
        self.source.downloadWanted.connect(self.download)
        self._nothing = plain_label("fieldHelp", wrap=True)
        self._lay_out()
        self._dress()
        theme().changed.connect(self._dress)

    # What happens

    def handle(self, event: LibraryEvent) -> None:
        """Show what has become of what was asked."""
        self.state.take(event)
        if isinstance(event, ModelsListed):
            self.state.downloads = dict(self._library.downloads)
        elif isinstance(event, ServerTested):
            self.servers.form.tested(event)
        elif isinstance(event, LibraryFailed):
            self._show_failure(event)
        self._show_models()

    def show_use(self, settings: Settings, shown: ModelKey, loaded: ModelKey | None) -> None:
        """Tell which models are in use, and which is in memory."""
        state = self.state
        state.settings, state.shown, state.loaded = settings, shown, loaded
        self.source.show_hub(settings.hub)
        self._show_models()

    def show_role(self, role: ModelRole) -> None:
        """Show the models for a purpose."""
        role = self._role = ModelRole(role)  # Qt may have made it a plain text
        self.roles.show_role(role)
        self._say_about()
        self._show_models()

    def retranslate(self) -> None:
        """Set every text anew."""
        super().retranslate()
        self._title.setText(self.tr("Models"))
        self.roles.retranslate()
        self.filter.setPlaceholderText(self.tr("Filter"))
        self.filter.setAccessibleName(self.tr("Filter the models"))
        self.here.title.setText(self.tr("On this computer"))
        self.here.action.setText(self.tr("Choose a folder…"))
        self.here.action.setAccessibleName(self.tr("Choose a model's folder"))
        self.catalogue.title.setText(self.tr("Catalogue"))
        for part in (self.source, self.servers, self.here_rows, self.catalogue_rows):
            part.retranslate()
        self._say_about()
        self._show_models()

    def hideEvent(self, event: QHideEvent) -> None:
        """Forget a key that was typed and not used."""
        super().hideEvent(event)
        self.servers.form.key.clear()

    # What a row asks for

    def use(self, entry: ModelEntry) -> None:
        """Use a model for what it is made for."""
        self.used.emit(entry)

    def download(self, model_id: str) -> None:
        """Fetch a model, or go on with it."""
        if all(entry.id != model_id for entry in self.state.entries):
            self.state.asked[model_id] = self._role
        self._forget_error(model_id)
        self._library.download(model_id)

    def pause(self, model_id: str) -> None:
        """Stop a download for now."""
        self._library.pause(model_id)

    def discard(self, model_id: str) -> None:
        """Give a download up."""
        self.state.asked.pop(model_id, None)
        self._library.discard(model_id)

    def verify(self, key: ModelKey) -> None:
        """Compare a model's files with their hashes."""
        self._forget_error(key)
        self.state.verified.discard(key)
        self.state.verifying[key] = 0.0
        self._library.verify(key)
        self._show_models()

    def stop_verifying(self, key: ModelKey) -> None:
        """Break that off."""
        self._library.stop_verifying(key)
        self.state.verifying.pop(key, None)
        self._show_models()

    def remove(self, entry: ModelEntry) -> None:
        """Delete a model, or forget its folder."""
        key = entry.key or ""
        self._forget_error(key)
        self._library.remove(key, in_use=self.state.row(entry).busy)

    # Inside

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(self.roles)
        head.addWidget(self.filter, 1)
        self.here.column.addWidget(self.here_rows)
        self.catalogue.column.addWidget(self.source)
        self.catalogue.column.addWidget(self.catalogue_rows)
        parts: tuple[QWidget, ...] = (
            self._about,
            self.errors,
            self._nothing,
            self.here,
            self.servers,
            self.catalogue,
        )
        self.content.addLayout(head)
        for part in parts:
            self.content.addWidget(part)
        self.content.addStretch(1)

    def _dress(self) -> None:
        self.setStyleSheet(page_rules(theme().tokens))

    def _show_form(self) -> None:
        """Scroll to the form; it was laid out meanwhile."""
        self.scroll_area.ensureWidgetVisible(self.servers.form, 0, 12)

    def _say_about(self) -> None:
        self._about.setText(
            {
                ModelRole.CHAT: self.tr("They answer questions about pictures."),
                ModelRole.SPEECH: self.tr("They write down what you say."),
                ModelRole.MATCH: self.tr("They compare pictures with words and with each other."),
            }[self._role]
        )

    def _show_models(self) -> None:
        state, text = self.state, self.filter.text()
        here = [entry for entry in state.here(self._role) if matches(entry, text)]
        offered = [entry for entry in state.catalogue(self._role) if matches(entry, text)]
        self.here_rows.show_entries(here, state.row)
        self.catalogue_rows.show_entries(offered, state.row)
        served = self._role is ModelRole.CHAT and self.servers.show_servers(text)
        filtered = bool(text.strip())
        self.here.setVisible(bool(here) or not filtered)
        self.servers.setVisible(self._role is ModelRole.CHAT and (served or not filtered))
        self.catalogue.setVisible(bool(offered) or not filtered)
        self.source.setVisible(not filtered)
        self._say_nothing(here, offered, filtered=filtered, served=served)

    def _say_nothing(
        self,
        here: list[ModelEntry],
        offered: list[ModelEntry],
        *,
        filtered: bool,
        served: bool,
    ) -> None:
        """Say why there is nothing to see, where there is nothing."""
        text = ""
        if filtered and not (here or offered or served):
            wanted = self.filter.text().strip()
            text = self.tr("No model here has “{text}”.").replace("{text}", wanted)
        elif not self.state.listed and self.state.failure is None:
            text = self.tr("Looking for models…")
        self._nothing.setText(text)
        self._nothing.setVisible(bool(text))
        self.here.empty.setText(self.tr("None yet: download one below, or choose a folder."))
        self.here.empty.setVisible(self.state.listed and not here)
        self.catalogue.empty.setText(self.tr("All of them are on this computer."))
        self.catalogue.empty.setVisible(self.state.listed and not offered)

    def _show_failure(self, failed: LibraryFailed) -> None:
        """Show above them all what belongs to no row."""
        in_form = self.servers.form.tested(ServerTested(failed.subject, None, 0.0, failed.error))
        if in_form or (failed.subject and self.state.placed(failed.subject)):
            return
        card = self.errors.add(failed.error)
        if not failed.subject:
            card.add_action("retryList", self.tr("Retry"), self._list_again)

    def _list_again(self) -> None:
        self.state.failure = None
        self.errors.clear()
        self._library.refresh()
        self._show_models()

    def _forget_error(self, subject: str) -> None:
        self.state.errors.pop(subject, None)

    def _use_served(self, key: ModelKey) -> None:
        name = key.partition("#")[2]
        self.used.emit(ModelEntry(name, key, ModelRole.CHAT, Place.SERVER, name))
