"""What is kept comes back: messages, branches, order, states, pictures."""

from __future__ import annotations

import sqlite3
import stat
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmdesk.core.conversations import EntryStatus, Failure, SavedTurn, StopReason, Usage
from mmdesk.core.errors import ConversationMissing, PromptTooLong
from mmdesk.core.messages import (
    AudioPart,
    ImagePart,
    Message,
    Part,
    Role,
    TextPart,
    TranscriptPart,
    user_message,
)
from mmdesk.core.phrases import Phrase
from mmdesk.store.rows import title_of
from mmdesk.store.sqlite import SqliteStore
from tests.unit.store.conftest import MakePicture, OpenStore, write_picture, write_recording
from tests.unit.store.filling import editing, fill, write_answer


def ask(
    store: SqliteStore, text: str, conversation: str | None = None, parent: str | None = None
) -> SavedTurn:
    return store.begin_turn(
        user_message(text), conversation=conversation, parent=parent, model="starter"
    )


def texts(store: SqliteStore, conversation: str) -> list[str]:
    return [entry.message.text for entry in store.conversation(conversation).entries]


TEXTS = {
    "chinese": "图里有几个红色的圆形？",
    "emoji": "what is 👩🏽‍🚀🏳️‍🌈?",
    "nul": "before\0after",
    "lines": "a\r\nb\n\n\u2028c\u0085d",
    "right to left": "مرحبا \u202eabc",
    "quotes": "'; DROP TABLE message; --",
    "long": "长" * 1_000_000,
    "space": "  \t ",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_text_comes_back_after_a_restart(open_store: OpenStore, text: str) -> None:
    store = open_store()
    turn = ask(store, text)
    write_answer(store, turn.answer, text[::-1], EntryStatus.FINISHED)
    question, answer = open_store().conversation(turn.conversation).entries
    assert question.message == user_message(text)
    assert answer.message.text == text[::-1]
    assert (question.id, answer.id) == (turn.question, turn.answer)


written = st.text(st.characters(exclude_categories=["Cs"]))
lengths = st.floats(0, 1e9)
parts = st.one_of(
    st.builds(TextPart, written),
    st.builds(TranscriptPart, written, written, lengths, written),
    st.binary(min_size=1, max_size=8),
    st.tuples(st.binary(min_size=1, max_size=8), written, lengths),
)


def made_part(folder: Path, part: Part | bytes | tuple[bytes, str, float]) -> Part:
    """Return the part; bytes stand for a picture, a tuple for a recording."""
    if isinstance(part, bytes):
        return ImagePart(write_picture(folder, part))
    if isinstance(part, tuple):
        return AudioPart(write_recording(folder, *part))
    return part


@settings(max_examples=60)
@given(
    contents=st.lists(parts, max_size=6),
    answer=st.text(st.characters(exclude_categories=["Cs"])),
    status=st.sampled_from([s for s in EntryStatus if s is not EntryStatus.STREAMING]),
    stop=st.none() | st.sampled_from(StopReason),
    usage=st.none()
    | st.builds(
        Usage,
        st.integers(0, 2**40),
        st.integers(0, 2**40),
        st.floats(0, 1e9),
        st.floats(0, 1e9),
    ),
)
def test_any_message_comes_back(
    contents: list[Part | bytes | tuple[bytes, str, float]],
    answer: str,
    status: EntryStatus,
    stop: StopReason | None,
    usage: Usage | None,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("any")
    made = tuple(made_part(folder, part) for part in contents)
    store = SqliteStore(":memory:", folder / "attachments")
    try:
        turn = store.begin_turn(Message(Role.USER, made), conversation=None, parent=None, model="")
        write_answer(store, turn.answer, answer, status, stop_reason=stop, usage=usage, model="m")
        asked, answered = store.conversation(turn.conversation).entries
    finally:
        store.close()
    assert [bare(part) for part in asked.message.parts] == [bare(part) for part in made]
    assert answered.message == Message(Role.ASSISTANT, (TextPart(answer),))
    assert (answered.status, answered.stop_reason) == (status, stop)
    assert (answered.usage, answered.model) == (usage, "m")


def bare(part: Part) -> object:
    """Return a part without where its files are."""
    if isinstance(part, AudioPart):
        recording = part.recording
        return recording.sha256, recording.name, recording.seconds
    if not isinstance(part, ImagePart):
        return part
    picture = part.picture
    return picture.sha256, picture.name, picture.width, picture.height, picture.notes


def test_half_a_character_does_not_stop_a_save(store: SqliteStore) -> None:
    """Qt strings may hold lone surrogates, which UTF-8 can't."""
    turn = ask(store, "a\ud83d b \ud83d\ude00")
    assert texts(store, turn.conversation)[0] == "a\ufffd b 😀"


def test_turns_follow_each_other(open_store: OpenStore) -> None:
    store = open_store()
    first = ask(store, "one")
    write_answer(store, first.answer, "1", EntryStatus.FINISHED)
    second = ask(store, "two", first.conversation, first.answer)
    write_answer(store, second.answer, "2", EntryStatus.FINISHED)
    assert texts(open_store(), first.conversation) == ["one", "1", "two", "2"]


def test_regenerate_shows_the_new_answer_and_keeps_the_old(
    open_store: OpenStore, database: Path
) -> None:
    store = open_store()
    first = ask(store, "one")
    write_answer(store, first.answer, "old", EntryStatus.FINISHED)
    again = store.begin_answer(first.conversation, first.question, model="other")
    assert (again.conversation, again.question) == (first.conversation, first.question)
    write_answer(store, again.answer, "new", EntryStatus.FINISHED)
    store = open_store()
    assert texts(store, first.conversation) == ["one", "new"]
    assert store.conversation(first.conversation).entries[1].model == "other"
    assert "old" in all_texts(database)


def test_edit_shows_the_new_question_and_keeps_the_old(
    open_store: OpenStore, database: Path
) -> None:
    store = open_store()
    first = ask(store, "one")
    write_answer(store, first.answer, "1", EntryStatus.FINISHED)
    second = ask(store, "two", first.conversation, first.answer)
    write_answer(store, second.answer, "2", EntryStatus.FINISHED)
    edited = ask(store, "two!", first.conversation, first.answer)
    assert texts(store, first.conversation) == ["one", "1", "two!", ""]
    root = ask(store, "one!", first.conversation, None)
    write_answer(store, root.answer, "1!", EntryStatus.FINISHED)
    store = open_store()
    assert texts(store, first.conversation) == ["one!", "1!"]
    assert store.conversations()[0].title == "one!"
    assert len(store.conversations()) == 1
    assert {"one", "1", "two", "2", "two!", ""} <= set(all_texts(database))
    assert edited.answer != second.answer


def all_texts(database: Path) -> list[str]:
    with sqlite3.connect(database) as connection:
        found = [row[0] for row in connection.execute("SELECT text FROM part")]
    connection.close()
    return found


def test_the_latest_conversation_is_first(
    open_store: OpenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store()
    turns = [ask(store, name) for name in ("a", "b", "c")]
    assert [summary.title for summary in store.conversations()] == ["c", "b", "a"]
    # A clock that was set back doesn't hide what was asked last.
    monkeypatch.setattr("time.time_ns", lambda: 1_000_000_000)
    ask(store, "more", turns[0].conversation, turns[0].answer)
    assert [summary.title for summary in open_store().conversations()] == ["a", "c", "b"]


def test_a_damaged_date_does_not_keep_questions_from_being_saved(
    open_store: OpenStore, database: Path
) -> None:
    store = open_store()
    fill(store)
    store.close()
    with editing(database) as connection:
        connection.execute("UPDATE conversation SET updated_us = ?", (2**63 - 1,))
    store = open_store()
    fill(store, text="new")
    dates = {each.title: each.updated.year for each in store.conversations()}
    assert dates["q 0"] == 1970
    assert dates["new 0"] > 2000


def test_times_are_utc(store: SqliteStore) -> None:
    before = datetime.now(UTC)
    ask(store, "now")
    updated = store.conversations()[0].updated
    assert abs((updated - before).total_seconds()) < 30
    assert updated.tzinfo is UTC


def test_an_answer_grows_and_ends(open_store: OpenStore) -> None:
    store = open_store()
    turn = ask(store, "q")
    streaming = store.conversation(turn.conversation).entries[1]
    assert (streaming.status, streaming.message.text) == (EntryStatus.STREAMING, "")
    assert streaming.model == "starter"
    write_answer(store, turn.answer, "half", EntryStatus.STREAMING)
    assert texts(store, turn.conversation)[1] == "half"
    error = PromptTooLong(tokens=9, limit=5, picture_tokens=3, pictures=1)
    failure = Failure(error.kind, error.message_phrase, error.hint_phrase)
    write_answer(store, turn.answer, "half a", EntryStatus.FAILED, failure=failure)
    entry = open_store().conversation(turn.conversation).entries[1]
    assert (entry.status, entry.failure, entry.message.text) == (
        EntryStatus.FAILED,
        failure,
        "half a",
    )


def test_an_answer_cut_off_by_a_crash_is_marked_and_kept(open_store: OpenStore) -> None:
    store = open_store()
    turn = ask(store, "q")
    write_answer(store, turn.answer, "what was streamed", EntryStatus.STREAMING)
    entry = open_store().conversation(turn.conversation).entries[1]
    assert (entry.status, entry.message.text) == (EntryStatus.INTERRUPTED, "what was streamed")


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("What color is it?", "What color is it?"),
        ("\n\n  first \t line \nsecond", "first line"),
        ("word " * 40, "word word word word word word word word word word word…"),
        ("长" * 100, "长" * 59 + "…"),
        ("a" * 61, "a" * 59 + "…"),
        ("a" * 60, "a" * 60),
        ("nul\0nul", "nulnul"),
        ("", "…"),
    ],
)
def test_titles(text: str, title: str) -> None:
    assert title_of(user_message(text)) == title
    assert len(title) <= 60


def test_a_question_without_text_has_its_picture_s_name(
    store: SqliteStore, make_picture: MakePicture
) -> None:
    store.begin_turn(
        user_message("", (make_picture(name="假期 2026.jpg"),)),
        conversation=None,
        parent=None,
        model="",
    )
    assert store.conversations()[0].title == "假期 2026.jpg"


def test_pictures_are_kept_once_and_outlive_staging(
    open_store: OpenStore, make_picture: MakePicture, database: Path
) -> None:
    store = open_store()
    picture = make_picture()
    question = user_message("what?", (picture, make_picture(b"other"), picture))
    turn = store.begin_turn(question, conversation=None, parent=None, model="")
    picture.path.unlink()
    picture.thumbnail.unlink()
    kept = open_store().conversation(turn.conversation).entries[0].message.pictures
    assert [p.sha256 for p in kept] == [p.sha256 for p in question.pictures]
    assert kept[0].path.read_bytes() == b"pixels"
    assert kept[0].thumbnail.read_bytes() == b"small pixels"
    attachments = database.parent / "attachments"
    assert kept[0].path.relative_to(attachments).parts[0] == picture.sha256[:2]
    assert len([path for path in attachments.rglob("*") if path.is_file()]) == 4
    assert str(kept[0].notes[0]) == "Only the first of its 3 frames is used."


def test_a_kept_picture_is_asked_about_again(store: SqliteStore, make_picture: MakePicture) -> None:
    """An edit sends the pictures that it read back from the store."""
    picture = make_picture()
    turn = store.begin_turn(user_message("a", (picture,)), conversation=None, parent=None, model="")
    picture.path.unlink()
    kept = store.conversation(turn.conversation).entries[0].message.pictures
    edited = store.begin_turn(
        user_message("b", kept), conversation=turn.conversation, parent=None, model=""
    )
    assert store.conversation(edited.conversation).entries[0].message.pictures == kept


def test_a_lost_attachment_leaves_the_conversation_readable(
    open_store: OpenStore, make_picture: MakePicture
) -> None:
    store = open_store()
    turn = store.begin_turn(
        user_message("a", (make_picture(),)), conversation=None, parent=None, model=""
    )
    store.conversation(turn.conversation).entries[0].message.pictures[0].path.unlink()
    picture = open_store().conversation(turn.conversation).entries[0].message.pictures[0]
    assert (picture.name, picture.width, picture.path.exists()) == ("图 1.png", 40, False)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_everything_is_private(
    store: SqliteStore, make_picture: MakePicture, database: Path
) -> None:
    store.begin_turn(user_message("a", (make_picture(),)), conversation=None, parent=None, model="")
    for path in (database.parent, *database.parent.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_what_does_not_exist_is_said(store: SqliteStore) -> None:
    turn = ask(store, "a")
    other = ask(store, "b")
    with pytest.raises(ConversationMissing):
        store.conversation("nothing")
    with pytest.raises(ConversationMissing):
        ask(store, "x", "nothing", None)
    with pytest.raises(ConversationMissing):
        ask(store, "x", turn.conversation, other.answer)
    with pytest.raises(ConversationMissing):
        store.begin_answer(turn.conversation, "nothing", model="")
    with pytest.raises(ConversationMissing):
        write_answer(store, "nothing", "x", EntryStatus.FINISHED)
    with pytest.raises(ConversationMissing):
        write_answer(store, turn.question, "a question is no answer", EntryStatus.FINISHED)
    assert texts(store, turn.conversation) == ["a", ""]


def test_in_memory_nothing_is_kept(tmp_path: Path, make_picture: MakePicture) -> None:
    store = SqliteStore(":memory:", tmp_path / "scratch")
    turn = store.begin_turn(
        user_message("a", (make_picture(),)), conversation=None, parent=None, model=""
    )
    assert store.conversation(turn.conversation).entries[0].message.pictures[0].path.exists()
    store.close()
    store.close()
    assert not list(tmp_path.glob("*memory*"))
    empty = SqliteStore(":memory:", tmp_path / "scratch")
    assert empty.conversations() == ()
    empty.close()


FAR = "https://far.example/v1#maker/far"


def test_a_conversation_has_a_model_of_its_own(open_store: OpenStore) -> None:
    store = open_store()
    turn = ask(store, "a")
    assert store.conversations()[0].model == "starter"
    store.alter(turn.conversation, model="/models/other")
    store.close()
    store = open_store()
    assert store.conversation(turn.conversation).summary.model == "/models/other"
    store.begin_answer(turn.conversation, turn.question, model="/models/third")
    assert store.conversations()[0].model == "/models/third"
    with pytest.raises(ConversationMissing):
        store.alter("nothing", model="starter")


def test_what_has_left_the_computer_stays_known(open_store: OpenStore) -> None:
    store = open_store()
    turn = ask(store, "a")
    store.alter(turn.conversation, model=FAR)
    assert store.conversations()[0].leaves  # it would, with the next question
    store.alter(turn.conversation, model="http://127.0.0.1:8000/v1#near")
    assert not store.conversations()[0].leaves
    store.begin_answer(turn.conversation, turn.question, model=FAR)
    store.alter(turn.conversation, model="starter")
    assert store.conversations()[0].leaves


def test_what_was_noted_about_an_answer_comes_back(open_store: OpenStore) -> None:
    store = open_store()
    turn = ask(store, "a")
    notes = (Phrase("made smaller: {pixels}", {"pixels": 448}), Phrase("later turns only"))
    write_answer(store, turn.answer, "b", EntryStatus.FINISHED, notes=notes)
    store.close()
    entries = open_store().conversation(turn.conversation).entries
    assert entries[-1].notes == notes
    assert entries[0].notes == ()


def test_versions_stand_side_by_side(open_store: OpenStore) -> None:
    store = open_store()
    first = ask(store, "one")
    assert (first.question_versions, first.answer_versions) == ((), ())
    second = store.begin_answer(first.conversation, first.question, model="m")
    assert second.answer_versions == (first.answer, second.answer)
    follow = ask(store, "two", first.conversation, second.answer)
    edited = ask(store, "one!", first.conversation)
    assert edited.question_versions == (first.question, edited.question)
    store.show(first.conversation, first.question)
    entries = store.conversation(first.conversation).entries
    assert [entry.message.text for entry in entries] == ["one", "", "two", ""]
    assert entries[0].versions == (first.question, edited.question)
    assert entries[1].versions == (first.answer, second.answer)
    assert entries[2].versions == ()
    store.show(first.conversation, first.answer)  # nothing was asked below it
    assert [entry.id for entry in store.conversation(first.conversation).entries] == [
        first.question, first.answer
    ]  # fmt: skip
    store.show(first.conversation, second.answer)
    shown = store.conversation(first.conversation).entries
    assert [entry.id for entry in shown][-2:] == [follow.question, follow.answer]
    with pytest.raises(ConversationMissing):
        store.show(first.conversation, "nothing")


def test_a_long_conversation_is_read_in_a_few_queries(
    store: SqliteStore, make_picture: MakePicture
) -> None:
    first = store.begin_turn(
        user_message("one", (make_picture(),)), conversation=None, parent=None, model="m"
    )
    parent = first.answer
    for number in range(300):
        parent = ask(store, f"q {number}", first.conversation, parent).answer
    queries: list[str] = []
    store._connection.set_trace_callback(queries.append)
    entries = store.conversation(first.conversation).entries
    assert len(store.tree(first.conversation).nodes) == len(entries) == 602
    store.conversations()
    store._connection.set_trace_callback(None)
    assert len(queries) < 20
