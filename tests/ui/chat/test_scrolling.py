"""Long conversations: views are made where one reads, and what is read never moves."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from mmdesk.core.conversations import Entry, ReadingPlace, SavedTurn, StopReason
from mmdesk.core.events import TurnFinished
from mmdesk.core.messages import assistant_message, user_message
from mmdesk.ui.chat.pane import ChatPane
from mmdesk.ui.chat.text_view import TextView
from mmdesk.ui.chat.thought import ThoughtView
from mmdesk.ui.chat.thumbnails import Thumbnail
from mmdesk.ui.theme import theme
from tests.ui.chat.conversation_samples import MIXED, USAGE, conversation, picture


def _idle(pane: ChatPane, qtbot: QtBot) -> None:
    """Wait until all that is near has its view, and what is far has gone."""
    qtbot.waitUntil(lambda: not pane._soon.isActive(), timeout=20_000)
    assert pane._next_near() is None


def _top(pane: ChatPane, index: int) -> int:
    """Return where a message is seen, in px below the upper edge."""
    return pane.view_of(index).mapTo(pane.viewport(), QPoint(0, 0)).y()


def _whole(pane: ChatPane) -> None:
    """Check that what is in sight has its view, laid out without gap or overlap."""
    sight = pane._in_sight()
    assert sight
    for slot in sight:
        assert slot.view is not None
        assert slot.view.isVisible()
        assert slot.view.height() == slot.view.height_for(slot.view.width()) == slot.height
    for above, below in pairwise(sight):
        assert above.view is not None
        assert below.view is not None
        assert above.view.geometry().bottom() + 1 + 16 == below.view.y()


def test_it_opens_at_the_end_with_few_views(pane: ChatPane, qtbot: QtBot) -> None:
    entries = conversation(5000)
    pane.show_entries(entries)
    assert len(pane.views) < 10
    _whole(pane)
    assert pane.following
    assert "question 0\n" in pane.plain_text()
    assert pane.last_answer_text().startswith("answer 4999")
    _idle(pane, qtbot)
    assert len(pane.views) < 60
    assert pane.verticalScrollBar().value() == pane.verticalScrollBar().maximum()


@pytest.mark.parametrize("index", [0, 1, 777, 5000, 9998, 9999])
def test_any_of_ten_thousand_is_gone_to_at_once(pane: ChatPane, qtbot: QtBot, index: int) -> None:
    pane.show_entries(conversation(5000))
    made = len(pane.views)
    pane.go_to(index, mark=True)
    assert len(pane.views) < made + 10
    _whole(pane)
    at = _top(pane, index)
    assert 0 <= at < pane.viewport().height()
    _idle(pane, qtbot)
    assert _top(pane, index) == at
    _whole(pane)


def test_scrolling_up_never_moves_what_is_read(pane: ChatPane, qtbot: QtBot) -> None:
    pane.show_entries(conversation(300))
    bar = pane.verticalScrollBar()
    for step in range(200):
        seen = pane._in_sight()[0]
        before = _top(pane, seen.index)
        value = bar.value()
        bar.setValue(value - 90)
        assert _top(pane, seen.index) == before + 90
        _whole(pane)
        if step % 7 == 0:
            _idle(pane, qtbot)
            assert _top(pane, seen.index) == before + 90
    assert pane.first_seen() < 590


def test_scrolling_down_to_the_end_arrives_there(pane: ChatPane, qtbot: QtBot) -> None:
    pane.show_entries(conversation(60))
    pane.verticalScrollBar().setValue(0)
    assert _top(pane, 0) == 24
    for _ in range(2000):
        pane.verticalScrollBar().setValue(pane.verticalScrollBar().value() + 400)
        _whole(pane)
        if pane.following:
            break
    assert pane.following
    assert pane.verticalScrollBar().value() == pane.verticalScrollBar().maximum()
    last = pane.views[-1].geometry()
    assert pane.widget().height() - last.bottom() == 21


def test_the_bar_can_be_dragged_anywhere(pane: ChatPane, qtbot: QtBot) -> None:
    pane.show_entries(conversation(1000))
    bar = pane.verticalScrollBar()
    reached = []
    for share in (0.8, 0.1, 0.5, 0.0, 0.95):
        bar.setValue(round(share * bar.maximum()))
        _whole(pane)
        reached.append(pane.first_seen() / 2000)
    assert reached == pytest.approx([0.8, 0.1, 0.5, 0.0, 0.95], abs=0.03)
    pane.jump_to_latest()
    _whole(pane)
    assert pane.following


def test_far_views_are_let_go_and_come_back_the_same(pane: ChatPane, qtbot: QtBot) -> None:
    pane.show_entries(conversation(1000))
    _idle(pane, qtbot)
    end = pane.viewport().grab().toImage()
    for index in range(0, 1900, 130):
        pane.go_to(index, mark=False)
        _idle(pane, qtbot)
    assert len(pane.views) <= 120
    pane.jump_to_latest()
    _idle(pane, qtbot)
    assert pane.viewport().grab().toImage() == end


def _wander(pane: ChatPane, qtbot: QtBot, indices: Iterable[int] = range(300, 1000, 50)) -> None:
    for index in indices:
        pane.go_to(index, mark=False)
        _idle(pane, qtbot)


def test_what_is_in_use_is_kept(pane: ChatPane, qtbot: QtBot) -> None:
    entries = list(conversation(1000))
    entries[3] = Entry("t", assistant_message("<think>one, two</think>two"))
    pane.show_entries(tuple(entries))
    pane.activateWindow()
    selected, thought, focused = pane.view_of(1), pane.view_of(3), pane.view_of(5)
    selected.findChildren(TextView)[0].selectAll()
    folded = thought.findChild(ThoughtView)
    assert folded is not None
    folded._toggle()
    focused.findChildren(TextView)[0].setFocus()
    pane.add_question(Entry("q", user_message("And now?")))
    pane.begin_answer("t", "Starter")
    live = pane.views[-1]
    _wander(pane, qtbot)
    assert [pane.slots[index].view for index in (1, 3, 5)] == [selected, thought, focused]
    assert pane.slots[7].view is None
    assert pane.views[-1] is live
    pane.append_text("t", "Now.", 1)
    assert pane.last_answer_text() == "Now."


def test_a_finished_answer_comes_back_as_it_was(pane: ChatPane, qtbot: QtBot) -> None:
    pane.show_entries(conversation(1000))
    pane.add_question(Entry("", user_message("And now?")))
    pane.begin_answer("t", "Starter")
    pane.show_saved("t", SavedTurn("c", "q9", "a9", (), ("a8", "a9")))
    pane.append_text("t", MIXED, 1)
    pane.finish_answer("t", TurnFinished("t", StopReason.CANCELLED, MIXED, USAGE, "Starter"))
    _idle(pane, qtbot)
    shown = pane.views[-1].shown_text()
    assert "2/2" in shown
    assert "stopped" in shown
    _wander(pane, qtbot)
    assert pane.slots[-1].view is None
    assert pane.view_of(len(pane.slots) - 1).shown_text() == shown
    assert pane.slots[-2].entry.id == "q9"


def test_reading_goes_on_where_it_was(pane: ChatPane, qtbot: QtBot) -> None:
    entries = conversation(500)
    pane.show_entries(entries)
    assert pane.place() is None
    pane.go_to(401, mark=False)
    pane.verticalScrollBar().setValue(pane.verticalScrollBar().value() + 237)
    place = pane.place()
    assert place is not None
    assert place.message == "a200"
    assert 0 < place.offset < 1
    at = _top(pane, 401)
    pane.show_entries(entries[:3])
    pane.show_entries(entries, place)
    assert abs(_top(pane, 401) - at) <= 1
    assert not pane.following
    _idle(pane, qtbot)
    assert abs(_top(pane, 401) - at) <= 1
    pane.resize(420, 500)
    again = pane.place()
    assert again is not None
    assert again.message == "a200"
    assert again.offset == pytest.approx(place.offset, abs=0.02)
    pane.show_entries(entries, ReadingPlace("no longer there", 0.5))
    assert pane.following


def test_the_place_is_told_once_the_person_stops(pane: ChatPane, qtbot: QtBot) -> None:
    pane.show_entries(conversation(50))
    told: list[ReadingPlace | None] = []
    pane.placeChanged.connect(told.append)
    bar = pane.verticalScrollBar()
    with qtbot.waitSignal(pane.placeChanged, timeout=20_000):
        for _ in range(5):
            bar.setValue(bar.value() - 100)
    assert told == [pane.place()]
    with qtbot.waitSignal(pane.placeChanged, timeout=20_000):
        pane.jump_to_latest()
    assert told[1:] == [None]
    bar.setValue(0)
    pane.show_entries(conversation(2))  # what was read there is none of this one's
    qtbot.wait(600)
    assert len(told) == 2


def test_a_wider_window_keeps_what_is_read(pane: ChatPane, qtbot: QtBot) -> None:
    pane.show_entries(conversation(300))
    pane.go_to(301, mark=False)
    _idle(pane, qtbot)
    bar = pane.verticalScrollBar()
    bar.setValue(bar.value() + 260)
    place = pane.place()
    assert place is not None
    for width in (420, 1400, 640, 900):
        pane.resize(width, 600)
        _whole(pane)
        now = pane.place()
        assert now is not None
        assert now.message == place.message
    _idle(pane, qtbot)
    _whole(pane)


def test_another_theme_makes_what_is_seen_anew(pane: ChatPane, qtbot: QtBot) -> None:
    pane.show_entries(conversation(300))
    _idle(pane, qtbot)
    before = len(pane.views)
    theme().set_mode("dark")
    assert len(pane.views) < before
    _whole(pane)
    _idle(pane, qtbot)
    _whole(pane)


def test_tab_goes_from_message_to_message(pane: ChatPane, qtbot: QtBot) -> None:
    pane.show_entries(conversation(200))
    assert QTest.qWaitForWindowActive(pane)
    pane.go_to(100, mark=False)
    pane.setFocus()
    pane_first = pane.first_seen()

    def press(key: Qt.Key) -> int:
        """Return in which message the focus is then."""
        focused = QApplication.focusWidget()
        assert focused is not None
        QTest.keyClick(focused, key)
        focused = QApplication.focusWidget()
        assert focused is not None
        assert not focused.visibleRegion().isEmpty()
        slot = pane._slot_around(focused)
        return slot.index if slot is not None else -1

    seen = [press(Qt.Key.Key_Tab) for _ in range(60)]
    assert seen[0] == pane_first
    assert seen == sorted(seen)
    assert seen[-1] > seen[0] + 10
    assert [press(Qt.Key.Key_Backtab) for _ in range(59)][-1] == seen[0]


def test_very_many_high_messages_stay_below_what_qt_can_show(pane: ChatPane, qtbot: QtBot) -> None:
    text = "a line\n\n" * 500
    entries = tuple(Entry(f"a{n}", assistant_message(text)) for n in range(3000))
    pane.show_entries(entries)
    assert pane.widget().height() < 2**24
    for index in (0, 1500, 2999):
        pane.go_to(index, mark=True)
        _whole(pane)
        assert 0 <= _top(pane, index) < pane.viewport().height()
    _idle(pane, qtbot)
    assert pane.widget().height() < 2**24


def test_pictures_are_read_before_they_are_in_sight(
    pane: ChatPane, qtbot: QtBot, tmp_path: Path
) -> None:
    seen = picture(tmp_path, "a.png")
    asked = [Entry(f"q{n}", user_message(f"what? {n}", (seen,))) for n in range(60)]
    pane.show_entries(tuple(asked))
    _idle(pane, qtbot)
    thumbnails = [child for view in pane.views for child in view.findChildren(Thumbnail)]
    assert len(pane.views_in_sight()) + 2 < len(thumbnails) < 60
    near = [slot for slot in pane._near() if slot.view is not None]
    assert len(near) > len(pane.views_in_sight()) + 2
    seen.path.unlink()
    for slot in near:
        assert slot.view is not None
        (thumbnail,) = slot.view.findChildren(Thumbnail)
        assert not thumbnail.prepare()
        middle = thumbnail.grab().toImage().pixelColor(thumbnail.rect().center())
        assert middle.name() == "#228b22"


def test_a_lost_picture_far_above_costs_nothing(pane: ChatPane, tmp_path: Path) -> None:
    lost = picture(tmp_path, "lost.png")
    lost.path.unlink()
    entries = (Entry("q", user_message("what?", (lost,))), *conversation(100))
    pane.show_entries(entries)
    pane.go_to(0, mark=True)
    _whole(pane)
    assert "lost.png" in pane.plain_text()
