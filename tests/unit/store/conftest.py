"""A store on a real disk."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from mmdesk.core.messages import Picture
from mmdesk.core.phrases import Phrase
from mmdesk.core.speech import Recording
from mmdesk.store.sqlite import SqliteStore

OpenStore = Callable[[], SqliteStore]
MakePicture = Callable[..., Picture]
MakeRecording = Callable[..., Recording]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "data" / "conversations.sqlite3"


@pytest.fixture
def backups() -> Path | None:
    """Return where copies go; tests of damage without a backup leave it at None."""
    return None


@pytest.fixture
def open_store(database: Path, backups: Path | None) -> Iterator[OpenStore]:
    """Opens the same store again and again, closing the one before."""
    opened: list[SqliteStore] = []

    def open_again() -> SqliteStore:
        if opened:
            opened.pop().close()
        folder = database.parent
        opened.append(SqliteStore(database, folder / "attachments", backups))
        return opened[-1]

    yield open_again
    for store in opened:
        store.close()


@pytest.fixture
def store(open_store: OpenStore) -> SqliteStore:
    return open_store()


def write_picture(
    folder: Path, content: bytes = b"pixels", name: str = "图 1.png", notes: int = 1
) -> Picture:
    """Write a picture's files as the media child does; the store never looks inside them."""
    sha256 = hashlib.sha256(content).hexdigest()
    path, thumbnail = folder / f"{sha256}.png", folder / f"{sha256}.thumb.png"
    for file, data in ((path, content), (thumbnail, b"small " + content)):
        file.write_bytes(data)
        file.chmod(0o600)
    phrase = Phrase("Only the first of its {count} frames is used.", {"count": 3})
    return Picture(sha256, path, thumbnail, name, 40, 30, (phrase,) * notes)


@pytest.fixture
def make_picture(tmp_path: Path) -> MakePicture:
    """Writes pictures into a staging folder."""
    staging = tmp_path / "staging"
    staging.mkdir()
    return partial(write_picture, staging)


def write_recording(
    folder: Path, content: bytes = b"fLaC sound", name: str = "", seconds: float = 2.5
) -> Recording:
    """Write a recording's file; the store never looks inside it."""
    sha256 = hashlib.sha256(content).hexdigest()
    path = folder / f"{sha256}.flac"
    path.write_bytes(content)
    path.chmod(0o600)
    return Recording(sha256, path, name, seconds)


@pytest.fixture
def make_recording(tmp_path: Path) -> MakeRecording:
    """Writes recordings into a staging folder."""
    staging = tmp_path / "recorded"
    staging.mkdir()
    return partial(write_recording, staging)
