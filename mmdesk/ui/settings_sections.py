"""The sections of the settings: appearance, model, answers, conversations, keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QDoubleSpinBox, QSpinBox

from mmdesk.core.models import STARTER
from mmdesk.settings import DEVICES, DTYPES, LANGUAGES, THEMES, Settings
from mmdesk.ui.controls import plain_label
from mmdesk.ui.key_bindings import KeyBindings
from mmdesk.ui.settings_form import (
    SettingsSection,
    buttons,
    choice,
    name_buttons,
    name_choices,
    number,
    select,
)

_SEED_MOST = 2**31 - 1
_IDLE_MOST = 100_000
"""Minutes; the settings take as many."""


class LooksSection(SettingsSection):
    """The window's language and its theme."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.language = choice(
            "languageChoice", LANGUAGES, lambda value: self._change(language=value)
        )
        self.theme = choice("themeChoice", THEMES, lambda value: self._change(theme=value))
        for control in (self.language, self.theme):
            self._field(control)

    def show_settings(self, settings: Settings) -> None:
        """Show what holds now, without telling it on."""
        super().show_settings(settings)
        select(self.language, settings.language)
        select(self.theme, settings.theme)

    def retranslate(self) -> None:
        """Set every text anew."""
        super().retranslate()
        name_choices(self.language, (self.tr("As the system"), "English", "简体中文"))
        name_choices(self.theme, (self.tr("As the system"), self.tr("Light"), self.tr("Dark")))

    def _title(self) -> str:
        return self.tr("Appearance")

    def _texts(self) -> Sequence[tuple[str, str]]:
        return (
            (self.tr("Language"), self.tr("Of the window; answers follow your question.")),
            (self.tr("Theme"), self.tr("Light or dark.")),
        )


class ModelSection(SettingsSection):
    """Which model answers, and where it runs; the speech model runs there too."""

    modelsWanted = Signal()

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        box, (self.models_button,) = buttons(("allModelsButton", self.modelsWanted.emit))
        self.path = plain_label("modelPath", wrap=True)
        self._field(box)
        self._rows.addWidget(self.path)
        self.device = choice("deviceChoice", DEVICES, lambda value: self._change(device=value))
        self.dtype = choice("dtypeChoice", DTYPES, lambda value: self._change(dtype=value))
        self.threads = QSpinBox()
        self.threads.setRange(0, 1024)
        number("threadsChoice", self.threads, lambda: self._change(threads=self.threads.value()))
        self.idle = QSpinBox()
        self.idle.setRange(0, _IDLE_MOST)
        self.idle.setSingleStep(5)
        number("idleChoice", self.idle, lambda: self._change(idle_minutes=self.idle.value()))
        for control in (self.device, self.dtype, self.threads, self.idle):
            self._field(control)

    def show_settings(self, settings: Settings) -> None:
        """Show what holds now, without telling it on."""
        super().show_settings(settings)
        select(self.device, settings.device)
        select(self.dtype, settings.dtype)
        with QSignalBlocker(self.threads):
            self.threads.setValue(settings.threads)
        with QSignalBlocker(self.idle):
            self.idle.setValue(settings.idle_minutes)
        self._show_path()

    def retranslate(self) -> None:
        """Set every text anew."""
        super().retranslate()
        automatic = self.tr("Automatic")
        name_choices(self.device, (automatic, "CUDA", "MPS", "CPU"))
        name_choices(self.dtype, (automatic, "float32", "bfloat16", "float16", "int8", "int4"))
        self.threads.setSpecialValueText(automatic)
        self.idle.setSpecialValueText(self.tr("Never"))
        self.idle.setSuffix(self.tr(" min"))
        name_buttons(((self.models_button, self.tr("All models…")),))
        self._show_path()

    def _title(self) -> str:
        return self.tr("Model")

    def _texts(self) -> Sequence[tuple[str, str]]:
        return (
            (
                self.tr("Model"),
                self.tr("Answers new conversations; each can have its own, from the menu above."),
            ),
            (self.tr("Device"), self.tr("Where the model runs; automatic takes the fastest.")),
            (
                self.tr("Precision"),
                self.tr(
                    "Smaller numbers need less memory: int8 half of bfloat16, int4 a quarter. They "
                    "are packed while the model loads, and answers may become a little worse."
                ),
            ),
            (
                self.tr("Threads"),
                self.tr("CPU threads; automatic is what is fastest and leaves one core free."),
            ),
            (
                self.tr("Free the model's memory"),
                self.tr(
                    "After so many minutes without a question (0: never). The next question loads "
                    "it again."
                ),
            ),
        )

    def _show_path(self) -> None:
        model = self._settings.model
        starter = self.tr("The starter that ships with mmdesk")
        self.path.setText(starter if model == STARTER else model)


