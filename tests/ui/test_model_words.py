"""Figures and words on models."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from mmdesk.core.models import STARTER
from mmdesk.ui.i18n import Language
from mmdesk.ui.model_words import (
    breakable,
    good_at,
    languages_text,
    model_name,
    size_text,
    time_text,
)
from tests.ui.library_samples import GEMMA, QWEN


@pytest.mark.usefixtures("translators")
@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 kB"),
        (312, "1 kB"),
        (88_000, "88 kB"),
        (412_000_000, "412 MB"),
        (8_875_719_232, "8.9 GB"),
        (471_000_000_000, "471 GB"),
    ],
)
def test_sizes(size: int, text: str) -> None:
    assert size_text(size) == text


@pytest.mark.usefixtures("translators")
@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "1 s"), (51, "51 s"), (600, "10 min"), (7199, "2 h 0 min"), (9000, "2 h 30 min")],
)
def test_time_left(seconds: float, text: str) -> None:
    assert time_text(seconds) == text


@pytest.mark.usefixtures("translators")
@pytest.mark.parametrize(
    ("codes", "text"),
    [
        (("en",), "English"),
        (("en", "zh", "de", "fr"), "English, Chinese, German, French"),
        (("en", "zh", "de", "fr", "ja"), "English, Chinese, German and 2 more languages"),
        (("en", "zh", "mul"), "English, Chinese and many more languages"),
        (("mul",), "many languages"),
        (("tlh",), "tlh"),
    ],
)
def test_languages(codes: tuple[str, ...], text: str) -> None:
    assert languages_text(codes) == text


def test_a_models_own_words_follow_the_windows_language(
    translators: Language, qapp: QApplication
) -> None:
    assert good_at(QWEN).startswith("Documents")
    assert model_name(STARTER) == "Starter"
    translators.use("zh_CN")
    assert good_at(QWEN).startswith("文档")
    assert good_at(GEMMA) == ""
    assert model_name(STARTER) == "入门模型"


def test_long_names_can_wrap() -> None:
    assert breakable("a-b/c") == "a-\u200bb/\u200bc"
    assert max(len(part) for part in breakable("x" * 100).split("\u200b")) == 24
    assert breakable("two words") == "two words"
