"""What can't be written is held, in order, and written as soon as it can be."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mmdesk.core.conversations import EntryStatus, SavedTurn
from mmdesk.core.errors import (
    AttachmentLost,
    ConversationMissing,
    MmdeskError,
    StoreClosed,
    StoreDamaged,
    StoreTooNew,
    StoreUnwritable,
)
from mmdesk.core.events import Event, SavingPaused, SavingResumed
from mmdesk.core.messages import Picture, user_message
from mmdesk.core.protocols import ConversationStore
from mmdesk.session.store_thread import Job, StoreThread
from mmdesk.store.sqlite import SqliteStore
from tests.unit.session.scripted import PATIENCE_S, Events
from tests.unit.store.filling import write_answer

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="limits are POSIX")

LONG = "x" * 300_000


class Store(SqliteStore):
    """A real one, until its disk is taken away."""

    def __init__(self, place: Place) -> None:
        super().__init__(place.database, place.attachments)
        self._place = place

    def begin_turn(self, *arguments: Any, **more: Any) -> SavedTurn:
        if self._place.lost is self:
            raise StoreUnwritable(path="x", reason="the disk reports an error")
        return super().begin_turn(*arguments, **more)

    def has(self, conversation: str) -> bool:
        if self._place.lost is self:
            raise StoreDamaged(path="x", reason="the disk reports an error")
        return super().has(conversation)


class Place:
    """A store thread over a real store whose disk can be full, or gone."""

    def __init__(self, folder: Path, refusal: MmdeskError | None = None) -> None:
        self.database = folder / "c.sqlite3"
        self.attachments = folder / "attachments"
        self.events = Events()
        self.errors: list[MmdeskError] = []
        self.refusal = refusal
        self.opened: list[Store] = []
        self.lost: Store | None = None
        self.thread = StoreThread(self._open, self.events.put)
        self.thread.start()

    def _open(self) -> ConversationStore:
        if self.refusal is not None:
            raise self.refusal
        self.opened.append(Store(self))
        return self.opened[-1]

    def put(self, job: Job, keep: str = "") -> None:
        self.thread.put(job, self.errors.append, keep)

    def do(self, job: Job) -> None:
        """Do a job without a name; return when it is done."""
        done = threading.Event()

        def told(store: ConversationStore) -> None:
            job(store)
            done.set()

        self.put(told)
        assert done.wait(PATIENCE_S)

    def ask(self, text: str) -> Job:
        """Return a job that keeps a question in a new conversation."""

        def begin(store: ConversationStore) -> None:
            store.begin_turn(user_message(text), conversation=None, parent=None, model="m")

        return begin

    def titles(self) -> list[str]:
        found: list[str] = []
        self.do(lambda store: found.extend(each.title for each in store.conversations()))
        return found[::-1]

    def next(self) -> Event:
        return self.events.next()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path)
    place.do(lambda store: None)
    yield place
    place.thread.close()


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@contextlib.contextmanager
def full_disk(place: Place) -> Iterator[None]:
    """Let no file grow beyond the database's size."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (place.database.stat().st_size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_what_is_held_is_written_in_order_once_there_is_room(place: Place) -> None:
    with full_disk(place):
        place.put(place.ask(f"one {LONG}"), keep="1")
        paused = place.next()
        assert isinstance(paused, SavingPaused)
        assert isinstance(paused.error, StoreUnwritable)
        place.put(place.ask("two"), keep="2")  # would fit, but its turn comes later
        place.put(place.ask("three"), keep="3")
        assert place.titles() == []  # reading goes on
        assert place.thread.waiting == 3
    assert place.next() == SavingResumed()
    assert [title[:5] for title in place.titles()] == ["one x", "two", "three"]
    assert (place.thread.waiting, place.errors) == (0, [])
    place.put(place.ask("four"), keep="4")
    assert place.titles()[-1] == "four"
    assert place.events.quiet()


def test_a_newer_one_of_the_same_name_is_written_alone_and_later(place: Place) -> None:
    written: list[str] = []

    def draft(text: str) -> Job:
        def keep(store: ConversationStore) -> None:
            place.ask(f"{text} {LONG}")(store)
            written.append(text)

        return keep

    with full_disk(place):
        place.put(draft("draft 1"), keep="draft")
        place.put(draft("question"), keep="turn")
        place.put(draft("draft 2"), keep="draft")
        assert isinstance(place.next(), SavingPaused)
        place.do(lambda store: None)
        assert place.thread.waiting == 2
    assert place.next() == SavingResumed()
    assert written == ["question", "draft 2"]


