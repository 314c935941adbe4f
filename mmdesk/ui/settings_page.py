"""The settings, each with a short explanation, applied at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QBoxLayout,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from mmdesk.settings import DEVICES, DTYPES, LANGUAGES, THEMES, Settings
from mmdesk.ui.controls import Choice, plain_label
from mmdesk.ui.key_bindings import KeyBindings
from mmdesk.ui.pages import Page

_SEED_MOST = 2**31 - 1
_CONTROL_WIDTH = 210
_SPIN_MARGIN = 8


class SettingsPage(Page):
    """A form; every change is a new :class:`Settings`."""

    changed = Signal(object)
    folderWanted = Signal()

    def __init__(self, settings: Settings) -> None:
        super().__init__("settingsPage")
        self._settings = settings
        self._fields: list[tuple[QWidget, QLabel, QLabel]] = []
        self._sections: list[QLabel] = []
        self._build_looks()
        self._build_model()
        self._build_answers()
        self._section()
        self.keys = KeyBindings(settings.shortcuts)
        self.keys.changed.connect(lambda chosen: self._change(shortcuts=chosen))
        self.content.addWidget(self.keys)
        self.content.addStretch(1)
        self.show_settings(settings)

    def show_settings(self, settings: Settings) -> None:
        """Show what holds now, without telling it on."""
        self._settings = settings
        generation = settings.generation
        for combo, value in (
            (self.language, settings.language),
            (self.theme, settings.theme),
            (self.device, settings.device),
            (self.dtype, settings.dtype),
        ):
            with QSignalBlocker(combo):
                combo.setCurrentIndex(combo.findData(value))
        for spin, number in (
            (self.threads, settings.threads),
            (self.temperature, generation.temperature),
            (self.top_p, generation.top_p),
            (self.max_tokens, generation.max_tokens),
            (self.seed, generation.seed or 0),
        ):
            with QSignalBlocker(spin):
                spin.setValue(number)  # type: ignore[arg-type]
        with QSignalBlocker(self.fixed_seed):
            self.fixed_seed.setChecked(generation.seed is not None)
        self.seed.setEnabled(generation.seed is not None)
        self._show_model()

    def retranslate(self) -> None:
        """Set every text anew."""
        super().retranslate()
        self._title.setText(self.tr("Settings"))
        headings = (self.tr("Appearance"), self.tr("Model"), self.tr("Answers"), self.tr("Keys"))
        for label, text in zip(self._sections, headings, strict=True):
            label.setText(text)
        for (control, label, help_label), (name, text) in zip(
            self._fields, self._texts(), strict=True
        ):
            label.setText(name)
            help_label.setText(text)
            control.setAccessibleName(name)
            control.setAccessibleDescription(text)
        self._choices(self.language, (self.tr("As the system"), "English", "简体中文"))
        self._choices(self.theme, (self.tr("As the system"), self.tr("Light"), self.tr("Dark")))
        automatic = self.tr("Automatic")
        self._choices(self.device, (automatic, "CUDA", "MPS", "CPU"))
        self._choices(self.dtype, (automatic, "float32", "bfloat16", "float16"))
        self.threads.setSpecialValueText(automatic)
        self.folder_button.setText(self.tr("Choose a folder…"))
        self.starter_button.setText(self.tr("Use the starter"))
        for button in (self.folder_button, self.starter_button):
            button.setAccessibleName(button.text())
        self.fixed_seed.setText(self.tr("The same every time"))
        self.fixed_seed.setAccessibleName(self.fixed_seed.text())
        self.keys.retranslate()
        self._show_model()

    def _texts(self) -> Sequence[tuple[str, str]]:
        """Return name and explanation of each field, in the order of the form."""
        return (
            (self.tr("Language"), self.tr("Of the window; answers follow your question.")),
            (self.tr("Theme"), self.tr("Light or dark.")),
            (self.tr("Model folder"), self.tr("A folder with config.json and .safetensors files.")),
            (self.tr("Device"), self.tr("Where the model runs; automatic takes the fastest.")),
            (self.tr("Number format"), self.tr("Smaller numbers need less memory.")),
            (self.tr("Threads"), self.tr("CPU threads; automatic leaves one core free.")),
            (
                self.tr("Temperature"),
                self.tr("0 gives the same answer every time; higher is more varied."),
            ),
            (self.tr("Top-p"), self.tr("Only the likeliest words that add up to this share.")),
            (self.tr("Longest answer"), self.tr("In tokens; a word is one or two.")),
            (self.tr("Seed"), self.tr("The same seed draws the same answer.")),
        )

    def _build_looks(self) -> None:
        self._section()
        self.language = self._combo("languageChoice", LANGUAGES, "language")
        self.theme = self._combo("themeChoice", THEMES, "theme")
        for control in (self.language, self.theme):
            self._field(control)

    def _build_model(self) -> None:
        self._section()
        self.model_path = plain_label("modelPath", wrap=True)
        self.folder_button = QPushButton()
        self.folder_button.setObjectName("chooseModelButton")
        self.folder_button.clicked.connect(self.folderWanted)
        self.starter_button = QPushButton()
        self.starter_button.setObjectName("useStarterButton")
        self.starter_button.clicked.connect(lambda: self._change(model=None))
        buttons = QWidget()
        row = QVBoxLayout(buttons)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.folder_button)
        row.addWidget(self.starter_button)
        self._field(buttons)
        self.content.addWidget(self.model_path)
        self.device = self._combo("deviceChoice", DEVICES, "device")
        self.dtype = self._combo("dtypeChoice", DTYPES, "dtype")
        self.threads = QSpinBox()
        self.threads.setRange(0, 1024)
        self._number(
            "threadsChoice", self.threads, lambda: self._change(threads=self.threads.value())
        )
        for control in (self.device, self.dtype, self.threads):
            self._field(control)

    def _build_answers(self) -> None:
        self._section()
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
            self._number(name, spin, self._change_generation)
        self.fixed_seed = QCheckBox()
        self.fixed_seed.setObjectName("fixedSeedChoice")
        self.fixed_seed.toggled.connect(self._change_generation)
        for control in (self.temperature, self.top_p, self.max_tokens, self.seed):
            self._field(control)
        self.content.addWidget(self.fixed_seed, 0, Qt.AlignmentFlag.AlignRight)

    def _section(self) -> None:
        label = plain_label("sectionTitle")
        if self._sections:
            self.content.addSpacing(14)
            rule = QFrame()
            rule.setFrameShape(QFrame.Shape.NoFrame)
            rule.setObjectName("rule")
            rule.setFixedHeight(1)
            self.content.addWidget(rule)
            self.content.addSpacing(8)
        self._sections.append(label)
        self.content.addWidget(label)

    def _field(self, control: QWidget) -> None:
        """Add a row: name and explanation to the left, the control to the right."""
        name, explanation = plain_label("fieldName", wrap=True), plain_label("fieldHelp", wrap=True)
        control.setFixedWidth(_CONTROL_WIDTH)
        texts = QVBoxLayout()
        texts.setSpacing(0)
        texts.addStretch(1)
        texts.addWidget(name)
        texts.addWidget(explanation)
        texts.addStretch(1)
        row: QBoxLayout = QHBoxLayout()
        row.setContentsMargins(0, 4, 0, 4)
        row.setSpacing(16)
        row.addLayout(texts, 1)
        row.addWidget(control, 0, Qt.AlignmentFlag.AlignVCenter)
        self.content.addLayout(row)
        self._fields.append((control, name, explanation))

    def _combo(self, object_name: str, values: Sequence[str], field: str) -> QComboBox:
        combo = Choice()
        combo.setObjectName(object_name)
        combo.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        for value in values:
            combo.addItem(value, value)
        combo.currentIndexChanged.connect(
            lambda _index: self._change(**{field: combo.currentData()})
        )
        return combo

    def _number(
        self, object_name: str, spin: QSpinBox | QDoubleSpinBox, act: Callable[[], None]
    ) -> None:
        """Set up a number; it counts when it is typed to its end, not after every digit."""
        spin.setObjectName(object_name)
        # The style sheet's padding does not reach the field inside.
        spin.lineEdit().setTextMargins(_SPIN_MARGIN, 0, _SPIN_MARGIN, 0)
        spin.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        spin.setKeyboardTracking(False)
        spin.valueChanged.connect(lambda _value: act())

    def _choices(self, combo: QComboBox, texts: Sequence[str]) -> None:
        for index, text in enumerate(texts):
            combo.setItemText(index, text)

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

    def _change(self, **fields: Any) -> None:
        changed = replace(self._settings, **fields)
        if changed != self._settings:
            self._settings = changed
            self._show_model()
            self.changed.emit(changed)

    def _show_model(self) -> None:
        model = self._settings.model
        self.model_path.setText(
            str(model) if model else self.tr("The starter that ships with mmdesk")
        )
        self.starter_button.setEnabled(model is not None)
