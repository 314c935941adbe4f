"""Work that is counted, since the time that it takes depends on the machine."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from mmdesk.ui.chat.text_view import TextView


@dataclass(frozen=True, slots=True)
class Work:
    """What was done.

    Attributes:
        calls: Of functions, Qt's own included.
        characters: That text documents were told to lay out anew or to forget.
    """

    calls: float
    characters: float

    def at_most(self, times: float, other: Work) -> bool:
        """Whether it is no more than so many times another."""
        return self.calls <= times * other.calls and self.characters <= times * other.characters


class WorkMeter:
    """Counts, from now on; text views that are there already are left out."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._calls = self._characters = 0
        begin = TextView.__init__

        def counted(view: TextView, *args: object) -> None:
            begin(view, *args)  # type: ignore[arg-type]
            view.document().contentsChange.connect(self._change)

        monkeypatch.setattr(TextView, "__init__", counted)

    def mean(self, steps: list[Callable[[], None]]) -> Work:
        """Return what a step does."""
        calls, characters = self._calls, self._characters
        for step in steps:
            sys.setprofile(self._call)
            try:
                step()
            finally:
                sys.setprofile(None)
        count = len(steps)
        return Work((self._calls - calls) / count, (self._characters - characters) / count)

    def _call(self, _frame: object, event: str, _argument: object) -> None:
        self._calls += event in ("call", "c_call")

    def _change(self, _position: int, removed: int, added: int) -> None:
        self._characters += removed + added