def test_taking_one_back(place: Place) -> None:
    assert not place.thread.withdraw("1")
    with full_disk(place):
        place.put(place.ask(LONG), keep="1")
        assert isinstance(place.next(), SavingPaused)
        place.put(place.ask("two"), keep="2")
        place.do(lambda store: None)
        assert place.thread.withdraw("1")
        assert not place.thread.withdraw("1")
        assert place.next() == SavingResumed()  # the second fits
    assert place.titles() == ["two"]


def test_taking_back_what_is_queued_or_being_done(place: Place) -> None:
    started, go = threading.Event(), threading.Event()

    def wait(store: ConversationStore) -> None:
        started.set()
        assert go.wait(PATIENCE_S)
        raise StoreUnwritable(path="x", reason="the disk is full")

    place.put(wait, keep="running")
    place.put(place.ask("queued"), keep="queued")
    assert started.wait(PATIENCE_S)
    assert place.thread.withdraw("queued")
    assert not place.thread.withdraw("running")
    go.set()
    assert place.titles() == []
    assert [type(error) for error in place.errors] == [StoreUnwritable]  # told, not held
    assert place.thread.waiting == 0
    assert place.events.quiet()


def test_taking_back_what_is_about_to_line_up(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = place.thread._take

    def withdrawn_first(task: Any) -> None:
        if task.keep == "2":
            assert not place.thread.withdraw("2")
        take(task)

    with full_disk(place):
        place.put(place.ask(LONG), keep="1")
        assert isinstance(place.next(), SavingPaused)
        monkeypatch.setattr(place.thread, "_take", withdrawn_first)
        place.put(place.ask("two"), keep="2")
        place.do(lambda store: None)
        assert [type(error) for error in place.errors] == [StoreUnwritable]
        assert place.thread.waiting == 1
    assert place.next() == SavingResumed()


def test_what_will_never_work_holds_nothing_up(place: Place, tmp_path: Path) -> None:
    gone = Picture("ab" * 32, tmp_path / "none.png", tmp_path / "none.png", "none.png", 4, 3)

    def with_picture(store: ConversationStore) -> None:
        question = user_message("?", (gone,))
        store.begin_turn(question, conversation=None, parent=None, model="m")

    def unknown(store: ConversationStore) -> None:
        write_answer(store, "nobody", "text", EntryStatus.FINISHED)

    with full_disk(place):
        place.put(with_picture, keep="picture")
        place.put(unknown, keep="unknown")
        place.put(place.ask(LONG), keep="1")
        assert isinstance(place.next(), SavingPaused)
        place.put(unknown, keep="unknown")
        place.put(with_picture, keep="picture")
        place.put(place.ask("last"), keep="2")
        place.do(lambda store: None)
    assert place.next() == SavingResumed()
    assert place.titles()[-1] == "last"
    kinds = [AttachmentLost, ConversationMissing]
    assert [type(error) for error in place.errors] == [*kinds, *kinds[::-1]]


def test_what_stands_apart_waits_for_nothing(place: Place) -> None:
    written: list[str] = []

    def blocked(store: ConversationStore) -> None:
        if place.refusal is None:
            raise StoreUnwritable(path="x", reason="a file stands where its folder should be")
        written.append("picture")

    def answer(text: str) -> Job:
        def write(store: ConversationStore) -> None:
            place.ask(text)(store)
            written.append(text[:3])

        return write

    place.put(blocked, keep="picture")
    assert isinstance(place.next(), SavingPaused)
    place.thread.put(answer("one"), place.errors.append, "answer", apart=True)
    place.do(lambda store: None)
    assert written == ["one"]
    with full_disk(place):
        place.thread.put(answer(f"two {LONG}"), place.errors.append, "answer", apart=True)
        place.put(place.ask("behind"), keep="other")
        place.do(lambda store: None)
        assert place.thread.waiting == 3
    # With room for it again, it needn't wait for what still has none.
    wait_for(lambda: written == ["one", "two"])
    place.refusal = StoreUnwritable(path="x", reason="only tells that the way is free")
    assert place.next() == SavingResumed()
    assert written == ["one", "two", "picture"]
    assert place.titles()[-1] == "behind"


def test_an_older_one_does_not_undo_what_stands_apart(place: Place) -> None:
    written: list[str] = []

    def write(text: str) -> Job:
        def job(store: ConversationStore) -> None:
            place.ask(text)(store)
            written.append(text[:3])

        return job

    with full_disk(place):
        place.thread.put(write(f"old {LONG}"), place.errors.append, "answer", apart=True)
        assert isinstance(place.next(), SavingPaused)
        place.thread.put(write("new"), place.errors.append, "answer", apart=True)
        assert place.next() == SavingResumed()
    assert (written, place.thread.waiting) == (["new"], 0)


def test_a_job_put_just_before_the_end_is_done(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The thread has found nothing to do, and hears of the job and the end before it waits."""
    thread, done = place.thread, threading.Event()
    find = thread._next

    def meanwhile() -> Any:
        found = find()
        if found is None and not thread._closed:
            place.put(lambda store: done.set(), keep="late")
            with thread._changed:
                thread._closed = True
        return found

    def woken_for_nothing() -> bool:
        with thread._changed:
            thread._changed.notify()
        return thread._closed

    monkeypatch.setattr(thread, "_next", meanwhile)
    place.do(lambda store: None)  # from now on it waits in that one
    wait_for(woken_for_nothing)
    thread.close()
    assert done.is_set()


def test_a_store_that_cannot_be_opened_for_want_of_room(tmp_path: Path) -> None:
    place = Place(tmp_path, StoreUnwritable(path="x", reason="the disk is full"))
    place.put(place.ask("one"), keep="1")
    assert isinstance(place.next(), SavingPaused)
    place.put(place.ask("unnamed"))
    place.put(place.ask("two"), keep="2")
    wait_for(lambda: place.errors)
    place.refusal = None
    assert place.next() == SavingResumed()
    assert place.titles() == ["one", "two"]
    assert len(place.errors) == 1
    place.thread.close()


def test_other_reasons_are_told_at_once(tmp_path: Path) -> None:
    place = Place(tmp_path, StoreTooNew(path="x", version=9, known=5))
    place.put(place.ask("one"), keep="1")
    place.thread.close()
    assert [type(error) for error in place.errors] == [StoreTooNew]


def test_a_store_whose_disk_was_taken_away_is_opened_again(place: Place) -> None:
    opened = place.opened
    place.lost = opened[-1]
    place.put(place.ask("saved"), keep="1")
    assert isinstance(place.next(), SavingPaused)
    assert place.next() == SavingResumed()
    assert len(opened) == 2
    assert place.titles() == ["saved"]


@pytest.mark.logs(r"never saved: 1 \(store_unwritable")
def test_at_the_end_each_is_tried_once_more(place: Place) -> None:
    with full_disk(place):
        place.put(place.ask(LONG), keep="1")
        assert isinstance(place.next(), SavingPaused)
        place.put(place.ask("two"), keep="2")
        place.thread.close()
    again = Place(place.database.parent)
    assert again.titles() == ["two"]
    again.thread.close()


def test_alone_with_the_file(place: Place) -> None:
    place.put(place.ask("one"), keep="1")
    found: list[list[str]] = []

    def alone() -> None:
        store = SqliteStore(place.database, place.attachments)  # else its lock is taken
        found.append([each.title for each in store.conversations()])
        store.close()

    place.thread.put_alone(alone, place.errors.append)
    assert place.titles() == ["one"]
    assert (found, place.errors) == ([["one"]], [])


def test_alone_never_while_something_is_held(place: Place) -> None:
    done: list[bool] = []
    with full_disk(place):
        place.put(place.ask(LONG), keep="1")
        assert isinstance(place.next(), SavingPaused)
        place.thread.put_alone(lambda: done.append(True), place.errors.append)
        place.do(lambda store: None)
        assert [type(error) for error in place.errors] == [StoreUnwritable]
    assert done == []
    assert place.next() == SavingResumed()


def test_after_the_end_nothing_is_taken(place: Place) -> None:
    place.thread.close()
    place.put(place.ask("late"))
    assert [type(error) for error in place.errors] == [StoreClosed]
