"""The list of conversations and the bin, with 10,000 and 1,000 of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QAbstractItemModel, QModelIndex, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from mmdesk.core.conversations import ConversationSummary
from mmdesk.core.events import BinListed, ConversationsListed
from mmdesk.ui.bin_page import BinPage
from mmdesk.ui.conversation_model import ConversationModel
from tests.ui.conftest import Desk

# One date for all: some are of today, some of yesterday, most earlier.
NOW = datetime.now(UTC)
MANY = tuple(
    ConversationSummary(f"id{n}", f"About {n}", NOW - timedelta(minutes=20 * n))
    for n in range(10_000)
)


def titles(model: QAbstractItemModel) -> list[str]:
    return [model.index(row, 0).data() for row in range(model.rowCount())]


@contextmanager
def touched(model: ConversationModel) -> Iterator[list[tuple[str, int]]]:
    """Collect what a view is told: what happened, and to how many rows."""
    told: list[tuple[str, int]] = []

    def changed(first: QModelIndex, last: QModelIndex) -> None:
        told.append(("changed", last.row() - first.row() + 1))

    def inserted(_: QModelIndex, first: int, last: int) -> None:
        told.append(("inserted", last - first + 1))

    def removed(_: QModelIndex, first: int, last: int) -> None:
        told.append(("removed", last - first + 1))

    def moved(_: QModelIndex, first: int, last: int) -> None:
        told.append(("moved", last - first + 1))

    def reset() -> None:
        told.append(("reset", model.rowCount()))

    model.dataChanged.connect(changed)
    model.rowsInserted.connect(inserted)
    model.rowsRemoved.connect(removed)
    model.rowsMoved.connect(moved)
    model.modelReset.connect(reset)
    yield told
    model.dataChanged.disconnect(changed)
    model.rowsInserted.disconnect(inserted)
    model.rowsRemoved.disconnect(removed)
    model.rowsMoved.disconnect(moved)
    model.modelReset.disconnect(reset)


@pytest.fixture
def model() -> ConversationModel:
    made = ConversationModel()
    made.show(MANY)
    return made


def test_only_what_differs_is_touched(model: ConversationModel) -> None:
    with touched(model) as told:
        model.show(tuple(replace(each) for each in MANY))
        assert told == []
        model.show((replace(MANY[0], title="Better"), *MANY[1:]))
        assert told == [("changed", 1)]
    assert titles(model)[1] == "Better"
    asked = replace(MANY[700], updated=NOW)
    with touched(model) as told:
        model.show((asked, *MANY[:700], *MANY[701:]))
    assert sum(count for _, count in told) <= 702  # never the 9,000 below
    assert titles(model)[1:3] == ["About 700", "About 0"]
    with touched(model) as told:
        model.show((ConversationSummary("new", "New", NOW), asked, *MANY[:700], *MANY[701:]))
        assert told == [("inserted", 1)]
    with touched(model) as told:
        model.show((MANY[0], asked, *MANY[1:700], *MANY[701:]))
        model.show((asked, MANY[0], *MANY[1:700], *MANY[701:]))
        assert told[-1] == ("moved", 1)


def test_every_step_is_one_that_a_view_can_follow() -> None:
    model = ConversationModel()
    watched = QAbstractItemModelTester(
        model, QAbstractItemModelTester.FailureReportingMode.Fatal, model
    )
    few = MANY[:6]
    pinned = replace(few[3], pinned=True)
    filed = replace(few[4], folder="Reisen")
    for listing in (
        few,
        few[::-1],
        (few[5], *few[:5]),
        (),
        few[2:],
        (pinned, *few[:3], filed),
        few,
    ):
        model.show(listing)
        below = {index.data() for index in map(model.index, range(model.rowCount()))}
        assert {each.title for each in listing} <= below
        for each in listing:
            assert model.index_of(each.id).data() == each.title
    assert watched.model() is model


def test_few_rows_are_painted(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: set[int] = set()
    data = ConversationModel.data

    def counted(model: ConversationModel, index: QModelIndex, role: int = 0) -> object:
        asked.add(index.row())
        return data(model, index, role)

    monkeypatch.setattr(ConversationModel, "data", counted)
    desk.window.handle(ConversationsListed(MANY))
    desk.window.sidebar.grab()
    assert 10 < len(asked) < 60


def test_the_marked_one_and_the_place_stay(desk: Desk) -> None:
    desk.session.conversation = "id5000"
    desk.window.handle(ConversationsListed(MANY))
    shown = desk.window.sidebar.list
    assert shown.currentIndex().data() == "About 5000"
    shown.verticalScrollBar().setValue(777)
    desk.window.handle(ConversationsListed((MANY[4999], *MANY[:4999], *MANY[5000:])))
    assert shown.currentIndex().data() == "About 5000"
    assert [index.data() for index in shown.selectedIndexes()] == ["About 5000"]
    assert shown.verticalScrollBar().value() == 777
    desk.window.handle(ConversationsListed(MANY[:10]))
    assert shown.selectedIndexes() == []


def test_keys_pass_over_headings(desk: Desk) -> None:
    pinned = replace(MANY[1], pinned=True)
    desk.window.handle(ConversationsListed((MANY[0], pinned)))
    shown = desk.window.sidebar.list
    shown.setCurrentIndex(shown.conversations.index_of("id1"))
    QTest.keyClick(shown, Qt.Key.Key_Down)
    assert shown.currentIndex().data() == "About 0"
    QTest.keyClick(shown, Qt.Key.Key_Return)
    assert desk.session.calls[-1] == ("open", "id0")


def test_what_a_screen_reader_hears(desk: Desk) -> None:
    away = replace(MANY[0], leaves=True, title=" Two\n lines ")
    desk.window.handle(ConversationsListed((away,)))
    interface = QAccessible.queryAccessibleInterface(desk.window.sidebar.list)
    heard = interface.child(1).text(QAccessible.Text.Name)
    assert heard == "Two lines, Leaves this computer"


def test_an_unchanged_title_is_not_written(desk: Desk, qtbot: QtBot) -> None:
    untitled = ConversationSummary("a", "", NOW), ConversationSummary("b", " Two\n lines ", NOW)
    desk.window.handle(ConversationsListed(untitled))
    shown = desk.window.sidebar.list
    for name in ("a", "b"):
        shown.setCurrentIndex(shown.conversations.index_of(name))
        desk.window.sidebar.menu.rename()
        qtbot.waitUntil(lambda: shown.editing)
        (editor,) = [each for each in shown.findChildren(QLineEdit) if each.isVisible()]
        QTest.keyClick(editor, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: not shown.editing)
    assert not [call for call in desk.session.conversations.calls if call[0] == "rename"]


def test_the_bin_makes_its_rows_as_they_come_near(desk: Desk, qtbot: QtBot) -> None:
    desk.window.pages.toggle_bin()
    page = desk.window.page
    assert isinstance(page, BinPage)
    desk.window.handle(BinListed(MANY[:1000]))
    qtbot.waitUntil(lambda: page.scroll_area.verticalScrollBar().maximum() > 0, timeout=5000)
    assert 20 <= len(page.findChildren(QPushButton, "restoreConversation")) < 200
    bar = page.scroll_area.verticalScrollBar()

    def at_the_end() -> bool:
        bar.setValue(bar.maximum())
        return len(page.findChildren(QPushButton, "restoreConversation")) == 1000

    qtbot.waitUntil(at_the_end, timeout=20_000)
    page.findChildren(QPushButton, "restoreConversation")[-1].click()
    assert ("unbin", "id999") in desk.session.conversations.calls
