"""What holds everything together: what is made once, and what follows the settings."""

from __future__ import annotations

import json
import queue
import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from mmdesk import compose, paths
from mmdesk.core.archives import ArchiveItem, ArchiveReport, ImportRequest
from mmdesk.core.errors import StoreClosed
from mmdesk.core.events import (
    ArchiveFinished,
    BackupsListed,
    ConversationsListed,
    Event,
    StoreUpgrading,
)
from mmdesk.settings import Settings
from tests.unit.store.filling import write_released

PATIENCE_S = 60.0


def until(events: queue.SimpleQueue[Event], kind: type[Event]) -> list[Event]:
    """Return the events up to and with the first of a kind."""
    seen = [events.get(timeout=PATIENCE_S)]
    while not isinstance(seen[-1], kind):
        seen.append(events.get(timeout=PATIENCE_S))
    return seen


def test_the_shelf_is_kept_while_its_settings_hold() -> None:
    settings = Settings()
    with closing(compose.build(lambda event: None, settings, keep=False)) as application:
        first = application.shelf()
        application.use(replace(settings, theme="dark"))
        assert application.shelf() is first
        application.use(replace(settings, hub="modelscope"))
        second = application.shelf()
        assert second is not first
        application.use(replace(settings, hub="modelscope", dtype="float16"))
        assert application.shelf() is not second


def test_conversations_of_an_older_version_are_told_of() -> None:
    write_released(paths.database(), 1)
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    with closing(compose.build(events.put, Settings())) as application:
        application.start()
        application.session.start()
        seen = until(events, ConversationsListed)
    assert sum(isinstance(event, StoreUpgrading) for event in seen) == 1
    with closing(compose.build(events.put, Settings())) as application:
        application.start()
        application.session.start()
        assert not any(isinstance(e, StoreUpgrading) for e in until(events, ConversationsListed))


def test_archives_are_there_and_end_with_the_application(tmp_path: Path) -> None:
    sample = next(path for path in sorted(paths.samples().iterdir()) if path.suffix == ".png")
    (tmp_path / "picture.png").write_bytes(sample.read_bytes())
    picture = {"type": "image_url", "image_url": {"url": "picture.png"}}
    chats = [[{"role": "user", "content": [picture, f"What is it? {n}"]}] for n in range(200)]
    for number, chat in enumerate(chats):
        (tmp_path / f"{number}.json").write_text(json.dumps(chat))
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    told: list[ArchiveItem | ArchiveReport] = []
    some = threading.Event()

    def tell(what: ArchiveItem | ArchiveReport) -> bool:
        told.append(what)
        some.set()
        return True

    with closing(compose.build(events.put, Settings())) as application:
        application.start()
        application.session.archive.import_files(ImportRequest((tmp_path / "0.json",)))
        (finished,) = (e for e in until(events, ArchiveFinished) if isinstance(e, ArchiveFinished))
        assert finished.report.failures == ()
        application.session.archive.list_backups()
        assert until(events, BackupsListed)[-1] == BackupsListed(())
        application.session.archive.import_files(ImportRequest((tmp_path,)), tell)
        assert some.wait(PATIENCE_S)
    for event in until(events, ArchiveFinished):  # its thread ends by itself
        if isinstance(event, ArchiveFinished) and event.report.error is not None:
            assert isinstance(event.report.error, StoreClosed)
            assert 0 < len(event.report.items) < len(chats)
