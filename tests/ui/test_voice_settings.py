"""The settings on how mmdesk listens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QComboBox, QStyleOptionComboBox
from pytestqt.qtbot import QtBot

from mmdesk.core.errors import SoundSystemMissing
from mmdesk.core.events import MicrophonesListed
from mmdesk.core.languages import LANGUAGES
from mmdesk.core.requests import Script, VoiceSettings
from mmdesk.core.speech import AudioDevice
from mmdesk.settings import Settings
from mmdesk.ui.i18n import Language
from mmdesk.ui.settings_page import SettingsPage
from mmdesk.ui.settings_voice import VoiceSection
from tests.ui.conftest import Desk

BUILT_IN = AudioDevice("Built-in Microphone", True, 48_000, 2)
USB = AudioDevice("USB PnP Audio Device: Audio (hw:1,0)", False, 44_100, 1)
BOTH = MicrophonesListed((BUILT_IN, USB))


class Form:
    """The page, and what it told."""

    def __init__(self, qtbot: QtBot, settings: Settings) -> None:
        self.page = SettingsPage(settings)
        self.page.retranslate()
        self.page.setMinimumSize(200, 200)  # its own: Qt's offscreen plugin takes no new one
        self.told: list[Settings] = []
        self.page.changed.connect(self.told.append)
        qtbot.addWidget(self.page)

    @property
    def voice(self) -> VoiceSection:
        return self.page.voice


@pytest.fixture
def form(qtbot: QtBot, translators: Language) -> Callable[..., Form]:
    """Open the page; keyword arguments are those of ``VoiceSettings``."""

    def make(speech_model: Path | None = None, **chosen: object) -> Form:
        voice = VoiceSettings(**chosen)  # type: ignore[arg-type]
        return Form(qtbot, Settings(voice=voice, speech_model=speech_model))

    return make


def _entries(combo: QComboBox) -> list[tuple[str, object]]:
    return [(combo.itemText(row), combo.itemData(row)) for row in range(combo.count())]


def test_each_change_is_told_at_once(form: Callable[..., Form], qtbot: QtBot) -> None:
    shown = form()
    shown.page.show_microphones(BOTH)
    voice = shown.voice
    voice.device.setCurrentIndex(voice.device.findData(USB.name))
    voice.language.setCurrentIndex(voice.language.findData("de"))
    voice.script.setCurrentIndex(voice.script.findData(Script.TRADITIONAL))
    for switch in (voice.send_at_once, voice.keep_recordings, voice.cut_context):
        qtbot.mouseClick(switch, Qt.MouseButton.LeftButton, pos=QPoint(2, 2))
    voice.silence.setValue(1.3)
    wanted = VoiceSettings(USB.name, "de", Script.TRADITIONAL, True, False, False, 1.3)
    assert shown.told[-1].voice == wanted
    assert isinstance(shown.told[-1].voice.script, Script)
    assert len(shown.told) == 7


def test_showing_settings_tells_nothing(form: Callable[..., Form]) -> None:
    shown = form()
    other = VoiceSettings("Yeti", "fr", Script.TRADITIONAL, True, False, False, 2.5)
    shown.page.show_settings(Settings(voice=other, speech_model=Path("/models/base.pt")))
    voice = shown.voice
    assert shown.told == []
    assert voice.language.currentText() == "French"
    assert voice.script.currentText() == "Traditional"
    assert voice.send_at_once.isChecked()
    assert not voice.keep_recordings.isChecked()
    assert voice.silence.text() == "2.5 s"
    assert voice.path.text() == "/models/base.pt"


def test_sections_do_not_undo_each_other(form: Callable[..., Form]) -> None:
    shown = form()
    shown.page.answers.temperature.setValue(0.5)
    shown.voice.send_at_once.click()
    shown.page.looks.theme.setCurrentIndex(shown.page.looks.theme.findData("dark"))
    last = shown.told[-1]
    assert (last.generation.temperature, last.voice.send_at_once, last.theme) == (0.5, True, "dark")


def test_microphones_are_listed_below_the_system_default(form: Callable[..., Form]) -> None:
    shown = form()
    assert _entries(shown.voice.device) == [("System default", "")]
    shown.page.show_microphones(BOTH)
    names = [("System default", ""), (BUILT_IN.name, BUILT_IN.name), (USB.name, USB.name)]
    assert _entries(shown.voice.device) == names
    assert shown.voice.device.currentText() == "System default"
    assert shown.told == []


def test_a_microphone_that_is_gone_stays_chosen(form: Callable[..., Form]) -> None:
    shown = form(device="Yeti")
    assert shown.voice.device.currentText() == "Yeti"
    shown.page.show_microphones(BOTH)
    assert shown.voice.device.currentText() == "Yeti (not connected)"
    assert shown.voice.device.currentData() == "Yeti"
    shown.page.show_microphones(MicrophonesListed((replace(USB, name="Yeti"),)))
    assert shown.voice.device.currentText() == "Yeti"
    assert shown.told == []


def test_two_microphones_of_one_name_are_one_choice(form: Callable[..., Form]) -> None:
    shown = form()
    shown.page.show_microphones(MicrophonesListed((USB, USB)))
    assert shown.voice.device.count() == 2


def test_why_microphones_can_not_be_listed_is_said(form: Callable[..., Form]) -> None:
    shown = form(device="Yeti")
    shown.page.show_microphones(MicrophonesListed((), SoundSystemMissing(reason="no PortAudio")))
    error = shown.voice.microphone_error
    assert not error.isHidden()
    assert "The sound system can't be used: no PortAudio." in error.text()
    assert "Check that PortAudio" in error.text()
    assert shown.voice.device.currentText() == "Yeti"
    shown.page.show_microphones(BOTH)
    assert error.isHidden()


def test_the_name_of_a_microphone_is_never_a_format(form: Callable[..., Form]) -> None:
    shown = form(device="{0} <b>mic</b>")
    shown.page.show_microphones(MicrophonesListed((replace(BUILT_IN, name="{name} %1 {x}"),)))
    assert shown.voice.device.currentText() == "{0} <b>mic</b> (not connected)"
    assert "“{name} %1 {x}”" in shown.voice.device.accessibleDescription()


def test_microphones_are_asked_for_whenever_the_page_opens(
    form: Callable[..., Form], qtbot: QtBot
) -> None:
    page = form().page
    with qtbot.waitSignal(page.microphonesWanted):
        page.show()
    page.hide()
    with qtbot.waitSignal(page.microphonesWanted):
        page.show()


def test_every_language_of_whisper_can_be_chosen(form: Callable[..., Form]) -> None:
    shown = form()
    entries = _entries(shown.voice.language)
    assert [code for _, code in entries[:3]] == ["", "en", "zh"]
    assert {code for _, code in entries} == {"", *LANGUAGES}
    names = [name for name, _ in entries[3:]]
    assert names == sorted(names)


def test_languages_are_sorted_by_their_translated_names(
    form: Callable[..., Form], translators: Language
) -> None:
    shown = form(language="ja")
    english = [code for _, code in _entries(shown.voice.language)]
    translators.use("zh_CN")
    shown.page.retranslate()
    chinese = [code for _, code in _entries(shown.voice.language)]
    assert shown.voice.language.currentData() == "ja"
    assert chinese[:3] == english[:3]
    assert sorted(map(str, chinese)) == sorted(map(str, english))
    assert chinese != english
    assert shown.told == []


def test_the_speech_model_and_back_to_the_starter(form: Callable[..., Form]) -> None:
    shown = form(speech_model=Path("/models/whisper-base"))
    assert shown.voice.path.text() == "/models/whisper-base"
    assert shown.voice.starter_note.isHidden()
    shown.voice.starter_button.click()
    assert shown.told[-1].speech_model is None
    assert shown.voice.path.text() == "The starter that ships with mmdesk"
    assert "synthetic voices only" in shown.voice.starter_note.text()
    assert "openai/whisper-base" in shown.voice.starter_note.text()
    assert not shown.voice.starter_note.isHidden()
    assert not shown.voice.starter_button.isEnabled()


def test_models_and_file_are_asked_for(form: Callable[..., Form], qtbot: QtBot) -> None:
    page = form().page
    with qtbot.waitSignal(page.modelsWanted, check_params_cb=lambda role: role == "speech"):
        page.voice.models_button.click()
    with qtbot.waitSignal(page.speechFileWanted):
        page.voice.file_button.click()


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_a_long_name_is_shortened_where_it_is_closed(
    form: Callable[..., Form], qtbot: QtBot
) -> None:
    shown = form(device=USB.name)
    shown.page.show_microphones(BOTH)
    combo = shown.voice.device
    assert combo.currentText() == USB.name
    assert combo.toolTip() == USB.name
    shown.page.resize(700, 900)
    shown.page.show()
    qtbot.waitExposed(shown.page)
    option = QStyleOptionComboBox()
    combo.initStyleOption(option)
    assert option.currentText.startswith("USB")
    assert "…" in option.currentText
    combo.showPopup()
    assert combo.view().width() >= combo.view().sizeHintForColumn(0)
    combo.hidePopup()


def test_the_shelf_leads_to_the_voice_section(desk: Desk, qtbot: QtBot) -> None:
    shelf = desk.window.pages
    shelf.show_microphones(BOTH)
    shelf.show_voice_settings(Settings())
    page = shelf.settings_page
    assert page is not None
    assert page.voice.device.findData(USB.name) > 0
    assert desk.window.page is page
    qtbot.waitUntil(lambda: page.voice.visibleRegion().boundingRect().top() == 0)
    assert QApplication.focusWidget() is page.voice.models_button
    shelf.show_voice_settings(Settings())
    assert desk.window.page is page
