"""What a person does while something else is still on its way reaches whom it was meant for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from mmdesk.core.archives import ArchiveReport, RestoreRequest
from mmdesk.core.conversations import Conversation, ConversationSettings, ConversationSummary
from mmdesk.core.errors import ConversationMissing, StoreBusy
from mmdesk.core.events import (
    ArchiveFinished,
    AttachmentReady,
    ConversationLoaded,
    ConversationOpened,
    ConversationSettingsChanged,
    ConversationsListed,
    ModelChosen,
    TurnAdded,
    TurnFailed,
    TurnFinished,
)
from mmdesk.core.protocols import ConversationStore
from tests.unit.session.desk import Desk
from tests.unit.session.scripted import OTHER, PATIENCE_S
from tests.unit.session.typist import Typist


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    desk.session.start()
    desk.rest()
    yield desk
    desk.close()


@pytest.fixture
def typist(desk: Desk) -> Typist:
    return Typist(desk)


def asked(desk: Desk, text: str) -> str:
    """Ask in a new conversation; return its id."""
    desk.session.new_conversation()
    desk.rest()
    assert isinstance(desk.ask(text), TurnFinished)
    desk.rest()
    assert desk.session.conversation is not None
    return desk.session.conversation


def read(desk: Desk) -> None:
    """Wait until the store has done what it was asked for; nobody has heard of it yet."""
    done = threading.Event()
    desk.store.put(lambda store: done.set(), lambda error: done.set())
    assert done.wait(PATIENCE_S)


def held_up(desk: Desk) -> threading.Event:
    """Keep the store busy until the event is set."""
    hold, begun = threading.Event(), threading.Event()

    def wait(store: ConversationStore) -> None:
        begun.set()
        hold.wait(PATIENCE_S)

    desk.store.put(wait, lambda error: None)
    assert begun.wait(PATIENCE_S)
    return hold


def kept_draft(desk: Desk, conversation: str) -> str:
    """Return the text of a draft as the store has it."""
    found: list[str] = []

    def look(store: ConversationStore) -> None:
        draft = store.conversation(conversation).draft
        found.append(draft.text if draft else "")

    desk.store.put(look, lambda error: None)
    read(desk)
    return found[0]


def test_a_question_is_not_shown_in_the_conversation_that_was_opened_meanwhile(
    desk: Desk,
) -> None:
    first, second = asked(desk, "first"), asked(desk, "second")
    desk.session.open_conversation(first)
    read(desk)
    desk.session.submit("still the second")
    seen = len(desk.shown)
    desk.rest()
    assert desk.session.conversation == first
    shown = desk.shown[seen:]
    opened = next(i for i, each in enumerate(shown) if isinstance(each, ConversationOpened))
    assert not [each for each in shown[opened:] if isinstance(each, TurnAdded)]
    whole = desk.reopened(second).conversation
    assert whole
    assert [entry.message.text for entry in whole.entries][2:] == [
        "still the second",
        "It is red.",
    ]


def test_what_is_chosen_for_one_conversation_is_not_told_of_another(desk: Desk) -> None:
    first, second = asked(desk, "first"), asked(desk, "second")
    desk.session.open_conversation(first)
    read(desk)
    desk.session.use_model(OTHER)
    desk.session.use_conversation_settings(ConversationSettings("Be brief."))
    seen = len(desk.shown)
    desk.rest()
    shown = desk.shown[seen:]
    models = [each.key for each in shown if isinstance(each, ModelChosen)]
    settings = [each.settings for each in shown if isinstance(each, ConversationSettingsChanged)]
    assert models[-1] == desk.session.model != OTHER
    assert settings[-1] == desk.session.settings == ConversationSettings()
    desk.reopened(second)
    assert desk.session.model == OTHER
    assert desk.session.settings == ConversationSettings("Be brief.")


def test_a_conversation_that_is_binned_while_it_is_opened_is_not_shown(desk: Desk) -> None:
    first, second = asked(desk, "first"), asked(desk, "second")
    desk.session.open_conversation(first)
    desk.session.bin(first)
    desk.rest()
    assert desk.session.conversation == second


def test_a_picture_that_is_still_decoded_survives_a_refused_question(
    desk: Desk, typist: Typist, tmp_path: Path
) -> None:
    """The next question's picture belongs to a conversation that comes to nothing."""
    hold = held_up(desk)
    typist.type("never saved")
    typist.send()
    desk.rest()
    desk.reader.gate.clear()
    desk.session.attach([tmp_path / "a.png"])
    typist.new()
    desk.rest()
    turn = next(iter(desk.session._turns))
    desk.session._turns.stop(turn)
    hold.set()
    desk.rest()
    desk.reader.gate.set()
    desk.until(AttachmentReady)
    assert [item.name for item in desk.session.attachments] == ["a.png"]
    assert desk.session.draft_text == "never saved"


