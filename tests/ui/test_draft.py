"""What is being written is told to the session, saved in pauses, and shown again."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from mmdesk.core.events import (
    ConversationOpened,
    DraftShown,
    Event,
    TranscriptPartial,
    TranscriptReady,
)
from mmdesk.ui.draft_keeper import PAUSE_MS
from tests.ui.conftest import Desk
from tests.ui.recording_voice import transcript


def _saved(desk: Desk) -> list[str]:
    return [str(call[1]) for call in desk.session.calls if call[0] == "save_draft"]


def test_each_change_is_told_and_a_pause_saves(desk: Desk, qtbot: QtBot) -> None:
    qtbot.keyClicks(desk.window.composer.input, "Where")
    assert desk.session.draft_text == "Where"
    qtbot.waitUntil(lambda: _saved(desk)[-1:] == ["Where"])
    before = len(_saved(desk))
    qtbot.wait(PAUSE_MS + 100)
    assert len(_saved(desk)) == before


def test_who_never_pauses_is_saved_all_the_same(
    desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mmdesk.ui.draft_keeper.PAUSE_MS", 60_000)
    monkeypatch.setattr("mmdesk.ui.draft_keeper._LONGEST_MS", 20)
    field = desk.window.composer.input
    field.insertPlainText("a")
    qtbot.wait(40)
    field.insertPlainText("b")
    assert _saved(desk) == ["ab"]


def test_files_are_saved_like_text(desk: Desk, qtbot: QtBot) -> None:
    desk.session.add("a.png")
    qtbot.waitUntil(lambda: len(_saved(desk)) == 1)
    desk.session.detach(desk.session.attachments[0].id)
    qtbot.waitUntil(lambda: len(_saved(desk)) == 2)


def test_leaving_the_question_saves_at_once(desk: Desk) -> None:
    desk.window.composer.input.insertPlainText("half a")
    desk.window.header.model_button.setFocus()
    assert _saved(desk) == ["half a"]
    desk.window.composer.input.setFocus()
    desk.window.header.model_button.setFocus()
    assert _saved(desk) == ["half a"]


def test_closing_the_window_saves_at_once(desk: Desk) -> None:
    desk.window.header.model_button.setFocus()
    desk.window.composer.input.insertPlainText("half a")
    desk.window.close()
    assert _saved(desk) == ["half a"]


def test_a_draft_comes_back_without_the_focus(desk: Desk, qtbot: QtBot) -> None:
    window = desk.window
    window.header.model_button.setFocus()
    window.handle(DraftShown("图里有什么？\nand where"))
    field = window.composer.input
    assert field.toPlainText() == "图里有什么？\nand where"
    assert field.textCursor().atEnd()
    assert window.header.model_button.hasFocus()
    assert window.composer.send.property("empty") is False
    qtbot.wait(PAUSE_MS + 100)
    assert not _saved(desk)


def test_a_draft_that_is_there_already_leaves_the_cursor(desk: Desk, qtbot: QtBot) -> None:
    field = desk.window.composer.input
    qtbot.keyClicks(field, "Where is it")
    qtbot.keyClick(field, Qt.Key.Key_Home)
    desk.window.handle(DraftShown("Where is it"))
    assert field.textCursor().position() == 0


def test_each_conversation_has_a_draft_of_its_own(desk: Desk, qtbot: QtBot) -> None:
    window, field = desk.window, desk.window.composer.input
    events: list[Event] = []
    qtbot.keyClicks(field, "for the first")
    desk.session.conversation = "second"
    window.handle(ConversationOpened(None))
    assert field.toPlainText() == "for the first"  # until the other one's is there
    window.handle(DraftShown("for the second"))
    assert field.toPlainText() == "for the second"
    desk.session.emit = events.append
    window.new_chat()
    assert field.toPlainText() == ""  # at once: what is typed now is the new one's
    qtbot.keyClicks(field, "for the new one")
    assert desk.session.draft_text == "for the new one"


def test_what_is_composed_is_finished_before_another_draft_comes(desk: Desk) -> None:
    field = desk.window.composer.input
    QApplication.sendEvent(field, QInputMethodEvent("xing", []))
    desk.window.handle(DraftShown(""))
    assert field.composing  # nothing else is shown: it goes on
    desk.window.handle(DraftShown("other"))
    assert field.toPlainText() == "other"


def test_what_is_typed_after_sending_is_the_next_draft(desk: Desk, qtbot: QtBot) -> None:
    window, field = desk.window, desk.window.composer.input
    events: list[Event] = []
    desk.session.emit = events.append
    qtbot.keyClicks(field, "Where?")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.keyClicks(field, "And")
    for event in events:
        window.handle(event)
    assert desk.session.draft_text == "And"
    qtbot.waitUntil(lambda: _saved(desk)[-1:] == ["And"])


def test_a_sample_leaves_the_draft_with_the_session(desk: Desk, qtbot: QtBot) -> None:
    field = desk.window.composer.input
    qtbot.keyClicks(field, "mine")
    desk.window.composer.ask("How many?", ())
    assert field.toPlainText() == desk.session.draft_text == "mine"


def test_an_edit_gives_the_draft_back(desk: Desk, qtbot: QtBot) -> None:
    field = desk.window.composer.input
    desk.session.last_question = "And the circle?"
    qtbot.keyClick(field, Qt.Key.Key_Up)
    assert field.toPlainText() == "And the circle?"
    desk.session.draft_text = "waits"
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert field.toPlainText() == "waits"


def test_what_was_said_is_part_of_the_draft(desk: Desk, qtbot: QtBot) -> None:
    window, field = desk.window, desk.window.composer.input
    qtbot.keyClicks(field, "Look: ")
    window.handle(TranscriptPartial("u1", "where is", "en", 1.0))
    assert desk.session.draft_text == "Look: "  # it may yet be heard differently
    heard = transcript(("where", 0.9), (" is", 0.9), (" it", 0.4))
    window.handle(TranscriptReady("u1", heard, b"\0" * 64_000))
    assert desk.session.draft_text == "Look: where is it"
    qtbot.waitUntil(lambda: _saved(desk)[-1:] == ["Look: where is it"])


def test_recordings_of_a_draft_that_is_put_away_are_not_deleted(desk: Desk, qtbot: QtBot) -> None:
    heard = transcript(("where", 0.9), (" is", 0.9), (" it", 0.4))
    desk.window.handle(TranscriptReady("u1", heard, b"\0" * 64_000))
    desk.window.handle(DraftShown("another"))
    qtbot.wait(50)
    assert not [call for call in desk.session.voice.calls if call[0] == "forget"]
    assert not desk.window.composer.voice.text.stretches
