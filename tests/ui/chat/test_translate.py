"""Sentences are never lost to a bad translation."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QCoreApplication, QTranslator

from mmdesk.core.errors import FileMissing
from mmdesk.core.phrases import Phrase
from mmdesk.ui.translate import phrase_text


class _Translation(QTranslator):
    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def translate(
        self, context: str, source: str, disambiguation: str | None = None, n: int = -1
    ) -> str:
        return self._text if context == "errors" and source == FileMissing.sentence else ""

    def isEmpty(self) -> bool:
        return False


@pytest.mark.usefixtures("qapp")
def test_fields_are_filled_into_the_translation() -> None:
    translation = _Translation("没有“{name}”。")
    QCoreApplication.installTranslator(translation)
    try:
        assert phrase_text(FileMissing(name="a.png").message_phrase) == "没有“a.png”。"
    finally:
        QCoreApplication.removeTranslator(translation)
    assert phrase_text(FileMissing(name="a.png").message_phrase) == "“a.png” is not there."


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("bad", ["{nmae}", "{", "{name.x}", "{0}"])
@pytest.mark.logs("can't fill in the sentence")
def test_a_bad_translation_falls_back_to_english(bad: str) -> None:
    translation = _Translation(bad)
    QCoreApplication.installTranslator(translation)
    try:
        assert phrase_text(FileMissing(name="a.png").message_phrase) == "“a.png” is not there."
    finally:
        QCoreApplication.removeTranslator(translation)


@pytest.mark.usefixtures("qapp")
@pytest.mark.logs("can't fill in the sentence")
def test_a_bad_template_is_shown_as_it_stands() -> None:
    assert phrase_text(Phrase("{a} {b}", {"a": 1})) == "{a} {b}"