def test_an_edit_that_is_left_without_a_word_is_kept(desk: Desk, typist: Typist) -> None:
    other, conversation = asked(desk, "other"), asked(desk, "What is it?")
    typist.type("next")
    typist.edit_last()
    typist.type(" Tell me at length.")
    typist.open(other)
    assert typist.field == ""
    typist.open(conversation)
    assert not desk.session.editing
    assert "What is it? Tell me at length." in typist.field
    assert "next" in typist.field


def test_an_edit_survives_a_kill(desk: Desk, typist: Typist) -> None:
    conversation = asked(desk, "What is it?")
    typist.type("next")
    typist.edit_last()
    desk.session.save_draft()
    assert kept_draft(desk, conversation) == "next"  # nothing was changed in it
    typist.type(" Tell me at length.")
    desk.session.save_draft()
    assert kept_draft(desk, conversation) == "What is it? Tell me at length.\n\nnext"
    typist.cancel_edit()
    desk.session.save_draft()
    assert kept_draft(desk, conversation) == "next"


def test_an_edit_that_is_sent_leaves_nothing_of_it_in_the_draft(desk: Desk, typist: Typist) -> None:
    conversation = asked(desk, "What is it?")
    typist.type("next")
    typist.edit_last()
    typist.type(" Tell me.")
    desk.session.save_draft()
    typist.send()
    desk.until(TurnFinished)
    desk.rest()
    desk.session.save_draft()
    assert typist.field == "next"
    assert kept_draft(desk, conversation) == "next"


def test_words_and_files_in_the_composer_stay_through_a_restore(
    desk: Desk, typist: Typist, tmp_path: Path
) -> None:
    asked(desk, "one")
    desk.session.attach([tmp_path / "a.png"])
    desk.until(AttachmentReady)
    typist.type("half a quest")
    desk.session.handle(ArchiveFinished(ArchiveReport(RestoreRequest(), restored=Path("b"))))
    desk.rest()
    assert desk.session.conversation is None
    assert typist.field == desk.session.draft_text == "half a quest"
    assert [item.name for item in desk.session.attachments] == ["a.png"]
    typist.type("ion")
    typist.send()
    desk.until(TurnFinished)
    assert desk.engine.asked[-1].messages[-1].text == "half a question"
    assert [each.name for each in desk.engine.asked[-1].messages[-1].pictures] == ["a.png"]


def test_a_question_to_a_conversation_that_a_restore_took_away_is_a_draft(
    desk: Desk, typist: Typist
) -> None:
    conversation = asked(desk, "one")
    typist.type("precious")
    typist.send()
    turn = next(iter(desk.session._turns))
    desk.session.handle(ArchiveFinished(ArchiveReport(RestoreRequest(), restored=Path("b"))))
    desk.session.handle(TurnFailed(turn.id, ConversationMissing(id=conversation)))
    typist.new()
    assert typist.field == "precious"


