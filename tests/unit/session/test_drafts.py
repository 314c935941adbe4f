"""Each conversation has its own draft; none is lost, none lands in another conversation."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mmdesk.core.errors import ModelMissing, SoundUnwritable, StoreTooNew
from mmdesk.core.events import (
    AttachmentAdded,
    AttachmentReady,
    AttachmentRefused,
    AudioDecoded,
    ConversationsListed,
    DraftShown,
    MicrophoneClosed,
    RecordingKept,
    SpeechCaptured,
    TextDelta,
    TranscriptFailed,
    TranscriptReady,
    TurnAdded,
    TurnFailed,
    TurnFinished,
    TurnSaved,
)
from mmdesk.core.messages import Message, user_message
from mmdesk.core.protocols import ConversationStore
from mmdesk.core.speech import Recording
from mmdesk.session.draft_contents import rest_of
from tests.unit.session.desk import Desk
from tests.unit.session.scripted import PATIENCE_S, SECOND, SPOKEN, said
from tests.unit.session.typist import Typist

MakeDesk = Callable[..., Desk]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[MakeDesk]:
    """Return what starts mmdesk; each start finds what the one before has left."""
    desks: list[Desk] = []

    def start(error: Exception | None = None, *, window: bool = True) -> Desk:
        desk = Desk(tmp_path, error)
        desks.append(desk)
        if window:
            desk.session.start()
        return desk

    yield start
    for desk in desks:
        desk.close()


@pytest.fixture
def desk(make: MakeDesk) -> Desk:
    return make()


@pytest.fixture
def typist(desk: Desk) -> Typist:
    return Typist(desk)


def kept(desk: Desk, conversation: str | None) -> Message | None:
    """Return the draft that the store has, once all that was asked of it before is done."""
    found: list[Message | None] = []
    done = threading.Event()

    def look(store: ConversationStore) -> None:
        draft = store.conversation(conversation).draft if conversation else store.draft()
        found.append(draft)
        done.set()

    desk.store.put(look, lambda error: done.set())
    assert done.wait(PATIENCE_S)
    return found[0]


def kept_text(desk: Desk, conversation: str | None) -> str:
    draft = kept(desk, conversation)
    return draft.text if draft else ""


def recordings(desk: Desk, conversation: str | None) -> tuple[Recording, ...]:
    draft = kept(desk, conversation)
    return draft.recordings if draft else ()


def asked(desk: Desk, text: str = "What color?") -> str:
    """Ask in a new conversation; return its id."""
    desk.session.new_conversation()
    assert isinstance(desk.ask(text), TurnFinished)
    assert desk.session.conversation is not None
    return desk.session.conversation


# Across a restart


def test_text_and_files_survive_a_restart(make: MakeDesk, tmp_path: Path) -> None:
    desk = make()
    typist = Typist(desk)
    typist.type("What is  this?\n")
    desk.session.attach([tmp_path / "a.png", tmp_path / "b.png"])
    desk.until(AttachmentReady)
    desk.until(AttachmentReady)
    desk.session.save_draft()
    desk.close()
    again = make()
    typist = Typist(again)
    again.until(DraftShown)
    assert typist.field == again.session.draft_text == "What is  this?\n"
    assert [item.name for item in again.session.attachments] == ["a.png", "b.png"]
    assert all(item.ready for item in again.session.attachments)
    again.session.submit(typist.field)
    again.until(TurnFinished)
    assert [picture.name for picture in again.engine.asked[0].messages[0].pictures] == [
        "a.png",
        "b.png",
    ]
    assert kept(again, None) is None


def test_closing_saves_what_was_just_typed(make: MakeDesk) -> None:
    desk = make()
    Typist(desk).type("half a quest")
    desk.close()
    again = make()
    again.until(DraftShown)
    assert again.session.draft_text == "half a quest"


def test_a_conversation_s_draft_survives_a_restart(make: MakeDesk) -> None:
    desk = make()
    conversation = asked(desk)
    Typist(desk).type("and then")
    desk.close()
    again = make()
    typist = Typist(again)
    typist.open(conversation)
    assert typist.field == "and then"


def test_what_is_typed_before_the_last_draft_is_read_stands_below_it(make: MakeDesk) -> None:
    desk = make()
    Typist(desk).type("old")
    desk.close()
    again = make()
    typist = Typist(again)
    typist.type("new")  # nothing of the store was handled yet
    again.until(DraftShown)
    assert typist.field == again.session.draft_text == "old\n\nnew"
    again.rest()
    assert kept_text(again, None) == "old\n\nnew"


def test_a_question_that_is_sent_before_the_last_draft_is_read_leaves_it(make: MakeDesk) -> None:
    desk = make()
    Typist(desk).type("old")
    desk.close()
    again = make()
    typist = Typist(again)
    typist.type("quick")
    typist.send()
    again.until(TurnFinished)
    again.rest()
    assert [entry.message.text for entry in again.session.entries] == ["quick", "It is red."]
    assert typist.field == ""
    assert kept_text(again, None) == "old"
    typist.new()
    assert typist.field == "old"


def test_a_question_of_the_command_line_leaves_the_window_s_draft(make: MakeDesk) -> None:
    desk = make()
    Typist(desk).type("in the window")
    desk.close()
    command = make(window=False)
    command.session.attach([Path("a.png")])
    command.ask("on the command line")
    command.session.attach([Path("b.png")])
    command.close()
    again = make()
    again.until(DraftShown)
    assert again.session.draft_text == "in the window"
    assert again.session.attachments == ()


# Between conversations


def test_each_conversation_has_its_own_draft(desk: Desk, typist: Typist, tmp_path: Path) -> None:
    first, second = asked(desk, "one"), asked(desk, "two")
    typist.type("for two")
    typist.new()
    assert typist.field == ""
    typist.type("for a new one")
    typist.open(first)
    assert typist.field == ""
    typist.type("for one")
    desk.session.attach([tmp_path / "a.png"])
    desk.until(AttachmentReady)
    typist.open(second)
    assert typist.field == "for two"
    assert not desk.session.attachments
    typist.open(first)
    assert typist.field == "for one"
    assert [item.name for item in desk.session.attachments] == ["a.png"]
    typist.new()
    assert typist.field == "for a new one"
    assert kept_text(desk, first) == "for one"
    assert kept_text(desk, second) == "for two"
    assert kept_text(desk, None) == "for a new one"


def test_the_window_is_told_of_the_files_that_come_and_go(
    desk: Desk, typist: Typist, tmp_path: Path
) -> None:
    first, second = asked(desk, "one"), asked(desk, "two")
    desk.session.attach([tmp_path / "a.png"])
    desk.until(AttachmentReady)
    typist.open(first)
    desk.rest()
    desk.shown.clear()
    typist.open(second)
    desk.rest()
    told = [event for event in desk.shown if isinstance(event, AttachmentAdded | AttachmentReady)]
    assert [type(event) for event in told] == [AttachmentAdded, AttachmentReady]
    assert told[0].id == told[1].id == desk.session.attachments[0].id


def test_what_is_typed_while_another_is_read_belongs_to_the_one_in_sight(
    desk: Desk, typist: Typist
) -> None:
    first, second = asked(desk, "one"), asked(desk, "two")
    desk.session.open_conversation(first)
    typist.type("still for two")
    desk.session.open_conversation(second)  # and back again, before anything was shown
    typist.type("!")
    desk.session.open_conversation(first)
    desk.wait_for(lambda: desk.session.conversation == first)
    assert typist.field == ""
    assert kept_text(desk, second) == "still for two!"
    assert kept_text(desk, first) == ""


def test_a_picture_that_is_decoded_later_belongs_to_where_it_was_dropped(
    desk: Desk, typist: Typist, tmp_path: Path
) -> None:
    first, second = asked(desk, "one"), asked(desk, "two")
    desk.reader.gate.clear()
    desk.session.attach([tmp_path / "late.png", tmp_path / "wrong.txt"])
    typist.open(first)
    desk.reader.gate.set()
    refused = desk.until(AttachmentRefused)  # it is said wherever one is
    assert isinstance(refused, AttachmentRefused)
    desk.wait_for(lambda: kept(desk, second) is not None)
    assert not desk.session.attachments
    draft = kept(desk, second)
    assert draft is not None
    assert [picture.name for picture in draft.pictures] == ["late.png"]
    typist.open(second)
    assert [item.name for item in desk.session.attachments] == ["late.png"]


def test_a_question_that_waits_is_not_sent_because_a_file_elsewhere_is_refused(
    desk: Desk, typist: Typist, tmp_path: Path
) -> None:
    first = asked(desk, "one")
    desk.reader.gate.clear()
    desk.session.attach([tmp_path / "wrong.txt"])
    typist.new()
    desk.session.attach([tmp_path / "a.png"])
    typist.type("with a picture")
    typist.send()
    desk.reader.gate.set()
    desk.until(TurnFinished)
    assert desk.session.conversation != first
    assert desk.session.entries[0].message.text == "with a picture"


def test_what_was_said_goes_where_it_was_said(desk: Desk, typist: Typist) -> None:
    first, second = asked(desk, "one"), asked(desk, "two")
    typist.type("I ask:")
    desk.engine.hear_gate.clear()
    desk.session.voice.start()
    desk.events.put(SpeechCaptured("u1", SECOND, SPOKEN))
    desk.events.put(MicrophoneClosed())
    desk.until(MicrophoneClosed)
    typist.open(first)
    typist.type("elsewhere")
    desk.engine.hear_gate.set()
    desk.wait_for(lambda: bool(recordings(desk, second)))
    assert not any(isinstance(event, TranscriptReady) for event in desk.shown)
    assert typist.field == "elsewhere"
    draft = kept(desk, second)
    assert draft is not None
    assert draft.text == "I ask: What color is it?"
    assert [recording.seconds for recording in draft.recordings] == [1.0]
    typist.open(second)
    assert typist.field == "I ask: What color is it?"
    typist.send()
    desk.until(TurnFinished)
    assert len(desk.session.entries[-2].message.recordings) == 1


def test_a_recording_that_is_written_later_goes_where_it_was_said(
    desk: Desk, typist: Typist
) -> None:
    first, second = asked(desk, "one"), asked(desk, "two")
    desk.sound.gate.clear()
    desk.session.voice.start()
    desk.events.put(SpeechCaptured("u1", SECOND, SPOKEN))
    desk.events.put(MicrophoneClosed())
    heard = desk.until(TranscriptReady)
    assert isinstance(heard, TranscriptReady)
    typist.type(heard.transcript.text)
    typist.open(first)
    desk.session.voice.forget("u1")  # the composer's words have left with the draft
    desk.sound.gate.set()
    desk.wait_for(lambda: bool(recordings(desk, second)))
    assert not any(isinstance(event, RecordingKept) for event in desk.shown)
    assert recordings(desk, second)[0].path.is_file()
    typist.open(second)
    desk.session.voice.forget("u1")
    typist.send()
    desk.until(TurnFinished)
    assert len(desk.session.entries[-2].message.recordings) == 1


def test_a_recording_stays_behind_once_its_words_are_gone(desk: Desk, typist: Typist) -> None:
    first, second = asked(desk, "one"), asked(desk, "two")
    desk.session.voice.start()
    desk.events.put(SpeechCaptured("u1", SECOND, SPOKEN))
    desk.events.put(MicrophoneClosed())
    heard = desk.until(TranscriptReady)
    assert isinstance(heard, TranscriptReady)
    desk.until(RecordingKept)
    typist.type(heard.transcript.text)
    typist.open(first)
    typist.open(second)
    assert typist.field == heard.transcript.text
    typist.clear()
    typist.type("Something else?")
    typist.send()
    desk.until(TurnFinished)
    assert desk.session.entries[-2].message.recordings == ()


def test_a_recording_that_cannot_be_written_is_told_wherever_one_is(
    desk: Desk, typist: Typist
) -> None:
    first, second = asked(desk, "one"), asked(desk, "two")
    desk.sound.refusal = SoundUnwritable(name="", reason="no space left", path="/tmp")
    desk.engine.hear_gate.clear()
    desk.session.voice.start()
    desk.events.put(SpeechCaptured("u1", SECOND, SPOKEN))
    desk.events.put(MicrophoneClosed())
    desk.until(MicrophoneClosed)
    typist.open(first)
    desk.engine.hear_gate.set()
    told = desk.until(RecordingKept)
    assert isinstance(told, RecordingKept)
    assert isinstance(told.error, SoundUnwritable)
    assert kept_text(desk, second) == "What color is it?"


def test_words_of_the_same_conversation_stay_tied_to_their_recording(
    desk: Desk, typist: Typist
) -> None:
    conversation = asked(desk, "one")
    desk.session.voice.start()
    desk.events.put(SpeechCaptured("u1", SECOND, SPOKEN))
    desk.events.put(MicrophoneClosed())
    desk.until(RecordingKept)
    typist.type("What color is it?")
    typist.open(conversation)  # another version of it, say
    typist.clear()
    desk.session.voice.forget("u1")
    typist.type("Something else?")
    typist.send()
    desk.until(TurnFinished)
    assert desk.session.entries[-2].message.recordings == ()


def test_a_sound_file_is_heard_for_where_it_was_dropped(desk: Desk, typist: Typist) -> None:
    first, second = asked(desk, "one"), asked(desk, "two")
    desk.engine.hear_gate.clear()
    desk.session.attach([Path("question.wav")])
    desk.until(AudioDecoded)
    typist.open(first)
    desk.engine.hear_gate.set()
    desk.wait_for(lambda: bool(recordings(desk, second)))
    assert typist.field == ""
    typist.open(second)
    assert typist.field == "What color is it?"
    assert not desk.session.attachments
    assert not desk.session.busy


def test_a_long_sound_file_is_written_down_for_where_it_was_dropped(
    desk: Desk, typist: Typist
) -> None:
    first, second = asked(desk, "one"), asked(desk, "two")
    desk.reader.seconds = 60.0
    desk.sound.stretches = [(0.0, SECOND)]
    desk.engine.hears = [said("A long talk.")]
    desk.reader.gate.clear()
    desk.session.attach([Path("talk.wav")])
    typist.open(first)
    desk.reader.gate.set()
    desk.wait_for(lambda: kept(desk, second) is not None)
    draft = kept(desk, second)
    assert draft is not None
    assert "A long talk." in draft.transcripts[0].text


def test_a_failed_transcription_that_is_tried_again_goes_where_it_was_said(
    desk: Desk, typist: Typist
) -> None:
    first, second = asked(desk, "one"), asked(desk, "two")
    desk.engine.hears = [StoreTooNew(path="", version=1, known=1)]
    desk.session.voice.start()
    desk.events.put(SpeechCaptured("u1", SECOND, SPOKEN))
    desk.events.put(MicrophoneClosed())
    desk.until(TranscriptFailed)
    typist.open(first)
    desk.session.voice.retry("u1")
    desk.wait_for(lambda: kept_text(desk, second) == "What color is it?")
    assert typist.field == ""


def test_the_list_tells_which_conversations_have_a_draft(desk: Desk, typist: Typist) -> None:
    def drafted() -> bool:
        listed = [event for event in desk.shown if isinstance(event, ConversationsListed)]
        return bool(listed) and any(each.drafted for each in listed[-1].summaries)

    asked(desk)
    typist.type("x")
    desk.session.save_draft()
    desk.wait_for(drafted)
    typist.clear()
    desk.session.save_draft()
    desk.wait_for(lambda: not drafted())


def test_a_draft_that_has_not_changed_is_not_written(desk: Desk, typist: Typist) -> None:
    desk.shelf.no_hash = ModelMissing(path="")  # else it is written down at some time
    first = asked(desk)
    typist.type("x")
    desk.session.save_draft()
    assert kept_text(desk, first) == "x"
    before = desk.store_path.read_bytes()
    desk.session.save_draft()
    typist.new()
    typist.open(first)
    desk.session.save_draft()
    assert kept_text(desk, first) == "x"
    assert desk.store_path.read_bytes() == before


# A question leaves


def test_a_sent_question_leaves_no_draft(desk: Desk, typist: Typist, tmp_path: Path) -> None:
    conversation = asked(desk)
    typist.type("What is this?")
    desk.session.attach([tmp_path / "a.png"])
    desk.until(AttachmentReady)
    desk.session.save_draft()
    typist.send()
    desk.until(TurnFinished)
    assert typist.field == desk.session.draft_text == ""
    assert kept(desk, conversation) is None


@pytest.mark.parametrize("new", [True, False])
def test_what_is_typed_since_is_the_next_draft(desk: Desk, typist: Typist, new: bool) -> None:
    if not new:
        asked(desk)
    desk.engine.gate.clear()
    typist.type("What is this?")
    typist.send()
    typist.type(" And th")  # before the window has shown that it was sent
    desk.session.save_draft()
    desk.until(TurnAdded)
    assert typist.field == desk.session.draft_text == " And th"
    typist.type("at?")
    desk.session.save_draft()
    desk.until(TextDelta)
    conversation = desk.session.conversation
    assert conversation is not None
    assert kept_text(desk, conversation) == " And that?"
    assert kept(desk, None) is None
    assert [entry.message.text for entry in desk.session.entries][-1] == "What is this?"
    typist.new()
    assert typist.field == ""
    typist.open(conversation)
    assert typist.field == " And that?"


def test_a_new_conversation_that_is_left_before_it_is_saved_keeps_its_next_draft(
    desk: Desk, typist: Typist
) -> None:
    desk.engine.gate.clear()
    typist.type("What is this?")
    typist.send()
    desk.until(TurnAdded)
    typist.type("next")
    typist.new()  # the store has not told its id yet
    typist.type("quite another")
    saved = desk.until(TurnSaved)
    assert isinstance(saved, TurnSaved)
    assert typist.field == "quite another"
    assert kept_text(desk, saved.saved.conversation) == "next"
    typist.open(saved.saved.conversation)
    assert typist.field == "next"
    typist.new()
    assert typist.field == "quite another"


def test_a_question_that_is_not_what_was_typed_leaves_the_draft(desk: Desk, typist: Typist) -> None:
    typist.type("my own")
    desk.session.submit("A sample question?")
    desk.until(TurnFinished)
    conversation = desk.session.conversation
    assert conversation is not None
    assert typist.field == desk.session.draft_text == "my own"
    assert kept_text(desk, conversation) == "my own"


def test_a_question_that_could_not_be_saved_is_the_draft_again(make: MakeDesk) -> None:
    desk = make(StoreTooNew(path="", version=9, known=5))
    typist = Typist(desk)
    typist.type("precious")
    desk.session.attach([Path("a.png")])
    desk.until(AttachmentReady)
    typist.send()
    assert isinstance(desk.until(TurnFailed), TurnFailed)
    assert [entry.message.text for entry in desk.session.entries] == ["precious", ""]
    typist.type("more")
    desk.store_error = None
    typist.new()  # it is left without another try
    assert typist.field == "precious\n\nmore"
    assert [item.name for item in desk.session.attachments] == ["a.png"]
    desk.close()
    again = make()
    again.until(DraftShown)
    assert again.session.draft_text == "precious\n\nmore"
    assert [item.name for item in again.session.attachments] == ["a.png"]


def test_a_question_that_could_not_be_saved_survives_the_end(make: MakeDesk) -> None:
    desk = make(StoreTooNew(path="", version=9, known=5))
    typist = Typist(desk)
    typist.type("precious")
    typist.send()
    desk.until(TurnFailed)
    desk.store_error = None
    desk.close()
    again = make()
    again.until(DraftShown)
    assert again.session.draft_text == "precious"


def test_a_retry_that_works_leaves_nothing_behind(make: MakeDesk) -> None:
    desk = make(StoreTooNew(path="", version=9, known=5))
    typist = Typist(desk)
    typist.type("precious")
    typist.send()
    desk.until(TurnFailed)
    typist.type("next")
    desk.store_error = None
    desk.session.retry()
    desk.until(TurnFinished)
    desk.rest()
    assert typist.field == "next"
    assert kept(desk, None) is None
    assert kept_text(desk, desk.session.conversation) == "next"


def test_a_question_that_could_not_be_saved_stays_in_the_draft_when_another_is_sent(
    make: MakeDesk,
) -> None:
    desk = make(StoreTooNew(path="", version=9, known=5))
    typist = Typist(desk)
    for text in ("first", "second"):
        typist.type(text)
        typist.send()
        desk.until(TurnFailed)
    desk.store_error = None
    typist.type("third")
    typist.send()
    desk.until(TurnFinished)
    desk.rest()
    conversation = desk.session.conversation
    assert conversation is not None
    assert typist.field == ""
    assert kept_text(desk, conversation) == "first\n\nsecond"
    typist.new()
    typist.open(conversation)
    assert [entry.message.text for entry in desk.session.entries] == ["third", "It is red."]
    assert typist.field == "first\n\nsecond"


def test_an_edit_of_a_question_that_could_not_be_saved_takes_its_place(make: MakeDesk) -> None:
    desk = make(StoreTooNew(path="", version=9, known=5))
    typist = Typist(desk)
    typist.type("frist")
    typist.send()
    desk.until(TurnFailed)
    desk.store_error = None
    typist.edit_last()
    typist.clear()
    typist.type("first")
    typist.send()
    desk.until(TurnFinished)
    desk.rest()
    assert [entry.message.text for entry in desk.session.entries] == ["first", "It is red."]
    assert kept(desk, desk.session.conversation) is None
    assert kept(desk, None) is None


# While a question is edited


def test_an_edit_leaves_the_draft_alone(desk: Desk, typist: Typist, tmp_path: Path) -> None:
    desk.session.attach([tmp_path / "old.png"])
    conversation = asked(desk, "What colour?")
    typist.type("my draft")
    desk.session.attach([tmp_path / "new.png"])
    desk.until(AttachmentReady)
    desk.session.save_draft()
    typist.edit_last()
    assert typist.field == "What colour?"
    typist.type(" Really?")
    desk.session.save_draft()
    assert desk.session.draft_text == "What colour? Really?"
    typist.cancel_edit()
    desk.rest()
    assert typist.field == desk.session.draft_text == "my draft"
    assert [item.name for item in desk.session.attachments] == ["new.png"]
    assert kept_text(desk, conversation) == "my draft"


def test_the_draft_comes_back_when_an_edit_is_sent(
    desk: Desk, typist: Typist, tmp_path: Path
) -> None:
    conversation = asked(desk, "What colour?")
    typist.type("my draft")
    desk.session.attach([tmp_path / "new.png"])
    desk.until(AttachmentReady)
    desk.session.save_draft()
    typist.edit_last()
    typist.type(" Really?")
    typist.send()
    typist.type(" oh")  # typed while it is being sent
    desk.until(TurnFinished)
    assert desk.session.entries[0].message.text == "What colour? Really?"
    assert desk.session.entries[0].message.pictures == ()
    assert typist.field == desk.session.draft_text == "my draft\n oh"
    assert [item.name for item in desk.session.attachments] == ["new.png"]
    desk.session.save_draft()
    draft = kept(desk, conversation)
    assert draft is not None
    assert draft.text == "my draft\n oh"
    assert [picture.name for picture in draft.pictures] == ["new.png"]


def test_what_is_typed_behind_a_sent_edit_stays_in_its_conversation(
    desk: Desk, typist: Typist
) -> None:
    conversation = asked(desk, "What colour?")
    typist.type("my draft")
    typist.edit_last()
    typist.send()
    typist.type(" oh")
    typist.new()  # before the window has shown that it was sent
    assert typist.field == ""
    desk.until(TurnFinished)
    desk.rest()
    assert typist.field == ""
    assert kept(desk, None) is None
    typist.open(conversation)
    assert typist.field == "my draft\noh"


def test_the_draft_comes_back_when_a_conversation_is_left_in_an_edit(
    desk: Desk, typist: Typist
) -> None:
    first, second = asked(desk, "one"), asked(desk, "two")
    typist.type("my draft")
    typist.edit_last()
    typist.open(first)
    assert not desk.session.editing
    typist.open(second)
    assert typist.field == "my draft"
    typist.edit_last()
    desk.close()
    assert desk.session.draft_text == "my draft"


def test_what_is_said_just_before_an_edit_goes_to_the_draft(desk: Desk, typist: Typist) -> None:
    conversation = asked(desk, "What colour?")
    desk.engine.hear_gate.clear()
    desk.session.voice.start()
    desk.events.put(SpeechCaptured("u1", SECOND, SPOKEN))
    desk.events.put(MicrophoneClosed())
    desk.until(MicrophoneClosed)
    typist.edit_last()
    desk.engine.hear_gate.set()
    desk.wait_for(lambda: bool(recordings(desk, conversation)))
    assert typist.field == "What colour?"
    typist.cancel_edit()
    assert typist.field == "What color is it?"
    assert kept_text(desk, conversation) == "What color is it?"


# Everything at once


@pytest.mark.parametrize("seed", range(12))
def test_nothing_that_was_typed_is_lost_or_mixed_up(make: MakeDesk, seed: int) -> None:
    """Type, switch and send in any order, events handled now and then, and restart at the end."""
    chance = random.Random(seed)
    desk = make()
    typist = Typist(desk)
    conversations = [asked(desk, f"question {number}") for number in range(3)]
    typist.new()
    expected: dict[str | None, str] = dict.fromkeys([None, *conversations], "")
    for number in range(60):
        act = chance.choice(["type", "type", "open", "new", "handle", "rest", "save", "edit"])
        if act == "type":
            mark = f"{chr(ord('a') + seed)}{number};"
            typist.type(mark)
            expected[desk.session.conversation] += mark
        elif act == "open":
            desk.session.open_conversation(chance.choice(conversations))
        elif act == "handle":
            desk.handle_some(chance.randrange(6))
        else:
            {
                "new": typist.new,
                "save": desk.session.save_draft,
                "edit": typist.change_mind,
                "rest": desk.rest,
            }[act]()
    desk.rest()
    desk.session.save_draft()
    assert {each: kept_text(desk, each) for each in expected} == expected
    desk.close()
    again = make()
    assert {each: kept_text(again, each) for each in expected} == expected


@pytest.mark.parametrize(
    ("text", "sent", "rest"),
    [
        ("What?", "What?", ""),
        ("What? And", "What?", "And"),
        ("  What?\nnext", "What?", "next"),
        ("Something else", "What?", "Something else"),
        ("kept", "", "kept"),
    ],
)
def test_the_rest_of_what_was_sent(text: str, sent: str, rest: str) -> None:
    assert rest_of(text, sent) == rest


def test_a_draft_s_message_survives_as_it_is(desk: Desk) -> None:
    message = user_message("  two\n\nlines \udcff")
    desk.until(DraftShown)
    desk.session.write(message.text)
    desk.session.save_draft()
    assert kept_text(desk, None) == "  two\n\nlines \ufffd"
