"""What nobody can reach any more is destroyed, and nothing else."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mmdesk.core.conversations import BIN_DAYS
from mmdesk.core.messages import user_message
from mmdesk.store.backups import BackupFolder
from mmdesk.store.restoring import restore
from mmdesk.store.schema import MIGRATIONS
from mmdesk.store.sqlite import SqliteStore
from tests.unit.store.conftest import MakePicture, MakeRecording, OpenStore
from tests.unit.store.filling import fill

LONG_AGO = 90 * 86_400


@pytest.fixture
def backups(tmp_path: Path) -> Path:
    return tmp_path / "backups"


def keep(store: SqliteStore, picture: object) -> str:
    question = user_message("look", (picture,))  # type: ignore[arg-type]
    return store.begin_turn(question, conversation=None, parent=None, model="m").conversation


def age(folder: Path) -> None:
    for file in folder.rglob("*.*"):
        os.utime(file, (time.time() - LONG_AGO,) * 2)


def names(database: Path) -> set[str]:
    return {file.name.partition(".")[0] for file in (database.parent / "attachments").glob("*/*")}


def binned_before(store: SqliteStore, conversation: str, days: int) -> None:
    store.alter(conversation, binned=True)
    store._connection.execute(
        "UPDATE conversation SET binned_us = ? WHERE id = ?",
        ((time.time_ns() // 1000) - days * 86_400_000_000, conversation),
    )


def test_the_bin_is_emptied_after_its_days(
    open_store: OpenStore, make_picture: MakePicture, database: Path, backups: Path
) -> None:
    store = open_store()
    gone, shared = make_picture(b"gone"), make_picture(b"shared")
    old, young, kept = keep(store, gone), keep(store, make_picture(b"young")), keep(store, shared)
    keep(store, shared)
    binned_before(store, old, BIN_DAYS + 1)
    binned_before(store, young, BIN_DAYS - 1)
    age(database.parent / "attachments")
    store.back_up()
    assert {summary.id for summary in store.binned()} == {young}
    assert kept in {summary.id for summary in store.conversations()}
    assert gone.sha256 in names(database)  # the backup that was just made has it
    for copy in backups.iterdir():
        copy.unlink()
    store.back_up()
    assert names(database) >= {shared.sha256}
    assert gone.sha256 not in names(database)
    assert len(store.search("look")) == 2
    check = store._connection.execute("PRAGMA integrity_check").fetchone()[0]
    assert check == "ok"


def test_a_draft_s_files_stay_as_long_as_it_does(
    open_store: OpenStore,
    make_picture: MakePicture,
    make_recording: MakeRecording,
    database: Path,
    backups: Path,
) -> None:
    store = open_store()
    conversation = keep(store, make_picture(b"sent"))
    mine, new, recording = make_picture(b"mine"), make_picture(b"new"), make_recording()
    store.keep_draft(conversation, user_message("more", (mine,), (), (recording,)))
    store.keep_draft(None, user_message("", (new,)))
    age(database.parent / "attachments")
    store.back_up()
    assert names(database) >= {mine.sha256, new.sha256, recording.sha256}
    store.keep_draft(None, None)
    binned_before(store, conversation, BIN_DAYS + 1)
    for copy in backups.iterdir():
        copy.unlink()
    store.back_up()  # the copy is made first, and has what is destroyed then
    for copy in backups.iterdir():
        copy.unlink()
    store.back_up()
    assert names(database) == set()
    assert store._connection.execute("SELECT count(*) FROM draft").fetchone()[0] == 0
    assert store._connection.execute("PRAGMA foreign_key_check").fetchall() == []


def test_a_backup_of_an_older_version_has_its_say(
    open_store: OpenStore, database: Path, backups: Path
) -> None:
    needed, unneeded = "ab" * 32, "cd" * 32
    store = open_store()
    backups.mkdir()
    old = sqlite3.connect(backups / "conversations-20250101T000000Z.sqlite3")
    for statement in MIGRATIONS[0]:
        old.execute(statement)
    old.execute("INSERT INTO conversation VALUES (1, 'c', 't', 1, 1, NULL)")
    old.execute(
        "INSERT INTO message (id, conversation_id, role, status, model, created_us)"
        " VALUES ('m', 'c', 'user', 'finished', '', 1)"
    )
    old.execute(
        "INSERT INTO part (message_id, ordinal, kind, sha256) VALUES ('m', 0, 'image', ?)",
        (needed,),
    )
    old.execute("PRAGMA user_version = 1")
    old.commit()
    old.close()
    for sha256 in (needed, unneeded):
        file = database.parent / "attachments" / sha256[:2] / f"{sha256}.png"
        file.parent.mkdir(parents=True)
        file.write_bytes(b"x")
    fill(store, 1)
    age(database.parent / "attachments")
    store.back_up()
    assert names(database) == {needed}


def test_a_long_conversation_leaves_the_bin_too(open_store: OpenStore) -> None:
    store = open_store()
    conversation, _ = fill(store, 520)  # sqlite follows 1000 generations of messages
    binned_before(store, conversation, BIN_DAYS + 1)
    store.back_up()
    assert store.binned() == ()
    for table in ("message", "part", "search"):
        assert store._connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == 0


@pytest.mark.logs("damaged|refers to nothing")
def test_after_damage_the_pictures_wait_for_whoever_can_read_more(
    open_store: OpenStore, make_picture: MakePicture, database: Path, backups: Path
) -> None:
    picture = make_picture(b"of a lost message")
    keep(open_store(), picture)
    open_store().close()
    database.write_bytes(b"no database" * 1000)
    store = open_store()
    age(database.parent / "attachments")
    store.back_up()
    assert picture.sha256 in names(database)
    for aside in list(database.parent.glob("*.damaged-*")):  # its journal too
        aside.rename(aside.with_name(aside.name.replace("-2", "-1", 1)))  # a thousand years ago
    for copy in backups.glob("*"):
        copy.unlink()
    store.back_up()
    assert picture.sha256 not in names(database)


def test_what_a_restore_has_set_aside_keeps_its_pictures(
    open_store: OpenStore, make_picture: MakePicture, database: Path, backups: Path, tmp_path: Path
) -> None:
    fill(open_store())
    backup = shutil.copy(database, tmp_path / "before.sqlite3")
    picture = make_picture(b"of today")
    keep(open_store(), picture)
    open_store().close()
    restore(database, Path(backup))
    for aside in list(database.parent.glob("*.replaced-*")):  # its journal too
        aside.rename(aside.with_name(aside.name.replace("-2", "-1", 1)))  # a thousand years ago
    store = open_store()
    age(database.parent / "attachments")
    store.back_up()
    assert picture.sha256 in names(database)
    for aside in database.parent.glob("*.replaced-*"):
        aside.unlink()
    for copy in backups.glob("*"):
        copy.unlink()
    store.back_up()
    assert picture.sha256 not in names(database)


def test_new_files_and_foreign_ones_stay(
    open_store: OpenStore, database: Path, make_recording: MakeRecording
) -> None:
    store = open_store()
    recording = make_recording()
    question = user_message("a", recordings=(recording,))
    store.begin_turn(question, conversation=None, parent=None, model="m")
    shelf = database.parent / "attachments" / "ab"
    shelf.mkdir(parents=True)
    fresh = shelf / f"ab{'0' * 62}.png"
    fresh.write_bytes(b"just written")
    foreign = shelf / "notes.txt"
    foreign.write_bytes(b"a person's")
    age_of_foreign = time.time() - LONG_AGO
    os.utime(foreign, (age_of_foreign,) * 2)
    store.back_up()
    assert fresh.exists()
    assert foreign.exists()
    assert recording.sha256 in names(database)


def test_with_a_damaged_backup_nothing_is_removed(
    open_store: OpenStore, database: Path, backups: Path
) -> None:
    store = open_store()
    shelf = database.parent / "attachments" / "ab"
    shelf.mkdir(parents=True)
    unneeded = shelf / f"ab{'0' * 62}.png"
    unneeded.write_bytes(b"x")
    age(database.parent / "attachments")
    backups.mkdir()
    (backups / "conversations-20200101T000000Z.sqlite3").write_bytes(b"\0" * 9000)
    store.back_up()
    assert unneeded.exists()
    for copy in BackupFolder(backups).backups():
        if copy.made < datetime(2021, 1, 1, tzinfo=UTC):
            copy.path.unlink()
        else:
            os.rename(copy.path, copy.path.with_name("conversations-20250101T000000Z.sqlite3"))
    keep_changed = store.begin_turn(user_message("b"), conversation=None, parent=None, model="m")
    assert keep_changed
    store.back_up()
    assert not unneeded.exists()
