"""Heard words in the question: provisional, inserted, marked, played, edited, sent."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QKeySequence, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from mmdesk.core.conversations import StopReason
from mmdesk.core.errors import MicrophoneMissing, SpeechModelMissing
from mmdesk.core.events import (
    NothingHeard,
    PlaybackChanged,
    TranscriptFailed,
    TurnFinished,
    VoiceState,
)
from mmdesk.core.requests import VoiceSettings
from mmdesk.ui.theme import DARK, LIGHT, Tokens, contrast
from tests.ui.conftest import Desk

Key = Qt.Key
LEFT = Qt.MouseButton.LeftButton
WORDS = (("What", 0.95), (" is", 0.9), (" the", 0.6), (" star?", 0.3))


def _marked(desk: Desk) -> dict[str, object]:
    """Return the marked words of the first line with their underlines."""
    block = desk.window.composer.input.document().firstBlock()
    return {
        block.text()[each.start : each.start + each.length]: each.format.underlineStyle()
        for each in block.layout().formats()
    }


def _button(desk: Desk, name: str) -> QAbstractButton:
    found = desk.window.findChild(QAbstractButton, name)
    assert isinstance(found, QAbstractButton)
    return found


def _place_of(desk: Desk, position: int) -> object:
    field = desk.window.composer.input
    cursor = QTextCursor(field.document())
    cursor.setPosition(position)
    left = field.cursorRect(cursor)
    cursor.setPosition(position + 1)
    return left.united(field.cursorRect(cursor)).center()


def test_what_is_being_said_is_shown_but_is_not_text(desk: Desk, qtbot: QtBot) -> None:
    field, voice = desk.window.composer.input, desk.session.voice
    qtbot.keyClicks(field, "Look: ")
    voice.opened()
    voice.partial("What is")
    voice.partial("What is the star")
    layout = field.document().firstBlock().layout()
    assert layout.preeditAreaText() == "What is the star"
    assert layout.preeditAreaPosition() == 6
    assert field.toPlainText() == "Look: "
    voice.closed(VoiceState.TRANSCRIBING)
    assert layout.preeditAreaText() == "What is the star"
    voice.heard(*WORDS)
    assert layout.preeditAreaText() == ""
    assert field.toPlainText() == "Look: What is the star?"


def test_it_keeps_its_place_while_one_types_elsewhere(desk: Desk, qtbot: QtBot) -> None:
    field, voice = desk.window.composer.input, desk.session.voice
    qtbot.keyClicks(field, "first line")
    voice.opened()
    voice.partial("heard")
    field.moveCursor(QTextCursor.MoveOperation.Start)
    qtbot.keyClicks(field, "My ")
    qtbot.keyClick(field, Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert field.document().firstBlock().layout().preeditAreaText() == ""
    last = field.document().lastBlock().layout()
    assert (last.preeditAreaText(), last.preeditAreaPosition()) == ("heard", 10)
    voice.heard(("Where", 0.9))
    assert field.toPlainText() == "My \nfirst line Where"


@pytest.mark.parametrize("end", ["nothing", "failed", "cancelled"])
def test_what_comes_to_nothing_leaves_nothing(desk: Desk, end: str) -> None:
    voice, field = desk.session.voice, desk.window.composer.input
    voice.opened()
    voice.partial("Thank you for watching")
    if end == "cancelled":
        voice.cancel()
    elif end == "nothing":
        desk.window.handle(NothingHeard("u1"))
    else:
        desk.window.handle(TranscriptFailed("u1", SpeechModelMissing(path="/w")))
    assert field.document().firstBlock().layout().preeditAreaText() == ""
    assert field.document().isEmpty()


@pytest.mark.parametrize(
    ("before", "words", "after", "expected"),
    [
        ("", (("Where?", 0.9),), "", "Where?"),
        ("Look", ((" here", 0.9),), "", "Look here"),
        ("Look ", ((" here", 0.9),), "", "Look here"),
        ("a (", ((" here", 0.9),), ") b", "a (here) b"),
        ("a", ((" b", 0.9),), "c", "a b c"),
        ("a", ((" b", 0.9),), ", c", "a b, c"),
        ("看", (("星形", 0.9),), "吗", "看星形吗"),
        ("star", (("星形", 0.9),), "", "star星形"),
        ("图", ((" star 😀", 0.9), (" x", 0.2)), "", "图star 😀 x"),
    ],
)
def test_spaces_are_put_where_they_belong(
    desk: Desk, before: str, words: tuple[tuple[str, float], ...], after: str, expected: str
) -> None:
    field = desk.window.composer.input
    field.setPlainText(before + after)
    cursor = field.textCursor()
    cursor.setPosition(len(before))
    field.setTextCursor(cursor)
    desk.session.voice.heard(*words)
    assert field.toPlainText() == expected
    stretch = desk.window.composer.voice.text.stretches[0]
    assert [word.text for word in stretch.words if word.intact] == [
        text.strip() for text, _ in words
    ]


def test_unsure_words_are_marked_by_more_than_colour(desk: Desk) -> None:
    desk.session.voice.heard(*WORDS)
    marked = _marked(desk)
    assert list(marked) == ["the", "star?"]
    assert len(set(marked.values())) == 2
    assert desk.window.composer.voice.strip.text == "Heard 2.0 s · English · 2 words are unsure"


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
def test_marked_words_can_be_read(tokens: Tokens) -> None:
    for ground in (tokens.unsure_ground, tokens.doubtful_ground):
        assert contrast(tokens.text, ground) >= 4.5
    assert tokens.unsure_ground != tokens.doubtful_ground


def test_editing_a_word_takes_its_mark_and_undo_gives_it_back(desk: Desk, qtbot: QtBot) -> None:
    field = desk.window.composer.input
    desk.session.voice.heard(*WORDS)
    cursor = field.textCursor()
    cursor.setPosition(10)  # th|e
    field.setTextCursor(cursor)
    qtbot.keyClicks(field, "o")
    assert list(_marked(desk)) == ["star?"]
    strip = desk.window.composer.voice.strip
    qtbot.waitUntil(lambda: "1 word is unsure" in strip.text)
    field.undo()
    assert list(_marked(desk)) == ["the", "star?"]
    cursor.setPosition(0)
    field.setTextCursor(cursor)
    qtbot.keyClicks(field, "So ")
    assert list(_marked(desk)) == ["the", "star?"]


def test_a_word_that_grows_is_another_word(desk: Desk, qtbot: QtBot) -> None:
    field = desk.window.composer.input
    desk.session.voice.heard(("the", 0.6), (" star", 0.3))
    field.moveCursor(QTextCursor.MoveOperation.End)
    qtbot.keyClicks(field, " now")
    assert list(_marked(desk)) == ["the", "star"]
    cursor = field.textCursor()
    cursor.setPosition(8)
    field.setTextCursor(cursor)
    qtbot.keyClicks(field, "s")
    assert list(_marked(desk)) == ["the"]


def test_copied_words_are_plain_text(desk: Desk, qtbot: QtBot) -> None:
    field = desk.window.composer.input
    desk.session.voice.heard(*WORDS)
    field.selectAll()
    copied: QMimeData = field.createMimeDataFromSelection()
    assert copied.text() == "What is the star?"
    field.moveCursor(QTextCursor.MoveOperation.End)
    field.insertFromMimeData(copied)
    assert field.toPlainText() == "What is the star?What is the star?"
    assert list(_marked(desk)) == ["the", "star?"]
    assert len(field.document().firstBlock().layout().formats()) == 2


def test_a_click_on_a_word_plays_it_and_places_the_cursor(desk: Desk, qtbot: QtBot) -> None:
    field = desk.window.composer.input
    qtbot.keyClicks(field, "Hm,")
    desk.session.voice.heard(*WORDS)
    assert field.toPlainText() == "Hm, What is the star?"
    qtbot.mouseClick(field.viewport(), LEFT, pos=_place_of(desk, 14))
    assert desk.session.voice.called("play_word") == [("play_word", "u1", 2)]
    assert field.textCursor().position() in (14, 15)
    desk.window.handle(PlaybackChanged("u1/2"))
    assert "the" in _marked(desk)
    qtbot.mouseClick(field.viewport(), LEFT, pos=_place_of(desk, 1))
    beside = field.viewport().rect().center()
    qtbot.mouseClick(field.viewport(), LEFT, pos=beside)
    assert len(desk.session.voice.called("play_word")) == 1


def test_selecting_plays_nothing(desk: Desk, qtbot: QtBot) -> None:
    field = desk.window.composer.input
    desk.session.voice.heard(*WORDS)
    qtbot.mousePress(field.viewport(), LEFT, pos=_place_of(desk, 1))
    qtbot.mouseMove(field.viewport(), _place_of(desk, 9))
    qtbot.mouseRelease(field.viewport(), LEFT, pos=_place_of(desk, 9))
    assert not desk.session.voice.called("play_word")


def test_a_word_says_how_certain_it_is(desk: Desk) -> None:
    desk.session.voice.heard(*WORDS)
    field = desk.window.composer.input
    assert field.describe_place(9) == "Heard with 60 % certainty. A click plays it."
    field.setPlainText("typed")
    assert field.describe_place(2) == ""


def test_deleted_text_forgets_its_recording(desk: Desk, qtbot: QtBot) -> None:
    field, voice = desk.window.composer.input, desk.session.voice
    voice.heard(("Where", 0.9), utterance="u1")
    voice.heard((" is", 0.9), utterance="u2")
    assert field.toPlainText() == "Where is"
    for _ in range(3):
        qtbot.keyClick(field, Key.Key_Backspace)
    qtbot.waitUntil(lambda: voice.called("forget") == [("forget", "u2")])
    field.selectAll()
    QTest.keySequence(field, QKeySequence(QKeySequence.StandardKey.Delete))
    qtbot.waitUntil(lambda: voice.called("forget") == [("forget", "u2"), ("forget", "u1")])
    assert not desk.window.composer.voice.strip.isVisible()


def test_sent_words_are_not_forgotten(desk: Desk, qtbot: QtBot) -> None:
    voice, composer = desk.session.voice, desk.window.composer
    voice.heard(*WORDS)
    qtbot.keyClick(composer.input, Key.Key_Return)
    assert ("submit", "What is the star?") in desk.session.calls
    assert composer.input.toPlainText() == ""
    qtbot.wait(20)
    assert not voice.called("forget")
    assert not composer.voice.strip.isVisible()


def test_the_strip_plays_all_stops_and_throws_away(desk: Desk, qtbot: QtBot) -> None:
    voice, composer = desk.session.voice, desk.window.composer
    qtbot.keyClicks(composer.input, "Hm,")
    voice.heard(("Where", 0.9), utterance="u1", seconds=1.5)
    voice.heard(("在哪里", 0.9), utterance="u2", language="zh", seconds=0.6)
    assert composer.voice.strip.text == "Heard 2.1 s · English · Chinese"
    play = _button(desk, "playHeard")
    qtbot.mouseClick(play, LEFT)
    desk.window.handle(PlaybackChanged("u1"))
    assert play.accessibleName() == "Stop playing"
    desk.window.handle(PlaybackChanged(None))
    desk.window.handle(PlaybackChanged("u2"))
    assert voice.called("play_utterance") == [("play_utterance", "u1"), ("play_utterance", "u2")]
    qtbot.mouseClick(play, LEFT)
    assert voice.called("stop_playing")
    desk.window.handle(PlaybackChanged(None))
    assert len(voice.called("play_utterance")) == 2
    qtbot.mouseClick(_button(desk, "discardHeard"), LEFT)
    assert composer.input.toPlainText() == "Hm,"
    qtbot.waitUntil(lambda: voice.called("forget") == [("forget", "u1"), ("forget", "u2")])
    assert not composer.voice.strip.isVisible()


def test_the_strip_says_that_a_recording_is_not_kept(open_window: Callable[..., Desk]) -> None:
    desk = open_window(voice=VoiceSettings(keep_recordings=False))
    desk.session.voice.heard(*WORDS)
    assert desk.window.composer.voice.strip.text.endswith("not kept")


def test_send_at_once_takes_what_was_typed_along(desk: Desk, qtbot: QtBot) -> None:
    qtbot.keyClicks(desk.window.composer.input, "In one word:")
    desk.session.voice.heard(*WORDS, send=True)
    assert ("submit", "In one word: What is the star?") in desk.session.calls
    assert desk.window.composer.input.toPlainText() == ""


def test_send_at_once_waits_for_the_answers_end(desk: Desk) -> None:
    session, composer = desk.session, desk.window.composer
    session.busy = True
    session.voice.start(hands_free=True)
    session.voice.opened()
    session.voice.heard(*WORDS, send=True)
    assert not [call for call in session.calls if call[0] == "submit"]
    assert composer._hint.text() == "The question is sent as soon as the answer is finished."
    desk.window.handle(NothingHeard("u2"))  # a cough in between
    session.busy = False
    desk.window.handle(TurnFinished("t", StopReason.STOP, "red", None))
    assert ("submit", "What is the star?") in session.calls
    assert composer._hint.isHidden()


def test_stopping_the_answer_keeps_what_waits_behind_it(desk: Desk, qtbot: QtBot) -> None:
    session, composer = desk.session, desk.window.composer
    session.busy = True
    session.voice.heard(*WORDS, send=True)
    composer.stop_answer()
    session.busy = False
    desk.window.handle(TurnFinished("t", StopReason.CANCELLED, "red", None))
    assert not [call for call in session.calls if call[0] == "submit"]
    assert composer.input.toPlainText() == "What is the star?"


def test_enter_while_talking_sends_when_it_is_written_down(desk: Desk, qtbot: QtBot) -> None:
    session, composer = desk.session, desk.window.composer
    qtbot.mouseClick(composer.voice.mic, LEFT)
    session.voice.opened()
    qtbot.keyClick(composer.input, Key.Key_Return)
    assert session.voice.called("finish")
    assert composer._hint.text() == "The question is sent as soon as it is written down."
    session.voice.closed(VoiceState.TRANSCRIBING)
    session.voice.heard(*WORDS)
    assert ("submit", "What is the star?") in session.calls


def test_enter_sends_nothing_where_nothing_was_heard(desk: Desk, qtbot: QtBot) -> None:
    session, composer = desk.session, desk.window.composer
    qtbot.keyClicks(composer.input, "And")
    session.voice.show(VoiceState.TRANSCRIBING)
    qtbot.keyClick(composer.input, Key.Key_Return)
    session.voice.show(VoiceState.IDLE)
    desk.window.handle(NothingHeard("u1"))
    assert not [call for call in session.calls if call[0] == "submit"]
    assert composer.input.toPlainText() == "And"
    assert composer._hint.text().startswith("Nothing was heard.")


def test_a_failure_offers_another_try(desk: Desk, qtbot: QtBot) -> None:
    voice, composer = desk.session.voice, desk.window.composer
    desk.window.handle(TranscriptFailed("u1", SpeechModelMissing(path="/whisper")))
    assert "/whisper" in composer.errors.cards[0].accessibleName()
    qtbot.mouseClick(_button(desk, "retryTranscript"), LEFT)
    assert voice.called("retry") == [("retry", "u1")]
    assert not composer.errors.cards
    desk.window.handle(TranscriptFailed("u1", SpeechModelMissing(path="/whisper")))
    close = composer.errors.cards[0].findChild(QAbstractButton, "dismissError")
    qtbot.mouseClick(close, LEFT)
    assert voice.called("forget") == [("forget", "u1")]


def test_another_try_is_for_all_that_failed_in_the_same_way(desk: Desk, qtbot: QtBot) -> None:
    voice, composer = desk.session.voice, desk.window.composer
    for utterance in ("u1", "u2"):
        desk.window.handle(TranscriptFailed(utterance, SpeechModelMissing(path="/whisper")))
    (card,) = composer.errors.cards
    qtbot.mouseClick(card.findChild(QAbstractButton, "retryTranscript"), LEFT)
    assert voice.called("retry") == [("retry", "u1"), ("retry", "u2")]


def test_enter_is_forgotten_with_what_was_cancelled(desk: Desk, qtbot: QtBot) -> None:
    session, composer = desk.session, desk.window.composer
    session.voice.show(VoiceState.TRANSCRIBING)
    qtbot.keyClick(composer.input, Key.Key_Return)
    composer.voice.talk.cancel()
    session.voice.heard(*WORDS)  # said later
    assert not [call for call in session.calls if call[0] == "submit"]


def test_enter_is_forgotten_where_the_microphone_fails(desk: Desk, qtbot: QtBot) -> None:
    session, composer = desk.session, desk.window.composer
    session.voice.show(VoiceState.OPENING)
    qtbot.keyClick(composer.input, Key.Key_Return)
    session.voice.closed(error=MicrophoneMissing())
    session.voice.heard(*WORDS)  # said later
    assert not [call for call in session.calls if call[0] == "submit"]
