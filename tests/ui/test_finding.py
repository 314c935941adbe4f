"""Conversations are searched, named, pinned, filed, put into the bin and taken back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QMenu, QPushButton, QWidgetAction
from pytestqt.qtbot import QtBot

from mmdesk.core.conversations import Conversation, ConversationSummary, Entry, Hit
from mmdesk.core.events import BinListed, ConversationOpened, ConversationsListed, SearchDone
from mmdesk.core.messages import assistant_message, user_message
from mmdesk.ui.bin_page import BinPage
from mmdesk.ui.conversation_model import SUMMARY
from mmdesk.ui.search_page import SearchPage, marked_ranges
from tests.ui.conftest import Desk

NOW = datetime.now(UTC)


def summary(name: str, **more: object) -> ConversationSummary:
    return ConversationSummary(name, f"About {name}", NOW, **more)  # type: ignore[arg-type]


LISTED = ConversationsListed(
    (
        summary("one"),
        summary("two", folder="Reisen"),
        ConversationSummary("three", "About three", NOW - timedelta(days=9)),
        summary("four", pinned=True, folder="Reisen"),
        summary("five", folder="abc"),
    )
)


@pytest.fixture
def listed(desk: Desk) -> Desk:
    desk.window.handle(LISTED)
    return desk


def lines(desk: Desk) -> list[str]:
    model = desk.window.sidebar.list.model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def select(desk: Desk, conversation: str) -> ConversationSummary:
    shown = desk.window.sidebar.list
    index = shown.conversations.index_of(conversation)
    assert index.isValid()
    shown.setCurrentIndex(index)
    return index.data(SUMMARY)  # type: ignore[no-any-return]


def title_editor(desk: Desk) -> QLineEdit:
    editor = desk.window.sidebar.list.findChild(QLineEdit)
    assert isinstance(editor, QLineEdit)
    return editor


def submenu(action: QAction) -> QMenu:
    menu = action.menu()
    assert isinstance(menu, QMenu)
    return menu


def actions(desk: Desk, conversation: str) -> dict[str, QAction]:
    menu = desk.window.sidebar.menu.menu(select(desk, conversation))
    return {action.text(): action for action in menu.actions() if action.text()}


def test_pinned_ones_first_then_folders_then_days(listed: Desk) -> None:
    assert lines(listed) == [
        "Pinned", "About four", "abc", "About five", "Reisen", "About two",
        "Today", "About one", "Earlier", "About three",
    ]  # fmt: skip


def test_a_title_is_changed_in_its_place(listed: Desk, qtbot: QtBot) -> None:
    select(listed, "one")
    QTest.keyClick(listed.window.sidebar.list, Qt.Key.Key_F2)
    editor = title_editor(listed)
    listed.window.handle(ConversationsListed((summary("new"), *LISTED.summaries)))
    assert listed.window.sidebar.list.editing  # what is being written stays
    editor.setText("Better")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not listed.window.sidebar.list.editing)
    assert listed.session.conversations.calls[-1] == ("rename", "one", "Better")


def test_an_empty_title_changes_nothing(listed: Desk, qtbot: QtBot) -> None:
    select(listed, "one")
    QTest.keyClick(listed.window.sidebar.list, Qt.Key.Key_F2)
    editor = title_editor(listed)
    editor.setText("  ")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not listed.window.sidebar.list.editing)
    assert not [call for call in listed.session.conversations.calls if call[0] == "rename"]
    qtbot.waitUntil(lambda: "About one" in lines(listed))


def test_pinning(listed: Desk) -> None:
    actions(listed, "one")["Pin to the top"].trigger()
    assert listed.session.conversations.calls[-1] == ("pin", "one", True)
    actions(listed, "four")["Unpin"].trigger()
    assert listed.session.conversations.calls[-1] == ("pin", "four", False)


def test_folders(listed: Desk) -> None:
    menu = submenu(actions(listed, "two")["Move to a folder"])
    offered = {action.text(): action for action in menu.actions() if action.text()}
    assert list(offered) == ["Reisen", "abc", "No folder"]
    assert offered["Reisen"].isChecked()
    offered["abc"].trigger()
    assert listed.session.conversations.calls[-1] == ("move", "two", "abc")
    offered["No folder"].trigger()
    assert listed.session.conversations.calls[-1] == ("move", "two", "")
    (own,) = [action for action in menu.actions() if isinstance(action, QWidgetAction)]
    name = own.defaultWidget()
    assert isinstance(name, QLineEdit)
    name.setText("新文件夹")
    QTest.keyClick(name, Qt.Key.Key_Return)
    assert listed.session.conversations.calls[-1] == ("move", "two", "新文件夹")


def test_the_bin_takes_one_and_gives_it_back(listed: Desk) -> None:
    select(listed, "one")
    QTest.keyClick(listed.window.sidebar.list, Qt.Key.Key_Delete)
    assert listed.session.conversations.calls[-1] == ("bin", "one")
    assert listed.window.chat.news.said
    listed.window.chat.news.modelWanted.emit()
    assert listed.session.conversations.calls[-1] == ("unbin", "one")
    assert listed.session.calls[-1] == ("open", "one")


def test_the_shown_one_makes_room_for_a_new_one(listed: Desk) -> None:
    listed.session.conversation = "one"
    select(listed, "one")
    QTest.keyClick(listed.window.sidebar.list, Qt.Key.Key_Delete)
    assert listed.session.calls[-1] == ("new",)
    assert listed.window.chat.news.said


def test_the_page_of_the_bin(listed: Desk) -> None:
    listed.window.pages.toggle_bin()
    page = listed.window.page
    assert isinstance(page, BinPage)
    assert listed.session.conversations.calls[-1] == ("list_bin",)
    listed.window.handle(BinListed((summary("one"), summary("two"))))
    buttons = page.findChildren(QPushButton, "restoreConversation")
    assert [button.accessibleName() for button in buttons] == [
        "Take back “About one”", "Take back “About two”"
    ]  # fmt: skip
    buttons[1].click()
    assert listed.session.conversations.calls[-2:] == [("unbin", "two"), ("list_bin",)]
    listed.window.handle(BinListed(()))
    assert not [b for b in page.findChildren(QPushButton, "restoreConversation") if b.isVisible()]


def search(desk: Desk) -> SearchPage:
    desk.window.sidebar.search.click()
    page = desk.window.page
    assert isinstance(page, SearchPage)
    return page


HITS = (
    Hit(summary("one"), "m1", "a red circle"),
    Hit(summary("two"), "m2", "a 红色 star"),
)


def test_searching_while_typing(listed: Desk, qtbot: QtBot) -> None:
    page = search(listed)
    QTest.keyClicks(page.input, "red")
    qtbot.waitUntil(lambda: ("search", "red") in listed.session.conversations.calls, timeout=5000)
    listed.window.handle(SearchDone("re", HITS[:1]))  # of what was typed before
    assert page.results.count() == 0
    listed.window.handle(SearchDone("red", HITS))
    assert page.results.count() == 2
    QTest.keyClick(page.input, Qt.Key.Key_Down)
    QTest.keyClick(page.input, Qt.Key.Key_Return)
    assert listed.session.calls[-1] == ("open_message", "two", "m2")
    assert listed.window.page is None
    page = search(listed)
    assert page.input.selectedText() == "red"


def test_nothing_found_is_said(listed: Desk) -> None:
    page = search(listed)
    page.input.setText("nothing")
    listed.window.handle(SearchDone("nothing", ()))
    assert page._said.isVisible()
    page.input.clear()
    assert not page._said.isVisible()


@pytest.mark.parametrize("count", [20, 90, 600])
def test_the_message_that_was_found_is_gone_to(desk: Desk, qtbot: QtBot, count: int) -> None:
    entries = tuple(
        Entry(f"m{n}", user_message(f"Q{n}") if n % 2 == 0 else assistant_message("A\n\n" * 9))
        for n in range(count)
    )
    opened = ConversationOpened(Conversation(summary("one"), entries), message="m10", found=True)
    desk.window.handle(opened)
    pane = desk.window.chat.pane
    assert not pane.following

    def there() -> bool:
        bar = pane.verticalScrollBar()
        views = [view for view in pane.views if view.shown_text() == "Q10"]
        return bool(views) and bar.value() <= views[0].y() <= bar.value() + pane.height() // 2

    qtbot.waitUntil(there, timeout=60_000)
    assert not desk.window.chat.news.said  # it no longer says that it is on its way


def test_another_conversation_ends_the_way_to_a_message(desk: Desk, qtbot: QtBot) -> None:
    entries = tuple(Entry(f"m{n}", assistant_message("A\n\n" * 9)) for n in range(600))
    desk.window.handle(
        ConversationOpened(Conversation(summary("one"), entries), message="m1", found=True)
    )
    desk.window.handle(ConversationOpened(Conversation(summary("two"), entries[:2])))
    qtbot.wait(200)
    assert len(desk.window.chat.pane.views) == 2
    assert desk.window.chat.pane.following


@pytest.mark.parametrize(
    ("text", "query", "ranges"),
    [
        ("a Red circle", "red", [(2, 3)]),
        ("红色的圆", "红色 圆", [(0, 2), (3, 1)]),
        ("a.b", '"a.b"', [(0, 3)]),
        ("İ Café", "cafe", [(2, 4)]),
        ("🐈 a 🐈 cat 🐈", "cat 🐈", [(0, 2), (5, 2), (8, 3), (12, 2)]),
        ("text", "", []),
        ("text", '""', []),
    ],
)
def test_what_is_marked(text: str, query: str, ranges: list[tuple[int, int]]) -> None:
    assert marked_ranges(text, query) == ranges
