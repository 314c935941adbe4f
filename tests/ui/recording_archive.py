"""Archiving that records what the window asks of it; a test says what comes of it."""

from __future__ import annotations

from collections.abc import Callable

from mmdesk.core.archives import ArchiveRequest
from mmdesk.session.archiving import Told


class RecordingArchive:
    """Stands in for ``Archiving``."""

    def __init__(self) -> None:
        self.calls: list[tuple[object, ...]] = []
        self.told: dict[ArchiveRequest, Told] = {}

    def __getattr__(self, name: str) -> Callable[..., None]:
        def call(*arguments: object) -> None:
            self.calls.append((name, *arguments[:1]))
            if len(arguments) > 1:
                request, told = arguments
                self.told[request] = told  # type: ignore[index,assignment]

        return call
