"""What can't be read or saved is said in plain words, and harms nothing else."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from mmdesk.core.conversations import EntryStatus
from mmdesk.core.errors import (
    AttachmentLost,
    StoreBusy,
    StoreDamaged,
    StoreTooNew,
    StoreUnwritable,
)
from mmdesk.core.messages import user_message
from mmdesk.store import attachments
from mmdesk.store.schema import APPLICATION_ID, MIGRATIONS
from mmdesk.store.sqlite import SqliteStore
from tests.unit.store.conftest import MakePicture, OpenStore
from tests.unit.store.filling import editing, fill, refusal, write_answer

posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX")


def test_a_new_database_has_the_schema_s_version(open_store: OpenStore, database: Path) -> None:
    open_store().close()
    with editing(database) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
        assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
        assert connection.execute("PRAGMA journal_mode").fetchone() != ("off",)


def test_a_newer_database_is_refused_untouched(open_store: OpenStore, database: Path) -> None:
    fill(open_store())
    open_store().close()
    with editing(database) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = database.read_bytes()
    error = refusal(database)
    assert isinstance(error, StoreTooNew)
    assert "newer mmdesk (99)" in error.message
    assert database.read_bytes() == before


def test_another_program_s_database_is_refused_untouched(tmp_path: Path) -> None:
    database = tmp_path / "c.sqlite3"
    with editing(database) as connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")
    before = database.read_bytes()
    error = refusal(database)
    assert isinstance(error, StoreDamaged)
    assert "another program" in error.message
    assert database.read_bytes() == before


def test_a_migration_that_fails_leaves_nothing(
    database: Path, open_store: OpenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation, _ = fill(open_store())
    open_store().close()
    broken = ("CREATE TABLE half (x)", "INSERT INTO nowhere VALUES (1)")
    with monkeypatch.context() as patch:
        patch.setattr("mmdesk.store.schema.MIGRATIONS", (*MIGRATIONS, broken))
        refusal(database)
    with editing(database) as connection:
        assert connection.execute("SELECT 1 FROM sqlite_master WHERE name='half'").fetchall() == []
    assert len(open_store().conversation(conversation).entries) == 6


def test_a_second_instance_is_refused(store: SqliteStore, database: Path) -> None:
    conversation, _ = fill(store)
    error = refusal(database)
    assert isinstance(error, StoreBusy)
    assert len(store.conversation(conversation).entries) == 6


def start_writer(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.unit.store.kill_writer", str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    )


@posix
def test_a_second_process_is_refused_until_the_first_is_killed(tmp_path: Path) -> None:
    with start_writer(tmp_path) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        assert isinstance(refusal(tmp_path / "c.sqlite3"), StoreBusy)
        writer.kill()
        writer.wait()
    store = SqliteStore(tmp_path / "c.sqlite3", tmp_path / "attachments")
    assert len(store.conversations()) == 1
    store.close()


@posix
def test_a_killed_writer_loses_nothing_acknowledged(tmp_path: Path) -> None:
    """kill -9 after 20 different numbers of acknowledged writes."""
    for trial in range(20):
        folder = tmp_path / str(trial)
        folder.mkdir()
        acknowledged = killed_after(folder, 1 + trial * trial % 97)
        store = SqliteStore(folder / "c.sqlite3", folder / "attachments")
        conversation = next(line for line in acknowledged if line[0] == "turn")[1]
        entries = {entry.id: entry for entry in store.conversation(conversation).entries}
        store.close()
        for kind, *rest in acknowledged:
            answer = rest[1] if kind == "turn" else rest[0]
            assert answer in entries
            if kind == "text":
                assert len(entries[answer].message.text) >= int(rest[1])
            if kind == "done":
                assert entries[answer].status is EntryStatus.FINISHED
        assert all(entry.status is not EntryStatus.STREAMING for entry in entries.values())
        with editing(folder / "c.sqlite3") as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def killed_after(folder: Path, lines: int) -> list[list[str]]:
    """Kill a writer once it acknowledged ``lines`` writes; return all that it did."""
    with start_writer(folder) as writer:
        assert writer.stdout is not None
        said = [writer.stdout.readline() for _ in range(lines)]
        writer.send_signal(signal.SIGKILL)
        said += writer.stdout.read().splitlines(keepends=True)
        assert writer.wait() == -signal.SIGKILL
    return [line.split() for line in said if line.endswith("\n")]


@contextlib.contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond ``size`` bytes, as on a full disk."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@posix
def test_a_full_disk_is_said_and_loses_nothing(
    store: SqliteStore, open_store: OpenStore, database: Path, make_picture: MakePicture
) -> None:
    conversation, answers = fill(store)
    big = "x" * 3_000_000
    with largest_file(database.stat().st_size + 10_000):
        with pytest.raises(StoreUnwritable) as caught:
            write_answer(store, answers[-1], big, EntryStatus.FINISHED)
        with pytest.raises(StoreUnwritable):
            store.begin_turn(user_message(big), conversation=None, parent=None, model="")
    assert caught.value.message.startswith("The conversation can't be saved: the disk")
    assert store.conversation(conversation).entries[-1].message.text == "a 2"
    assert len(store.conversations()) == 1
    write_answer(store, answers[-1], big, EntryStatus.FINISHED)
    assert open_store().conversation(conversation).entries[-1].message.text == big


@posix
def test_a_full_disk_while_opening(database: Path) -> None:
    with largest_file(1000):
        assert isinstance(refusal(database), StoreUnwritable)
    store = SqliteStore(database, database.parent / "attachments")
    fill(store)
    store.close()


@posix
def test_after_a_crash_a_full_disk_still_shows_everything(
    open_store: OpenStore, database: Path
) -> None:
    store = open_store()
    conversation, answers = fill(store)
    write_answer(store, answers[-1], "a cut off answer", EntryStatus.STREAMING)
    store.close()
    with largest_file(0):
        store = open_store()
        entries = store.conversation(conversation).entries
        assert entries[-1].message.text == "a cut off answer"
        with pytest.raises(StoreUnwritable):
            store.alter(conversation, pinned=True)
    store.alter(conversation, pinned=True)
    assert store.conversation(conversation).entries[-1].status is EntryStatus.INTERRUPTED
    assert [hit.message for hit in store.search("cut off")] == answers[-1:]
    write_answer(store, answers[0], "streams", EntryStatus.STREAMING)
    store.alter(conversation, pinned=False)
    assert store.conversation(conversation).entries[1].status is EntryStatus.STREAMING


@posix
def test_a_picture_that_can_not_be_copied_fails_the_turn_alone(
    store: SqliteStore, make_picture: MakePicture, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = make_picture(b"p" * 50_000)

    def no_links(*_: object) -> None:
        raise PermissionError("this file system has no links")

    monkeypatch.setattr(os, "link", no_links)
    question = user_message("q", (picture,))
    with largest_file(20_000), pytest.raises(StoreUnwritable):
        store.begin_turn(question, conversation=None, parent=None, model="")
    assert store.conversations() == ()
    turn = store.begin_turn(question, conversation=None, parent=None, model="")
    kept = store.conversation(turn.conversation).entries[0].message.pictures[0]
    assert kept.path.read_bytes() == b"p" * 50_000
    assert not list(kept.path.parent.glob("*.part"))


def test_a_picture_that_is_gone_or_changed_is_said(
    store: SqliteStore, make_picture: MakePicture
) -> None:
    gone, changed = make_picture(b"gone", "gone.png"), make_picture(b"changed")
    gone.path.unlink()
    changed.path.write_bytes(b"other pixels")
    for picture in (gone, changed):
        with pytest.raises(AttachmentLost, match=re.escape(f"“{picture.name}” is no longer there")):
            store.begin_turn(
                user_message("q", (picture,)), conversation=None, parent=None, model=""
            )
    assert store.conversations() == ()


@posix
def test_a_folder_that_can_not_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnwritable) as caught:
        SqliteStore(tmp_path / "file" / "c.sqlite3", tmp_path / "attachments")
    assert "a file stands where its folder should be" in caught.value.message


@posix
def test_a_database_that_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "c.sqlite3").mkdir()
    assert isinstance(refusal(tmp_path / "c.sqlite3"), StoreUnwritable)


@posix
def test_a_read_only_folder() -> None:
    """/proc refuses new files even to root."""
    if not Path("/proc/self").is_dir():
        pytest.skip("no /proc")
    with pytest.raises(StoreUnwritable):
        SqliteStore(Path("/proc/self/c.sqlite3"), Path("/proc/self/attachments"))


def test_a_lock_of_a_foreign_program_is_said(store: SqliteStore, database: Path) -> None:
    conversation, answers = fill(store)
    store._connection.execute("PRAGMA busy_timeout = 50")
    other = sqlite3.connect(database)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreBusy):
        write_answer(store, answers[0], "x", EntryStatus.FINISHED)
    with pytest.raises(StoreBusy):
        store.conversations()
    other.rollback()
    other.close()
    assert len(store.conversation(conversation).entries) == 6


def test_another_thread_is_a_bug_and_said_so(store: SqliteStore) -> None:
    """sqlite3's own check stays on: it is not turned into a sentence for people."""
    caught: list[BaseException] = []

    def use() -> None:
        try:
            store.conversations()
        except BaseException as error:
            caught.append(error)

    thread = threading.Thread(target=use)
    thread.start()
    thread.join()
    assert isinstance(caught[0], sqlite3.ProgrammingError)


def test_the_journal_is_safe_for_this_sqlite(store: SqliteStore) -> None:
    mode = store._connection.execute("PRAGMA journal_mode").fetchone()[0]
    assert (mode == "wal") == (sqlite3.sqlite_version_info >= (3, 51, 3))
    assert store._connection.execute("PRAGMA synchronous").fetchone()[0] == 2
    assert store._connection.execute("PRAGMA foreign_keys").fetchone()[0] == 1


def test_a_moved_data_folder_still_has_its_pictures(
    open_store: OpenStore, database: Path, make_picture: MakePicture, tmp_path: Path
) -> None:
    store = open_store()
    turn = store.begin_turn(
        user_message("q", (make_picture(),)), conversation=None, parent=None, model=""
    )
    store.close()
    moved = tmp_path / "moved"
    shutil.move(database.parent, moved)
    store = SqliteStore(moved / database.name, moved / "attachments")
    picture = store.conversation(turn.conversation).entries[0].message.pictures[0]
    store.close()
    assert picture.path.read_bytes() == b"pixels"
    assert attachments.is_sha256(picture.sha256)
