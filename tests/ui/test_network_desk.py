"""How many connections there were, and which."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from PySide6.QtWidgets import QApplication, QLabel

from mmdesk.core.connections import Connection, Purpose
from mmdesk.core.events import ConnectionOpened
from mmdesk.ui.connections_page import ConnectionsPage
from tests.ui.conftest import Desk

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def page_of(desk: Desk) -> ConnectionsPage:
    desk.window.status.connections.click()
    page = desk.window.page
    assert isinstance(page, ConnectionsPage)
    return page


def texts(page: ConnectionsPage) -> list[str]:
    QApplication.processEvents()
    return [label.text() for label in page.findChildren(QLabel) if label.isVisible()]


def test_none_is_said(desk: Desk) -> None:
    assert desk.window.status.connections.text() == "0 connections since start"
    page = page_of(desk)
    assert any("no connection since it was started" in text for text in texts(page))
    desk.window.status.connections.click()
    assert desk.window.page is None


def test_each_is_listed_the_last_one_first(desk: Desk) -> None:
    page = page_of(desk)
    first = Connection("hub.example", "hub.example", Purpose.DOWNLOAD, NOON)
    last = Connection("proxy.example", "my.example", Purpose.SERVER, NOON)
    desk.window.handle(ConnectionOpened(first))
    assert desk.window.status.connections.text() == "1 connection since start"
    desk.window.handle(ConnectionOpened(last))
    assert desk.window.status.connections.text() == "2 connections since start"
    shown = texts(page)
    assert shown.index("proxy.example (for my.example)") < shown.index("hub.example")
    assert "a server that you added" in shown
    desk.window.handle(ConnectionOpened(Connection("x", "x", Purpose.SERVER, NOON)))
    assert "x" in texts(page)


def test_many_are_counted(desk: Desk) -> None:
    made = Connection("hub.example", "hub.example", Purpose.DOWNLOAD, NOON)
    for _ in range(510):
        desk.window.handle(ConnectionOpened(made))
    shown = texts(page_of(desk))
    assert shown.count("hub.example") == 500
    assert "and 10 before" in shown


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_sealed_it_says_what_is_guaranteed(open_window: Callable[..., Desk], language: str) -> None:
    desk = open_window(language=language, sealed=True)
    said = {"en": "Sealed", "zh_CN": "已密封"}[language]
    assert desk.window.status.connections.text() == said
    guaranteed = {"en": "can open an internet connection", "zh_CN": "互联网连接"}[language]
    assert any(guaranteed in text for text in texts(page_of(desk)))


def test_a_narrow_window_shows_it_too(open_window: Callable[..., Desk]) -> None:
    status = open_window(size=(640, 480)).window.status
    assert status.connections.isVisible()
    assert status.connections.geometry().right() <= status.width()