def test_an_answer_goes_on_while_its_question_is_edited(desk: Desk, typist: Typist) -> None:
    desk.stopped("What is it?")
    typist.edit_last()
    typist.type(" Tell me.")
    assert desk.session.can_continue
    desk.session.continue_answer()
    desk.until(TurnFinished)
    assert [each.message.text for each in desk.session.entries] == ["What is it?", "It is red."]
    assert desk.session.editing
    assert typist.field == "What is it? Tell me."
    typist.send()
    desk.until(TurnFinished)
    assert [each.message.text for each in desk.session.entries] == [
        "What is it? Tell me.",
        "It is red.",
    ]


@pytest.mark.parametrize("act", ["regenerate", "continue_answer"])
def test_nothing_else_is_asked_while_a_question_waits_for_its_files(
    desk: Desk, typist: Typist, tmp_path: Path, act: str
) -> None:
    desk.stopped("What is it?")
    desk.reader.gate.clear()
    desk.session.attach([tmp_path / "a.png"])
    typist.type("And this?")
    typist.send()
    getattr(desk.session, act)()
    desk.rest()
    assert typist.field == "And this?"
    desk.reader.gate.set()
    desk.until(TurnFinished)
    desk.rest()
    texts = [each.message.text for each in desk.session.entries]
    assert texts == ["What is it?", "It ", "And this?", "It is red."]
    assert typist.field == ""


def test_a_question_that_is_taken_back_while_another_conversation_opens_is_in_its_draft(
    desk: Desk, typist: Typist
) -> None:
    conversation = asked(desk, "one")
    typist.new()
    desk.rest()
    hold = held_up(desk)
    typist.type("precious")
    typist.send()
    desk.handle_some(1)
    desk.session.open_conversation(conversation)
    desk.session.handle(ConversationLoaded(Conversation(summary(desk, conversation), ())))
    turn = next(iter(desk.session._turns))
    desk.session._turns.stop(turn)
    hold.set()
    desk.rest()
    assert typist.field == ""
    typist.new()
    assert typist.field == "precious"
    typist.type(", really")
    typist.send()
    desk.until(TurnFinished)
    assert desk.session.entries[0].message.text == "precious, really"


def summary(desk: Desk, conversation: str) -> ConversationSummary:
    """Return a conversation's line of the list."""
    listed = [each for each in desk.shown if isinstance(each, ConversationsListed)][-1]
    return next(each for each in listed.summaries if each.id == conversation)


def test_what_is_typed_while_a_question_is_taken_back_stands_below_it(
    desk: Desk, typist: Typist
) -> None:
    desk.session.use_model(OTHER)
    desk.session.use_conversation_settings(ConversationSettings("Be brief."))
    desk.rest()
    hold = held_up(desk)
    typist.type("precious")
    typist.send()
    desk.rest()
    desk.session.stop()
    desk.until(TurnFinished)
    typist.type("next")  # before the window has shown what came back
    hold.set()
    desk.rest()
    assert typist.field == desk.session.draft_text == "precious\n\nnext"
    assert desk.session.entries == ()
    assert desk.session.model == OTHER
    assert desk.session.settings == ConversationSettings("Be brief.")


@pytest.mark.parametrize("act", ["save", "send", "close"])
def test_a_draft_that_could_not_be_read_at_the_start_is_not_written_over(
    tmp_path: Path, act: str
) -> None:
    first = Desk(tmp_path)
    first.session.start()
    Typist(first).type("old")
    first.close()
    second = Desk(tmp_path, StoreBusy(path=""))
    second.session.start()
    second.rest()
    second.store_error = None
    typist = Typist(second)
    typist.type("new")
    if act == "send":
        typist.send()
        second.until(TurnFinished)
    elif act == "save":
        second.session.save_draft()
        second.rest()
        assert typist.field == "old\n\nnew"
    second.close()
    third = Desk(tmp_path)
    third.session.start()
    third.rest()
    assert third.session.draft_text == ("old" if act == "send" else "old\n\nnew")
    third.close()
