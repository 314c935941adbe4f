"""The pages that stand over the chat: each is made when it is first asked for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from mmdesk.core.events import BinListed, MicrophonesListed, ModelsListed, SearchDone
from mmdesk.core.models import ModelKey, ModelRole
from mmdesk.session.library import ModelLibrary
from mmdesk.settings import Settings
from mmdesk.ui.window_frame import WindowFrame

if TYPE_CHECKING:
    from mmdesk.ui.bin_page import BinPage
    from mmdesk.ui.library.page import ModelsPage
    from mmdesk.ui.library_events import LibraryEvent
    from mmdesk.ui.pages import AboutPage, KeysPage, Page
    from mmdesk.ui.search_page import SearchPage
    from mmdesk.ui.settings_page import SettingsPage


class PageShelf(QObject):
    """Settings, models, search, the bin, keys and about, in a window's frame."""

    changed = Signal(object)
    """The :class:`Settings` that the person made."""
    speechFileWanted = Signal()
    modelsWanted = Signal(object)
    """The Models page is asked for, with the :class:`ModelRole` to show."""
    modelUsed = Signal(object)
    """A :class:`ModelEntry` is to be used."""
    modelFolderWanted = Signal()
    searched = Signal(str)
    """What is looked for; :meth:`show_hits` answers."""
    messageChosen = Signal(str, str)
    """A conversation's and a message's id."""
    binWanted = Signal()
    """The bin is shown; :meth:`show_bin` answers."""
    restored = Signal(str)
    """A conversation's id, to be taken out of the bin."""
    archiveWanted = Signal()
    """Export, import and backups are asked for."""
    microphonesWanted = Signal()
    """The settings are shown; :meth:`show_microphones` answers."""

    def __init__(self, frame: WindowFrame, notices: Path | None) -> None:
        super().__init__(frame)
        self._frame = frame
        self._notices = notices
        self._settings = Settings()
        self.settings_page: SettingsPage | None = None
        self._keys: KeysPage | None = None
        self._about: AboutPage | None = None
        self._microphones: MicrophonesListed | None = None
        self._listed: ModelsListed | None = None
        self.models_page: ModelsPage | None = None
        self._search: SearchPage | None = None
        self._bin: BinPage | None = None

    @property
    def models_shown(self) -> bool:
        """Whether the Models page stands over the chat."""
        return self.models_page is not None and self._frame.page is self.models_page

    def show_models(self, library: ModelLibrary, role: ModelRole) -> None:
        """Show the models of a role, with what there is now."""
        if self.models_page is None:
            # The window starts sooner without it.
            from mmdesk.ui.library.page import ModelsPage

            page = self.models_page = ModelsPage(library)
            page.used.connect(self.modelUsed)
            page.folderWanted.connect(self.modelFolderWanted)
            page.hubChosen.connect(self._choose_hub)
            page.retranslate()
            if self._listed is not None:
                page.handle(self._listed)
        self.models_page.show_role(role)
        if not self.models_shown:
            self._frame.toggle_page(self.models_page)
        library.refresh()

    def show_library(self, event: LibraryEvent) -> None:
        """Show on the Models page what has become of what was asked there."""
        if isinstance(event, ModelsListed):
            self._listed = event
        if self.models_page is not None:
            self.models_page.handle(event)

    def show_use(self, settings: Settings, shown: ModelKey, loaded: ModelKey | None) -> None:
        """Tell which models are in use: the shown conversation's, and the settings'."""
        self._settings = settings
        if self.models_page is not None:
            self.models_page.show_use(settings, shown, loaded)

    def toggle_settings(self, settings: Settings) -> None:
        """Show the settings, or leave them."""
        self._frame.toggle_page(self._made_settings(settings))

    def show_voice_settings(self, settings: Settings) -> None:
        """Show the part of the settings on how mmdesk listens."""
        page = self._made_settings(settings)
        if self._frame.page is not page:
            self._frame.toggle_page(page)
        page.go_to_voice()

    def toggle_search(self) -> None:
        """Show the search over all conversations, or leave it."""
        if self._search is None:
            from mmdesk.ui.search_page import SearchPage

            self._search = SearchPage()
            self._search.searched.connect(self.searched)
            self._search.chosen.connect(self.messageChosen)
            self._search.retranslate()
        self._frame.toggle_page(self._search)
        if self._frame.page is self._search:
            self._search.begin()

    def show_hits(self, done: SearchDone) -> None:
        """Show what a search found."""
        if self._search is not None:
            self._search.show_hits(done)

    def toggle_bin(self) -> None:
        """Show the bin, or leave it."""
        if self._bin is None:
            from mmdesk.ui.bin_page import BinPage

            self._bin = BinPage()
            self._bin.restored.connect(self.restored)
            self._bin.retranslate()
        self._frame.toggle_page(self._bin)
        self.binWanted.emit()

    def show_bin(self, listed: BinListed) -> None:
        """Show what is in the bin."""
        if self._bin is not None:
            self._bin.show_bin(listed)

    def toggle_keys(self, settings: Settings) -> None:
        """Show every key, or leave them."""
        if self._keys is None:
            from mmdesk.ui.pages import KeysPage

            self._keys = KeysPage(settings.shortcuts)
        self._keys.show_bindings(settings.shortcuts)
        self._frame.toggle_page(self._keys)

    def toggle_about(self) -> None:
        """Show version, licence and notices, or leave them."""
        if self._about is None:
            from mmdesk.ui.pages import AboutPage

            self._about = AboutPage(self._notices)
            self._about.retranslate()
        self._frame.toggle_page(self._about)

    def use_settings(self, settings: Settings) -> None:
        """Show settings that were changed elsewhere."""
        if self.settings_page is not None:
            self.settings_page.show_settings(settings)

    def show_microphones(self, listed: MicrophonesListed) -> None:
        """Tell the settings which microphones are there now."""
        self._microphones = listed
        if self.settings_page is not None:
            self.settings_page.show_microphones(listed)

    def retranslate(self) -> None:
        """Set every text anew."""
        pages: tuple[Page | None, ...] = (
            self.settings_page,
            self.models_page,
            self._keys,
            self._about,
            self._search,
            self._bin,
        )
        for page in pages:
            if page is not None:
                page.retranslate()

    def _choose_hub(self, hub: str) -> None:
        self.changed.emit(replace(self._settings, hub=hub))

    def _made_settings(self, settings: Settings) -> SettingsPage:
        if self.settings_page is None:
            # The window starts sooner without its largest page.
            from mmdesk.ui.settings_page import SettingsPage

            page = self.settings_page = SettingsPage(settings)
            page.changed.connect(self.changed)
            page.modelsWanted.connect(self.modelsWanted)
            page.speechFileWanted.connect(self.speechFileWanted)
            page.microphonesWanted.connect(self.microphonesWanted)
            page.archiveWanted.connect(self.archiveWanted)
            page.retranslate()
            if self._microphones is not None:
                page.show_microphones(self._microphones)
        return self.settings_page
