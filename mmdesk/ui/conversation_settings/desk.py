"""Calls the session for what a person sets for a conversation, and shows what holds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from mmdesk.core.conversations import ConversationSettings, Preset
from mmdesk.core.events import ConversationOpened, ConversationSettingsChanged, Event
from mmdesk.session.controller import ChatSession
from mmdesk.settings import Settings

if TYPE_CHECKING:
    from mmdesk.ui.conversation_settings.page import ConversationSettingsPage
    from mmdesk.ui.window_frame import WindowFrame


class ConversationSettingsDesk(QObject):
    """The header's button and the page behind it, which is made when it is first asked for."""

    settingsMade = Signal(object)
    """The application's :class:`Settings`, with other presets."""

    def __init__(self, frame: WindowFrame, session: ChatSession) -> None:
        super().__init__(frame)
        self._frame, self._session = frame, session
        self._settings = Settings()
        self.page: ConversationSettingsPage | None = None
        frame.header.conversationSettingsWanted.connect(self.toggle)
        frame.composer.asking.connect(self.flush)

    def toggle(self) -> None:
        """Show the page over the chat, or leave it."""
        if self.page is None:
            # The window starts sooner without it.
            from mmdesk.ui.conversation_settings.page import ConversationSettingsPage

            page = self.page = ConversationSettingsPage()
            page.use_settings(self._settings.presets, self._settings.generation)
            page.show_settings(self._session.settings)
            page.changed.connect(self._change)
            page.presetsMade.connect(self._keep_presets)
            page.retranslate()
        self._frame.toggle_page(self.page)
        if self._frame.page is self.page:
            self.page.begin()

    def flush(self) -> None:
        """Let hold what is being written, before the next question or another conversation."""
        if self.page is not None:
            self.page.flush()

    def use_settings(self, settings: Settings) -> None:
        """Take the application's settings."""
        self._settings = settings
        if self.page is not None:
            self.page.use_settings(settings.presets, settings.generation)
        self._show_button()

    def handle(self, event: Event) -> None:
        """Show an event, if it is about what holds for the conversation."""
        if isinstance(event, ConversationOpened):
            if self.page is not None:
                self.page.forget()
        elif isinstance(event, ConversationSettingsChanged):
            if self.page is not None:
                # Not the event's: what a person has set since is newer.
                self.page.show_settings(self._session.settings)
            self._show_button()

    def retranslate(self) -> None:
        """Set every text anew."""
        if self.page is not None:
            self.page.retranslate()
        self._show_button()

    def _change(self, settings: ConversationSettings) -> None:
        self._session.use_conversation_settings(settings)

    def _keep_presets(self, presets: tuple[Preset, ...]) -> None:
        self.settingsMade.emit(replace(self._settings, presets=presets))

    def _show_button(self) -> None:
        self._frame.header.show_own_settings(self._session.settings, self._settings.presets)