class AnswersSection(SettingsSection):
    """How answers are sampled."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.temperature = QDoubleSpinBox()
        self.temperature.setRange(0.0, 5.0)
        self.temperature.setSingleStep(0.1)
        self.top_p = QDoubleSpinBox()
        self.top_p.setRange(0.01, 1.0)
        self.top_p.setSingleStep(0.05)
        self.max_tokens = QSpinBox()
        self.max_tokens.setRange(1, 1_000_000)
        self.seed = QSpinBox()
        self.seed.setRange(0, _SEED_MOST)
        for name, spin in (
            ("temperatureChoice", self.temperature),
            ("topPChoice", self.top_p),
            ("maxTokensChoice", self.max_tokens),
            ("seedChoice", self.seed),
        ):
            number(name, spin, self._change_generation)
        self.fixed_seed = QCheckBox()
        self.fixed_seed.setObjectName("fixedSeedChoice")
        self.fixed_seed.toggled.connect(self._change_generation)
        for control in (self.temperature, self.top_p, self.max_tokens, self.seed):
            self._field(control)
        self._rows.addWidget(self.fixed_seed, 0, Qt.AlignmentFlag.AlignRight)

    def show_settings(self, settings: Settings) -> None:
        """Show what holds now, without telling it on."""
        super().show_settings(settings)
        generation = settings.generation
        for spin, value in (
            (self.temperature, generation.temperature),
            (self.top_p, generation.top_p),
            (self.max_tokens, generation.max_tokens),
            (self.seed, generation.seed or 0),
        ):
            with QSignalBlocker(spin):
                spin.setValue(value)  # type: ignore[arg-type]
        with QSignalBlocker(self.fixed_seed):
            self.fixed_seed.setChecked(generation.seed is not None)
        self.seed.setEnabled(generation.seed is not None)

    def retranslate(self) -> None:
        """Set every text anew."""
        super().retranslate()
        self.fixed_seed.setText(self.tr("The same every time"))
        self.fixed_seed.setAccessibleName(self.fixed_seed.text())

    def _title(self) -> str:
        return self.tr("Answers")

    def _texts(self) -> Sequence[tuple[str, str]]:
        return (
            (
                self.tr("Temperature"),
                self.tr("0 gives the same answer every time; higher is more varied."),
            ),
            (self.tr("Top-p"), self.tr("Only the likeliest words that add up to this share.")),
            (self.tr("Longest answer"), self.tr("In tokens; a word is one or two.")),
            (self.tr("Seed"), self.tr("The same seed draws the same answer.")),
        )

    def _change_generation(self) -> None:
        self.seed.setEnabled(self.fixed_seed.isChecked())
        self._change(
            generation=replace(
                self._settings.generation,
                temperature=self.temperature.value(),
                top_p=self.top_p.value(),
                max_tokens=self.max_tokens.value(),
                seed=self.seed.value() if self.fixed_seed.isChecked() else None,
            )
        )


class ConversationsSection(SettingsSection):
    """The way to everything that can be done with all conversations."""

    archiveWanted = Signal()

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        box, (self.archive_button,) = buttons(("archiveButton", self.archiveWanted.emit))
        self._field(box)

    def retranslate(self) -> None:
        """Set every text anew."""
        super().retranslate()
        name_buttons(((self.archive_button, self.tr("Export, import, backups…")),))

    def _title(self) -> str:
        return self.tr("Conversations")

    def _texts(self) -> Sequence[tuple[str, str]]:
        return (
            (
                self.tr("All conversations"),
                self.tr("As files for another program or computer, or as they were on a day."),
            ),
        )


class KeysSection(SettingsSection):
    """Which keys do what."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.bindings = KeyBindings(settings.shortcuts)
        self.bindings.changed.connect(lambda chosen: self._change(shortcuts=chosen))
        self._rows.addWidget(self.bindings)

    def retranslate(self) -> None:
        """Set every text anew."""
        super().retranslate()
        self.bindings.retranslate()

    def _title(self) -> str:
        return self.tr("Keys")

    def _texts(self) -> Sequence[tuple[str, str]]:
        return ()
