"""Answers are gone on with, replayed, and found where they were read."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QAbstractButton, QLabel
from pytestqt.qtbot import QtBot

from mmdesk.core.conversations import (
    Conversation,
    ConversationSummary,
    Entry,
    EntryStatus,
    ReadingPlace,
    ReplayReport,
    Run,
    SavedTurn,
    StopReason,
)
from mmdesk.core.events import (
    ConversationOpened,
    ModelChosen,
    ReplayFinished,
    ReplayProgressed,
    TextDelta,
    TurnAdded,
    TurnFinished,
    TurnSaved,
)
from mmdesk.core.messages import assistant_message, user_message
from mmdesk.core.requests import GenerationSettings
from tests.ui.conftest import Desk
from tests.ui.test_main_window import NOW

QUESTION = Entry("q", user_message("Where is the star?"))
STOPPED = Entry(
    "a",
    assistant_message("At the"),
    EntryStatus.STOPPED,
    StopReason.CANCELLED,
    run=Run(GenerationSettings(), (1, 2)),
)


def _open(desk: Desk, *entries: Entry, place: ReadingPlace | None = None) -> None:
    desk.session.conversation = "c1"
    summary = ConversationSummary("c1", "Where is the star?", NOW)
    desk.window.handle(ConversationOpened(Conversation(summary, entries, place=place)))


def _button(desk: Desk, name: str) -> QAbstractButton | None:
    found = desk.window.chat.pane.findChildren(QAbstractButton, name)
    return found[-1] if found else None


def _calls(desk: Desk, name: str) -> list[tuple[object, ...]]:
    return [call for call in desk.session.calls if call[0] == name]


def test_a_stopped_answer_is_gone_on_with(desk: Desk, qtbot: QtBot) -> None:
    desk.session.can_continue = True
    _open(desk, QUESTION, STOPPED)
    button = _button(desk, "continueButton")
    assert button is not None
    button.click()
    assert _calls(desk, "continue_answer")
    desk.session.can_continue, desk.session.busy = False, True
    window, pane = desk.window, desk.window.chat.pane
    window.handle(TurnAdded("t", QUESTION, (QUESTION,), text="At the"))
    window.handle(TextDelta("t", " bottom left."))
    assert pane.plain_text().count("At the bottom left.") == 1
    desk.session.busy = False
    window.handle(TurnFinished("t", StopReason.STOP, "At the bottom left.", None))
    assert pane.last_answer_text() == "At the bottom left."


def test_only_the_session_knows_what_can_be_gone_on_with(desk: Desk) -> None:
    desk.session.can_continue = False
    _open(desk, QUESTION, STOPPED)
    button = _button(desk, "continueButton")
    assert button is None or button.isHidden()


def test_an_answer_that_is_gone_on_with_is_taken_up(desk: Desk) -> None:
    streaming = replace(STOPPED, status=EntryStatus.STREAMING)
    summary = ConversationSummary("c1", "Where is the star?", NOW)
    opened = Conversation(summary, (QUESTION, streaming))
    desk.window.handle(ConversationOpened(opened, "t", "At the bottom"))
    desk.window.handle(TextDelta("t", " left."))
    assert desk.window.chat.pane.plain_text().count("At the bottom left.") == 1


def test_a_replay_is_asked_for_shown_and_stopped(desk: Desk, qtbot: QtBot) -> None:
    window, pane = desk.window, desk.window.chat.pane
    _open(desk, QUESTION, STOPPED)
    pane.replayRequested.emit("a")
    assert _calls(desk, "replay") == [("replay", "a")]
    window.handle(ReplayProgressed("a", 1, 2))
    assert "1 of 2" in _labels(desk)
    pane.replayStopped.emit()
    assert _calls(desk, "stop_replay")
    window.handle(ReplayFinished("a", ReplayReport("a", 2)))
    assert "1 of 2" not in _labels(desk)


def _labels(desk: Desk) -> str:
    return "\n".join(label.text() for label in desk.window.chat.pane.findChildren(QLabel))


def test_a_new_answer_has_its_id_and_run(desk: Desk) -> None:
    desk.window.composer.put_text("Where?")
    desk.window.composer.submit()
    turn = f"turn{len(desk.session.calls)}"
    window = desk.window
    window.handle(TurnSaved(turn, SavedTurn("c1", "q1", "a1")))
    window.handle(TextDelta(turn, "Left."))
    desk.session.busy = False
    run = Run(GenerationSettings(), (5,))
    window.handle(TurnFinished(turn, StopReason.STOP, "Left.", None, run=run))
    window.handle(ReplayProgressed("a1", 0, 1))
    assert "0 of 1" in _labels(desk)


def _long() -> tuple[Entry, ...]:
    return tuple(
        Entry(
            f"m{index}",
            assistant_message("word " * 80) if index % 2 else user_message(f"Question {index}?"),
        )
        for index in range(40)
    )


def test_a_conversation_opens_where_it_was_read(desk: Desk, qtbot: QtBot) -> None:
    pane = desk.window.chat.pane
    _open(desk, *_long(), place=ReadingPlace("m10", 0.0))
    qtbot.wait(50)
    assert pane.place() == ReadingPlace("m10", 0.0)
    _open(desk, *_long())
    qtbot.wait(50)
    assert pane.place() is None


def _kept_message(desk: Desk) -> str:
    place = _calls(desk, "keep_place")[-1][1]
    assert isinstance(place, ReadingPlace)
    return place.message


def test_where_one_reads_is_told_after_scrolling_and_before_leaving(
    desk: Desk, qtbot: QtBot
) -> None:
    pane = desk.window.chat.pane
    _open(desk, *_long())
    qtbot.wait(50)
    pane.verticalScrollBar().setValue(0)
    qtbot.waitUntil(lambda: bool(_calls(desk, "keep_place")))
    assert _kept_message(desk) == "m0"
    pane.jump_to_latest()
    desk.window.conversations.open("c2")
    assert _calls(desk, "keep_place")[-1] == ("keep_place", None)
    assert desk.session.calls[-1] == ("open", "c2")


def test_where_one_reads_is_told_before_the_window_closes(desk: Desk, qtbot: QtBot) -> None:
    _open(desk, *_long())
    qtbot.wait(50)
    desk.window.chat.pane.verticalScrollBar().setValue(0)
    desk.window.close()
    assert _kept_message(desk) == "m0"


def test_a_found_message_goes_before_the_place(desk: Desk, qtbot: QtBot) -> None:
    summary = ConversationSummary("c1", "Where is the star?", NOW)
    opened = Conversation(summary, _long(), place=ReadingPlace("m2", 0.0))
    desk.window.handle(ConversationOpened(opened, None, "", "m30", True))
    qtbot.wait(50)
    pane = desk.window.chat.pane
    assert 28 <= pane.first_seen() <= 30


def test_continue_follows_who_answers(desk: Desk) -> None:
    desk.session.can_continue = True
    _open(desk, QUESTION, STOPPED)
    button = _button(desk, "continueButton")
    assert button is not None
    assert button.isVisible()
    desk.session.can_continue = False  # a server can't
    desk.window.handle(ModelChosen("https://far.example/v1#m", True))
    assert not button.isVisible()
