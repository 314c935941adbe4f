"""Finds the marks in an answer."""

from __future__ import annotations

from mmdesk.core.pointing.conventions import Convention
from mmdesk.core.pointing.marks import Grid, Mark, Reading
from mmdesk.core.pointing.written import Written


def read_places(
    answer: str, convention: Convention, frame: tuple[int, int] | None = None
) -> Reading:
    """Return the marks that an answer has, by its family's convention.

    Args:
        frame: Width and height of the frame that entered the model, which some families count in.
    """
    marks: list[Mark] = []
    unread: list[tuple[int, int]] = []
    for written in convention.find(answer):
        place = _grid(convention, written).place(written.numbers, frame)
        if place is None:
            unread.append((written.start, written.end))
        else:
            marks.append(Mark(written.label, place, written.start, written.end, written.image))
    marks.sort(key=lambda mark: mark.start)
    return Reading(tuple(marks), tuple(sorted(set(unread))))


def _grid(convention: Convention, written: Written) -> Grid:
    return convention.grid if written.scale is None else Grid((written.scale, written.scale))
