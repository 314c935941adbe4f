"""Presets: taken, saved, renamed and deleted; each of it can be undone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from mmdesk.core.conversations import NO_SETTINGS, ConversationSettings, Preset
from mmdesk.ui.controls import LinkSentence, plain_label
from mmdesk.ui.conversation_settings.namer import PresetNamer
from mmdesk.ui.conversation_settings.words import own_text, preset_of, shortened
from mmdesk.ui.settings_form import LongChoice, name_buttons

_MENU_WIDTH = 210
_PROPOSED = 40
"""Characters of the name that is proposed."""
_OWN = "own"
"""The menu's entry for what is no preset."""


class PresetBar(QWidget):
    """The menu of presets, and below it what can be done with the one that is chosen."""

    taken = Signal(object)
    """The :class:`ConversationSettings` that are to hold."""
    presetsMade = Signal(object)
    """All presets, changed."""

    def __init__(self) -> None:
        super().__init__()
        self._settings = NO_SETTINGS
        self._presets: tuple[Preset, ...] = ()
        self._latest = ""
        """The name of the preset that was taken or saved last."""
        self._name, self._help = plain_label("fieldName"), plain_label("fieldHelp", wrap=True)
        self.menu = LongChoice()
        self.menu.setObjectName("presetMenu")
        self.menu.setFixedWidth(_MENU_WIDTH)
        self.menu.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.menu.activated.connect(self._choose)
        self.save = _flat("savePreset", self._begin_saving)
        self.rename = _flat("renamePreset", self._begin_renaming)
        self.delete = _flat("deletePreset", self._delete)
        self.namer = PresetNamer()
        self.namer.named.connect(self._named)
        self.namer.focusFreed.connect(self.menu.setFocus)
        self.namer.toggled.connect(self._fill)
        self.news = LinkSentence("presetNews")
        self.news.activated.connect(self._undo)
        self.news.hide()
        self._take_back: Callable[[], None] = lambda: None
        self._renamed: Preset | None = None
        self._lay_out()

    def show_presets(self, settings: ConversationSettings, presets: Sequence[Preset]) -> None:
        """Show what holds for the conversation, and which presets there are."""
        self._settings, self._presets = settings, tuple(presets)
        self._fill()

    def forget(self) -> None:
        """Another conversation is shown: nothing of before can be undone in it."""
        self._latest = ""
        self.namer.leave()
        self._say_nothing()

    def retranslate(self) -> None:
        """Set every text anew."""
        self._name.setText(self.tr("Preset"))
        self._help.setText(
            self.tr("A system prompt and how answers are made, to be taken for any conversation.")
        )
        self.menu.setAccessibleName(self._name.text())
        self.menu.setAccessibleDescription(self._help.text())
        name_buttons(
            (
                (self.save, self.tr("Save as a preset…")),
                (self.rename, self.tr("Rename…")),
                (self.delete, self.tr("Delete")),
            )
        )
        self.namer.retranslate()
        self._say_nothing()
        self._fill()

    # Inside

    @property
    def _chosen(self) -> Preset | None:
        return preset_of(self._settings, self._presets)

    def _fill(self) -> None:
        chosen = self._chosen
        own = chosen is None and self._settings != NO_SETTINGS
        with QSignalBlocker(self.menu):
            self.menu.clear()
            self.menu.addItem(self.tr("None"), NO_SETTINGS)
            for preset in self._presets:
                self.menu.addItem(preset.name, preset)
            if own:
                self.menu.addItem(own_text(), _OWN)
            place = self._presets.index(chosen) + 1 if chosen else 0
            self.menu.setCurrentIndex(self.menu.count() - 1 if own else place)
        naming = not self.namer.isHidden()
        self.save.setVisible(own and not naming)
        for button in (self.rename, self.delete):
            button.setVisible(chosen is not None and not naming)

    def _choose(self, index: int) -> None:
        wanted = self.menu.itemData(index)
        if wanted == _OWN:
            return
        before, own = self._settings, self._chosen is None and self._settings != NO_SETTINGS
        self._latest = wanted.name if isinstance(wanted, Preset) else ""
        settings = wanted.settings if isinstance(wanted, Preset) else NO_SETTINGS
        if settings == before:
            return
        self._say_nothing()
        self._settings = settings
        self._fill()
        self.taken.emit(settings)
        if own:
            said = self.tr("The conversation's own settings were replaced. {link}")
            self._say(said, lambda: self.taken.emit(before))

    def _begin_saving(self) -> None:
        words = " ".join(self._settings.system_prompt.split())
        self._renamed = None
        self.namer.begin(self._latest or shortened(words, _PROPOSED), self.tr("Save"))

    def _begin_renaming(self) -> None:
        self._renamed = self._chosen
        if self._renamed is not None:
            self.namer.begin(self._renamed.name, self.tr("Rename"))

    def _named(self, name: str) -> None:
        same = next((preset for preset in self._presets if preset.name == name), None)
        if self._renamed is not None:
            self._finish_renaming(self._renamed, name, taken=same is not None)
            return
        made = Preset(name, self._settings)
        self._latest = name
        self.namer.leave()
        if same is None:
            self._make((*self._presets, made))
            return
        before = self._presets
        self._make(tuple(made if preset is same else preset for preset in before))
        said = self.tr("The preset “{name}” was replaced. {link}").replace("{name}", name)
        self._say(said, partial(self._make, before))

    def _finish_renaming(self, renamed: Preset, name: str, *, taken: bool) -> None:
        if taken and name != renamed.name:
            self.namer.refuse(self.tr("Another preset has this name already."))
            return
        self.namer.leave()
        changed = replace(renamed, name=name)
        self._make(tuple(changed if each == renamed else each for each in self._presets))

    def _delete(self) -> None:
        chosen, before = self._chosen, self._presets
        if chosen is None:
            return
        self.namer.leave()
        self.menu.setFocus()  # the button leaves
        self._make(tuple(preset for preset in before if preset != chosen))
        said = self.tr("The preset “{name}” was deleted. {link}").replace("{name}", chosen.name)
        self._say(said, partial(self._make, before))

    def _make(self, presets: tuple[Preset, ...]) -> None:
        self._say_nothing()
        self._presets = presets
        self._fill()
        self.presetsMade.emit(presets)

    def _say(self, sentence: str, take_back: Callable[[], None]) -> None:
        self._take_back = take_back
        self.news.say(sentence, self.tr("Undo"))
        self.news.show()

    def _say_nothing(self) -> None:
        if self.news.hasFocus():
            self.menu.setFocus()
        self.news.hide()

    def _undo(self) -> None:
        take_back = self._take_back
        self._say_nothing()
        take_back()

    def _lay_out(self) -> None:
        texts = QVBoxLayout()
        texts.setSpacing(0)
        texts.addWidget(self._name)
        texts.addWidget(self._help)
        head = QHBoxLayout()
        head.setSpacing(16)
        head.addLayout(texts, 1)
        head.addWidget(self.menu, 0, Qt.AlignmentFlag.AlignVCenter)
        actions = QHBoxLayout()
        actions.setSpacing(2)
        actions.addStretch(1)
        for button in (self.save, self.rename, self.delete):
            actions.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        column.addLayout(actions)
        column.addWidget(self.namer)
        column.addWidget(self.news)


def _flat(object_name: str, act: Callable[[], None]) -> QPushButton:
    button = QPushButton()
    button.setObjectName(object_name)
    button.setProperty("flat", True)
    button.clicked.connect(lambda: act())
    return button
