"""Questions that were not sent wait where they were left."""

from __future__ import annotations

from pathlib import Path

import pytest

from mmdesk.core.errors import ConversationMissing, StoreUnwritable
from mmdesk.core.messages import Message, Role, TranscriptPart, user_message
from mmdesk.store.sqlite import SqliteStore
from tests.unit.store.conftest import MakePicture, MakeRecording, OpenStore
from tests.unit.store.filling import editing, fill

TRANSCRIPT = TranscriptPart("会议.mp3", "[0:00] 你好", 61.5, "zh")


def drafted(store: SqliteStore) -> set[str]:
    return {each.id for each in store.conversations() if each.drafted}


def test_each_conversation_has_its_own(open_store: OpenStore) -> None:
    store = open_store()
    first, _ = fill(store, 1)
    second, _ = fill(store, 1)
    for place, text in ((first, "one"), (second, "two"), (None, "new")):
        store.keep_draft(place, user_message(text))
    store.keep_draft(first, user_message("one, changed"))
    store = open_store()
    assert store.conversation(first).draft == user_message("one, changed")
    assert store.conversation(second).draft == user_message("two")
    assert store.draft() == user_message("new")
    assert drafted(store) == {first, second}
    assert store.conversation(first).summary.drafted
    store.keep_draft(first, None)
    store.keep_draft(second, Message(Role.USER, ()))  # nothing in it
    store = open_store()
    assert store.conversation(first).draft is None
    assert store.conversation(second).draft is None
    assert drafted(store) == set()
    assert not store.conversation(first).summary.drafted
    assert store.draft() == user_message("new")


def test_a_sent_question_is_no_draft(open_store: OpenStore) -> None:
    store = open_store()
    conversation, answers = fill(store, 1)
    store.keep_draft(conversation, user_message("more"))
    store.keep_draft(None, user_message("new"))
    store.begin_turn(user_message("more"), conversation=conversation, parent=answers[0], model="m")
    assert store.conversation(conversation).draft is None
    assert store.draft() == user_message("new")
    store.keep_draft(conversation, user_message("even more"))
    store.begin_turn(user_message("new"), conversation=None, parent=None, model="m")
    assert store.draft() is None
    assert store.conversation(conversation).draft == user_message("even more")


def test_a_question_that_could_not_be_kept_is_a_draft_still(store: SqliteStore) -> None:
    conversation, _ = fill(store, 1)
    store.keep_draft(conversation, user_message("more"))
    with pytest.raises(ConversationMissing):
        store.begin_turn(
            user_message("more"), conversation=conversation, parent="nothing", model="m"
        )
    assert store.conversation(conversation).draft == user_message("more")


def test_files_are_kept_like_a_message_s(
    open_store: OpenStore, make_picture: MakePicture, make_recording: MakeRecording
) -> None:
    pictures = tuple(make_picture(b"%d" % number, f"{number}.png") for number in range(20))
    recording = make_recording(seconds=4.5)
    store = open_store()
    for _ in range(3):  # as it grows
        store.keep_draft(None, user_message("look", pictures, (TRANSCRIPT,), (recording,)))
    for picture in pictures:
        picture.path.unlink()
        picture.thumbnail.unlink()
    recording.path.unlink()
    store = open_store()
    draft = store.draft()
    assert draft is not None
    assert [picture.name for picture in draft.pictures] == [picture.name for picture in pictures]
    assert draft.pictures[7].path.read_bytes() == b"7"
    assert draft.pictures[7].thumbnail.read_bytes() == b"small 7"
    assert draft.pictures[7].notes == pictures[7].notes
    assert draft.recordings[0].path.read_bytes() == b"fLaC sound"
    assert draft.recordings[0].seconds == 4.5
    assert draft.transcripts == (TRANSCRIPT,)
    turn = store.begin_turn(draft, conversation=None, parent=None, model="m")
    assert store.conversation(turn.conversation).entries[0].message == draft


def test_what_is_gone_or_changed_is_left_out(
    open_store: OpenStore, make_picture: MakePicture, make_recording: MakeRecording
) -> None:
    there, gone, changed = make_picture(b"there"), make_picture(b"gone"), make_picture(b"changed")
    silent = make_recording()
    gone.path.unlink()
    silent.path.unlink()
    changed.path.write_bytes(b"other pixels")
    store = open_store()
    store.keep_draft(None, user_message("look", (gone, there, changed), (), (silent,)))
    draft = store.draft()
    assert draft is not None
    assert (draft.text, [picture.sha256 for picture in draft.pictures]) == ("look", [there.sha256])
    assert draft.recordings == ()
    draft.pictures[0].path.unlink()
    assert open_store().draft() == user_message("look")
    store = open_store()
    store.keep_draft(None, user_message("", (gone,)))
    assert store.draft() is None


