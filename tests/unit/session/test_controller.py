"""One question end to end through session, worker and the real store."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mmdesk.core.conversations import EntryStatus, StopReason
from mmdesk.core.errors import (
    EngineCrashed,
    QuestionEmpty,
    QuestionTooLong,
    StoreBusy,
    StoreTooNew,
    StoreUnwritable,
    TooManyPictures,
)
from mmdesk.core.events import (
    AttachmentReady,
    AttachmentRefused,
    BinListed,
    ConversationLoaded,
    ConversationOpened,
    ConversationsListed,
    ModelReady,
    SavingPaused,
    SavingResumed,
    StoreFailed,
    TextDelta,
    TurnAdded,
    TurnFailed,
    TurnFinished,
    TurnSaved,
)
from mmdesk.core.messages import Picture, Role
from mmdesk.core.protocols import ConversationStore
from mmdesk.session import handling
from mmdesk.session.controller import MAX_QUESTION
from mmdesk.session.draft import MAX_PICTURES
from mmdesk.store.sqlite import SqliteStore
from tests.unit.session.desk import Desk
from tests.unit.session.scripted import PATIENCE_S

LONG = "word " * 20_000
"""More than a database has free pages for."""


def limit_pages(desk: Desk, most: int) -> None:
    """Let the database grow to ``most`` pages (or to what it has): sqlite's own full disk."""
    done = threading.Event()

    def limit(store: ConversationStore) -> None:
        assert isinstance(store, SqliteStore)
        store._connection.execute(f"PRAGMA max_page_count = {most}")
        done.set()

    desk.store.put(limit, lambda error: None)
    assert done.wait(PATIENCE_S)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.close()


def texts(opened: ConversationOpened) -> list[str]:
    assert opened.conversation is not None
    return [entry.message.text for entry in opened.conversation.entries]


def test_a_question_is_saved_before_it_is_answered(desk: Desk) -> None:
    assert isinstance(desk.ask(), TurnFinished)
    kinds = [type(event) for event in desk.shown]
    assert kinds.index(TurnAdded) < kinds.index(TurnSaved) < kinds.index(TextDelta)
    assert not desk.session.busy
    assert desk.session.conversation is not None
    opened = desk.reopened(desk.session.conversation)
    assert texts(opened) == ["What color?", "It is red."]
    assert opened.conversation is not None
    answer = opened.conversation.entries[-1]
    assert answer.status is EntryStatus.FINISHED
    assert answer.usage is not None
    assert answer.usage.completion_tokens == 3
    assert answer.model == "model"


def test_a_follow_up_gives_the_model_the_whole_conversation(desk: Desk, tmp_path: Path) -> None:
    desk.session.attach([tmp_path / "a.png", tmp_path / "b.png"])
    desk.ask("first")
    desk.ask("second")
    roles = [(m.role, m.text, len(m.pictures)) for m in desk.engine.asked[-1].messages]
    assert roles == [
        (Role.USER, "first", 2),
        (Role.ASSISTANT, "It is red.", 0),
        (Role.USER, "second", 0),
    ]
    assert [p.name for p in desk.engine.asked[-1].messages[0].pictures] == ["a.png", "b.png"]


def test_a_question_waits_for_its_pictures(desk: Desk, tmp_path: Path) -> None:
    desk.reader.gate.clear()
    desk.session.attach([tmp_path / "a.png"])
    desk.session.submit("What?")
    assert not desk.session.busy
    desk.reader.gate.set()
    desk.until(TurnFinished)
    assert len(desk.engine.asked[0].messages[0].pictures) == 1
    assert desk.session.attachments == ()


def test_a_refused_picture_holds_the_question_back(desk: Desk, tmp_path: Path) -> None:
    desk.reader.gate.clear()
    desk.session.attach([tmp_path / "a.png", tmp_path / "b.txt"])
    desk.session.submit("What?")
    desk.reader.gate.set()
    refused = desk.until(AttachmentRefused)
    assert isinstance(refused, AttachmentRefused)
    assert refused.error.kind == "not_media"
    while desk.session.attachments[0].picture is None:
        desk.session.handle(desk.events.next())
    assert not desk.session.busy
    assert desk.ask("What?").turn
    assert len(desk.engine.asked) == 1


