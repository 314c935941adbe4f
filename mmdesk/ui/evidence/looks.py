"""The closer looks that are on their way, one of each kind."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto

from mmdesk.core.examinations import ExaminationId


class Look(Enum):
    """What is asked for."""

    SEEN = auto()
    CHECK = auto()
    WORDING = auto()
    WHY = auto()


class Looks:
    """Knows which event belongs to what; another one of a kind ends the one before."""

    def __init__(self, drop: Callable[[ExaminationId | None], None]) -> None:
        self._drop = drop
        self._running: dict[Look, ExaminationId] = {}

    def begin(self, look: Look, ask: Callable[[], ExaminationId | None]) -> bool:
        """Ask; return whether it can be."""
        self.drop(look)
        asked = ask()
        if asked is not None:
            self._running[look] = asked
        return asked is not None

    def kind_of(self, examination: ExaminationId) -> Look | None:
        """Return what an event is about; None for one that nobody waits for any more."""
        return next((look for look, each in self._running.items() if each == examination), None)

    def end(self, look: Look) -> None:
        """Take note that it is done."""
        self._running.pop(look, None)

    def drop(self, *looks: Look) -> None:
        """Break looks off; without arguments all of them."""
        for look in looks or tuple(Look):
            if (running := self._running.pop(look, None)) is not None:
                self._drop(running)

    def __contains__(self, look: object) -> bool:
        return look in self._running
