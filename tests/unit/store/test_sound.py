"""Recordings and transcripts of messages: kept, migrated, and lost without harm."""

from __future__ import annotations

import errno
import os
import stat
import sys
from pathlib import Path

import pytest

from mmdesk.core.errors import AttachmentLost, StoreUnwritable
from mmdesk.core.messages import Message, Role, TranscriptPart, user_message
from mmdesk.store.rows import title_of
from mmdesk.store.sqlite import SqliteStore
from tests.unit.store.conftest import MakePicture, MakeRecording, OpenStore
from tests.unit.store.filling import editing, write_released

TRANSCRIPT = TranscriptPart("会议 1.mp3", "[0:00] Hello.\n[1:02:05] 再见。", 3725.25, "zh")


def begin(store: SqliteStore, question: Message) -> str:
    """Keep a question; return the conversation."""
    return store.begin_turn(question, conversation=None, parent=None, model="").conversation


def kept(store: SqliteStore, conversation: str) -> Message:
    return store.conversation(conversation).entries[0].message


def test_sound_comes_back_after_a_restart(
    open_store: OpenStore,
    database: Path,
    make_picture: MakePicture,
    make_recording: MakeRecording,
) -> None:
    spoken = make_recording(seconds=1.75)
    attached = make_recording(b"another", "memo.ogg", 29.0)
    question = user_message("q", (make_picture(),), (TRANSCRIPT,), (spoken, attached))
    conversation = begin(open_store(), question)
    for recording in (spoken, attached):
        recording.path.unlink()
    message = kept(open_store(), conversation)
    assert [type(part) for part in message.parts] == [type(part) for part in question.parts]
    assert message.transcripts == (TRANSCRIPT,)
    assert [(r.sha256, r.name, r.seconds) for r in message.recordings] == [
        (spoken.sha256, "", 1.75),
        (attached.sha256, "memo.ogg", 29.0),
    ]
    shelf = database.parent / "attachments" / spoken.sha256[:2]
    assert message.recordings[0].path == shelf / f"{spoken.sha256}.flac"
    assert message.recordings[0].path.read_bytes() == b"fLaC sound"
    assert message.recordings[1].path.read_bytes() == b"another"
    if sys.platform != "win32":
        assert stat.S_IMODE(message.recordings[0].path.stat().st_mode) == 0o600


def test_a_kept_recording_is_sent_again(store: SqliteStore, make_recording: MakeRecording) -> None:
    """An edit sends the recording that it read back; the staged file is long gone."""
    recording = make_recording()
    first = store.begin_turn(
        user_message("a", recordings=(recording,)), conversation=None, parent=None, model=""
    )
    recording.path.unlink()
    recordings = kept(store, first.conversation).recordings
    store.begin_turn(
        user_message("b", recordings=recordings),
        conversation=first.conversation,
        parent=None,
        model="",
    )
    assert kept(store, first.conversation) == user_message("b", recordings=recordings)


def test_a_question_is_kept_without_a_recording_that_vanished(
    open_store: OpenStore, make_picture: MakePicture, make_recording: MakeRecording
) -> None:
    """Recordings are switched off while one is on its way to the disk."""
    gone, there = make_recording(b"gone"), make_recording(b"there")
    gone.path.unlink()
    store = open_store()
    conversation = begin(store, user_message("q", (make_picture(),), (), (gone, there)))
    silent = begin(store, user_message("", recordings=(gone,)))
    store = open_store()
    message = kept(store, conversation)
    assert message.text == "q"
    assert len(message.pictures) == 1
    assert [recording.sha256 for recording in message.recordings] == [there.sha256]
    assert kept(store, silent) == Message(Role.USER, ())


def test_a_recording_that_was_changed_is_refused(
    store: SqliteStore, make_recording: MakeRecording, database: Path
) -> None:
    recording = make_recording()
    recording.path.write_bytes(b"other sound")
    with pytest.raises(AttachmentLost, match="was changed"):
        begin(store, user_message("q", recordings=(recording,)))
    assert store.conversations() == ()
    assert not list((database.parent / "attachments").rglob("*.*"))


