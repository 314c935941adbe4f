"""What was said in an attached sound file, in the question's bubble."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QWidget
from pytestqt.qtbot import QtBot

from mmdesk.core.conversations import Entry
from mmdesk.core.messages import TranscriptPart, assistant_message, user_message
from mmdesk.ui.chat.long_text import LongText
from mmdesk.ui.chat.pane import ChatPane
from mmdesk.ui.chat.timed_text import TimedText, split_line
from mmdesk.ui.chat.transcript_card import TranscriptCard
from mmdesk.ui.theme import theme

SHORT = "[0:00] So the first thing is the budget.\n[0:07] And then the projector."


def _long(count: int) -> str:
    lines = (f"[{n // 60}:{n % 60:02}] Line {n} of what was said." for n in range(count))
    return "\n".join(lines)


@pytest.fixture
def pane(qtbot: QtBot) -> ChatPane:
    made = ChatPane()
    made.resize(700, 600)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def card(pane: ChatPane) -> Callable[..., TranscriptCard]:
    """Show a question with a transcript; return its card."""

    def make(
        text: str = SHORT, name: str = "talk.m4a", language: str = "en", seconds: float = 61.0
    ) -> TranscriptCard:
        part = TranscriptPart(name, text, seconds, language)
        pane.show_entries((Entry("1", user_message("Summarise it.", (), (part,))),))
        (made,) = pane.findChildren(TranscriptCard)
        return made

    return make


def _button(card: TranscriptCard, name: str) -> QAbstractButton:
    found = card.findChild(QAbstractButton, name)
    assert isinstance(found, QAbstractButton)
    return found


def _text(card: TranscriptCard) -> QWidget:
    found = [w for w in card.findChildren(QWidget, "transcriptText") if w.isVisible()]
    assert len(found) == 1
    return found[0]


def test_a_closed_card_says_what_it_holds(
    pane: ChatPane, card: Callable[..., TranscriptCard]
) -> None:
    shown = card(language="de")
    assert shown.shown_text() == "talk.m4a\n1:01 · German\nSo the first thing is the budget."
    assert "talk.m4a" in pane.plain_text()
    name = _button(shown, "transcriptButton").accessibleName()
    assert name == "Transcript of talk.m4a, 1:01 · German, show"


def test_a_click_or_enter_opens_and_closes_it(
    card: Callable[..., TranscriptCard], qtbot: QtBot
) -> None:
    shown = card()
    head, closed = _button(shown, "transcriptButton"), shown.height()
    qtbot.mouseClick(head, Qt.MouseButton.LeftButton)
    assert shown.is_open
    assert shown.height() > closed + 40
    assert head.accessibleName().endswith("hide")
    view = _text(shown)
    assert isinstance(view, TimedText)
    assert view.toPlainText() == SHORT
    assert not _button(shown, "showAllButton").isVisible()
    head.setFocus()
    qtbot.keyClick(head, Qt.Key.Key_Space)
    assert not shown.is_open
    assert shown.height() == closed


def test_enter_opens_it(card: Callable[..., TranscriptCard], qtbot: QtBot) -> None:
    shown = card()
    head = _button(shown, "transcriptButton")
    head.setFocus()
    qtbot.keyClick(head, Qt.Key.Key_Return)
    assert shown.is_open


def test_a_long_one_shows_its_beginning_then_all(
    card: Callable[..., TranscriptCard], qtbot: QtBot
) -> None:
    shown = card(_long(100))
    _button(shown, "transcriptButton").click()
    before = shown.height()
    assert "Line 11 " in shown.shown_text()
    assert "Line 12 " not in shown.shown_text()
    more = _button(shown, "showAllButton")
    more.setFocus()
    qtbot.keyClick(more, Qt.Key.Key_Space)
    assert "Line 99 " in shown.shown_text()
    assert shown.height() > before
    assert not more.isVisible()
    assert _text(shown).hasFocus()


def test_hours_are_laid_out_where_they_are_looked_at(card: Callable[..., TranscriptCard]) -> None:
    shown = card(_long(20_000))
    _button(shown, "transcriptButton").click()
    _button(shown, "showAllButton").click()
    view = _text(shown)
    assert isinstance(view, LongText)
    assert shown.height() < 700
    assert view.text.endswith("Line 19999 of what was said.")


def test_one_endless_line_is_cut(card: Callable[..., TranscriptCard]) -> None:
    shown = card("[0:00] " + "word " * 4000)
    _button(shown, "transcriptButton").click()
    assert len(shown.shown_text()) < 3000
    assert _button(shown, "showAllButton").isVisible()


def test_all_of_it_is_copied(card: Callable[..., TranscriptCard], pane: ChatPane) -> None:
    text = _long(100)
    shown = card(text)
    _button(shown, "transcriptButton").click()
    copied: list[bool] = []
    pane.copied.connect(lambda: copied.append(True))
    _button(shown, "copyTranscriptButton").click()
    assert QGuiApplication.clipboard().text() == text
    assert copied == [True]


def test_foreign_text_is_never_html(card: Callable[..., TranscriptCard]) -> None:
    evil = '[0:00] <b>bold</b> <img src="file:///etc/passwd"> &amp; {name}'
    shown = card(evil, name="<i>{length}</i>.wav")
    _button(shown, "transcriptButton").click()
    view = _text(shown)
    assert isinstance(view, TimedText)
    assert view.toPlainText() == evil
    assert "<i>{length}</i>.wav" in shown.shown_text()


def test_a_name_stays_on_its_line(card: Callable[..., TranscriptCard]) -> None:
    shown = card(name="two\nlines\t.wav")
    assert shown.shown_text().startswith("two lines .wav\n1:01")


@pytest.mark.parametrize("text", ["", "\n\n", "no times at all", "[0:00]", "[0:00] مرحبا بكم"])
def test_odd_transcripts_open_all_the_same(card: Callable[..., TranscriptCard], text: str) -> None:
    shown = card(text, language="xx", seconds=0.0)
    _button(shown, "transcriptButton").click()
    view = _text(shown)
    assert isinstance(view, TimedText)
    assert view.toPlainText() == text.strip()
    assert "0:01 · xx" in shown.shown_text()


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("[0:07] And", ("[0:07] ", "And")),
        ("[10:02:05] And", ("[10:02:05] ", "And")),
        ("[sic] And", ("", "[sic] And")),
        ("And [0:07]", ("", "And [0:07]")),
    ],
)
def test_times_are_told_from_words(line: str, parts: tuple[str, str]) -> None:
    assert split_line(line) == parts


def test_opening_it_keeps_what_is_read_in_place(pane: ChatPane, qtbot: QtBot) -> None:
    part = TranscriptPart("talk.m4a", _long(100), 6000.0, "en")
    entries = [Entry(str(n), assistant_message("A line.\n\n" * 6)) for n in range(6)]
    pane.show_entries((*entries, Entry("q", user_message("Summarise it.", (), (part,)))))
    bar = pane.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.value() == bar.maximum() > 0)
    at, (shown,) = bar.value(), pane.findChildren(TranscriptCard)
    _button(shown, "transcriptButton").click()
    assert bar.value() == at
    assert bar.maximum() > at
    assert not pane.following
    _button(shown, "transcriptButton").click()
    assert bar.value() == bar.maximum() == at
    assert pane.following


def test_an_open_card_follows_the_theme(card: Callable[..., TranscriptCard]) -> None:
    shown = card()
    _button(shown, "transcriptButton").click()
    theme().set_mode("dark")
    try:
        view = _text(shown)
        assert isinstance(view, TimedText)
        assert view.toPlainText() == SHORT
        ground = shown.grab().toImage().pixelColor(30, 50)
        assert ground.name() == theme().tokens.card
    finally:
        theme().set_mode("light")


def test_earlier_messages_name_their_transcripts(pane: ChatPane) -> None:
    part = TranscriptPart("early.wav", SHORT, 9.0, "en")
    asked = Entry("q", user_message("Summarise it.", (), (part,)))
    later = [Entry(str(n), assistant_message("A line.\n\n" * 6)) for n in range(40)]
    pane.show_entries((asked, *later))
    assert pane.plain_text().startswith("early.wav\nSummarise it.")
