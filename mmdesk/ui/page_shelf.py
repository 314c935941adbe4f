"""The pages that stand over the chat: each is made when it is first asked for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from mmdesk.core.events import MicrophonesListed
from mmdesk.settings import Settings
from mmdesk.ui.pages import AboutPage, KeysPage, Page
from mmdesk.ui.window_frame import WindowFrame

if TYPE_CHECKING:
    from mmdesk.ui.settings_page import SettingsPage


class PageShelf(QObject):
    """Settings, keys and about, in a window's frame."""

    changed = Signal(object)
    """The :class:`Settings` that the person made."""
    folderWanted = Signal()
    speechFolderWanted = Signal()
    speechFileWanted = Signal()
    microphonesWanted = Signal()
    """The settings are shown; :meth:`show_microphones` answers."""

    def __init__(self, frame: WindowFrame, notices: Path | None) -> None:
        super().__init__(frame)
        self._frame = frame
        self._notices = notices
        self.settings_page: SettingsPage | None = None
        self._keys: KeysPage | None = None
        self._about: AboutPage | None = None
        self._microphones: MicrophonesListed | None = None

    def toggle_settings(self, settings: Settings) -> None:
        """Show the settings, or leave them."""
        self._frame.toggle_page(self._made_settings(settings))

    def show_voice_settings(self, settings: Settings) -> None:
        """Show the part of the settings on how mmdesk listens."""
        page = self._made_settings(settings)
        if self._frame.page is not page:
            self._frame.toggle_page(page)
        page.go_to_voice()

    def toggle_keys(self, settings: Settings) -> None:
        """Show every key, or leave them."""
        if self._keys is None:
            self._keys = KeysPage(settings.shortcuts)
        self._keys.show_bindings(settings.shortcuts)
        self._frame.toggle_page(self._keys)

    def toggle_about(self) -> None:
        """Show version, licence and notices, or leave them."""
        if self._about is None:
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
        pages: tuple[Page | None, ...] = (self.settings_page, self._keys, self._about)
        for page in pages:
            if page is not None:
                page.retranslate()

    def _made_settings(self, settings: Settings) -> SettingsPage:
        if self.settings_page is None:
            # The window starts sooner without its largest page.
            from mmdesk.ui.settings_page import SettingsPage

            page = self.settings_page = SettingsPage(settings)
            page.changed.connect(self.changed)
            page.folderWanted.connect(self.folderWanted)
            page.speechFolderWanted.connect(self.speechFolderWanted)
            page.speechFileWanted.connect(self.speechFileWanted)
            page.microphonesWanted.connect(self.microphonesWanted)
            page.retranslate()
            if self._microphones is not None:
                page.show_microphones(self._microphones)
        return self.settings_page
