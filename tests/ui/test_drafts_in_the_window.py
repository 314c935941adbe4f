"""The window over a real session and store: drafts of several conversations, as they are typed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from mmdesk import paths
from mmdesk.core.events import (
    ConversationOpened,
    Event,
    MicrophoneClosed,
    MicrophoneOpened,
    SpeechCaptured,
    TextDelta,
    TurnAdded,
    TurnFinished,
    TurnSaved,
)
from mmdesk.core.protocols import ConversationStore
from mmdesk.settings import Settings
from mmdesk.ui.i18n import Language
from mmdesk.ui.main_window import MainWindow
from mmdesk.ui.places import Places
from mmdesk.ui.theme import theme
from tests.unit.session.desk import Desk
from tests.unit.session.scripted import SECOND, SPOKEN


class Room:
    """A window, and the session behind it."""

    def __init__(self, desk: Desk, qtbot: QtBot, language: Language, folder: Path) -> None:
        self.desk, self.qtbot = desk, qtbot
        self._handle = desk.session.handle
        desk.session.handle = self._handled  # type: ignore[method-assign]
        places = Places(
            log=folder / "mmdesk.log",
            starter=folder / "starter",
            starter_speech=folder / "speech",
            starter_clip=folder / "starter-clip",
            samples=paths.samples(),
            icon=paths.resources() / "icons" / "mmdesk.svg",
            geometry=folder / "window.ini",
        )
        self.window = MainWindow(
            desk.session,
            Settings(language="en"),
            lambda settings: None,
            theme=theme(),
            language=language,
            places=places,
        )
        qtbot.addWidget(self.window)
        self.window.resize(1000, 700)
        self.window.show()
        qtbot.waitExposed(self.window)
        self.field = self.window.composer.input
        self.field.setFocus()
        desk.session.start()
        desk.rest()

    @property
    def text(self) -> str:
        """What stands in the field."""
        return self.field.toPlainText()

    def type(self, text: str) -> None:
        """Type at the end of the question."""
        self.field.moveCursor(self.field.textCursor().MoveOperation.End)
        self.qtbot.keyClicks(self.field, text)

    def open(self, conversation: str) -> None:
        """Choose a conversation in the list, and wait for it."""
        self.window.conversations.open(conversation)
        self.desk.wait_for(lambda: self.desk.session.conversation == conversation)
        self.desk.rest()

    def ask(self, text: str) -> str:
        """Ask in a new conversation; return its id."""
        self.window.new_chat()
        self.type(text)
        self.window.composer.submit()
        self.desk.until(TurnFinished)
        self.desk.rest()
        assert self.desk.session.conversation is not None
        return self.desk.session.conversation

    def kept(self, conversation: str | None) -> str:
        """Return the text of the draft that the store has."""
        self.window.composer.draft.save()
        found: list[str] = []

        def look(store: ConversationStore) -> None:
            draft = store.conversation(conversation).draft if conversation else store.draft()
            found.append(draft.text if draft else "")

        self.desk.store.put(look, lambda error: found.append(str(error)))
        self.qtbot.waitUntil(lambda: bool(found))
        return found[0]

    def _handled(self, event: Event) -> tuple[Event, ...]:
        shown = self._handle(event)
        for each in shown:
            self.window.handle(each)
        return shown


@pytest.fixture
def start(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Callable[[], Room]]:
    """Return what opens mmdesk; each time it finds what the one before has left."""
    language = Language(paths.resources() / "i18n")
    language.use("en")
    desks: list[Desk] = []

    def make() -> Room:
        desks.append(Desk(tmp_path))
        return Room(desks[-1], qtbot, language, tmp_path)

    yield make
    for desk in desks:
        desk.close()


@pytest.fixture
def room(start: Callable[[], Room]) -> Room:
    return start()


def test_each_conversation_has_its_own_text_and_files(room: Room, tmp_path: Path) -> None:
    first, second = room.ask("one"), room.ask("two")
    assert room.text == ""
    room.type("for two")
    room.open(first)
    assert room.text == ""
    room.type("for one")
    room.window.composer.attach_files([tmp_path / "a.png"])
    room.desk.rest()
    room.window.new_chat()
    room.type("new")
    room.desk.rest()
    assert room.text == "new"
    assert not room.window.composer.strip.isVisible()
    room.open(second)
    assert room.text == "for two"
    room.open(first)
    assert room.text == "for one"
    assert room.window.composer.strip.isVisible()
    assert [room.kept(each) for each in (first, second, None)] == ["for one", "for two", "new"]


def test_what_is_typed_after_sending_stays(room: Room) -> None:
    conversation = room.ask("one")
    room.desk.engine.gate.clear()
    room.type("two")
    room.window.composer.submit()
    room.type(" three")
    room.desk.until(TurnAdded)
    assert room.text.strip() == "three"
    room.type(" four")
    room.desk.until(TextDelta)
    assert room.text.strip() == "three four"
    assert room.kept(conversation).strip() == "three four"
    room.desk.engine.gate.set()
    room.desk.until(TurnFinished)


def test_an_edit_brings_the_draft_back(room: Room) -> None:
    conversation = room.ask("one")
    room.type("draft")
    room.window.composer.edit_last()
    assert room.text == "one"
    room.type("!")
    room.window.composer.cancel_edit()
    room.desk.rest()
    assert room.text == "draft"
    room.window.composer.edit_last()
    room.type("?")
    room.window.composer.submit()
    room.desk.until(TurnFinished)
    room.desk.rest()
    assert room.desk.session.entries[0].message.text == "one?"
    assert room.text == "draft"
    assert room.kept(conversation) == "draft"


def test_drafts_survive_a_restart(start: Callable[[], Room], tmp_path: Path) -> None:
    room = start()
    conversation = room.ask("one")
    room.type("for one")
    room.window.new_chat()
    room.type("new")
    room.window.composer.attach_files([tmp_path / "a.png"])
    room.desk.rest()
    room.window.close()
    room.desk.close()
    again = start()
    assert again.text == "new"
    assert again.window.composer.strip.isVisible()
    again.open(conversation)
    assert again.text == "for one"
    assert not again.window.composer.strip.isVisible()


def test_a_new_conversation_keeps_its_next_draft(room: Room) -> None:
    room.type("one")
    room.window.composer.submit()
    room.desk.until(TurnAdded)
    room.type("next")
    room.window.new_chat()
    room.type("other")
    saved = room.desk.until(TurnSaved)
    assert isinstance(saved, TurnSaved)
    room.desk.rest()
    assert room.text == "other"
    room.open(saved.saved.conversation)
    assert room.text == "next"


@pytest.mark.parametrize("seed", range(4))
def test_nothing_is_lost_or_mixed_up(room: Room, seed: int) -> None:
    chance = random.Random(seed)
    conversations = [room.ask(f"question {number}") for number in range(2)]
    expected: dict[str | None, str] = dict.fromkeys([None, *conversations], "")

    def type_something() -> None:
        mark = f"{chance.choice('abcdefgh')}{chance.randrange(100)};"
        room.type(mark)
        expected[room.desk.session.conversation] += mark

    def change_mind() -> None:
        room.window.composer.edit_last()
        if room.desk.session.editing:
            room.type("changed my mind")
            room.window.composer.cancel_edit()

    acts: list[Callable[[], object]] = [
        type_something,
        type_something,
        room.window.new_chat,
        lambda: room.window.conversations.open(chance.choice(conversations)),
        lambda: room.desk.handle_some(chance.randrange(6)),
        room.desk.rest,
        room.window.composer.draft.save,
        change_mind,
        lambda: room.qtbot.keyClick(room.field, Qt.Key.Key_Left),
    ]
    for _ in range(40):
        chance.choice(acts)()
    room.desk.rest()
    assert {each: room.kept(each) for each in expected} == expected


def test_a_question_does_not_wait_for_what_is_said_elsewhere(room: Room) -> None:
    first, second = room.ask("one"), room.ask("two")
    room.open(first)
    room.desk.engine.hear_gate.clear()
    room.desk.session.voice.start()
    room.desk.events.put(MicrophoneOpened("mic"))
    room.desk.events.put(SpeechCaptured("u1", SECOND, SPOKEN))
    room.desk.events.put(MicrophoneClosed())
    room.desk.rest()
    room.open(second)
    room.type("to the second")
    room.window.composer.submit()
    question = room.desk.until(TurnAdded)
    assert isinstance(question, TurnAdded)
    assert question.question.message.text == "to the second"
    room.desk.engine.hear_gate.set()
    room.desk.until(TurnFinished)
    room.desk.rest()
    assert room.kept(first) == "What color is it?"
    # And nothing that is said later is sent without having been read.
    room.desk.session.voice.start()
    room.desk.events.put(MicrophoneOpened("mic"))
    room.desk.events.put(SpeechCaptured("u2", SECOND, SPOKEN))
    room.desk.events.put(MicrophoneClosed())
    room.desk.rest()
    assert room.text == "What color is it?"
    assert len(room.desk.session.entries) == 4


def test_who_goes_back_before_another_has_opened_stays(room: Room) -> None:
    first, second = room.ask("one"), room.ask("two")
    conversations = room.window.conversations
    conversations.open(first)
    conversations.open(second)
    room.desk.rest()
    assert room.desk.session.conversation == second
    opened = sum(isinstance(each, ConversationOpened) for each in room.desk.shown)
    conversations.open(second)
    room.desk.rest()
    assert sum(isinstance(each, ConversationOpened) for each in room.desk.shown) == opened
