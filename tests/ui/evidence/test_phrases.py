"""Phrases of an answer are linked to what they stand for."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QGuiApplication, QTextCursor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from mmdesk.core.conversations import Entry, StopReason
from mmdesk.core.events import TurnFinished
from mmdesk.core.messages import assistant_message, user_message
from mmdesk.core.sight import Sight
from mmdesk.ui.chat.pane import ChatPane
from mmdesk.ui.chat.prose import ProseView
from mmdesk.ui.theme import EVIDENCE, theme
from tests.ui.evidence.samples import FRAME, SAID, exchange, run_of, scene, seen

READ = "There is a yellow star beside a blue circle."


def _prose(pane: ChatPane) -> ProseView:
    return next(each for each in pane.findChildren(ProseView) if "star" in each.toPlainText())


def _phrase(prose: ProseView, text: str) -> QPoint:
    """Return the middle of a phrase in the viewport."""
    cursor = prose.document().find(text)
    cursor.setPosition(cursor.selectionStart() + len(text) // 2)
    return prose.cursorRect(cursor).center()


def _shades(prose: ProseView) -> set[str]:
    image = prose.viewport().grab().toImage()
    return {
        image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())
    }


def test_boxes_are_read_as_phrases(pane: ChatPane, tmp_path: Path, qtbot: QtBot) -> None:
    pane.show_entries(exchange(scene(tmp_path)))
    shown = pane.plain_text()
    assert READ in shown
    assert "bbox" not in shown
    assert {EVIDENCE[0], EVIDENCE[1]} <= _shades(_prose(pane))


def test_a_bare_list_of_boxes_is_read_as_what_they_are_called(
    pane: ChatPane, tmp_path: Path
) -> None:
    listed = SAID[SAID.index("[") : SAID.index("]\n") + 1]
    pane.show_entries(exchange(scene(tmp_path), listed))
    assert "yellow star, blue circle" in pane.plain_text()


def test_what_stands_above_does_not_move_when_boxes_become_phrases(
    pane: ChatPane, tmp_path: Path, qtbot: QtBot
) -> None:
    picture = scene(tmp_path)
    places = "".join(f"star<loc_50><loc_700><loc_290><loc_{last}>" for last in range(900, 950))
    text = f"Look:\n\n{places}"
    pane.resize(900, 400)
    pane.add_question(Entry("q", user_message("Where?", (picture,))))
    pane.begin_answer("t", "Florence")
    pane.append_text("t", text, 3)
    qtbot.wait(50)
    bar, before = pane.verticalScrollBar(), pane.view_of(1).height()
    assert bar.maximum() > 0
    place = bar.value()
    run = replace(run_of(), sight=Sight("florence2", (seen(picture, FRAME),), 0))
    pane.finish_answer("t", TurnFinished("t", StopReason.STOP, text, None, run=run))
    qtbot.wait(50)
    assert bar.value() == place
    pane.resize(700, 400)  # everything moves then, and nothing is kept
    qtbot.wait(50)
    assert pane.view_of(1).height() < before


def test_more_phrases_than_anybody_reads_are_plain_text(pane: ChatPane, tmp_path: Path) -> None:
    boxes = [{"bbox_2d": [number % 900, 70, 950, 950], "label": "star"} for number in range(900)]
    pane.show_entries(exchange(scene(tmp_path), json.dumps(boxes)))
    assert "evidence:" not in pane.plain_text()
    assert "bbox_2d" not in pane.plain_text()


def test_without_a_sight_the_text_stays(pane: ChatPane) -> None:
    pane.show_entries((Entry("a", assistant_message(SAID)),))
    assert "bbox_2d" in pane.plain_text()


def test_hovering_a_phrase_tells_which_evidence(
    pane: ChatPane, tmp_path: Path, qtbot: QtBot
) -> None:
    pane.show_entries(exchange(scene(tmp_path)))
    told: list[tuple[str, object]] = []
    pane.phraseHovered.connect(lambda answer, numbers: told.append((answer, numbers)))
    prose = _prose(pane)
    QTest.mouseMove(prose.viewport(), QPoint(1, 1))
    QTest.mouseMove(prose.viewport(), _phrase(prose, "blue circle"))
    assert ("a0", (1,)) in told, told
    QTest.mouseMove(prose.viewport(), QPoint(prose.width() - 2, 2))
    assert told[-1] == ("a0", ())


def test_the_keyboard_reaches_phrases(pane: ChatPane, tmp_path: Path, qtbot: QtBot) -> None:
    pane.show_entries(exchange(scene(tmp_path)))
    told: list[object] = []
    chosen: list[tuple[str, object]] = []
    pane.phraseHovered.connect(lambda _answer, numbers: told.append(numbers))
    pane.phraseChosen.connect(lambda *found: chosen.append(found))
    prose = _prose(pane)
    prose.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(prose, Qt.Key.Key_Tab)
    assert (0,) in told
    QTest.keyClick(prose, Qt.Key.Key_Return)
    assert chosen == [("a0", (0,))]


def test_a_click_opens_no_link(pane: ChatPane, tmp_path: Path, qtbot: QtBot) -> None:
    pane.show_entries(exchange(scene(tmp_path)))
    chosen: list[object] = []
    links: list[str] = []
    pane.phraseChosen.connect(lambda _answer, numbers: chosen.append(numbers))
    pane.linkActivated.connect(links.append)
    prose = _prose(pane)
    QTest.mouseClick(prose.viewport(), Qt.MouseButton.LeftButton, pos=_phrase(prose, "yellow star"))
    assert chosen == [(0,)]
    assert links == []


@pytest.mark.parametrize("target", ["evidence:7", "evidence:0,9", "evidence:", "evidence:x"])
def test_a_link_to_evidence_that_is_not_there_is_text(
    pane: ChatPane, tmp_path: Path, target: str
) -> None:
    said = f"{SAID}\n\nSee [the thing]({target})."
    pane.show_entries(exchange(scene(tmp_path), said))
    assert f"the thing ({target})" in pane.plain_text()
    prose = next(each for each in pane.findChildren(ProseView) if "thing" in each.toPlainText())
    cursor: QTextCursor = prose.document().find("the thing")
    assert not cursor.charFormat().isAnchor()


def test_a_link_to_evidence_in_an_answer_without_any_is_text(pane: ChatPane) -> None:
    pane.show_entries((Entry("a", assistant_message("A [star](evidence:0).")),))
    assert "A star (evidence:0)." in pane.plain_text()


def test_what_is_copied_has_phrases_and_no_boxes(pane: ChatPane, tmp_path: Path) -> None:
    pane.show_entries(exchange(scene(tmp_path)))
    assert pane.last_answer_text() == READ
    view = pane.view_of(1)
    view.copy()  # type: ignore[attr-defined]
    assert QGuiApplication.clipboard().text() == pane.last_answer_text()


def test_phrases_that_are_meant_are_lit(pane: ChatPane, tmp_path: Path, qtbot: QtBot) -> None:
    pane.show_entries(exchange(scene(tmp_path)))
    prose = _prose(pane)
    plain = _shades(prose)
    pane.light("a0", (1,))
    lit = _shades(prose) - plain
    ground = QColor(EVIDENCE[1])
    assert any(QColor(each).red() > QColor(each).blue() + 40 and ground.red() > 150 for each in lit)
    pane.light("a0", ())
    assert _shades(prose) == plain


def test_dark_phrases_stay_linked(pane: ChatPane, tmp_path: Path) -> None:
    pane.show_entries(exchange(scene(tmp_path)))
    theme().set_mode("dark")
    prose = _prose(pane)
    assert EVIDENCE[0] in _shades(prose)


def test_boxes_are_not_read_while_they_are_written(pane: ChatPane, tmp_path: Path) -> None:
    question, answer = exchange(scene(tmp_path))
    pane.show_entries((question,))
    pane.begin_answer("t", "Starter")
    for at in range(0, len(SAID), 7):
        pane.append_text("t", SAID[at : at + 7], 1)
        assert "bbox" not in pane.plain_text()
        assert "{" not in pane.plain_text()
    assert READ in pane.plain_text()
    pane.finish_answer(
        "t", TurnFinished("t", StopReason.STOP, SAID, None, "Starter", (), answer.run)
    )
    assert READ in pane.plain_text()
    assert "bbox" not in pane.plain_text()


def test_what_was_held_back_is_read_at_the_end(pane: ChatPane) -> None:
    said = 'Use this:\n\n```\n{"label": "cat", "legs": 4}\n```'
    pane.show_entries((Entry("q", user_message("?")),))
    pane.begin_answer("t", "Starter")
    pane.append_text("t", said, 9)
    assert "legs" not in pane.plain_text()
    pane.finish_answer("t", TurnFinished("t", StopReason.STOP, said, None, "Starter"))
    assert "legs" in pane.plain_text()
