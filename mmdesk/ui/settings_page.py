"""The settings, each with a short explanation, applied at once."""

from __future__ import annotations

from PySide6.QtCore import Signal

from mmdesk.core.events import MicrophonesListed
from mmdesk.core.models import ModelRole
from mmdesk.settings import Settings
from mmdesk.ui.pages import Page
from mmdesk.ui.settings_form import SettingsSection
from mmdesk.ui.settings_sections import (
    AnswersSection,
    ConversationsSection,
    KeysSection,
    LooksSection,
    ModelSection,
)
from mmdesk.ui.settings_voice import VoiceSection


class SettingsPage(Page):
    """A form; every change is a new :class:`Settings`."""

    changed = Signal(object)
    modelsWanted = Signal(object)
    """The Models page is asked for, with the :class:`ModelRole` to show."""
    speechFileWanted = Signal()
    microphonesWanted = Signal()
    """The page is shown: :meth:`show_microphones` is to be told what is there now."""

    archiveWanted = Signal()
    """Export, import and backups are asked for."""

    def __init__(self, settings: Settings) -> None:
        super().__init__("settingsPage")
        self.looks = LooksSection(settings)
        self.model = ModelSection(settings)
        self.voice = VoiceSection(settings)
        self.answers = AnswersSection(settings)
        self.conversations = ConversationsSection(settings)
        self.keys = KeysSection(settings)
        self._settings = settings
        self._sections: tuple[SettingsSection, ...] = (
            self.looks,
            self.model,
            self.voice,
            self.answers,
            self.conversations,
            self.keys,
        )
        for section in self._sections:
            if section is not self.looks:
                self.add_rule(14)
            self.content.addWidget(section)
            section.changed.connect(self._take)
        self.content.addStretch(1)
        self.model.modelsWanted.connect(lambda: self.modelsWanted.emit(ModelRole.CHAT))
        self.voice.modelsWanted.connect(lambda: self.modelsWanted.emit(ModelRole.SPEECH))
        self.voice.fileWanted.connect(self.speechFileWanted)
        self.voice.microphonesWanted.connect(self.microphonesWanted)
        self.conversations.archiveWanted.connect(self.archiveWanted)
        self.show_settings(settings)

    def show_settings(self, settings: Settings) -> None:
        """Show what holds now, without telling it on."""
        self._settings = settings
        for section in self._sections:
            section.show_settings(settings)

    def show_microphones(self, listed: MicrophonesListed) -> None:
        """Offer the microphones that are there now."""
        self.voice.show_microphones(listed)

    def go_to_voice(self) -> None:
        """Scroll to how mmdesk listens, with the focus on the speech model."""
        self.scroll_area.verticalScrollBar().setValue(self.voice.y())
        self.voice.models_button.setFocus()

    def retranslate(self) -> None:
        """Set every text anew."""
        super().retranslate()
        self._title.setText(self.tr("Settings"))
        for section in self._sections:
            section.retranslate()

    def _take(self, changed: Settings) -> None:
        if changed != self._settings:
            self.show_settings(changed)
            self.changed.emit(changed)
