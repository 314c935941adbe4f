"""Events reach the main thread in order, joined, and the pump rests when nothing comes."""

from __future__ import annotations

import gc
import sys
import threading
from collections import deque
from functools import partial

import pytest
from pytestqt.qtbot import QtBot

from mmdesk.core.conversations import StopReason
from mmdesk.core.errors import MmdeskError, QuestionEmpty
from mmdesk.core.events import AttachmentAdded, Event, TextDelta, TurnFinished
from mmdesk.ui.event_pump import EventPump

pytestmark = pytest.mark.usefixtures("qapp")


def test_events_from_a_thread_arrive_in_order(qtbot: QtBot) -> None:
    got: list[Event] = []
    threads = set()

    def handle(event: Event) -> None:
        got.append(event)
        threads.add(threading.current_thread())

    pump = EventPump(handle)
    events = [AttachmentAdded(str(index), "") for index in range(20_000)]
    sender = threading.Thread(target=lambda: deque(map(pump.put, events), maxlen=0))
    sender.start()
    qtbot.waitUntil(lambda: len(got) == len(events), timeout=60_000)
    sender.join()
    assert got == events
    assert threads == {threading.main_thread()}


def test_deltas_of_one_turn_are_joined_and_others_keep_their_place(qtbot: QtBot) -> None:
    got: list[Event] = []
    pump = EventPump(got.append)
    end = TurnFinished("a", StopReason.STOP, "xyz", None)
    for event in (
        TextDelta("a", "x"),
        TextDelta("a", "y", 2),
        TextDelta("b", "1"),
        TextDelta("a", "z"),
        end,
    ):
        pump.put(event)
    qtbot.waitUntil(lambda: end in got)
    assert got == [TextDelta("a", "xy", 3), TextDelta("b", "1"), TextDelta("a", "z"), end]


def test_the_timer_stops_when_idle_and_starts_again(qtbot: QtBot) -> None:
    got: list[Event] = []
    pump = EventPump(got.append)
    for name in ("first", "second"):
        pump.put(AttachmentAdded(name, ""))
        expected = AttachmentAdded(name, "")
        qtbot.waitUntil(partial(got.__contains__, expected))
        assert pump.active
        qtbot.waitUntil(lambda: not pump.active, timeout=10_000)


def test_the_timer_goes_on_while_the_tick_has_something_to_do(qtbot: QtBot) -> None:
    ticks: list[int] = []

    def tick() -> bool:
        ticks.append(1)
        return len(ticks) < 40

    pump = EventPump(tick=tick)
    pump.put(AttachmentAdded("1", ""))
    qtbot.waitUntil(lambda: not pump.active and bool(ticks), timeout=20_000)
    assert len(ticks) >= 40


@pytest.mark.parametrize(
    ("raised", "kind"), [(ValueError("bad"), "internal_error"), (QuestionEmpty(), "question_empty")]
)
@pytest.mark.logs("in ")
def test_a_handler_that_raises_is_told_and_the_rest_goes_on(
    qtbot: QtBot, raised: Exception, kind: str
) -> None:
    def fail(event: Event) -> None:
        raise raised

    got: list[Event] = []
    failed: list[MmdeskError] = []
    pump = EventPump(fail, got.append)
    pump.failed.connect(failed.append)
    pump.put(AttachmentAdded("1", ""))
    pump.put(AttachmentAdded("2", ""))
    qtbot.waitUntil(lambda: len(got) == 2)
    assert [error.kind for error in failed] == [kind, kind]


def test_close_hands_out_what_has_come_and_nothing_after(qtbot: QtBot) -> None:
    got: list[Event] = []
    pump = EventPump(got.append)
    pump.put(AttachmentAdded("1", ""))
    pump.close()
    pump.put(AttachmentAdded("2", ""))
    qtbot.wait(100)
    assert got == [AttachmentAdded("1", "")]  # streamed text on its way is kept
    assert not pump.active


def test_references_do_not_drift(qtbot: QtBot) -> None:
    """PySide6 6.12.0 on Python 3.11 loses a reference to None or True with every emit."""
    got: list[Event] = []
    pump = EventPump(got.append)
    gc.collect()  # windows of earlier tests hold references too
    before = [sys.getrefcount(None), sys.getrefcount(True)]
    for index in range(3_000):
        pump.put(AttachmentAdded(str(index), ""))
        pump._woken.emit()
    qtbot.waitUntil(lambda: len(got) == 3_000, timeout=60_000)
    got.clear()
    after = [sys.getrefcount(None), sys.getrefcount(True)]
    for old, new in zip(before, after, strict=True):
        assert abs(new - old) < 1_000
