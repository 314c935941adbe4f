"""While nothing can be saved the window says so, and doesn't close over it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from mmdesk.core.conversations import Conversation, ConversationSummary, SavedTurn
from mmdesk.core.errors import EngineCrashed, StoreUnwritable
from mmdesk.core.events import (
    ConversationOpened,
    LoadStage,
    ModelLoading,
    SavingPaused,
    SavingResumed,
    TurnFailed,
    TurnSaved,
)
from tests.ui.conftest import Desk
from tests.ui.test_main_window import NOW

FULL = StoreUnwritable(path="/home/anna/mmdesk", reason="no space left on device")
WAITS = "Waiting to be saved…"


def _pause(desk: Desk) -> None:
    desk.session.saving_paused = True
    desk.window.handle(SavingPaused(FULL))


def _resume(desk: Desk) -> None:
    desk.session.saving_paused = False
    desk.window.handle(SavingResumed())


def _ask(desk: Desk) -> str:
    desk.window.composer.put_text("Where is the star?")
    desk.window.composer.submit()
    return f"turn{len(desk.session.calls)}"


def _click(desk: Desk, qtbot: QtBot, name: str) -> None:
    button = desk.window.saving.findChild(QPushButton, name)
    assert button.isVisible()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_it_is_said_above_everything_and_can_not_be_lost(desk: Desk, qtbot: QtBot) -> None:
    banner = desk.window.saving
    assert not banner.isVisible()
    _pause(desk)
    assert banner.isVisible()
    assert "can't be saved: no space left on device" in banner.accessibleName()
    assert "is saved by itself" in banner.accessibleName()
    assert "/home/anna/mmdesk" in banner.accessibleName()
    desk.window.show_settings()
    qtbot.keyClick(desk.window, Qt.Key.Key_Escape)
    desk.window.new_chat()
    _ask(desk)
    assert banner.isVisible()


def test_it_says_shortly_that_everything_is_saved_again(desk: Desk, qtbot: QtBot) -> None:
    desk.window.saving._going.setInterval(20)
    _pause(desk)
    _resume(desk)
    assert desk.window.saving.accessibleName() == "Everything is saved again."
    qtbot.waitUntil(lambda: not desk.window.saving.isVisible())
    _pause(desk)
    qtbot.wait(60)
    assert desk.window.saving.isVisible()


def test_nothing_is_said_to_be_saved_again_that_was_not_in_doubt(desk: Desk) -> None:
    _resume(desk)
    assert not desk.window.saving.isVisible()


def test_closing_asks_first_in_the_window(desk: Desk, qtbot: QtBot) -> None:
    window = desk.window
    _pause(desk)
    assert not window.close()
    assert window.isVisible()
    assert window.saving.asking
    assert window.saving.findChild(QPushButton, "stayButton").hasFocus()
    _click(desk, qtbot, "stayButton")
    assert not window.saving.asking
    assert window.composer.input.hasFocus()
    assert window.saving.isVisible()
    assert not window.close()
    qtbot.keyClick(window.saving, Qt.Key.Key_Escape)
    assert not window.saving.asking
    assert window.isVisible()


def test_a_person_may_lose_what_is_not_saved(desk: Desk, qtbot: QtBot) -> None:
    _pause(desk)
    desk.window.close()
    _click(desk, qtbot, "closeAndLoseButton")
    assert not desk.window.isVisible()


def test_the_question_goes_once_everything_is_saved(desk: Desk) -> None:
    _pause(desk)
    desk.window.close()
    _resume(desk)
    assert not desk.window.saving.asking
    assert desk.window.isVisible()
    assert desk.window.close()


def test_an_open_window_closes_without_a_question(desk: Desk) -> None:
    assert desk.window.close()


@pytest.mark.parametrize("paused_first", [True, False])
def test_a_held_question_says_what_it_waits_for(desk: Desk, paused_first: bool) -> None:
    pane = desk.window.chat.pane
    if paused_first:
        _pause(desk)
    turn = _ask(desk)
    if not paused_first:
        _pause(desk)
    assert WAITS in pane.plain_text()
    desk.window.handle(ModelLoading(LoadStage.WEIGHTS, 0.4))
    assert WAITS in pane.plain_text()
    desk.window.handle(TurnSaved(turn, SavedTurn("c", "q", "a")))
    assert WAITS not in pane.plain_text()
    assert "Reading the question…" in pane.plain_text()
    desk.window.handle(ModelLoading(LoadStage.WEIGHTS, 0.5))
    assert "Waiting for the model" in pane.plain_text()


def test_a_held_question_still_waits_when_it_is_come_back_to(desk: Desk) -> None:
    _pause(desk)
    turn = _ask(desk)
    kept = Conversation(ConversationSummary("c1", "Where?", NOW), ())
    desk.window.handle(ConversationOpened(None))
    assert WAITS not in desk.window.chat.pane.plain_text()
    desk.window.handle(ConversationOpened(kept, turn))
    assert WAITS in desk.window.chat.pane.plain_text()


def test_a_saved_question_does_not_wait_to_be_saved(desk: Desk) -> None:
    turn = _ask(desk)
    desk.window.handle(TurnSaved(turn, SavedTurn("c", "q", "a")))
    _pause(desk)
    assert WAITS not in desk.window.chat.pane.plain_text()


def test_a_turn_that_failed_waits_no_more(desk: Desk) -> None:
    turn = _ask(desk)
    desk.window.handle(TurnFailed(turn, EngineCrashed(reason="signal 9")))
    _pause(desk)
    assert WAITS not in desk.window.chat.pane.plain_text()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_question_fits_the_smallest_window(
    open_window: Callable[..., Desk], qtbot: QtBot, theme: str
) -> None:
    desk = open_window(size=(640, 480), theme=theme)
    _pause(desk)
    desk.window.close()
    qtbot.wait(50)
    for name in ("savingSentence", "savingDetail", "stayButton", "closeAndLoseButton", "composer"):
        part = desk.window.findChild(QWidget, name)
        box = part.rect().translated(part.mapTo(desk.window, QPoint()))
        assert desk.window.rect().contains(box), name
        assert part.height() >= part.heightForWidth(part.width()), name
