"""The window shows events and calls the session."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from mmdesk.core.conversations import (
    Conversation,
    ConversationSummary,
    Entry,
    EntryStatus,
    StopReason,
    Usage,
)
from mmdesk.core.errors import EngineCrashed, ModelIncomplete, StoreUnwritable
from mmdesk.core.events import (
    ConversationOpened,
    ConversationsListed,
    LoadStage,
    ModelChosen,
    ModelFailed,
    ModelInfo,
    ModelLoading,
    ModelReady,
    StoreFailed,
    TextDelta,
    TurnFailed,
    TurnFinished,
    TurnProgress,
    TurnStage,
)
from mmdesk.core.messages import Picture, assistant_message, user_message
from mmdesk.core.models import parameters_text
from tests.ui.conftest import Desk

NOW = datetime.now(UTC)
USAGE = Usage(120, 31, 182.0, 63.6)


def _conversation(name: str = "c1", *entries: Entry) -> Conversation:
    return Conversation(ConversationSummary(name, "Where is the star?", NOW), entries)


def _ask(desk: Desk, text: str = "Where is the star?") -> str:
    desk.window.composer.put_text(text)
    desk.window.composer.submit()
    return f"turn{len(desk.session.calls)}"


def test_it_opens_with_the_focus_in_the_composer_and_the_samples(desk: Desk) -> None:
    assert desk.window.composer.input.hasFocus()
    assert desk.window.chat.first_start.isVisible()
    assert not desk.window.chat.notice.isVisible()
    assert desk.window.header.model_button.text() == "Starter · 4 M ▾"


def test_an_answer_streams_into_the_pane(desk: Desk) -> None:
    window, turn = desk.window, _ask(desk)
    window.handle(TurnProgress(turn, TurnStage.PICTURES, 1, 2))
    assert "Looking at picture 1 of 2…" in window.chat.pane.plain_text()
    window.handle(TextDelta(turn, "At the bottom ", 3))
    window.handle(TextDelta(turn, "left.", 2))
    desk.session.busy = False
    window.handle(TurnFinished(turn, StopReason.STOP, "At the bottom left.", USAGE, "starter"))
    assert "At the bottom left." in window.chat.pane.plain_text()
    assert window.status._speed.text() == "64 tokens/s · first word 0.18 s"
    assert window.composer.send.isVisible()
    assert window.chat.notice.isVisible()


def test_events_of_another_conversation_are_not_shown(desk: Desk) -> None:
    turn = _ask(desk)
    desk.session.busy = False
    desk.window.new_chat()
    for event in (
        TextDelta(turn, "lost words"),
        TurnProgress(turn, TurnStage.PREFILL),
        TurnFailed(turn, EngineCrashed(reason="signal 9")),
    ):
        desk.window.handle(event)
    assert desk.window.chat.pane.is_empty()
    assert desk.window.chat.first_start.isVisible()


def test_a_running_turn_is_taken_up_when_its_conversation_opens(desk: Desk) -> None:
    entries = (
        Entry("q", user_message("Where is the star?")),
        Entry("a", assistant_message("At the"), EntryStatus.STREAMING),
    )
    desk.window.handle(ConversationOpened(_conversation("c1", *entries), "live", "At the bottom"))
    desk.window.handle(TextDelta("live", " left."))
    text = desk.window.chat.pane.plain_text()
    assert text.count("At the") == 1
    assert "At the bottom left." in text


def test_a_failed_turn_stands_in_the_pane_and_can_be_retried(desk: Desk, qtbot: QtBot) -> None:
    turn = _ask(desk)
    desk.session.busy = False
    desk.window.handle(TurnFailed(turn, EngineCrashed(reason="signal 9")))
    assert "The model's process stopped: signal 9." in desk.window.chat.pane.plain_text()
    retry = [
        button
        for button in desk.window.chat.pane.findChildren(QAbstractButton)
        if button.text() == "Retry" and button.isVisible()
    ]
    qtbot.mouseClick(retry[0], Qt.MouseButton.LeftButton)
    assert ("retry",) in desk.session.calls


def test_the_status_line_follows_the_model(desk: Desk) -> None:
    window = desk.window
    window.handle(ModelLoading(LoadStage.STARTING))
    assert window.status.model.text() == "Loading…"
    window.handle(ModelLoading(LoadStage.WEIGHTS, 0.41))
    assert window.status.model.text() == "Loading 41 %"
    assert window.status.progress.isVisible()
    window.handle(ModelChosen("/m/Qwen", False))
    info = ModelInfo("Qwen", Path("/m/Qwen"), "cuda", "int4", 3_750_000_000, None)
    window.handle(ModelReady(info))
    assert window.status.model.text() == "Ready"
    assert window.status._where.text() == "CUDA · int4"
    assert not window.status.progress.isVisible()
    assert window.header.model_button.text() == "Qwen · 3.8 B ▾"
    assert not window.chat.first_start._line.isVisible()


def test_a_question_that_is_asked_early_says_what_it_waits_for(
    open_window: Callable[..., Desk],
) -> None:
    desk = open_window()
    desk.window.handle(ModelLoading(LoadStage.WEIGHTS, 0.41))
    _ask(desk)
    text = desk.window.chat.pane.plain_text()
    assert "Waiting for the model: loading weights 41 %" in text


def test_a_model_that_can_not_be_loaded_offers_what_to_do(desk: Desk, qtbot: QtBot) -> None:
    error = ModelIncomplete(path="/models/x", missing="model-2.safetensors")
    desk.window.handle(ModelChosen("/models/x", False))
    desk.window.handle(ModelFailed(error))
    assert desk.window.status.model.text() == "Failed"
    (card,) = desk.window.chat.errors.cards
    retry, starter = (card.findChild(QPushButton, name) for name in ("retryModel", "useStarter"))
    qtbot.mouseClick(retry, Qt.MouseButton.LeftButton)
    assert ("load_model",) in desk.session.calls
    qtbot.mouseClick(starter, Qt.MouseButton.LeftButton)
    assert desk.session.calls[-1] == ("use_model", "starter")
    assert desk.window.status.model.text() == "Loads with your next question"
    desk.window.handle(ModelLoading(LoadStage.STARTING))
    assert not desk.window.chat.errors.cards


def test_a_starter_that_fails_offers_the_models_page(desk: Desk, qtbot: QtBot) -> None:
    desk.window.handle(ModelFailed(ModelIncomplete(path="/starter", missing="config.json")))
    (card,) = desk.window.chat.errors.cards
    assert card.findChild(QPushButton, "useStarter") is None
    models = card.findChild(QPushButton, "showModels")
    qtbot.mouseClick(models, Qt.MouseButton.LeftButton)
    assert desk.window.page is desk.window.pages.models_page


def test_a_chosen_model_that_fails_is_not_called_the_starter(desk: Desk) -> None:
    window = desk.window
    window.handle(ModelChosen("/m/Qwen", False))
    window.handle(ModelLoading(LoadStage.STARTING))
    window.handle(ModelFailed(ModelIncomplete(path="/m/Qwen", missing="model-2.safetensors")))
    assert window.header.model_button.text() == "Qwen ▾"


def test_an_error_that_leaves_gives_the_focus_to_the_question(desk: Desk, qtbot: QtBot) -> None:
    desk.window.handle(ModelFailed(EngineCrashed(reason="killed by SIGKILL")))
    (card,) = desk.window.chat.errors.cards
    retry = card.findChild(QPushButton, "retryModel")
    assert isinstance(retry, QPushButton)
    retry.setFocus()
    qtbot.keyClick(retry, Qt.Key.Key_Space)
    desk.window.handle(ModelLoading(LoadStage.STARTING))
    assert desk.window.composer.input.hasFocus()


def test_an_answer_on_its_way_gives_the_focus_to_the_question(desk: Desk) -> None:
    _ask(desk)
    desk.window.header.model_button.setFocus()
    desk.session.send("Where is the star?")
    assert desk.window.composer.input.hasFocus()


def test_the_starters_notice_keeps_its_height_through_languages(desk: Desk) -> None:
    _ask(desk)
    notice = desk.window.chat.notice
    before = notice.sizeHint().height()
    for language in ("zh_CN", "en"):
        desk.language.use(language)
        desk.window.retranslate()
    assert notice.sizeHint().height() == before


def test_a_store_that_fails_is_told_once_above_the_chat(desk: Desk) -> None:
    for _ in range(3):
        error = StoreUnwritable(path="/data", reason="No space left on device")
        desk.window.handle(StoreFailed(error))
    (card,) = desk.window.chat.errors.cards
    assert card.isVisible()
    assert "No space left" in card.accessibleName()


def test_conversations_are_grouped_by_day_and_open(desk: Desk, qtbot: QtBot) -> None:
    today = datetime.now().astimezone().replace(hour=12)
    summaries = tuple(
        ConversationSummary(str(index), title, (today - timedelta(days=days)).astimezone(UTC))
        for index, (title, days) in enumerate(
            [("A\n long  title", 0), ("<b>B</b>", 0), ("C", 1), ("D", 9), ("", 30)]
        )
    )
    desk.window.handle(ConversationsListed(summaries))
    shown = desk.window.sidebar.list
    model = shown.model()
    texts = [model.index(row, 0).data() for row in range(model.rowCount())]
    assert texts == [
        "Today",
        "A long title",
        "<b>B</b>",
        "Yesterday",
        "C",
        "Earlier",
        "D",
        "Untitled",
    ]
    place = shown.visualRect(model.index(4, 0)).center()
    qtbot.mouseClick(shown.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert ("open", "2") in desk.session.calls
    desk.session.conversation = "2"
    desk.window.handle(ConversationOpened(_conversation("2", Entry("q", user_message("C")))))
    assert shown.currentIndex().data() == "C"
    assert desk.window.sidebar.new_chat.property("current") is False


def test_keys_reach_their_actions(desk: Desk, qtbot: QtBot) -> None:
    control = Qt.KeyboardModifier.ControlModifier
    window = desk.window
    qtbot.keyClick(window, Qt.Key.Key_Comma, control)
    assert window.page is not None
    assert window.page.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert window.page is None
    assert window.composer.input.hasFocus()
    qtbot.keyClick(window, Qt.Key.Key_F1)
    assert window.page is window.pages._keys
    qtbot.keyClick(window, Qt.Key.Key_L, control)
    assert window.page is None
    qtbot.keyClick(window, Qt.Key.Key_N, control)
    assert ("new",) in desk.session.calls
    qtbot.keyClick(window, Qt.Key.Key_B, control)
    assert not window.sidebar.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_R, control)
    assert ("regenerate",) in desk.session.calls


def test_a_missing_log_file_is_said_in_the_window(desk: Desk) -> None:
    desk.window._open_log()
    assert desk.window.chat.errors.cards[0].error.kind == "file_missing"


def test_place_and_sidebar_are_remembered(open_window: Callable[..., Desk]) -> None:
    first = open_window(size=(1000, 700))
    first.window.toggle_sidebar()
    first.window.close()
    second = open_window(size=(1000, 700))
    assert not second.window.sidebar.isVisible()


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_is_clipped_at_the_smallest_size(
    open_window: Callable[..., Desk],
    picture: Callable[..., Picture],
    qtbot: QtBot,
    theme: str,
    language: str,
) -> None:
    desk = open_window(size=(640, 480), theme=theme, language=language)
    window = desk.window
    assert (window.width(), window.height()) == (640, 480)
    assert not window.sidebar.isVisible()
    _ask(desk)
    desk.session.busy = False
    desk.session.add("a.png", picture())
    window.composer.refresh()
    qtbot.wait(50)
    _assert_unclipped(window)
    window.toggle_sidebar()
    qtbot.wait(50)
    _assert_unclipped(window)


def _assert_unclipped(window: QWidget) -> None:
    names = ("composer", "sendButton", "attachButton", "modelStatus", "modelButton", "helpButton")
    for name in names:
        control = window.findChild(QWidget, name)
        assert control is not None
        assert control.isVisible(), name
        corner = control.mapTo(window, QPoint(0, 0))
        assert window.rect().contains(control.rect().translated(corner)), name
        parent = control.parentWidget()
        assert parent is not None
        assert parent.rect().contains(control.geometry()), name


@pytest.mark.parametrize(
    ("number", "text"),
    [(4_015_104, "4 M"), (256_484_928, "256 M"), (2_200_000_000, "2.2 B"), (72e9, "72 B")],
)
def test_parameters_are_counted_in_the_usual_way(number: int, text: str) -> None:
    assert parameters_text(int(number)) == text
