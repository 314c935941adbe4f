"""Stands in for ``Examining``: keeps what was asked, and names it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from mmdesk.core.conversations import Entry
from mmdesk.core.matching import MatchModel
from mmdesk.core.messages import Picture
from mmdesk.core.models import is_remote


@dataclass
class RecordingExamining:
    """Each look is named by its number, from "look1" on."""

    calls: list[tuple[object, ...]] = field(default_factory=list)
    dropped: list[str | None] = field(default_factory=list)

    @property
    def last(self) -> str:
        """The name of the last look."""
        return f"look{len(self.calls)}"

    def inspect(self, picture: Picture, model: str) -> str | None:
        if is_remote(model):
            return None
        return self._asked("inspect", picture.name, model)

    def check(self, picture: Picture, texts: tuple[str, ...], matcher: MatchModel) -> str:
        return self._asked("check", picture.name, texts, matcher)

    def score(self, entries: Sequence[Entry], index: int) -> str:
        return self._asked("score", entries[index].id)

    def explain(
        self, entries: Sequence[Entry], index: int, image: int, first: int, last: int | None
    ) -> str:
        return self._asked("explain", entries[index].id, image, first, last)

    def drop(self, look: str | None) -> None:
        self.dropped.append(look)

    def _asked(self, *call: object) -> str:
        self.calls.append(call)
        return self.last