def test_a_file_that_can_not_be_copied_is_not_taken_for_gone(
    store: SqliteStore, make_picture: MakePicture, database: Path
) -> None:
    (database.parent / "attachments").write_text("a file where the folder should be")
    store.keep_draft(None, user_message("before"))
    with pytest.raises(StoreUnwritable):
        store.keep_draft(None, user_message("look", (make_picture(),)))
    assert store.draft() == user_message("before")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("长" * 200_000, "长" * 200_000),
        ("before\0after", "before\0after"),
        ("a\ud83d b \ud83d\ude00", "a\ufffd b 😀"),
        ("  \n", "  \n"),
        ("'; DROP TABLE draft; --", "'; DROP TABLE draft; --"),
    ],
    ids=["long", "nul", "surrogates", "space", "quotes"],
)
def test_any_text(open_store: OpenStore, text: str, kept: str) -> None:
    open_store().keep_draft(None, user_message(text))
    assert open_store().draft() == user_message(kept)


def test_a_draft_is_not_found_and_changes_no_order(store: SqliteStore) -> None:
    first, _ = fill(store, 1, "first")
    fill(store, 1, "second")
    store.keep_draft(first, user_message("giraffe"))
    assert store.search("giraffe") == ()
    assert [each.title for each in store.conversations()] == ["second 0", "first 0"]


def test_none_of_what_is_not_there(store: SqliteStore) -> None:
    for draft in (user_message("x"), None):
        with pytest.raises(ConversationMissing):
            store.keep_draft("nothing", draft)


def test_a_draft_waits_in_the_bin(open_store: OpenStore) -> None:
    store = open_store()
    conversation, _ = fill(store, 1)
    store.keep_draft(conversation, user_message("more"))
    store.alter(conversation, binned=True)
    store = open_store()
    assert store.binned()[0].drafted
    store.alter(conversation, binned=False)
    assert store.conversation(conversation).draft == user_message("more")


NOTED = pytest.mark.logs("damaged")


@pytest.mark.parametrize(
    ("change", "text", "pictures"),
    [
        pytest.param("kind = 'smell' WHERE kind = 'image'", "look", 0, marks=NOTED),
        pytest.param("sha256 = '../../x' WHERE kind = 'image'", "look", 0, marks=NOTED),
        pytest.param("text = X'00FF' WHERE kind = 'text'", "", 1, marks=NOTED),
        pytest.param("notes = '[', width = 'x' WHERE kind = 'image'", "look", 1, marks=NOTED),
        pytest.param("ordinal = 'first' WHERE kind = 'image'", "look", 1),
    ],
)
def test_a_damaged_part_costs_that_part(
    open_store: OpenStore,
    database: Path,
    make_picture: MakePicture,
    change: str,
    text: str,
    pictures: int,
) -> None:
    store = open_store()
    conversation, _ = fill(store, 1)
    store.keep_draft(conversation, user_message("look", (make_picture(),)))
    store.close()
    with editing(database) as connection:
        assert connection.execute(f"UPDATE draft SET {change}").rowcount == 1
    opened = open_store().conversation(conversation)
    assert opened.draft is not None
    assert (opened.draft.text, len(opened.draft.pictures)) == (text, pictures)
    assert len(opened.entries) == 2


@pytest.mark.logs("a draft is damaged|the drafts are damaged")
def test_a_damaged_page_costs_the_drafts_alone(open_store: OpenStore, database: Path) -> None:
    store = open_store()
    conversation, _ = fill(store, 1)
    store.keep_draft(conversation, user_message("look"))
    store.close()
    with editing(database) as connection:
        pages = [
            row[0]
            for row in connection.execute(
                "SELECT rootpage FROM sqlite_master WHERE tbl_name = 'draft'"
            )
        ]
    data = bytearray(database.read_bytes())
    for page in pages:
        data[(page - 1) * 4096 : page * 4096] = b"\xff" * 4096
    database.write_bytes(data)
    store = open_store()
    assert len(store.conversations()) == 1
    opened = store.conversation(conversation)
    assert (len(opened.entries), opened.draft) == (2, None)
    assert store.draft() is None