def test_fifty_files_at_once(desk: Desk, tmp_path: Path) -> None:
    desk.session.attach([tmp_path / f"{index}.png" for index in range(50)])
    refused = desk.until(AttachmentRefused)
    assert isinstance(refused, AttachmentRefused)
    assert refused.error.fields == {"name": "", "count": 50, "limit": MAX_PICTURES}
    assert len(desk.session.attachments) == MAX_PICTURES
    picture = Picture("0" * 64, tmp_path / "p.png", tmp_path / "p.png", "p.png", 4, 3)
    desk.session.attach_region(picture, (0, 0, 2, 2))
    refused = desk.until(AttachmentRefused)
    assert isinstance(refused, AttachmentRefused)
    assert isinstance(refused.error, TooManyPictures)
    assert len(desk.session.attachments) == MAX_PICTURES


def test_a_region_joins_the_question(desk: Desk, tmp_path: Path) -> None:
    desk.session.attach([tmp_path / "a.png"])
    whole = desk.until(AttachmentReady)
    assert isinstance(whole, AttachmentReady)
    desk.session.attach_region(whole.picture, (1, 0, 3, 2))
    region = desk.until(AttachmentReady)
    assert isinstance(region, AttachmentReady)
    assert region.picture.name == "a [1, 0, 3, 2].png"
    assert len(desk.session.attachments) == 2


def test_a_file_name_that_is_no_text_can_be_shown(desk: Desk, tmp_path: Path) -> None:
    desk.session.attach([tmp_path / "caf\udce9.txt"])
    refused = desk.until(AttachmentRefused)
    assert isinstance(refused, AttachmentRefused)
    assert refused.name == "caf\ufffd.txt"


def test_a_removed_picture_is_not_sent(desk: Desk, tmp_path: Path) -> None:
    desk.session.attach([tmp_path / "a.png", tmp_path / "b.png"])
    desk.until(AttachmentReady)
    desk.session.detach(desk.session.attachments[0].id)
    desk.ask()
    assert [p.name for p in desk.engine.asked[0].messages[0].pictures] == ["b.png"]


@pytest.mark.parametrize("text", ["", "   \n"])
def test_nothing_to_ask(desk: Desk, text: str) -> None:
    with pytest.raises(QuestionEmpty):
        desk.session.submit(text)


def test_a_question_with_lone_surrogates_reaches_the_model_as_text(desk: Desk) -> None:
    desk.ask("What \udcff\ud83d\ude00?")
    assert desk.engine.asked[0].messages[0].text == "What \ufffd\U0001f600?"


def test_a_question_of_a_megabyte(desk: Desk) -> None:
    with pytest.raises(QuestionTooLong) as caught:
        desk.session.submit("x" * (MAX_QUESTION + 1))
    assert str(MAX_QUESTION) in caught.value.message
    assert not desk.session.busy


def test_streamed_text_is_on_disk_before_the_end(desk: Desk) -> None:
    desk.engine.gate.clear()
    desk.session.submit("What?")
    desk.until(TextDelta)
    conversation = desk.session.conversation
    assert conversation is not None
    deadline = time.monotonic() + PATIENCE_S
    while desk.session.tick() and time.monotonic() < deadline:
        time.sleep(0.01)
    found: list[str] = []
    done = threading.Event()

    def look(store: ConversationStore) -> None:
        found.extend(e.message.text for e in store.conversation(conversation).entries)
        done.set()

    desk.store.put(look, lambda error: done.set())
    assert done.wait(PATIENCE_S)
    assert found == ["What?", "It "]