def test_a_full_disk_is_not_taken_for_a_lost_recording(
    store: SqliteStore, make_recording: MakeRecording, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    recording = make_recording()
    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        with pytest.raises(StoreUnwritable, match="disk is full"):
            begin(store, user_message("q", recordings=(recording,)))
    assert kept(store, begin(store, user_message("q", recordings=(recording,)))).recordings


def test_a_lost_recording_leaves_the_conversation_readable(
    open_store: OpenStore, make_recording: MakeRecording
) -> None:
    store = open_store()
    conversation = begin(store, user_message("q", recordings=(make_recording(seconds=4.0),)))
    kept(store, conversation).recordings[0].path.unlink()
    message = kept(open_store(), conversation)
    assert message.text == "q"
    assert [(r.seconds, r.path.exists()) for r in message.recordings] == [(4.0, False)]


NOTED = pytest.mark.logs("is damaged")


@pytest.mark.parametrize(
    ("change", "sounds", "transcripts"),
    [
        pytest.param("sha256 = NULL WHERE kind = 'audio'", 0, 1, id="no hash", marks=NOTED),
        pytest.param("sha256 = '../../x' WHERE kind = 'audio'", 0, 1, id="escapes", marks=NOTED),
        pytest.param("text = NULL WHERE kind = 'transcript'", 1, 0, id="no text", marks=NOTED),
        pytest.param("kind = 'odour' WHERE kind = 'transcript'", 1, 0, id="kind", marks=NOTED),
        pytest.param("seconds = 'long', name = X'00', language = 7", 1, 1, id="types"),
        pytest.param("seconds = 9e999, name = NULL, language = NULL", 1, 1, id="endless"),
        pytest.param("seconds = -3", 1, 1, id="negative"),
    ],
)
def test_a_damaged_row_costs_that_part(
    open_store: OpenStore,
    database: Path,
    make_recording: MakeRecording,
    change: str,
    sounds: int,
    transcripts: int,
) -> None:
    store = open_store()
    question = user_message("q", (), (TRANSCRIPT,), (make_recording(),))
    conversation = begin(store, question)
    store.close()
    with editing(database) as connection:
        assert connection.execute(f"UPDATE part SET {change}").rowcount > 0
    message = kept(open_store(), conversation)
    assert message.text == "q"
    assert (len(message.recordings), len(message.transcripts)) == (sounds, transcripts)
    names = [r.name for r in message.recordings] + [t.name for t in message.transcripts]
    assert all(isinstance(name, str) for name in names)
    lengths = [r.seconds for r in message.recordings] + [t.seconds for t in message.transcripts]
    assert all(0 <= length < 1e9 for length in lengths)


@pytest.mark.parametrize(
    ("text", "transcripts", "pictures", "title"),
    [
        ("What was said?", 1, 1, "What was said?"),
        ("", 1, 1, "会议 1.mp3"),
        (" \n ", 0, 1, "图 1.png"),
        ("", 0, 0, "…"),
    ],
)
def test_titles(
    make_picture: MakePicture,
    make_recording: MakeRecording,
    text: str,
    transcripts: int,
    pictures: int,
    title: str,
) -> None:
    message = user_message(
        text,
        (make_picture(),) * pictures,
        (TRANSCRIPT,) * transcripts,
        (make_recording(name="memo.ogg"),),
    )
    assert title_of(message) == title


def test_a_database_of_before_sound_takes_it(
    open_store: OpenStore, database: Path, make_recording: MakeRecording
) -> None:
    write_released(database, 1)
    store = open_store()
    spoken = user_message("and then?", (), (TRANSCRIPT,), (make_recording(),))
    store.begin_turn(spoken, conversation="c", parent="a", model="")
    entries = open_store().conversation("c").entries
    assert [len(entry.message.recordings) for entry in entries] == [0, 0, 1, 0]
    assert entries[2].message.transcripts == (TRANSCRIPT,)
