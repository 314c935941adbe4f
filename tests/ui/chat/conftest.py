"""The chat pane's tests run offscreen, in the light theme."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from mmdesk.ui.chat.pane import ChatPane
from mmdesk.ui.theme import theme

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture
def pane(qtbot: QtBot, qapp: QApplication) -> Iterator[ChatPane]:
    """A shown chat pane, 900 x 600."""
    theme().set_mode("light")
    made = ChatPane()
    qtbot.addWidget(made)
    made.resize(900, 600)
    made.show()
    qapp.processEvents()
    yield made
    theme().set_mode("light")