def test_stop_keeps_and_marks_what_was_written(desk: Desk) -> None:
    desk.engine.gate.clear()
    desk.session.submit("What?")
    desk.until(TextDelta)
    desk.session.stop()
    finished = desk.until(TurnFinished)
    assert isinstance(finished, TurnFinished)
    assert finished.stop_reason is StopReason.CANCELLED
    assert desk.session.conversation is not None
    opened = desk.reopened(desk.session.conversation)
    assert texts(opened) == ["What?", "It "]
    assert opened.conversation is not None
    assert opened.conversation.entries[-1].status is EntryStatus.STOPPED


def test_regenerate_keeps_the_question_and_shows_the_new_answer(desk: Desk) -> None:
    desk.ask("one")
    desk.ask("two")
    desk.engine.words = ("Blue.",)
    desk.session.regenerate()
    desk.until(TurnFinished)
    assert [m.text for m in desk.engine.asked[-1].messages] == ["one", "It is red.", "two"]
    assert desk.session.conversation is not None
    assert texts(desk.reopened(desk.session.conversation)) == [
        "one",
        "It is red.",
        "two",
        "Blue.",
    ]


def test_an_edited_question_replaces_the_last_one(desk: Desk, tmp_path: Path) -> None:
    desk.ask("one")
    desk.session.attach([tmp_path / "a.png"])
    desk.ask("tow")
    assert desk.session.edit_last() == "tow"
    assert desk.session.editing
    assert [item.name for item in desk.session.attachments] == ["a.png"]
    desk.ask("two")
    assert not desk.session.editing
    added = [event for event in desk.shown if isinstance(event, TurnAdded)][-1]
    assert added.entries is not None
    assert [entry.message.text for entry in added.entries] == ["one", "It is red.", "two"]
    asked = desk.engine.asked[-1].messages
    assert [m.text for m in asked] == ["one", "It is red.", "two"]
    assert len(asked[-1].pictures) == 1
    assert desk.session.conversation is not None
    assert texts(desk.reopened(desk.session.conversation))[2] == "two"


def test_editing_the_only_question_stays_in_its_conversation(desk: Desk) -> None:
    desk.ask("oen")
    conversation = desk.session.conversation
    desk.session.edit_last()
    desk.ask("one")
    assert desk.session.conversation == conversation
    assert conversation is not None
    assert texts(desk.reopened(conversation)) == ["one", "It is red."]


def test_a_crash_keeps_the_text_and_retry_works(desk: Desk) -> None:
    desk.engine.answers = [(2, EngineCrashed(reason="killed by SIGKILL"))]
    failed = desk.ask("What?")
    assert isinstance(failed, TurnFailed)
    conversation = desk.session.conversation
    assert conversation is not None
    opened = desk.reopened(conversation)
    assert texts(opened) == ["What?", "It is "]
    assert opened.conversation is not None
    assert opened.conversation.entries[-1].failure is not None
    assert "SIGKILL" in str(opened.conversation.entries[-1].failure.message)
    desk.session.retry()
    desk.until(TurnFinished)
    assert texts(desk.reopened(conversation)) == ["What?", "It is red."]


def test_a_question_after_a_failed_one_carries_both(desk: Desk, tmp_path: Path) -> None:
    desk.engine.answers = [(0, StoreUnwritable(path="", reason="no"))]
    desk.session.attach([tmp_path / "a.png"])
    desk.ask("first")
    desk.ask("second")
    first, second = desk.engine.asked[-1].messages
    assert (first.text, second.text) == ("first", "second")
    assert len(first.pictures) == 1


def test_another_conversation_while_one_is_answered(desk: Desk) -> None:
    desk.engine.gate.clear()
    desk.session.submit("slow")
    desk.until(TextDelta)
    first = desk.session.conversation
    assert first is not None
    desk.session.new_conversation()
    desk.until(ConversationOpened)
    assert not desk.session.busy
    back = desk.reopened(first)
    assert desk.session.busy
    assert (texts(back), back.text) == (["slow"], "It ")
    assert back.turn is not None
    desk.engine.gate.set()
    desk.until(TurnFinished)
    assert texts(desk.reopened(first)) == ["slow", "It is red."]


