"""‹ 2/3 › leads to the other versions of a message."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from mmdesk.core.conversations import Entry, SavedTurn, StopReason
from mmdesk.core.events import TurnFinished
from mmdesk.core.messages import assistant_message, user_message
from mmdesk.ui.chat.pane import ChatPane
from mmdesk.ui.chat.versions import VersionSwitch

IDS = ("a1", "a2", "a3")


@pytest.fixture
def pane(qtbot: QtBot) -> ChatPane:
    pane = ChatPane()
    qtbot.addWidget(pane)
    pane.resize(700, 500)
    pane.show()
    return pane


def switches(pane: ChatPane) -> list[VersionSwitch]:
    return [switch for switch in pane.findChildren(VersionSwitch) if switch.isVisible()]


def press(switch: VersionSwitch, name: str) -> None:
    button = switch.findChild(QAbstractButton, name)
    assert isinstance(button, QAbstractButton)
    button.click()


def test_a_kept_answer_leads_to_its_neighbours(pane: ChatPane) -> None:
    chosen: list[str] = []
    pane.versionChosen.connect(chosen.append)
    answer = Entry("a2", assistant_message("Red."), versions=IDS)
    pane.show_entries((Entry("q", user_message("What?")), answer))
    (switch,) = switches(pane)
    assert switch.shown_text() == "2/3"
    press(switch, "previousVersion")
    press(switch, "nextVersion")
    assert chosen == ["a1", "a3"]


@pytest.mark.parametrize(("own", "end"), [("a1", "previousVersion"), ("a3", "nextVersion")])
def test_at_the_ends_it_goes_no_further(pane: ChatPane, own: str, end: str) -> None:
    chosen: list[str] = []
    pane.versionChosen.connect(chosen.append)
    pane.show_entries((Entry(own, assistant_message("Red."), versions=IDS),))
    (switch,) = switches(pane)
    press(switch, end)
    assert chosen == []


def test_a_single_version_shows_nothing(pane: ChatPane) -> None:
    pane.show_entries((Entry("q", user_message("What?")), Entry("a", assistant_message("Red."))))
    assert switches(pane) == []


def test_a_live_answer_gets_it_once_it_is_kept(pane: ChatPane) -> None:
    pane.add_question(Entry("", user_message("What?")))
    pane.begin_answer("t", "Starter")
    pane.show_saved("t", SavedTurn("c", "q2", "a2", ("q1", "q2"), ("a1", "a2")))
    pane.append_text("t", "Red.", 1)
    pane.finish_answer("t", TurnFinished("t", StopReason.STOP, "Red.", None))
    assert [switch.shown_text() for switch in switches(pane)] == ["2/2", "2/2"]
    pane.show_saved("gone", SavedTurn("c", "q", "a"))
