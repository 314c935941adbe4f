"""The places of messages that have no view: how high they are, and which stands at a line."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from mmdesk.core.conversations import Entry
from mmdesk.core.messages import assistant_message, user_message
from mmdesk.ui.chat.column import Column
from mmdesk.ui.chat.pane import ChatPane
from mmdesk.ui.chat.slots import guessed_height
from tests.ui.chat.conversation_samples import conversation, picture


@pytest.mark.parametrize("width", [320, 760])
def test_heights_are_guessed_well(pane: ChatPane, width: int, tmp_path: Path) -> None:
    texts = ("short", "word " * 300, "圆形在方形的左边。" * 60, "line\n" * 40)
    entries = [
        Entry("", make(text)) for text in texts for make in (user_message, assistant_message)
    ]
    entries.append(Entry("", user_message("what?", (picture(tmp_path, "a.png"),))))
    pane.resize(width + 76, 600)
    pane.show_entries(tuple(entries))
    for index, entry in enumerate(entries):
        real = pane.view_of(index).height()
        guess = guessed_height(entry, pane.view_of(index).width())
        assert 0.6 * real - 20 <= guess <= 1.7 * real + 20


def test_ten_thousand_are_guessed_at_once() -> None:
    entries = conversation(5000)
    began = time.process_time()
    heights = [guessed_height(entry, 760) for entry in entries]
    assert time.process_time() - began < 1
    assert min(heights) > 0


def test_a_column_finds_what_stands_at_a_line(qtbot: QtBot) -> None:
    column = Column()
    qtbot.addWidget(column)
    assert column.slot_at(0) is None
    assert column.between(0, 100) == []
    column.add(conversation(2))
    slots = column.slots
    tops = [column.top(slot) for slot in slots]
    assert [column.slot_at(top) for top in tops] == slots
    assert [
        column.slot_at(top + slot.height - 1) for top, slot in zip(tops, slots, strict=True)
    ] == slots
    assert column.slot_at(tops[0] + slots[0].height) is slots[1]  # the gap is the next one's
    assert column.slot_at(0) is slots[0]
    assert column.slot_at(10**6) is None
    assert column.between(tops[1], tops[2] + 1) == slots[1:3]