def test_a_waiting_question_does_not_go_to_another_conversation(desk: Desk, tmp_path: Path) -> None:
    desk.ask("first")
    desk.reader.gate.clear()
    desk.session.attach([tmp_path / "a.png"])
    desk.session.submit("What?")
    first = desk.session.conversation
    assert first is not None
    desk.session.new_conversation()
    desk.reader.gate.set()
    desk.rest()
    assert not desk.session.attachments
    desk.reopened(first)
    assert [item.name for item in desk.session.attachments] == ["a.png"]
    desk.rest()
    assert not desk.session.busy
    assert len(desk.engine.asked) == 1


def test_a_conversation_that_is_being_opened_opens_though_a_question_is_saved(desk: Desk) -> None:
    desk.ask("first")
    first = desk.session.conversation
    assert first is not None
    desk.session.new_conversation()
    desk.session.submit("second")
    desk.session.open_conversation(first)
    while True:
        opened = desk.until(ConversationOpened)
        assert isinstance(opened, ConversationOpened)
        if opened.conversation is not None:
            break
    assert texts(opened) == ["first", "It is red."]
    assert desk.session.conversation == first


def test_an_answer_that_ends_while_its_conversation_is_read_is_shown_whole(desk: Desk) -> None:
    desk.engine.gate.clear()
    desk.session.submit("slow")
    desk.until(TextDelta)
    conversation = desk.session.conversation
    assert conversation is not None
    desk.session.new_conversation()
    desk.until(ConversationOpened)
    desk.session.open_conversation(conversation)
    read = desk.events.until(ConversationLoaded)  # read while it streams, shown after its end
    desk.engine.gate.set()
    for event in [*desk.events.until(TurnFinished), *read]:
        desk.shown += desk.session.handle(event)
    opened = next(e for e in reversed(desk.shown) if isinstance(e, ConversationOpened))
    assert opened.turn is None
    assert opened.conversation is not None
    answer = opened.conversation.entries[-1]
    assert (answer.message.text, answer.status) == ("It is red.", EntryStatus.FINISHED)


def test_an_answer_that_the_disk_refuses_is_kept_shown_and_written_later(desk: Desk) -> None:
    desk.engine.words = ("It ", LONG)
    desk.engine.gate.clear()
    desk.session.submit("first")
    desk.until(TextDelta)
    conversation = desk.session.conversation
    assert conversation is not None
    limit_pages(desk, 1)
    desk.engine.gate.set()
    desk.until(TurnFinished)
    desk.until(SavingPaused)
    assert desk.session.saving_paused
    assert texts(desk.reopened(conversation)) == ["first", f"It {LONG}"]
    limit_pages(desk, 1_000_000)
    desk.until(SavingResumed)
    assert not desk.session.saving_paused
    desk.close()
    kept = SqliteStore(desk.store_path, desk.store_path.parent / "attachments")
    entry = kept.conversation(conversation).entries[-1]
    kept.close()
    assert (entry.message.text, entry.status) == (f"It {LONG}", EntryStatus.FINISHED)


@pytest.mark.logs("never saved: answer")
def test_a_disk_that_stays_full_is_told_once(desk: Desk) -> None:
    desk.engine.words = (LONG, *"abc")
    desk.engine.gate.clear()
    desk.until(ModelReady)
    limit_pages(desk, 9)
    desk.session.submit("first")
    desk.until(TextDelta)
    for _ in range(3):
        deadline = time.monotonic() + PATIENCE_S
        while desk.session.tick() and time.monotonic() < deadline:
            time.sleep(0.01)
        turn = next(event.turn for event in desk.shown if isinstance(event, TextDelta))
        desk.session.handle(TextDelta(turn, "."))
    desk.engine.gate.set()
    desk.until(TurnFinished)
    desk.store.close()
    while not desk.events.quiet():
        pass
    told = [event for event in desk.events.seen if isinstance(event, SavingPaused | StoreFailed)]
    assert [type(event) for event in told] == [SavingPaused]


