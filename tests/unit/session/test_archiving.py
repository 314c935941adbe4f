"""Exports, imports and restores beside everything else, over a real store and real files."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mmdesk.archive.files import FileArchives
from mmdesk.core.archives import (
    LATEST,
    ArchiveItem,
    ArchiveReport,
    ExportRequest,
    ImportRequest,
    RestoreRequest,
)
from mmdesk.core.conversations import EntryStatus
from mmdesk.core.errors import (
    ArchiveNotJson,
    ArchiveStopped,
    BackupMissing,
    ExportUnwritable,
    MmdeskError,
    NothingNamed,
    NotMedia,
    RestoreWhileAnswering,
    StoreClosed,
    StoreTooNew,
)
from mmdesk.core.events import (
    ArchiveFinished,
    ArchiveProgressed,
    BackupsListed,
    ConversationsListed,
    Event,
    StoreFailed,
)
from mmdesk.core.messages import Picture, user_message
from mmdesk.core.protocols import ConversationStore
from mmdesk.core.sight import Pixels
from mmdesk.session.archiving import Archiving
from mmdesk.session.store_thread import StoreThread
from mmdesk.session.threads import job_pool
from mmdesk.store.shelf import BackupShelf
from mmdesk.store.sqlite import SqliteStore
from tests.unit.session.scripted import PATIENCE_S, Events
from tests.unit.store.filling import write_answer


class Ears:
    """Hears of each item, and wants more."""

    def __init__(self) -> None:
        self.heard: list[ArchiveItem | ArchiveReport] = []

    def __call__(self, what: ArchiveItem | ArchiveReport) -> bool:
        self.heard.append(what)
        return True


class NoReader:
    """There are no pictures here."""

    def read(self, path: Path) -> Picture:
        raise NotMedia(name=path.name)

    def read_bytes(self, data: bytes, name: str) -> Picture:
        raise NotMedia(name=name)

    def read_region(self, picture: Picture, box: Pixels) -> Picture:
        raise NotMedia(name=f"{picture.name} {box}")

    def close(self) -> None:
        pass


class Office:
    """An :class:`Archiving` with everything behind it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = folder / "data" / "c.sqlite3"
        self.backups = folder / "data" / "backups"
        self.refusal: MmdeskError | None = None
        self.events = Events()
        self.store = StoreThread(self._open, self.events.put)
        self.store.start()
        self.pool: ThreadPoolExecutor = job_pool(2)
        shelf = BackupShelf(self.database, self.backups)
        archives = FileArchives(NoReader())
        self.archive = Archiving(
            self.store, lambda: archives, lambda: shelf, self.pool, self.events.put
        )

    def _open(self) -> ConversationStore:
        if self.refusal is not None:
            raise self.refusal
        return SqliteStore(self.database, self.folder / "data" / "attachments", self.backups)

    def fill(self, *titles: str) -> None:
        done = threading.Event()

        def keep(store: ConversationStore) -> None:
            for title in titles:
                turn = store.begin_turn(
                    user_message(title), conversation=None, parent=None, model="m"
                )
                write_answer(store, turn.answer, f"About {title}.", EntryStatus.FINISHED)
            done.set()

        self.store.put(keep, lambda error: None)
        assert done.wait(PATIENCE_S)

    def back_up(self) -> None:
        self.store.put(lambda store: store.back_up(), lambda error: None)
        self.fill()

    def until(self, kind: type[Event]) -> Event:
        return self.events.until(kind)[-1]

    def finished(self) -> ArchiveReport:
        event = self.until(ArchiveFinished)
        assert isinstance(event, ArchiveFinished)
        return event.report

    def listed(self) -> list[str]:
        event = self.until(ConversationsListed)
        assert isinstance(event, ConversationsListed)
        return [summary.title for summary in event.summaries]

    def close(self) -> None:
        self.archive.close()
        self.pool.shutdown()
        self.store.close()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office(tmp_path)
    yield office
    office.close()


def test_exporting(office: Office) -> None:
    office.fill("Cats", "狗")
    to = office.folder / "out"
    ears = Ears()
    request = ExportRequest(to, ("cats", "Nobody"))
    office.archive.export(request, ears)
    events = office.events.until(ArchiveFinished)
    assert isinstance(events[0], ArchiveProgressed)
    assert (events[0].request, events[0].done, events[0].total) == (request, 1, 2)
    report = ears.heard[-1]
    assert isinstance(report, ArchiveReport)
    assert events[-1] == ArchiveFinished(report)
    assert report.items == tuple(ears.heard[:-1])
    assert [(item.title, item.error and item.error.kind) for item in report.items] == [
        ("Nobody", "nothing_named"),
        ("Cats", None),
    ]
    assert isinstance(report.failures[0], NothingNamed)
    assert [file.name for file in to.iterdir()] == ["Cats.json"]
    office.archive.export(ExportRequest(to, everything=True, markdown=True))
    assert [item.title for item in office.finished().items] == ["狗", "Cats"]
    assert sorted(file.name for file in to.iterdir()) == ["Cats.json", "Cats.md", "狗.md"]


def test_progress_comes_ten_times_a_second_at_most(office: Office) -> None:
    office.fill(*(f"c{number}" for number in range(60)))
    office.archive.export(ExportRequest(office.folder / "out", everything=True))
    events = office.events.until(ArchiveFinished)
    done = [event.done for event in events if isinstance(event, ArchiveProgressed)]
    assert done[0] == 1
    assert done == sorted(set(done))
    assert len(done) < 60


