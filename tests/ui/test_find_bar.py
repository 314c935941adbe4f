"""Finding in the shown conversation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QTextBrowser
from pytestqt.qtbot import QtBot

from mmdesk.core.conversations import Conversation, ConversationSummary, Entry
from mmdesk.core.events import ConversationOpened, TextDelta, TurnAdded
from mmdesk.core.messages import TranscriptPart, assistant_message, user_message
from mmdesk.ui.chat.long_text import LongText
from mmdesk.ui.chat.transcript_card import TranscriptCard
from mmdesk.ui.find_bar import FindBar
from mmdesk.ui.theme import current
from tests.ui.conftest import Desk

SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


def exchange(number: int, question: str, answer: str) -> tuple[Entry, Entry]:
    return (
        Entry(f"q{number}", user_message(question)),
        Entry(f"a{number}", assistant_message(answer)),
    )


def show(desk: Desk, *entries: Entry) -> None:
    summary = ConversationSummary("one", "One", datetime.now(UTC))
    desk.window.handle(ConversationOpened(Conversation(summary, entries)))


def find(desk: Desk, text: str) -> FindBar:
    assert QTest.qWaitForWindowActive(desk.window)  # else no shortcut is one of its
    QTest.keyClick(desk.window, Qt.Key.Key_F, CONTROL)
    bar = desk.window.chat.find_bar
    assert bar.isVisible()
    assert bar.input.hasFocus()
    bar.input.setText(text)
    return bar


def said(bar: FindBar) -> str:
    return cast(QLabel, bar.findChild(QLabel, "findCount")).text()


def press(bar: FindBar, key: Qt.Key, *, shift: bool = False) -> str:
    modifier = SHIFT if shift else Qt.KeyboardModifier.NoModifier
    QTest.keyClick(bar.input, key, modifier)
    return said(bar)


def marked(desk: Desk, *, chosen: bool = False) -> list[str]:
    """What is marked in the views, in no certain order; or only what is gone to."""
    accent = current().accent
    return [
        mark.cursor.selectedText()
        for text in desk.window.chat.pane.findChildren(QTextBrowser)
        if text.isVisible()
        for mark in text.extraSelections()
        if not chosen or mark.format.background().color().name() == accent
    ]


def in_sight(desk: Desk) -> bool:
    """Whether what is gone to is seen."""
    pane = desk.window.chat.pane
    for text in pane.findChildren(QTextBrowser):
        for mark in text.extraSelections():
            if mark.format.background().color().name() == current().accent:
                box = text.cursorRect(mark.cursor)
                at = text.viewport().mapTo(pane.viewport(), box.topLeft())
                return pane.viewport().rect().contains(at)
    return False


def test_all_are_counted_marked_and_gone_through(desk: Desk) -> None:
    show(desk, *exchange(0, "A red café", "**Red** and `RED`:\n\n```\nred = 1\n```"))
    bar = find(desk, "red")
    assert said(bar) == "1 of 4"
    assert sorted(marked(desk)) == ["RED", "Red", "red", "red"]
    assert press(bar, Qt.Key.Key_Return) == "2 of 4"
    assert marked(desk, chosen=True) == ["Red"]
    assert press(bar, Qt.Key.Key_Down) == "3 of 4"
    assert marked(desk, chosen=True) == ["RED"]
    press(bar, Qt.Key.Key_Down)
    assert press(bar, Qt.Key.Key_Down) == "1 of 4"  # around the end
    assert press(bar, Qt.Key.Key_Up) == "4 of 4"
    assert press(bar, Qt.Key.Key_Return, shift=True) == "3 of 4"
    bar.input.setText("CAFE")
    assert (said(bar), marked(desk)) == ("1 of 1", ["café"])
    bar.input.setText("")
    assert (said(bar), marked(desk)) == ("", [])


@pytest.mark.parametrize(
    ("text", "query", "found"),
    [
        ("🐈 红色的圆，红", "红", ["红", "红"]),
        ("🐈🐈 a cat", "cat", ["cat"]),
        ("one (two) [x]*", "[x]*", ["[x]*"]),
        ("a  b", "  ", []),
        ("nothing", "not here", []),
        ("İstanbul", "istanbul", ["İstanbul"]),
    ],
)
def test_what_is_found(desk: Desk, text: str, query: str, found: list[str]) -> None:
    show(desk, *exchange(0, text, "-"))
    bar = find(desk, query)
    assert marked(desk) == found
    if query.strip() and not found:
        assert said(bar) == "Nothing found"
        assert press(bar, Qt.Key.Key_Return) == "Nothing found"


def test_messages_without_a_view_are_found_and_gone_to(desk: Desk, qtbot: QtBot) -> None:
    pairs = [exchange(n, f"Q{n}", f"[needle](http://x/needle) *pin*{n}\n\n" * 3) for n in range(60)]
    show(desk, *(entry for pair in pairs for entry in pair))
    pane = desk.window.chat.pane
    assert len(pane.views) < 60
    bar = find(desk, "pin3")
    # pin3 and pin30 to pin39, three times each; the last one is nearest to the end.
    assert said(bar) == "33 of 33"
    assert marked(desk, chosen=True) == ["pin3"]
    assert press(bar, Qt.Key.Key_Return) == "1 of 33"
    qtbot.waitUntil(lambda: marked(desk, chosen=True) == ["pin3"], timeout=20_000)
    assert in_sight(desk)
    assert pane.first_seen() < 9
    assert not pane.following
    bar.input.setText("Q0")
    press(bar, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: in_sight(desk), timeout=20_000)
    assert said(bar) == "1 of 1"


def test_a_place_in_the_source_alone_is_passed_over(desk: Desk, qtbot: QtBot) -> None:
    pairs = [exchange(n, f"Q{n}", "a `|` b" if n == 5 else f"A{n}") for n in range(40)]
    show(desk, *exchange(99, "Q", "x\n\n---\n\nthe --- end"), *(e for pair in pairs for e in pair))
    bar = find(desk, "---")
    qtbot.waitUntil(lambda: said(bar) == "1 of 1", timeout=20_000)
    assert in_sight(desk)
    bar.input.setText("](")
    assert said(bar) == "Nothing found"


def test_what_was_found_in_a_view_is_known_when_it_is_let_go(desk: Desk, qtbot: QtBot) -> None:
    pairs = [exchange(n, f"Q{n}", f"a `--{n}` b\n\n---\n\n{'w ' * 300}") for n in range(200)]
    show(desk, *(entry for pair in pairs for entry in pair))
    bar, pane = find(desk, "--19"), desk.window.chat.pane
    first = pane.views[-1]
    steps = int(said(bar).removesuffix(" of 11")) - 1
    assert [press(bar, Qt.Key.Key_Up) for _ in range(steps)][-1] == "1 of 11"
    assert pane.first_seen() < 60
    gone: list[bool] = []
    first.destroyed.connect(lambda: gone.append(True))
    for index in range(20, 300, 20):
        pane.go_to(index, mark=False)
        qtbot.waitUntil(lambda: pane._next_near() is None, timeout=20_000)
    assert gone
    press(bar, Qt.Key.Key_Up)
    assert said(bar) == "11 of 11"
    assert in_sight(desk)


def test_a_transcript_is_opened_where_it_has_it(desk: Desk) -> None:
    said_there = "\n".join(f"[00:{n:02}] line {n}" for n in range(50))
    part = TranscriptPart("talk.wav", said_there, 50.0, "en")
    show(desk, Entry("q", user_message("Sum it up", transcripts=(part,))))
    card = cast(TranscriptCard, desk.window.chat.pane.findChild(TranscriptCard))
    assert not card.is_open
    bar = find(desk, "line 49")
    assert said(bar) == "1 of 1"
    assert card.is_whole
    assert marked(desk, chosen=True) == ["line 49"]
    assert in_sight(desk)


def test_it_works_while_an_answer_streams_in(desk: Desk, qtbot: QtBot) -> None:
    show(desk, *exchange(0, "red", "red\n\n" * 60))
    question = Entry("q1", user_message("And now?"))
    desk.window.handle(TurnAdded("t", question))
    bar = find(desk, "red")
    first = said(bar)
    assert first.endswith("of 61")
    press(bar, Qt.Key.Key_Up)
    pane = desk.window.chat.pane
    position = pane.verticalScrollBar().value()
    desk.window.handle(TextDelta("t", "More red.\n\n" * 40, 80))
    qtbot.waitUntil(lambda: said(bar).endswith("of 101"), timeout=5000)
    assert pane.verticalScrollBar().value() == position
    assert in_sight(desk)


def test_escape_gives_the_focus_back(desk: Desk) -> None:
    show(desk, *exchange(0, "red", "red"))
    bar = find(desk, "red")
    press(bar, Qt.Key.Key_Escape)
    assert not bar.isVisible()
    assert desk.window.composer.input.hasFocus()
    assert not marked(desk)
    bar = desk.window.chat.find_bar
    QTest.keyClick(desk.window, Qt.Key.Key_F, CONTROL)
    assert bar.input.selectedText() == "red"
    assert said(bar) == "1 of 2"
    desk.window.composer.input.setFocus()
    QTest.keyClick(desk.window.composer.input, Qt.Key.Key_Escape)
    assert not bar.isVisible()


def test_another_conversation_is_counted_anew(desk: Desk, qtbot: QtBot) -> None:
    show(desk, *exchange(0, "red", "red"))
    bar = find(desk, "red")
    press(bar, Qt.Key.Key_Down)
    show(desk, *exchange(0, "blue", "one red"))
    qtbot.waitUntil(lambda: said(bar).endswith("of 1"), timeout=5000)
    desk.theme.set_mode("dark")
    qtbot.waitUntil(lambda: marked(desk) == ["red"], timeout=5000)


def test_it_has_room(open_window: Callable[..., Desk], qtbot: QtBot) -> None:
    desk = open_window(size=(640, 480), language="zh_CN")
    show(desk, *exchange(0, "红", "红"))
    bar = find(desk, "红")
    label = cast(QLabel, bar.findChild(QLabel, "findCount"))
    qtbot.waitUntil(lambda: label.width() >= label.minimumSizeHint().width(), timeout=5000)
    assert desk.window.chat.rect().contains(bar.geometry())
    for part in (*bar.findChildren(QLabel), *bar.findChildren(QLineEdit)):
        assert bar.rect().contains(part.geometry())


def test_what_a_view_scrolls_itself_is_scrolled(desk: Desk) -> None:
    long_question = "\n".join(f"line {n}" for n in range(3000))
    code = "```\n" + "x" * 900 + " needle\n```"
    show(desk, *exchange(0, long_question, code))
    bar = find(desk, "needle")
    assert said(bar) == "1 of 1"
    pane = desk.window.chat.pane
    (text,) = (each for each in pane.findChildren(QTextBrowser) if each.extraSelections())
    marks = text.extraSelections()  # it owns the cursors
    place = text.cursorRect(marks[0].cursor)
    assert 0 <= place.left() <= text.viewport().width()
    bar.input.setText("line 2999")
    assert said(bar) == "1 of 1"
    (box,) = pane.findChildren(LongText)
    marks = box.extraSelections()
    place = box.cursorRect(marks[0].cursor)
    assert box.viewport().rect().contains(place.center())
    at = box.viewport().mapTo(pane.viewport(), place.center())
    assert pane.viewport().rect().contains(at)
