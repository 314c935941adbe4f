"""Every sentence is translated into Chinese, and keeps its fields."""

from __future__ import annotations

import re
import subprocess
import sysconfig
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QTranslator
from PySide6.QtWidgets import QApplication

from mmdesk import paths
from mmdesk.core.errors import SpeechLanguageUnknown
from mmdesk.ui.first_start import SampleCard
from mmdesk.ui.translate import phrase_text
from tests.ui.conftest import Desk

ROOT = Path(__file__).parents[2]
CATALOGUE = ROOT / "resources" / "i18n" / "mmdesk_zh_CN.ts"
FIELD = re.compile(r"\{\w*\}|%n")


def _messages(path: Path) -> dict[tuple[str, str], ET.Element]:
    found = {}
    for context in ET.parse(path).getroot().iter("context"):
        for message in context.iter("message"):
            key = (context.findtext("name", ""), message.findtext("source", ""))
            found[key] = message
    return found


def _translation(message: ET.Element) -> str:
    element = message.find("translation")
    assert element is not None
    forms = [form.text or "" for form in element.iter("numerusform")]
    return forms[0] if forms else element.text or ""


def test_the_catalogue_has_every_sentence_of_the_source(tmp_path: Path) -> None:
    fresh = tmp_path / "fresh.ts"
    tool = Path(sysconfig.get_path("scripts")) / "pyside6-lupdate"
    sources = [str(path) for path in sorted((ROOT / "mmdesk").rglob("*.py"))]
    subprocess.run(
        [tool, "-no-obsolete", *sources, "-ts", str(fresh)],
        check=True,
        capture_output=True,
        timeout=120,
    )
    assert _messages(fresh).keys() - _messages(CATALOGUE).keys() == set()


def test_every_sentence_is_translated_and_keeps_its_fields() -> None:
    messages = _messages(CATALOGUE)
    assert len(messages) > 200
    for (context, source), message in messages.items():
        element = message.find("translation")
        assert element is not None
        assert element.get("type") is None, (context, source)
        translated = _translation(message)
        assert translated, (context, source)
        assert sorted(FIELD.findall(translated)) == sorted(FIELD.findall(source)), source


def test_the_compiled_catalogue_is_that_of_the_source() -> None:
    translator = QTranslator()
    assert translator.load("mmdesk_zh_CN", str(paths.resources() / "i18n"))
    for (context, source), message in _messages(CATALOGUE).items():
        many = 3 if message.get("numerus") else -1
        got = translator.translate(context, source, None, many)
        assert got == _translation(message), (context, source)


def test_the_language_changes_at_once(desk: Desk) -> None:
    desk.window.show_settings()
    page = desk.window.pages.settings_page
    assert page is not None
    page.looks.language.setCurrentIndex(page.looks.language.findData("zh_CN"))
    assert desk.saved[-1].language == "zh_CN"
    QApplication.processEvents()
    assert desk.window.sidebar.new_chat.text() == "新对话"
    assert page._title.text() == "设置"
    assert desk.window.composer.input.placeholderText() == "问问图片里的内容…"
    assert desk.window.header.model_button.text() == "入门模型 · 4 M ▾"


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_samples_are_in_the_language_of_the_window(
    open_window: Callable[..., Desk], language: str
) -> None:
    desk = open_window(language=language)
    titles = {card.accessibleName() for card in _cards(desk)}
    expected = "图形: 图里有什么？" if language == "zh_CN" else "Shapes: What is in the picture?"
    assert expected in titles


def _cards(desk: Desk) -> list[SampleCard]:
    return desk.window.chat.first_start.findChildren(SampleCard)


def test_a_language_in_a_sentence_has_its_translated_name(qapp: QApplication) -> None:
    translator = QTranslator()
    assert translator.load(str(paths.resources() / "i18n" / "mmdesk_zh_CN.qm"))
    qapp.installTranslator(translator)
    try:
        error = SpeechLanguageUnknown(language="German", model="whisper-tiny")
        assert "德语" in phrase_text(error.message_phrase)
    finally:
        qapp.removeTranslator(translator)
