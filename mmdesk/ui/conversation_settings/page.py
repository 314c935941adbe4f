"""The page on which a conversation gets a system prompt and sampling of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Signal

from mmdesk.core.conversations import NO_SETTINGS, ConversationSettings, Preset
from mmdesk.core.requests import GenerationSettings
from mmdesk.ui.controls import plain_label
from mmdesk.ui.conversation_settings.answers import FollowSection, OwnAnswers
from mmdesk.ui.conversation_settings.presets import PresetBar
from mmdesk.ui.conversation_settings.prompt import MAX_PROMPT, PromptEdit
from mmdesk.ui.pages import Page


class ConversationSettingsPage(Page):
    """A form; every change is a new :class:`ConversationSettings` that holds at once."""

    changed = Signal(object)
    presetsMade = Signal(object)
    """All presets, changed."""

    def __init__(self) -> None:
        super().__init__("conversationSettingsPage")
        self._settings = NO_SETTINGS
        self._presets: tuple[Preset, ...] = ()
        self._default = GenerationSettings()
        self._own: GenerationSettings | None = None
        """The numbers that the person had chosen when they were switched off."""
        self._help = plain_label("fieldHelp", wrap=True)
        self.presets = PresetBar()
        self.presets.taken.connect(self._take_preset)
        self.presets.presetsMade.connect(self.presetsMade)
        self._prompt_title = plain_label("sectionTitle")
        self._prompt_help = plain_label("fieldHelp", wrap=True)
        self.prompt = PromptEdit()
        self.prompt.written.connect(lambda text: self._change(system_prompt=text))
        self.prompt.tooLong.connect(self._refuse)
        self._refusal = plain_label("fieldError", wrap=True)
        self._refusal.hide()
        self.prompt.textChanged.connect(self._refusal.hide)
        self.following, self.answers = FollowSection(), OwnAnswers()
        self.following.toggled.connect(self._follow)
        self.answers.sampled.connect(self._sample)
        self._lay_out()

    def show_settings(self, settings: ConversationSettings) -> None:
        """Show what holds now, without telling it on."""
        self._settings = settings
        self.prompt.show_text(settings.system_prompt)
        self.presets.show_presets(settings, self._presets)
        self.following.show_following(settings.generation is None)
        generation = settings.generation or self._default
        self.answers.show_generation(generation, own=settings.generation is not None)

    def use_settings(self, presets: Sequence[Preset], default: GenerationSettings) -> None:
        """Know the presets that there are, and how answers are made elsewhere."""
        self._presets, self._default = tuple(presets), default
        self.show_settings(self._settings)

    def flush(self) -> None:
        """Let hold what is being written."""
        self.prompt.tell()

    def forget(self) -> None:
        """Another conversation is shown."""
        self._own = None
        self.prompt.forget()
        self.presets.forget()

    def begin(self) -> None:
        """Give the focus to the system prompt."""
        self.scroll_area.verticalScrollBar().setValue(0)
        self.prompt.setFocus()

    def retranslate(self) -> None:
        """Set every text anew."""
        super().retranslate()
        self._title.setText(self.tr("This conversation"))
        self.setAccessibleName(self._title.text())
        self._help.setText(self.tr("Holds from the next question on, in this conversation alone."))
        self._prompt_title.setText(self.tr("System prompt"))
        self._prompt_help.setText(
            self.tr("Stands before all messages: who the model is, and how it answers.")
        )
        self.prompt.setAccessibleName(self._prompt_title.text())
        self.prompt.setAccessibleDescription(self._prompt_help.text())
        self.prompt.setPlaceholderText(self.tr("Answer in one short sentence."))
        for part in (self.presets, self.following, self.answers):
            part.retranslate()

    # Inside

    def _change(self, **fields: object) -> None:
        self._take(replace(self._settings, **fields))  # type: ignore[arg-type]

    def _take(self, settings: ConversationSettings) -> None:
        if settings != self._settings:
            self.show_settings(settings)
            self.changed.emit(settings)

    def _take_preset(self, settings: ConversationSettings) -> None:
        self.prompt.forget()
        self._take(settings)

    def _follow(self, following: bool) -> None:
        if following:
            self._own = self._settings.generation
        self._change(generation=None if following else self._own or self._default)

    def _sample(self, generation: GenerationSettings) -> None:
        self._change(generation=generation)

    def _refuse(self, size: int) -> None:
        said = self.tr("That would be {size} characters; a system prompt has at most {limit}.")
        locale = self.locale()
        self._refusal.setText(
            said.format(size=locale.toString(size), limit=locale.toString(MAX_PROMPT))
        )
        self._refusal.show()

    def _lay_out(self) -> None:
        content = self.content
        content.addWidget(self._help)
        content.addSpacing(6)
        content.addWidget(self.presets)
        self.add_rule(12)
        content.addWidget(self._prompt_title)
        content.addWidget(self._prompt_help)
        content.addSpacing(4)
        content.addWidget(self.prompt)
        content.addWidget(self._refusal)
        self.add_rule(12)
        content.addWidget(self.following)
        content.addWidget(self.answers)
        content.addStretch(1)
