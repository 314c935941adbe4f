"""Whatever is done to the pane, in any order: what is seen is whole."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise

import pytest
from PySide6.QtWidgets import QApplication

from mmdesk.core.conversations import Entry, StopReason
from mmdesk.core.events import TurnFinished
from mmdesk.core.messages import user_message
from mmdesk.ui.chat.finder import Finder
from mmdesk.ui.chat.pane import ChatPane
from mmdesk.ui.theme import theme
from tests.ui.chat.conversation_samples import MIXED, conversation

_STEPS = 120


class Person:
    """Does one thing after the other, as ``dice`` fall."""

    def __init__(self, pane: ChatPane, dice: random.Random) -> None:
        self._pane, self._dice = pane, dice
        self._finder = Finder(pane)
        self._turn = 0
        self._writes = False
        self.deeds: list[Callable[[], None]] = [
            *3 * [self._scroll],
            *2 * [self._go],
            *2 * [self._write],
            self._resize,
            self._ask,
            self._begin,
            self._finish,
            self._cut,
            self._open,
            self._wait,
            self._find,
            self._restyle,
            self._come_back,
            pane.jump_to_latest,
            pane.jump_to_first,
        ]

    def _scroll(self) -> None:
        bar = self._pane.verticalScrollBar()
        bar.setValue(bar.value() + self._dice.choice([-3000, -500, -60, 60, 500, 3000]))

    def _go(self) -> None:
        if self._pane.slots:
            index = self._dice.randrange(len(self._pane.slots))
            self._pane.go_to(index, mark=self._dice.random() < 0.5)

    def _resize(self) -> None:
        self._pane.resize(self._dice.choice([300, 620, 1300]), self._dice.choice([200, 600, 1000]))

    def _ask(self) -> None:
        self._pane.add_question(Entry("", user_message("q " * self._dice.randrange(100))))

    def _begin(self) -> None:
        if not self._writes:
            self._turn += 1
            self._writes = True
            self._pane.begin_answer(str(self._turn), "M", self._dice.choice(["", "begun "]))

    def _write(self) -> None:
        text = MIXED[: self._dice.randrange(len(MIXED))]
        self._pane.append_text(str(self._turn), text, 1)

    def _finish(self) -> None:
        event = TurnFinished("", StopReason.STOP, self._pane.last_answer_text(), None)
        self._pane.finish_answer(str(self._turn), event)
        self._writes = False

    def _cut(self) -> None:
        if self._dice.random() < 0.3:
            self._pane.truncate_after(self._dice.randrange(len(self._pane.slots) + 1))
            self._writes = False

    def _open(self) -> None:
        if self._dice.random() < 0.5:
            self._pane.show_entries(conversation(self._dice.choice([0, 3, 200])))
            self._writes = False

    def _wait(self) -> None:
        for _ in range(self._dice.randrange(30)):
            QApplication.processEvents()

    def _find(self) -> None:
        self._finder.look_for(self._dice.choice(["", "answer 3", "wide", "zzz", "question 1"]))
        self._finder.step(self._dice.choice([1, -1]))

    def _restyle(self) -> None:
        theme().set_mode(self._dice.choice(["light", "dark"]))

    def _come_back(self) -> None:
        place = self._pane.place()
        self._pane.show_entries(tuple(slot.entry for slot in self._pane.slots), place)
        self._writes = False


def _check(pane: ChatPane) -> None:
    sight = pane._in_sight()
    for slot in sight:
        assert slot.view is not None
        assert slot.view.isVisible()
        assert slot.view.height() == slot.height == slot.view.height_for(slot.view.width())
    for above, below in pairwise(sight):
        assert above.view is not None
        assert below.view is not None
        assert above.view.geometry().bottom() + 17 == below.view.y()
    bar = pane.verticalScrollBar()
    assert bar.maximum() == max(0, pane.widget().height() - pane.viewport().height())
    assert bar.value() >= bar.maximum() - 24 or not pane.following


@pytest.mark.parametrize("seed", range(5))
def test_what_is_seen_is_whole(pane: ChatPane, seed: int) -> None:
    dice = random.Random(seed)
    pane.show_entries(conversation(60))
    person = Person(pane, dice)
    for _ in range(_STEPS):
        dice.choice(person.deeds)()
        _check(pane)
        QApplication.processEvents()
        _check(pane)
