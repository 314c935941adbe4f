"""What can be done with an answer: going on with it, replaying it, and what came of that."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from mmdesk.core.conversations import Entry, EntryStatus, ReplayReport, Run, SavedTurn, StopReason
from mmdesk.core.errors import EngineCrashed, ModelMissing
from mmdesk.core.events import TurnFinished
from mmdesk.core.messages import assistant_message, user_message
from mmdesk.core.phrases import Phrase
from mmdesk.core.requests import GenerationSettings
from mmdesk.ui.chat.actions import QuietButton
from mmdesk.ui.chat.answer_view import AnswerView
from mmdesk.ui.chat.pane import ChatPane
from tests.ui.chat.conversation_samples import USAGE, conversation

RUN = Run(GenerationSettings(), tokens=tuple(range(120)))
STOPPED = Entry(
    "a", assistant_message("half"), EntryStatus.STOPPED, StopReason.CANCELLED, model="M", run=RUN
)


def shown(pane: ChatPane, name: str) -> list[QuietButton]:
    found = pane.findChildren(QuietButton, name)
    return [button for button in found if button.isVisibleTo(pane)]


@pytest.mark.parametrize(
    ("entry", "offered"),
    [
        (STOPPED, True),
        (replace(STOPPED, status=EntryStatus.INTERRUPTED, stop_reason=None), True),
        (replace(STOPPED, status=EntryStatus.FAILED, stop_reason=None), True),
        (replace(STOPPED, status=EntryStatus.FINISHED, stop_reason=StopReason.LENGTH), True),
        (replace(STOPPED, status=EntryStatus.FINISHED, stop_reason=StopReason.STOP), False),
        (replace(STOPPED, status=EntryStatus.FAILED, message=assistant_message("")), False),
    ],
)
def test_an_answer_that_is_not_whole_is_gone_on_with(
    pane: ChatPane, qtbot: QtBot, entry: Entry, offered: bool
) -> None:
    pane.show_entries((Entry("q", user_message("?")), entry))
    assert shown(pane, "continueButton") == []  # until the session says that it can
    pane.allow_continue(True)
    buttons = shown(pane, "continueButton")
    assert bool(buttons) is offered
    if offered:
        assert buttons[0].revealed  # without the mouse, too
        with qtbot.waitSignal(pane.continueRequested):
            qtbot.keyClick(buttons[0], Qt.Key.Key_Return)
        pane.allow_continue(False)
        assert shown(pane, "continueButton") == []


def test_only_the_last_answer_is_gone_on_with(pane: ChatPane) -> None:
    pane.allow_continue(True)
    pane.show_entries((STOPPED, Entry("q", user_message("?")), replace(STOPPED, id="b")))
    (button,) = shown(pane, "continueButton")
    assert pane.views[-1].isAncestorOf(button)
    pane.add_question(Entry("", user_message("And?")))
    assert shown(pane, "continueButton") == []


def test_a_continued_answer_begins_with_what_there_was(pane: ChatPane) -> None:
    pane.allow_continue(True)
    pane.show_entries((Entry("q", user_message("?")),))
    pane.begin_answer("t", "M", "There are")
    pane.append_text("t", " two.", 2)
    assert "There are two." in pane.plain_text()
    assert pane.last_answer_text() == "There are two."
    assert shown(pane, "continueButton") == []
    pane.finish_answer("t", TurnFinished("t", StopReason.LENGTH, "There are two.", USAGE, "M"))
    assert "There are two." in pane.plain_text()
    assert len(shown(pane, "continueButton")) == 1


def test_an_answer_is_replayed(pane: ChatPane, qtbot: QtBot) -> None:
    pane.show_entries((STOPPED, Entry("q", user_message("?")), Entry("b", assistant_message("x"))))
    (button,) = shown(pane, "replayAnswerButton")  # the other one's tokens aren't known
    assert not button.revealed
    with qtbot.waitSignal(pane.replayRequested) as asked:
        button.click()
    assert asked.args == ["a"]
    pane.show_replay("a", 34, 120)
    assert "Replaying… 34 of 120 tokens" in pane.plain_text()
    assert shown(pane, "replayAnswerButton") == []
    (stop,) = shown(pane, "stopReplayButton")
    with qtbot.waitSignal(pane.replayStopped):
        stop.click()
    pane.show_replay_report("a", None)
    assert "The replay was stopped." in pane.plain_text()
    assert shown(pane, "stopReplayButton") == []
    assert len(shown(pane, "replayAnswerButton")) == 1


@pytest.mark.parametrize(
    ("report", "said"),
    [
        (ReplayReport("a", 120), "Replayed: all 120 tokens are the same."),
        (
            ReplayReport("a", 40, 33, "…red\ncar {now}", "…red bus"),
            "Token 34 differs: “…red car {now}” is now “…red bus”.",
        ),
        (
            ReplayReport("a", 40, 33, "", "and on"),
            "Replayed: it ended after 33 tokens, and now goes on with “and on”.",
        ),
        (
            ReplayReport("a", 40, 33, "and on", ""),
            "Replayed: it now ends after 33 tokens, where “and on” stood.",
        ),
        (
            ReplayReport("a", 9, 8, "a", "b", (Phrase("{x} is new", {"x": "torch"}), Phrase("so"))),
            "Token 9 differs: “a” is now “b”.\ntorch is new  ·  so",
        ),
    ],
)
def test_what_a_replay_found_is_said(pane: ChatPane, report: ReplayReport, said: str) -> None:
    pane.show_entries((STOPPED,))
    pane.show_replay_report("a", report)
    assert pane.plain_text().endswith(said)


def test_a_replay_that_fails_says_why(pane: ChatPane) -> None:
    pane.show_entries((STOPPED,))
    error = ModelMissing(path="/models/m")
    pane.show_replay_report("a", None, error)
    assert pane.plain_text().endswith(f"{error.message}\n{error.hint}")


def test_a_replay_is_shown_when_its_answer_comes_into_sight(pane: ChatPane, qtbot: QtBot) -> None:
    entries = conversation(300)
    first = replace(entries[1], run=RUN)
    pane.show_entries((entries[0], first, *entries[2:]))
    pane.show_replay_report("a0", ReplayReport("a0", 120))
    pane.go_to(1, mark=False)
    assert "all 120 tokens are the same" in pane.view_of(1).shown_text()
    pane.show_entries(entries)
    assert "all 120 tokens" not in pane.view_of(1).shown_text()


def test_a_live_answer_is_replayed_once_it_is_kept(pane: ChatPane, qtbot: QtBot) -> None:
    pane.add_question(Entry("", user_message("?")))
    pane.begin_answer("t", "M")
    pane.show_saved("t", SavedTurn("c", "q1", "a1"))
    pane.append_text("t", "Two.", 1)
    assert shown(pane, "replayAnswerButton") == []
    pane.finish_answer("t", TurnFinished("t", StopReason.STOP, "Two.", USAGE, "M", run=RUN))
    (button,) = shown(pane, "replayAnswerButton")
    with qtbot.waitSignal(pane.replayRequested) as asked:
        button.click()
    assert asked.args == ["a1"]
    assert pane.slots[1].entry == Entry(
        "a1",
        assistant_message("Two."),
        stop_reason=StopReason.STOP,
        usage=USAGE,
        model="M",
        run=RUN,
    )


def test_a_failed_answer_keeps_what_it_had(pane: ChatPane) -> None:
    pane.allow_continue(True)
    pane.begin_answer("t", "M")
    pane.append_text("t", "There", 1)
    pane.fail_answer("t", EngineCrashed(reason="killed"))
    assert len(shown(pane, "continueButton")) == 1
    assert len(shown(pane, "regenerateButton")) == 0
    kept = pane.slots[0].entry
    assert (kept.status, kept.message.text) == (EntryStatus.FAILED, "There")
    assert AnswerView.of_entry(kept, pane.views[0]._tokens).shown_text() == (  # type: ignore[attr-defined]
        pane.views[0].shown_text()
    )


@pytest.mark.parametrize(
    "direction", [Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft]
)
@pytest.mark.parametrize("width", [300, 420, 620, 900])
def test_the_row_fits_any_width(
    pane: ChatPane, qtbot: QtBot, width: int, direction: Qt.LayoutDirection
) -> None:
    pane.setLayoutDirection(direction)
    pane.resize(width, 500)
    pane.allow_continue(True)
    pane.show_entries((replace(STOPPED, versions=("z", "a")),))
    row = shown(pane, "copyButton")[0].parent()
    assert isinstance(row, QWidget)
    parts = [child for child in row.children() if isinstance(child, QWidget)]
    assert len([part for part in parts if part.isVisible()]) == 5
    boxes = sorted((part.geometry() for part in parts), key=lambda box: box.left())
    assert boxes[0].left() >= 0
    assert boxes[-1].right() < row.width()
    for before, after in pairwise(boxes):
        assert before.right() < after.left()
    (replay,) = shown(pane, "replayAnswerButton")
    assert replay.accessibleName() == "Replay"
    assert (replay.text(), replay.toolTip()) == (("", "Replay") if width < 620 else ("Replay", ""))


@pytest.mark.parametrize("width", [300, 900])
def test_the_line_is_as_high_as_its_text(pane: ChatPane, qtbot: QtBot, width: int) -> None:
    pane.resize(width, 500)
    pane.show_entries((STOPPED,))
    before = pane.widget().height()
    pane.show_replay("a", 3, 120)
    running = pane.widget().height()
    assert running > before
    long = ReplayReport("a", 120, 3, "before " * 20, "after " * 20, (Phrase("changed " * 30),))
    pane.show_replay_report("a", long)
    assert pane.widget().height() > running
    line = pane.findChild(QWidget, "replayLine")
    text = pane.findChild(QWidget, "replayText")
    assert isinstance(line, QWidget)
    assert isinstance(text, QWidget)
    assert line.rect().contains(text.geometry())
    assert text.height() >= text.heightForWidth(text.width())
    assert pane.views[0].rect().contains(line.geometry())
