"""Evidence of an answer: what the model saw of the pictures, and where it points on them.

All places are in pixels of the canonical picture: as people see it, EXIF orientation applied.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mmdesk.core.pointing.conventions import CONVENTIONS, Convention
from mmdesk.core.pointing.marks import Mark
from mmdesk.core.pointing.reading import read_places
from mmdesk.core.values import value

Box = tuple[float, float, float, float]
"""x0, y0, x1, y1."""


@value
class Placement:
    """Where a frame or a tile of the model lies on the picture.

    Attributes:
        width, height: Pixels of the frame.
        inner: The part of it that shows the picture, in its own pixels; the rest is padding.
        shown: The same part, in pixels of the picture.
    """

    width: int
    height: int
    inner: tuple[int, int, int, int]
    shown: Box

    def on_picture(self, place: Sequence[float]) -> tuple[float, ...]:
        """Return where a place is on the picture.

        Args:
            place: A box or a point, as fractions of the frame.
        """
        return tuple(self._along(number % 2, each) for number, each in enumerate(place))

    @property
    def scale(self) -> float:
        """Pixels of the frame for one of the picture, along the side that lost more."""
        sizes = (self.shown[2] - self.shown[0], self.shown[3] - self.shown[1])
        inner = (self.inner[2] - self.inner[0], self.inner[3] - self.inner[1])
        return min((i / s for i, s in zip(inner, sizes, strict=True) if s > 0), default=0.0)

    @property
    def area(self) -> float:
        """Of what it shows, in pixels of the picture."""
        return (self.shown[2] - self.shown[0]) * (self.shown[3] - self.shown[1])

    def _along(self, axis: int, fraction: float) -> float:
        begin, end = self.inner[axis], self.inner[axis + 2]
        first, last = self.shown[axis], self.shown[axis + 2]
        if end <= begin:
            return first
        at = fraction * (self.height if axis else self.width)
        return first + (at - begin) / (end - begin) * (last - first)


@value
class SeenPicture:
    """A picture of a prompt and what of it entered the model.

    Attributes:
        sha256, width, height: The picture's.
        tokens: How many of the prompt stand for it; 0 where that isn't known.
        frames: What it became; () where that isn't known.
    """

    sha256: str
    width: int
    height: int
    tokens: int = 0
    frames: tuple[Placement, ...] = ()

    @property
    def whole(self) -> Placement:
        """The frame that shows most of the picture."""
        unknown = Placement(
            self.width,
            self.height,
            (0, 0, self.width, self.height),
            (0, 0, self.width, self.height),
        )
        return max(self.frames, key=lambda frame: frame.area, default=unknown)

    @property
    def scale(self) -> float:
        """The best that any frame has: its pixels for one of the picture."""
        return max((frame.scale for frame in self.frames), default=1.0)

    @property
    def unseen(self) -> float:
        """The share of the picture that is on no frame: cut off before the model saw it."""
        if not self.frames:
            return 0.0
        x0, y0 = (min(frame.shown[axis] for frame in self.frames) for axis in (0, 1))
        x1, y1 = (max(frame.shown[axis] for frame in self.frames) for axis in (2, 3))
        return max(0.0, 1 - (x1 - x0) * (y1 - y0) / (self.width * self.height))


@value
class Sight:
    """What a model had before it when it answered.

    Attributes:
        model_type: Of its ``config.json``; it says how places are written.
        pictures: Of the whole prompt, in order.
        meant: Which of them the question is about, where that is only one.
    """

    model_type: str
    pictures: tuple[SeenPicture, ...]
    meant: int | None = None


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
