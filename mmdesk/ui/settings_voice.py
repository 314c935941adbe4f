"""The section of the settings on how mmdesk listens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cmp_to_key, partial
from typing import Any

from PySide6.QtCore import QCollator, QCoreApplication, QLocale, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox

from mmdesk.core.events import MicrophonesListed
from mmdesk.core.languages import LANGUAGES
from mmdesk.core.requests import Script
from mmdesk.settings import Settings
from mmdesk.ui.controls import plain_label
from mmdesk.ui.settings_form import (
    SettingsSection,
    Switch,
    buttons,
    choice,
    name_buttons,
    name_choices,
    number,
    select,
)
from mmdesk.ui.translate import phrase_text

_FIRST_LANGUAGES = ("en", "zh")
_LISTED = 14


class VoiceSection(SettingsSection):
    """Microphone, language, speech model, and what happens to what was said."""

    microphonesWanted = Signal()
    """The section is shown: which microphones are there now?"""
    modelsWanted = Signal()
    fileWanted = Signal()

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._listed: MicrophonesListed | None = None
        self.device = choice("microphoneChoice", (), partial(self._voice, "device"))
        self.microphone_error = plain_label("fieldError", wrap=True)
        self.microphone_error.hide()
        self.language = choice(
            "spokenLanguageChoice", ("", *LANGUAGES), partial(self._voice, "language")
        )
        self.script = choice(
            "scriptChoice",
            tuple(Script),
            lambda value: self._voice("script", Script(value)),
        )
        for combo in (self.device, self.language):
            combo.setMaxVisibleItems(_LISTED)
        box, (self.models_button, self.file_button, self.starter_button) = buttons(
            ("allSpeechModelsButton", self.modelsWanted.emit),
            ("chooseSpeechFileButton", self.fileWanted.emit),
            ("useSpeechStarterButton", lambda: self._change(speech_model=None)),
        )
        self.path = plain_label("modelPath", wrap=True)
        self.starter_note = plain_label("fieldHelp", wrap=True)
        self.send_at_once = Switch("sendAtOnceSwitch", partial(self._voice, "send_at_once"))
        self.keep_recordings = Switch(
            "keepRecordingsSwitch", partial(self._voice, "keep_recordings")
        )
        self.cut_context = Switch("cutContextSwitch", partial(self._voice, "cut_context"))
        self.silence = QDoubleSpinBox()
        self.silence.setRange(0.3, 5.0)
        self.silence.setSingleStep(0.1)
        self.silence.setDecimals(1)
        number("silenceChoice", self.silence, self._change_silence)
        self._field(self.device)
        self._rows.addWidget(self.microphone_error)
        self._field(self.language)
        self._field(self.script)
        self._field(box)
        self._rows.addWidget(self.path)
        self._rows.addWidget(self.starter_note)
        for control in (self.send_at_once, self.keep_recordings, self.cut_context, self.silence):
            self._field(control)

    def show_settings(self, settings: Settings) -> None:
        """Show what holds now, without telling it on."""
        super().show_settings(settings)
        voice = settings.voice
        self._fill_microphones()
        select(self.language, voice.language)
        select(self.script, voice.script)
        for switch, on in (
            (self.send_at_once, voice.send_at_once),
            (self.keep_recordings, voice.keep_recordings),
            (self.cut_context, voice.cut_context),
        ):
            with QSignalBlocker(switch):
                switch.setChecked(on)
            switch.update()
        with QSignalBlocker(self.silence):
            self.silence.setValue(voice.silence_s)
        self._show_model()

    def show_microphones(self, listed: MicrophonesListed) -> None:
        """Offer the microphones that are there now, or say why they can't be told."""
        if listed == self._listed:
            return
        self._listed = listed
        self._fill_microphones()
        self._show_error()
        super().retranslate()

    def retranslate(self) -> None:
        """Set every text anew."""
        super().retranslate()
        self._fill_microphones()
        self._show_error()
        self._fill_languages()
        name_choices(self.script, (self.tr("Simplified"), self.tr("Traditional")))
        self.silence.setSuffix(self.tr(" s"))
        self.starter_note.setText(
            self.tr(
                "It has heard synthetic voices only. For your own voice get a Whisper checkpoint "
                "such as openai/whisper-base (larger hears better)."
            )
        )
        name_buttons(
            (
                (self.models_button, self.tr("All models…")),
                (self.file_button, self.tr("Choose a .pt file…")),
                (self.starter_button, self.tr("Use the starter")),
            )
        )
        self._show_model()

    def showEvent(self, event: QShowEvent) -> None:
        """Ask for the microphones: one may have been plugged in since."""
        super().showEvent(event)
        if not event.spontaneous():
            self.microphonesWanted.emit()

    def _title(self) -> str:
        return self.tr("Voice")

    def _texts(self) -> Sequence[tuple[str, str]]:
        return (
            (self.tr("Microphone"), self._microphone_help()),
            (
                self.tr("Spoken language"),
                self.tr("Lock it to your own language and speech is never written in another."),
            ),
            (self.tr("Chinese characters"), self.tr("In which spoken Chinese is written.")),
            (
                self.tr("Speech model"),
                self.tr(
                    "Whisper: one from the Models page, a folder of yours, or one of OpenAI's "
                    ".pt files."
                ),
            ),
            (
                self.tr("Send at once"),
                self.tr("What was heard is asked without being read first."),
            ),
            (
                self.tr("Keep recordings"),
                self.tr(
                    "With their messages, on this computer only, to be played again. Off: what "
                    "was said is forgotten when its question is sent."
                ),
            ),
            (
                self.tr("Fast path for short speech"),
                self.tr(
                    "Off: every question is encoded with the full 30 seconds; slower, for models "
                    "that repeat themselves."
                ),
            ),
            (
                self.tr("Pause that ends a question"),
                self.tr("How long you are silent, hands-free, before it is asked."),
            ),
        )

    def _microphone_help(self) -> str:
        devices = self._listed.devices if self._listed else ()
        default = next((device.name for device in devices if device.default), "")
        if default:
            return self.tr("The system's default is “{name}”.").replace("{name}", default)
        return self.tr("What you speak into.")

    def _fill_microphones(self) -> None:
        """List what is there, and what was chosen even if it isn't."""
        chosen = self._settings.voice.device
        entries = [(self.tr("System default"), "")]
        if self._listed is not None:
            names = dict.fromkeys(device.name for device in self._listed.devices)
            entries += [(name, name) for name in names]
            if chosen and chosen not in names and self._listed.error is None:
                gone = self.tr("{name} (not connected)").replace("{name}", chosen)
                entries.append((gone, chosen))
        if all(value != chosen for _, value in entries):
            entries.append((chosen, chosen))
        _fill(self.device, entries, chosen)

    def _fill_languages(self) -> None:
        collator = QCollator(QLocale())
        named = {
            code: QCoreApplication.translate("languages", name) for code, name in LANGUAGES.items()
        }
        others = sorted(
            (code for code in named if code not in _FIRST_LANGUAGES),
            key=lambda code: cmp_to_key(collator.compare)(named[code]),
        )
        entries = [(self.tr("Automatic"), "")]
        entries += [(named[code], code) for code in (*_FIRST_LANGUAGES, *others)]
        _fill(self.language, entries, self._settings.voice.language)

    def _show_error(self) -> None:
        error = self._listed.error if self._listed else None
        self.microphone_error.setVisible(error is not None)
        if error is not None:
            sentence, hint = phrase_text(error.message_phrase), phrase_text(error.hint_phrase)
            self.microphone_error.setText(f"{sentence} {hint}")

    def _show_model(self) -> None:
        model = self._settings.speech_model
        self.path.setText(str(model) if model else self.tr("The starter that ships with mmdesk"))
        self.starter_note.setVisible(model is None)
        self.starter_button.setEnabled(model is not None)

    def _voice(self, field: str, value: object) -> None:
        changes: dict[str, Any] = {field: value}
        self._change(voice=replace(self._settings.voice, **changes))

    def _change_silence(self) -> None:
        self._voice("silence_s", round(self.silence.value(), 1))


def _fill(combo: QComboBox, entries: Sequence[tuple[str, str]], chosen: str) -> None:
    """Replace a combo box's entries, without telling a choice on."""
    with QSignalBlocker(combo):
        combo.clear()
        for text, value in entries:
            combo.addItem(text, value)
            combo.setItemData(combo.count() - 1, text, Qt.ItemDataRole.ToolTipRole)
        combo.setCurrentIndex(combo.findData(chosen))
    combo.setToolTip(combo.currentText() if combo.currentData() else "")
