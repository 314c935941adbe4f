"""A real reader with a real child; the children it starts are recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mmdesk.core.protocols import Child
from mmdesk.media.reader import LimitedMediaReader
from mmdesk.session.threads import spawn


class RecordingSpawn:
    """Spawns as the application does and remembers the children."""

    def __init__(self) -> None:
        self.children: list[Child] = []

    def __call__(
        self, name: str, entry: Callable[..., None], *arguments: object, nice: int = 0
    ) -> Child:
        child = spawn(name, entry, *arguments, nice=nice)
        self.children.append(child)
        return child


@pytest.fixture(scope="module")
def spawned() -> RecordingSpawn:
    return RecordingSpawn()


@pytest.fixture(scope="module")
def reader(
    spawned: RecordingSpawn, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LimitedMediaReader]:
    """One for a module: the child stays, as it does in the application.

    The deadline is generous, since tests share two cores with whatever else runs.
    """
    reader = LimitedMediaReader(spawned, tmp_path_factory.mktemp("staging"), 60.0)
    yield reader
    reader.close()


@pytest.fixture
def own_reader(tmp_path: Path) -> Iterator[tuple[LimitedMediaReader, RecordingSpawn]]:
    """A reader for one test, that may kill its children."""
    spawned = RecordingSpawn()
    reader = LimitedMediaReader(spawned, tmp_path / "staging", 60.0)
    yield reader, spawned
    reader.close()