def test_the_list_names_the_latest_first(desk: Desk) -> None:
    desk.ask("first")
    desk.session.new_conversation()
    desk.ask("second")
    desk.session.start()
    while True:
        listed = desk.until(ConversationsListed)
        assert isinstance(listed, ConversationsListed)
        if len(listed.summaries) == 2:
            break
    assert [summary.title for summary in listed.summaries] == ["second", "first"]


def test_a_store_that_does_not_open_fails_the_turn_with_its_reason(tmp_path: Path) -> None:
    desk = Desk(tmp_path, StoreTooNew(path=tmp_path, version=99, known=5))
    failed = desk.ask("What?")
    assert isinstance(failed, TurnFailed)
    assert "99" in failed.error.message
    assert [entry.message.text for entry in desk.session.entries] == ["What?", ""]
    desk.close()


def test_retry_works_once_the_store_can_be_opened(tmp_path: Path) -> None:
    desk = Desk(tmp_path, StoreBusy(path=tmp_path))
    assert isinstance(desk.ask("What?"), TurnFailed)
    desk.store_error = None  # the other instance was closed
    desk.session.retry()
    assert isinstance(desk.until(TurnFinished), TurnFinished)
    assert desk.session.conversation is not None
    assert texts(desk.reopened(desk.session.conversation)) == ["What?", "It is red."]
    desk.close()


def opened_at(desk: Desk, conversation: str, message: str) -> ConversationOpened:
    desk.session.open_message(conversation, message)
    while True:
        event = desk.until(ConversationOpened)
        assert isinstance(event, ConversationOpened)
        if event.conversation is not None:
            return event


def test_a_found_message_of_an_earlier_version_is_shown(desk: Desk) -> None:
    desk.ask("one")
    conversation, earlier = desk.session.conversation, desk.session.entries[-1].id
    assert conversation
    desk.session.regenerate()
    desk.until(TurnFinished)
    later = desk.session.entries[-1].id
    for wanted in (earlier, later):
        opened = opened_at(desk, conversation, wanted)
        assert opened.conversation
        assert opened.message == wanted
        assert opened.conversation.entries[-1].id == wanted


def test_a_found_message_takes_no_answer_away_that_is_on_its_way(desk: Desk) -> None:
    desk.ask("one")
    conversation, earlier = desk.session.conversation, desk.session.entries[-1].id
    assert conversation
    desk.session.regenerate()
    desk.until(TurnFinished)
    desk.engine.gate.clear()
    desk.session.submit("two")
    desk.until(TextDelta)
    assert opened_at(desk, conversation, earlier).turn is not None
    desk.engine.gate.set()
    desk.until(TurnFinished)
    desk.session.new_conversation()
    assert texts(desk.reopened(conversation)) == ["one", "It is red.", "two", "It is red."]


def test_a_window_that_stays_open_is_backed_up_too(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def copies() -> int:
        desk.session.conversations.list_bin()
        desk.until(BinListed)  # the store has done what it was asked before
        return len(list((tmp_path / "backups").glob("*.sqlite3")))

    desk.session.start()
    assert copies() == 0  # there is nothing yet
    desk.ask("one")
    assert copies() == 0  # the store isn't asked again so soon
    monkeypatch.setattr(handling, "BACK_UP_S", 0.0)
    desk.ask("two")
    assert copies() == 1


def test_what_is_put_into_the_bin_is_answered_no_further(desk: Desk) -> None:
    desk.engine.gate.clear()
    desk.session.submit("slow")
    desk.until(TextDelta)
    conversation = desk.session.conversation
    assert conversation
    desk.session.new_conversation()
    desk.session.bin(conversation)
    finished = desk.until(TurnFinished)
    assert isinstance(finished, TurnFinished)
    assert finished.stop_reason is StopReason.CANCELLED
    desk.engine.gate.set()
    assert isinstance(desk.ask("next"), TurnFinished)  # nothing waits behind it
