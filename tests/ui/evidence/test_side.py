"""When the panel is to be seen, and where."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from mmdesk.core.conversations import Entry, StopReason
from mmdesk.core.events import TurnAdded, TurnFinished
from mmdesk.core.messages import assistant_message, user_message
from mmdesk.ui.evidence.panel import WIDTH, EvidencePanel
from tests.ui.conftest import Desk
from tests.ui.evidence.samples import SAID, exchange, scene, show

pytestmark = pytest.mark.usefixtures("looks")
TEXT_ONLY = (Entry("q", user_message("Hi?")), Entry("a", assistant_message("Hello.")))


def _shown(desk: Desk) -> bool:
    return desk.window.side.shown


def test_it_opens_by_itself_for_an_answer_about_a_picture(desk: Desk, tmp_path: Path) -> None:
    assert desk.window.evidence.panel is None
    show(desk, *TEXT_ONLY)
    assert desk.window.evidence.panel is None  # nothing of it was made
    show(desk, *exchange(scene(tmp_path)))
    assert _shown(desk)
    assert desk.window.header.evidence_button.isChecked()
    show(desk, *TEXT_ONLY)
    assert not _shown(desk)
    assert not desk.window.header.evidence_button.isChecked()


def test_it_stands_right_of_the_chat(desk: Desk, tmp_path: Path, qtbot: QtBot) -> None:
    show(desk, *exchange(scene(tmp_path)))
    panel = desk.window.evidence.panel
    assert panel is not None
    qtbot.waitUntil(lambda: panel.mapTo(desk.window, QPoint(0, 0)).x() == 1280 - WIDTH)
    chat = desk.window.chat
    assert chat.mapTo(desk.window, QPoint(chat.width(), 0)).x() <= 1280 - WIDTH


def test_who_closed_it_keeps_it_closed(desk: Desk, tmp_path: Path) -> None:
    show(desk, *exchange(scene(tmp_path)))
    desk.window.header.evidence_button.click()
    assert not _shown(desk)
    show(desk, *exchange(scene(tmp_path, "other.png", 1), number=1))
    assert not _shown(desk)
    desk.window.header.evidence_button.click()
    assert _shown(desk)


def test_that_it_was_closed_is_remembered(
    desk: Desk, tmp_path: Path, open_window: Callable[..., Desk]
) -> None:
    show(desk, *exchange(scene(tmp_path)))
    desk.window.header.evidence_button.click()
    desk.window.close()
    again = open_window()
    assert again.window.side.closed


def test_a_new_answer_opens_it(desk: Desk, tmp_path: Path) -> None:
    question, answer = exchange(scene(tmp_path))
    desk.session.entries = (question,)
    desk.window.handle(TurnAdded("t", question))
    assert not _shown(desk)
    desk.session.entries = (question, answer)
    desk.window.handle(TurnFinished("t", StopReason.STOP, SAID, None, run=answer.run))
    assert _shown(desk)


def test_in_a_smaller_window_it_waits_to_be_asked_for(
    desk: Desk, tmp_path: Path, resize: Callable[[int, int], None]
) -> None:
    resize(1000, 700)
    show(desk, *exchange(scene(tmp_path)))
    assert not _shown(desk)
    desk.window.header.evidence_button.click()
    assert _shown(desk)
    assert not desk.window.sidebar.isVisible()
    assert desk.window.chat.width() >= 1000 - WIDTH - 1
    desk.window.toggle_sidebar()  # there is no room for both
    assert desk.window.sidebar.isVisible()
    assert not _shown(desk)


def test_a_window_made_smaller_hides_it(
    desk: Desk, tmp_path: Path, resize: Callable[[int, int], None]
) -> None:
    show(desk, *exchange(scene(tmp_path)))
    resize(1000, 700)
    assert not _shown(desk)
    resize(1280, 800)
    assert _shown(desk)


def test_in_the_smallest_window_it_stands_over_the_chat_until_escape(
    desk: Desk, tmp_path: Path, resize: Callable[[int, int], None], qtbot: QtBot
) -> None:
    resize(640, 480)
    show(desk, *exchange(scene(tmp_path)))
    desk.window.header.evidence_button.click()
    panel = desk.window.evidence.panel
    assert panel is not None
    qtbot.waitUntil(lambda: panel.mapTo(desk.window, QPoint(0, 0)).x() == 640 - WIDTH)
    assert desk.window.chat.width() == 640
    assert panel.mapTo(desk.window, QPoint(0, 0)).y() == desk.window.header.height()
    panel.tabs.tabs[0].setFocus()
    QTest.keyClick(panel.tabs.tabs[0], Qt.Key.Key_Escape)
    assert not panel.isVisible()
    assert desk.window.composer.input.hasFocus()


def test_asked_for_with_nothing_to_show_it_says_so(desk: Desk) -> None:
    desk.window.header.evidence_button.click()
    panel = desk.window.evidence.panel
    assert panel is not None
    assert panel.isVisible()
    assert not panel.tabs.isVisible()
    assert panel.subject is None


def test_a_text_only_follow_up_still_has_the_picture_of_its_prompt(
    desk: Desk, tmp_path: Path, panel: Callable[[], EvidencePanel]
) -> None:
    more = (Entry("q1", user_message("And circles?")), Entry("a1", assistant_message("One.")))
    show(desk, *exchange(scene(tmp_path)), *more)
    subject = panel().subject
    assert subject is not None
    assert subject.entry.id == "a1"
    assert len(subject.pictures) == 1


def test_a_failed_answer_without_text_is_not_shown(
    desk: Desk, tmp_path: Path, panel: Callable[[], EvidencePanel]
) -> None:
    question, answer = exchange(scene(tmp_path))
    failed = replace(answer, id="a1", message=assistant_message(""), run=None)
    show(desk, question, answer, replace(question, id="q1"), failed)
    subject = panel().subject
    assert subject is not None
    assert subject.entry.id == "a0"
