"""Servers: adding one, using its models, and what is said of what leaves the computer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from mmdesk.core.conversations import Conversation, ConversationSummary, Entry
from mmdesk.core.errors import InternalError, ServerNotEncrypted, ServerUnreachable
from mmdesk.core.events import (
    ConversationOpened,
    ConversationsListed,
    LibraryFailed,
    ModelChosen,
    ModelsListed,
    ServerTested,
)
from mmdesk.core.messages import assistant_message, user_message
from mmdesk.core.models import Server, remote_key
from mmdesk.ui.library.page import ModelsPage
from tests.ui.conftest import Desk
from tests.ui.library_samples import ENTRIES, LAN, LOCAL, SERVERS

AWAY = remote_key(LAN.url, LAN.models[0])
NEAR = remote_key(LOCAL.url, "gemma3:12b")


@pytest.fixture
def page(desk: Desk) -> ModelsPage:
    """The page with two servers."""
    desk.window.models.show_models()
    desk.window.handle(ModelsListed(ENTRIES, SERVERS))
    assert isinstance(desk.window.page, ModelsPage)
    desk.session.library.calls.clear()
    return desk.window.page


def _said(widget: QWidget) -> str:
    QApplication.processEvents()
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def _fill_in(page: ModelsPage, qtbot: QtBot, address: str, key: str = "") -> None:
    qtbot.mouseClick(page.servers.action, Qt.MouseButton.LeftButton)
    form = page.servers.form
    assert form.address.hasFocus()
    qtbot.keyClicks(form.address, address)
    qtbot.keyClicks(form.key, key)
    qtbot.keyClick(form.key, Qt.Key.Key_Return)


def _asked(desk: Desk, conversation: str = "c1") -> None:
    """A conversation with one local question is shown."""
    entries = (Entry("q", user_message("Where?")), Entry("a", assistant_message("There.")))
    desk.session.conversation, desk.session.entries = conversation, entries
    summary = ConversationSummary(conversation, "Where?", datetime.now(UTC))
    desk.window.handle(ConversationOpened(Conversation(summary, entries)))
    desk.session.model = "starter"
    desk.window.handle(ModelChosen("starter", False))


def test_a_server_is_tested_and_added_with_one_key(
    desk: Desk, page: ModelsPage, qtbot: QtBot
) -> None:
    _fill_in(page, qtbot, " https://gpu.example:8000/v1 ", "secret")
    form = page.servers.form
    assert desk.session.library.calls == [
        ("add_server", "https://gpu.example:8000/v1", "secret", False)
    ]
    assert form.add.text() == "Testing…"
    qtbot.keyClick(form.key, Qt.Key.Key_Return)
    assert len(desk.session.library.calls) == 1  # once is enough
    added = Server("https://gpu.example:8000/v1", ("qwen",), has_key=True)
    desk.window.handle(ServerTested("https://gpu.example:8000/v1", added, 84.0))
    desk.window.handle(ModelsListed(ENTRIES, (*SERVERS, added)))
    assert not form.isVisible()
    assert page.servers.action.hasFocus()
    card = page.servers.cards[added.url]
    assert "answered in 84 ms" in _said(card)
    assert "its key is in the system's keyring" in _said(card)


def test_a_key_is_never_to_be_read_and_forgotten_with_the_form(
    page: ModelsPage, qtbot: QtBot
) -> None:
    qtbot.mouseClick(page.servers.action, Qt.MouseButton.LeftButton)
    form = page.servers.form
    assert form.key.echoMode() is QLineEdit.EchoMode.Password
    qtbot.keyClicks(form.key, "secret")
    qtbot.keyClick(form.key, Qt.Key.Key_Escape)
    assert not form.isVisible()
    assert page.isVisible()  # Esc has closed the form alone
    assert form.key.text() == ""


def test_http_needs_a_word_of_the_person(desk: Desk, page: ModelsPage, qtbot: QtBot) -> None:
    address = "http://192.168.1.7:8000/v1"
    _fill_in(page, qtbot, address)
    refusal = ServerNotEncrypted(host="192.168.1.7")
    desk.window.handle(ServerTested(address, None, 0.0, refusal))
    form = page.servers.form
    assert "Others in your network could read your questions, pictures and key." in _said(form)
    question = form._question
    assert question.no_button.hasFocus()
    qtbot.mouseClick(question.no_button, Qt.MouseButton.LeftButton)
    assert desk.session.library.calls == [("add_server", address, None, False)]
    qtbot.mouseClick(form.add, Qt.MouseButton.LeftButton)
    desk.window.handle(ServerTested(address, None, 0.0, refusal))
    qtbot.mouseClick(question.yes_button, Qt.MouseButton.LeftButton)
    assert desk.session.library.calls[-1] == ("add_server", address, None, True)


def test_a_server_that_does_not_answer_says_so_in_the_form(
    desk: Desk, page: ModelsPage, qtbot: QtBot
) -> None:
    _fill_in(page, qtbot, "https://gone.example/v1")
    error = ServerUnreachable(host="gone.example", reason="no such host")
    desk.window.handle(ServerTested("https://gone.example/v1", None, 0.0, error))
    form = page.servers.form
    assert "gone.example can't be reached: no such host." in _said(form)
    assert "Check that the server runs" in _said(form)
    assert form.add.text() == "Test and add"
    assert form.address.hasFocus()
    form.cancel.setFocus()
    qtbot.keyClick(form.cancel, Qt.Key.Key_Return)
    assert not form.isVisible()


def test_a_bug_in_a_test_does_not_leave_the_form_waiting(
    desk: Desk, page: ModelsPage, qtbot: QtBot
) -> None:
    _fill_in(page, qtbot, "https://odd.example/v1")
    bug = InternalError(what="ValueError")
    desk.window.handle(LibraryFailed("https://odd.example/v1", bug))
    assert page.servers.form.add.text() == "Test and add"
    assert "mmdesk made a mistake" in _said(page.servers.form)
    assert not page.errors.cards
    desk.window.handle(LibraryFailed(LAN.url, bug))
    assert "mmdesk made a mistake" in _said(page.servers.cards[LAN.url])
    assert not page.errors.cards


def test_an_added_server_is_tested_again(desk: Desk, page: ModelsPage, qtbot: QtBot) -> None:
    card = page.servers.cards[LAN.url]
    qtbot.mouseClick(card.test, Qt.MouseButton.LeftButton)
    assert desk.session.library.calls == [("test_server", LAN.url)]
    assert card.test.text() == "Testing…"
    error = ServerUnreachable(host="gpu.lan", reason="no route")
    desk.window.handle(ServerTested(LAN.url, None, 3.0, error))
    assert "gpu.lan can't be reached: no route." in _said(card)
    qtbot.mouseClick(card.test, Qt.MouseButton.LeftButton)
    desk.window.handle(ServerTested(LAN.url, LAN, 12.0))
    assert "can't be reached" not in _said(card)
    assert "answered in 12 ms" in _said(card)


def test_another_key_and_none(desk: Desk, page: ModelsPage, qtbot: QtBot) -> None:
    qtbot.mouseClick(page.servers.cards[LAN.url].key, Qt.MouseButton.LeftButton)
    form = page.servers.form
    assert form.address.text() == LAN.url
    assert form.key.hasFocus()
    qtbot.mouseClick(form.add, Qt.MouseButton.LeftButton)
    assert desk.session.library.calls == [("add_server", LAN.url, "", False)]


def test_removing_a_server_is_asked(desk: Desk, page: ModelsPage, qtbot: QtBot) -> None:
    card = page.servers.cards[LAN.url]
    qtbot.mouseClick(card.remove, Qt.MouseButton.LeftButton)
    assert "Forget this server and its key?" in _said(card)
    assert not desk.session.library.calls
    qtbot.mouseClick(card._question.yes_button, Qt.MouseButton.LeftButton)
    assert desk.session.library.calls == [("remove_server", LAN.url)]
    desk.window.handle(ModelsListed(ENTRIES, (LOCAL,)))
    assert LAN.url not in page.servers.cards


def test_only_what_leaves_has_a_badge(page: ModelsPage) -> None:
    assert page.servers.cards[LAN.url].badge.isVisible()
    assert not page.servers.cards[LOCAL.url].badge.isVisible()


def test_a_server_with_many_models_shows_some_and_all(
    desk: Desk, page: ModelsPage, qtbot: QtBot
) -> None:
    many = Server("https://many.example/v1", tuple(f"model-{number}" for number in range(300)))
    desk.window.handle(ModelsListed(ENTRIES, (many,)))
    card = page.servers.cards[many.url]
    assert len(card._lines) == 8
    assert card.more.text() == "292 more models…"
    page.filter.setText("model-299")
    assert list(card._lines) == ["model-299"]
    page.filter.setText("nothing has this")
    assert not card.isVisible()
    page.filter.clear()
    qtbot.mouseClick(card.more, Qt.MouseButton.LeftButton)
    assert len(card._lines) == 300
    assert not card.more.isVisible()


def test_a_model_of_a_server_is_used(desk: Desk, page: ModelsPage, qtbot: QtBot) -> None:
    card = page.servers.cards[LOCAL.url]
    use = card.findChild(QPushButton, "useModel")
    qtbot.mouseClick(use, Qt.MouseButton.LeftButton)
    assert desk.session.model == NEAR
    assert desk.saved[-1].model == NEAR
    assert not desk.window.header.badge.isVisible()
    assert desk.window.status.model.text() == "Server on this computer"
    assert desk.window.status._where.text() == "localhost"


def test_the_window_says_that_a_conversation_leaves(desk: Desk) -> None:
    window = desk.window
    window.models.choose(AWAY)
    assert window.header.badge.isVisible()
    assert "gpu.lan" in window.header.badge.toolTip()
    assert window.header.model_button.text() == "Qwen3-VL-235B-A22B-Instruct ▾"
    assert window.status.model.text() == "Remote · gpu.lan"
    assert window.composer.input.placeholderText() == "Ask about a picture (to gpu.lan)…"
    assert not window.chat.notice.isVisible()
    window.handle(ModelChosen("starter", True))  # what has left stays left
    assert window.header.badge.isVisible()
    assert "has gone to another computer before" in window.header.badge.toolTip()
    assert window.composer.input.placeholderText() == "Ask about a picture…"
    window.handle(ModelChosen("starter", False))
    assert not window.header.badge.isVisible()


def test_a_conversation_that_will_leave_is_announced_once_with_undo(
    desk: Desk, qtbot: QtBot
) -> None:
    _asked(desk)
    news = desk.window.chat.news
    desk.window.models.choose(NEAR)
    assert not news.isVisible()
    desk.window.models.choose(AWAY)
    assert news.isVisible()
    assert "all of this conversation, pictures too, goes to gpu.lan." in news._sentence.plain
    news._sentence.activated.emit()
    assert desk.session.model == NEAR
    assert desk.saved[-1].model == NEAR
    assert not news.isVisible()
    desk.window.models.choose(AWAY)
    assert news.isVisible()
    desk.window.models.choose("starter")
    desk.window.models.choose(AWAY)
    assert not news.isVisible()  # it was said
    _asked(desk, "c2")
    desk.window.models.choose(AWAY)
    assert news.isVisible()
    desk.session.send("Next")
    assert not news.isVisible()


def test_an_old_conversation_that_the_settings_would_send_away_is_announced(desk: Desk) -> None:
    _asked(desk)
    entries = desk.session.entries
    summary = ConversationSummary("c1", "Where?", datetime.now(UTC))
    desk.window.handle(ConversationOpened(Conversation(summary, entries)))
    desk.window.handle(ModelChosen(AWAY, True))
    news = desk.window.chat.news
    assert "goes to gpu.lan. Use the starter" in news._sentence.plain
    desk.window.handle(ModelChosen("starter", False))
    assert not news.isVisible()
    desk.window.handle(ConversationOpened(None))
    desk.window.handle(ConversationOpened(Conversation(replace(summary, id="c3"), entries)))
    desk.session.conversation = "c3"
    desk.window.handle(ModelChosen(AWAY, True))
    saved = len(desk.saved)
    news._sentence.activated.emit()
    assert desk.session.model == "starter"
    assert len(desk.saved) == saved  # of this conversation alone


def test_what_was_sent_before_needs_no_announcement(desk: Desk) -> None:
    _asked(desk)
    sent = Entry("a2", assistant_message("Here."), model=AWAY)
    desk.session.entries = (*desk.session.entries, sent)
    desk.window.models.choose(AWAY)
    assert not desk.window.chat.news.isVisible()


def test_a_new_conversation_needs_no_announcement(desk: Desk) -> None:
    desk.window.models.choose(AWAY)
    assert not desk.window.chat.news.isVisible()


def test_the_list_marks_what_leaves(desk: Desk) -> None:
    summaries = tuple(
        ConversationSummary(name, name, datetime.now(UTC), leaves=name == "away")
        for name in ("away", "here")
    )
    desk.window.handle(ConversationsListed(summaries))
    model = desk.window.sidebar.list.model()
    away, here = model.index(1, 0), model.index(2, 0)
    assert "Leaves this computer" in away.data(Qt.ItemDataRole.ToolTipRole)
    assert "Leaves this computer" in away.data(Qt.ItemDataRole.AccessibleTextRole)
    assert here.data(Qt.ItemDataRole.DecorationRole) is None
    assert not away.data(Qt.ItemDataRole.DecorationRole).isNull()


@pytest.mark.parametrize("width", [640, 1280])
def test_the_badge_has_room(open_window: Callable[..., Desk], qtbot: QtBot, width: int) -> None:
    desk = open_window(size=(width, 480))
    desk.window.models.choose(AWAY)
    qtbot.wait(20)
    header = desk.window.header
    assert header.badge._words.isVisible() == (width == 1280)
    for part in (header.badge, header.model_button, header.settings_button, header.help_button):
        assert header.rect().contains(part.geometry())
    assert header.badge.geometry().right() < header.settings_button.geometry().left()


def test_a_server_that_lists_none_takes_a_model_by_its_name(
    page: ModelsPage, desk: Desk, qtbot: QtBot
) -> None:
    silent = Server("http://127.0.0.1:9000/v1")
    desk.window.handle(ModelsListed(ENTRIES, (*SERVERS, silent)))
    fields = [
        field for field in page.findChildren(QLineEdit, "servedModelName") if field.isVisible()
    ]
    assert len(fields) == 1
    qtbot.keyClick(fields[0], Qt.Key.Key_Return)  # nothing yet
    qtbot.keyClicks(fields[0], " org/own ")
    qtbot.keyClick(fields[0], Qt.Key.Key_Return)
    assert desk.session.calls[-1] == ("use_model", remote_key(silent.url, "org/own"))
