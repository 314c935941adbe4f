"""How the answers of one conversation are sampled: as in the settings, or in a way of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Signal

from mmdesk.core.requests import GenerationSettings
from mmdesk.settings import Settings
from mmdesk.ui.settings_form import SettingsSection, Switch
from mmdesk.ui.settings_sections import AnswersSection


class FollowSection(SettingsSection):
    """Whether the application's settings hold."""

    toggled = Signal(bool)

    def __init__(self) -> None:
        super().__init__(Settings())
        self.follow = Switch("followSettings", self.toggled.emit)
        self._field(self.follow)

    def show_following(self, following: bool) -> None:
        """Show whether they hold, without telling it on."""
        with QSignalBlocker(self.follow):
            self.follow.setChecked(following)
        self.follow.update()

    def _title(self) -> str:
        return self.tr("Answers")

    def _texts(self) -> Sequence[tuple[str, str]]:
        return (
            (
                self.tr("As in the settings"),
                self.tr("Switched off, this conversation's answers have numbers of their own."),
            ),
        )


class OwnAnswers(AnswersSection):
    """The numbers; those of the settings are shown where they hold, and can't be changed here."""

    sampled = Signal(object)
    """The :class:`GenerationSettings` that the person chose."""

    def __init__(self) -> None:
        super().__init__(Settings())
        self._heading.hide()
        for control, name in (
            (self.temperature, "ownTemperature"),
            (self.top_p, "ownTopP"),
            (self.max_tokens, "ownMaxTokens"),
            (self.seed, "ownSeed"),
            (self.fixed_seed, "ownFixedSeed"),
        ):
            control.setObjectName(name)
        self.changed.connect(lambda settings: self.sampled.emit(settings.generation))

    def show_generation(self, generation: GenerationSettings, *, own: bool) -> None:
        """Show what holds, without telling it on."""
        self.show_settings(replace(self._settings, generation=generation))
        self.setEnabled(own)
