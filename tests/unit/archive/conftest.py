"""Real pictures and recordings, a real decoding child, and stores to import into."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mmdesk.archive.importing import Found, Importer
from mmdesk.bench.durability.trees import NOW_US, make_pictures, make_recordings
from mmdesk.core.messages import Picture
from mmdesk.core.speech import Recording
from mmdesk.media.reader import LimitedMediaReader
from mmdesk.session.threads import spawn
from mmdesk.store.sqlite import SqliteStore


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LimitedMediaReader]:
    reader = LimitedMediaReader(spawn, tmp_path_factory.mktemp("staging"), 60.0)
    yield reader
    reader.close()


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> list[Picture]:
    return make_pictures(tmp_path_factory.mktemp("pictures"), 5)


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> list[Recording]:
    return make_recordings(tmp_path_factory.mktemp("recordings"))


@pytest.fixture
def open_store(tmp_path: Path) -> Iterator[Callable[[str], SqliteStore]]:
    """Opens stores in folders of their own."""
    opened: list[SqliteStore] = []

    def open_one(name: str) -> SqliteStore:
        folder = tmp_path / name
        opened.append(SqliteStore(folder / "conversations.sqlite3", folder / "attachments"))
        return opened[-1]

    yield open_one
    for store in opened:
        store.close()


@pytest.fixture
def importer(reader: LimitedMediaReader) -> Importer:
    return Importer(reader, NOW_US)


FromDocument = Callable[[Any], list[Found]]


@pytest.fixture
def from_document(importer: Importer, tmp_path: Path) -> FromDocument:
    """Imports what is written into a file first."""

    def found_in(document: Any) -> list[Found]:
        folder = tmp_path / "from"
        folder.mkdir(exist_ok=True)
        text = document if isinstance(document, str) else json.dumps(document)
        (folder / "chat.json").write_text(text, encoding="utf-8")
        return importer.conversations(folder / "chat.json")

    return found_in
