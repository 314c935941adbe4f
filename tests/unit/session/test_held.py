"""A disk that can't be written for a while: nothing is lost, and a question can be taken back."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mmdesk.core.archives import ArchiveReport, ExportRequest, RestoreRequest
from mmdesk.core.conversations import ConversationSettings, ReadingPlace, StopReason
from mmdesk.core.errors import StoreDamaged
from mmdesk.core.events import (
    ArchiveFinished,
    AttachmentReady,
    ConversationOpened,
    ConversationsListed,
    DraftShown,
    SavingPaused,
    SavingResumed,
    StoreFailed,
    StoreUpgrading,
    TextDelta,
    TurnFailed,
    TurnFinished,
    TurnSaved,
)
from mmdesk.core.protocols import ConversationStore
from mmdesk.store.sqlite import SqliteStore
from tests.unit.session.desk import Desk
from tests.unit.session.scripted import OTHER, PATIENCE_S
from tests.unit.session.typist import Typist

Disk = Callable[[bool], None]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.close()


@pytest.fixture
def typist(desk: Desk) -> Typist:
    desk.session.start()
    desk.rest()
    return Typist(desk)


@pytest.fixture
def full(desk: Desk) -> Disk:
    """Return what fills the disk, and empties it again: sqlite writes nothing meanwhile."""

    def fill(is_full: bool) -> None:
        done = threading.Event()

        def limit(store: ConversationStore) -> None:
            assert isinstance(store, SqliteStore)
            store._connection.execute(f"PRAGMA query_only = {int(is_full)}")
            done.set()

        desk.store.put(limit, lambda error: None)
        assert done.wait(PATIENCE_S)

    return fill


def asked(desk: Desk, text: str = "What color?") -> str:
    desk.session.new_conversation()
    assert isinstance(desk.ask(text), TurnFinished)
    desk.rest()
    assert desk.session.conversation is not None
    return desk.session.conversation


def texts(desk: Desk) -> list[str]:
    return [entry.message.text for entry in desk.session.entries]


def test_a_question_waits_until_it_can_be_saved(desk: Desk, typist: Typist, full: Disk) -> None:
    asked(desk)
    full(True)
    typist.type("What now?")
    typist.send()
    desk.until(SavingPaused)
    assert desk.session.busy
    assert desk.session.saving_paused
    assert len(desk.engine.asked) == 1
    full(False)
    desk.until(TurnFinished)
    desk.wait_for(lambda: not desk.session.saving_paused)
    assert texts(desk)[-2:] == ["What now?", "It is red."]
    assert not any(isinstance(event, StoreFailed | TurnFailed) for event in desk.shown)


@pytest.mark.parametrize("new", [True, False])
def test_a_question_that_waits_can_be_taken_back(
    desk: Desk, typist: Typist, full: Disk, tmp_path: Path, new: bool
) -> None:
    conversation = asked(desk)
    if new:
        typist.new()
        desk.rest()
    desk.session.attach([tmp_path / "a.png"])
    desk.until(AttachmentReady)
    full(True)
    typist.type("What now?")
    typist.send()
    desk.until(SavingPaused)
    typist.type("next")
    desk.session.stop()
    finished = desk.until(TurnFinished)
    assert isinstance(finished, TurnFinished)
    assert finished.stop_reason is StopReason.CANCELLED
    desk.wait_for(lambda: typist.field == "What now?\n\nnext")
    assert not desk.session.busy
    assert desk.session.draft_text == typist.field
    assert [item.name for item in desk.session.attachments] == ["a.png"]
    desk.wait_for(lambda: texts(desk) == ([] if new else ["What color?", "It is red."]))
    full(False)
    desk.until(SavingResumed)
    typist.send()
    desk.until(TurnFinished)
    desk.rest()
    assert typist.field == ""
    assert texts(desk)[-2] == "What now?\n\nnext"
    assert (desk.session.conversation == conversation) is not new


def test_taking_a_question_back_lets_a_person_open_another_conversation(
    desk: Desk, typist: Typist, full: Disk
) -> None:
    first, second = asked(desk, "one"), asked(desk, "two")
    full(True)
    typist.type("What now?")
    typist.send()
    desk.until(SavingPaused)
    desk.session.open_conversation(first)
    desk.session.stop()
    desk.wait_for(lambda: desk.session.conversation == first)
    desk.rest()
    assert desk.session.conversation == first
    assert typist.field == ""
    typist.open(second)
    assert typist.field == "What now?"
    assert texts(desk) == ["two", "It is red."]
    full(False)
    desk.until(SavingResumed)


def test_another_answer_that_waits_can_be_taken_back(
    desk: Desk, typist: Typist, full: Disk
) -> None:
    asked(desk)
    full(True)
    desk.session.regenerate()
    desk.until(SavingPaused)
    desk.session.stop()
    desk.until(ConversationOpened)
    assert texts(desk) == ["What color?", "It is red."]
    assert typist.field == ""


def test_a_question_of_a_new_conversation_that_is_left_is_saved_all_the_same(
    desk: Desk, typist: Typist, full: Disk
) -> None:
    first = asked(desk)
    typist.new()
    full(True)
    typist.type("What now?")
    typist.send()
    desk.until(SavingPaused)
    typist.type("next")
    typist.open(first)
    assert typist.field == ""
    full(False)
    saved = desk.until(TurnSaved)
    assert isinstance(saved, TurnSaved)
    desk.until(TurnFinished)
    typist.open(saved.saved.conversation)
    assert texts(desk) == ["What now?", "It is red."]
    assert typist.field == "next"


def test_drafts_settings_places_and_the_list_wait_too(
    desk: Desk, typist: Typist, full: Disk
) -> None:
    conversation, message = asked(desk), desk.session.entries[0].id
    full(True)
    for text in ("a", "b", "c"):
        typist.type(text)
        desk.session.save_draft()
    settings = ConversationSettings("Be brief.")
    desk.session.use_conversation_settings(settings)
    desk.session.use_model(OTHER)
    desk.session.keep_place(ReadingPlace(message, 0.5))
    desk.session.conversations.rename(conversation, "Mine")
    desk.until(SavingPaused)
    desk.rest()
    full(False)
    desk.until(SavingResumed)
    told = [event for event in desk.events.seen if isinstance(event, SavingPaused | StoreFailed)]
    assert [type(event) for event in told] == [SavingPaused]
    listed = [event for event in desk.shown if isinstance(event, ConversationsListed)][-1]
    assert [(each.title, each.drafted) for each in listed.summaries] == [("Mine", True)]
    opened = desk.reopened(conversation).conversation
    assert opened is not None
    assert opened.draft is not None
    assert opened.draft.text == "abc"
    assert (opened.settings, opened.summary.model) == (settings, OTHER)
    assert opened.place == ReadingPlace(message, 0.5)


def test_conversations_are_read_though_nothing_can_be_written(
    desk: Desk, typist: Typist, full: Disk
) -> None:
    first = asked(desk, "one")
    shown, other = desk.session.entries[-1].id, asked(desk, "two")
    desk.session.regenerate()
    desk.until(TurnFinished)
    desk.rest()
    earlier = next(v for v in desk.session.entries[-1].versions if v != desk.session.entries[-1].id)
    full(True)
    desk.session.open_message(first, shown)
    desk.until(ConversationOpened)
    assert desk.session.conversation == first
    desk.session.open_message(other, earlier)  # this would have to be written down
    assert isinstance(desk.until(StoreFailed), StoreFailed)


def test_an_answer_is_whole_in_memory_while_nothing_can_be_written(
    desk: Desk, typist: Typist, full: Disk
) -> None:
    desk.engine.gate.clear()
    typist.type("What?")
    typist.send()
    desk.until(TextDelta)
    conversation = desk.session.conversation
    assert conversation is not None
    full(True)
    desk.engine.gate.set()
    desk.until(TurnFinished)
    desk.until(SavingPaused)
    typist.new()
    desk.reopened(conversation)
    assert texts(desk) == ["What?", "It is red."]
    full(False)
    desk.until(SavingResumed)
    desk.session.keep_place(None)
    desk.reopened(conversation)
    assert texts(desk) == ["What?", "It is red."]


def test_a_store_that_is_brought_up_to_date_is_told(desk: Desk) -> None:
    assert desk.session.handle(StoreUpgrading()) == (StoreUpgrading(),)


# Another database


def test_after_a_restore_a_new_conversation_is_shown_with_what_is_being_written(
    desk: Desk, typist: Typist
) -> None:
    asked(desk)
    typist.type("to the old one")
    typist.new()
    typist.type("new")
    desk.rest()
    report = ArchiveReport(RestoreRequest(), restored=Path("backup"))
    desk.session.open_conversation("gone")
    shown = desk.session.handle(ArchiveFinished(report))
    assert isinstance(shown[0], ArchiveFinished)
    assert any(isinstance(event, ConversationOpened) for event in shown)
    assert typist.field == "new"
    assert desk.session.conversation is None
    desk.until(StoreFailed)  # "gone" is not there
    desk.rest()
    assert desk.session.conversation is None
    assert typist.field == "new"  # not twice, though the database has it too


@pytest.mark.parametrize(
    "report",
    [
        ArchiveReport(RestoreRequest(), error=StoreDamaged(path="", reason="no")),
        ArchiveReport(ExportRequest(Path("x"))),
    ],
)
def test_other_ends_leave_all_as_it_is(desk: Desk, typist: Typist, report: ArchiveReport) -> None:
    conversation = asked(desk)
    typist.type("draft")
    assert desk.session.handle(ArchiveFinished(report)) == (ArchiveFinished(report),)
    assert desk.session.conversation == conversation
    assert typist.field == desk.session.draft_text == "draft"
    assert not any(isinstance(event, DraftShown) and event.text for event in desk.shown)