def test_others_are_served_in_between(office: Office) -> None:
    office.fill("a", "b", "c")
    waits, goes = threading.Event(), threading.Event()

    def told(what: object) -> bool:
        waits.set()
        return goes.wait(PATIENCE_S)

    office.archive.export(ExportRequest(office.folder / "out", everything=True), told)
    assert waits.wait(PATIENCE_S)
    office.fill("meanwhile")  # returns when it is kept
    goes.set()
    assert len(office.finished().items) == 3


def test_importing(office: Office, tmp_path: Path) -> None:
    office.fill("Cats")
    to = tmp_path / "out"
    office.archive.export(ExportRequest(to, everything=True))
    office.finished()
    (to / "bad.json").write_text("{")
    picture = {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}
    (to / "else.json").write_text(json.dumps([{"role": "user", "content": [picture, "Dogs"]}]))
    office.archive.import_files(ImportRequest((to, tmp_path / "none")))
    report = office.finished()
    assert office.listed() == ["[https://example.org/a.png]", "Cats"]
    assert [(item.title, item.present) for item in report.items] == [
        ("Cats.json", True),
        ("bad.json", False),
        ("[https://example.org/a.png]", False),
        ("none", False),
    ]
    assert [type(error).__name__ for error in report.failures] == ["ArchiveNotJson", "FileMissing"]
    assert str(report.items[2].notes[0]).endswith("not fetched: 1.")
    assert isinstance(report.items[1].error, ArchiveNotJson)


def test_who_wants_no_more_gets_no_more(office: Office) -> None:
    office.fill("a", "b", "c")
    to = office.folder / "out"
    office.archive.export(ExportRequest(to, everything=True), lambda what: False)
    report = office.finished()
    assert isinstance(report.error, ArchiveStopped)
    assert len(report.items) == len(list(to.iterdir())) == 1


def test_the_application_closes_meanwhile(office: Office) -> None:
    office.fill("a", "b", "c")

    def told(what: object) -> bool:
        office.archive.close()
        return True

    office.archive.export(ExportRequest(office.folder / "out", everything=True), told)
    report = office.finished()
    assert isinstance(report.error, StoreClosed)
    assert len(report.items) == 1
    office.store.close()
    office.archive.restore(RestoreRequest())
    assert isinstance(office.finished().error, StoreClosed)


def test_a_place_that_can_not_be_written(office: Office) -> None:
    (office.folder / "file").write_text("")
    office.archive.export(ExportRequest(office.folder / "file", everything=True))
    assert isinstance(office.finished().error, ExportUnwritable)


def test_a_store_that_can_not_be_opened(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.refusal = StoreTooNew(path="x", version=9, known=5)
    office.store.put_alone(lambda: None, lambda error: None)  # lets go of what was opened
    office.archive.export(ExportRequest(tmp_path / "out", everything=True))
    assert isinstance(office.finished().error, StoreTooNew)
    office.archive.import_files(ImportRequest((tmp_path / "none",)))
    assert isinstance(office.until(StoreFailed), StoreFailed)
    office.close()


@pytest.mark.logs("in an archive")
def test_a_mistake_of_mmdesks_own_ends_it_too(office: Office) -> None:
    def told(what: object) -> bool:
        if isinstance(what, ArchiveItem):
            raise RuntimeError("oops")
        return True

    office.archive.export(ExportRequest(office.folder / "out", ("x",)), told)
    error = office.finished().error
    assert error is not None
    assert error.kind == "internal_error"


def test_restoring(office: Office) -> None:
    office.fill("first")
    office.back_up()
    office.fill("second")
    office.archive.list_backups()
    event = office.until(BackupsListed)
    assert isinstance(event, BackupsListed)
    (backup,) = event.backups
    assert (backup.path.parent, backup.conversations) == (office.backups, 1)
    ears = Ears()
    request = RestoreRequest(backup.name)
    office.archive.restore(request, ears)
    assert office.until(ArchiveProgressed) == ArchiveProgressed(request, 0, 1)
    report = office.finished()
    assert ears.heard == [report]
    assert (report.restored, report.conversations, report.error) == (backup.path, 1, None)
    assert report.aside is not None
    assert report.aside.is_file()
    assert office.listed() == ["first"]
    office.archive.restore(RestoreRequest(str(report.aside)))
    assert office.listed() == ["second", "first"]


def test_restoring_what_can_not_be_opened(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.fill("first")
    office.back_up()
    office.refusal = StoreTooNew(path="x", version=9, known=5)
    office.store.put_alone(lambda: None, lambda error: None)
    office.archive.restore(RestoreRequest(LATEST))
    assert office.finished().restored is not None
    assert isinstance(office.until(StoreFailed), StoreFailed)
    office.close()


def test_nothing_is_restored(office: Office) -> None:
    office.fill("first")
    office.archive.restore(RestoreRequest("none"))
    assert isinstance(office.finished().error, BackupMissing)
    office.back_up()
    office.archive.answering = lambda: True
    office.archive.restore(RestoreRequest())
    assert isinstance(office.finished().error, RestoreWhileAnswering)
    office.archive.answering = lambda: False
    (backup,) = office.backups.iterdir()
    backup.write_bytes(b"nonsense")
    office.archive.restore(RestoreRequest())
    error = office.finished().error
    assert error is not None
    assert error.kind == "backup_damaged"
    office.fill("goes on")


@pytest.mark.skipif(sys.platform == "win32", reason="limits are POSIX")
def test_no_backups(office: Office) -> None:
    office.archive.list_backups()
    assert office.until(BackupsListed) == BackupsListed(())
