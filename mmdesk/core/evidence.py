"""Evidence of an answer: where it points on the pictures that its model saw.

All places are in pixels of the canonical picture: as people see it, EXIF orientation applied.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mmdesk.core.pointing.conventions import CONVENTIONS, Convention
from mmdesk.core.pointing.marks import Mark
from mmdesk.core.pointing.reading import read_places
from mmdesk.core.sight import SeenPicture, Sight
from mmdesk.core.values import value


@value
class Evidence:
    """A phrase of an answer and the place that it stands for.

    Attributes:
        text: The phrase.
        start, end: The characters of the answer that say it.
        image: The picture's number in the prompt, from 0.
        place: A box or a point (x, y), in pixels of the picture.
    """

    text: str
    start: int
    end: int
    image: int
    place: tuple[float, ...]


def evidence_document(evidence: Evidence) -> dict[str, object]:
    """Return it as JSON has it, its place rounded to a tenth of a pixel."""
    kind = "point" if len(evidence.place) == 2 else "box"
    return {
        "text": evidence.text,
        "image": evidence.image,
        kind: [round(number, 1) for number in evidence.place],
        "start": evidence.start,
        "end": evidence.end,
    }


@value
class Pointed:
    """Where an answer points.

    Attributes:
        evidence: In the order of the answer.
        unread: Start and end of what looks like a place and isn't one that can be drawn.
        homeless: How many places there are of which it isn't said on which picture they are.
    """

    evidence: tuple[Evidence, ...] = ()
    unread: tuple[tuple[int, int], ...] = ()
    homeless: int = 0


NOWHERE = Pointed()


def pointed(answer: str, sight: Sight | None) -> Pointed:
    """Return where an answer points; nowhere for a family that isn't known to point."""
    convention = None if sight is None else CONVENTIONS.get(sight.model_type)
    if sight is None or convention is None or not sight.pictures:
        return NOWHERE
    meant = sight.pictures[sight.meant or 0].whole
    reading = read_places(answer, convention, (meant.width, meant.height))
    evidence = tuple(_evidence(reading.marks, sight, convention))
    return Pointed(evidence, reading.unread, len(reading.marks) - len(evidence))


def _evidence(marks: Sequence[Mark], sight: Sight, convention: Convention) -> Iterator[Evidence]:
    for mark in marks:
        image = sight.meant if mark.image is None else mark.image
        if image is None or image >= len(sight.pictures):
            continue
        picture = sight.pictures[image]
        if convention.of_frame:
            place = picture.whole.on_picture(mark.place)
        else:
            sides = (picture.width, picture.height)
            place = tuple(each * sides[axis % 2] for axis, each in enumerate(mark.place))
        yield Evidence(mark.label, mark.start, mark.end, image, _inside(place, picture))


def _inside(place: Sequence[float], picture: SeenPicture) -> tuple[float, ...]:
    sides = (picture.width, picture.height)
    return tuple(min(max(0.0, each), sides[axis % 2]) for axis, each in enumerate(place))
