"""What a model had before it when it answered: pictures, and the frames that they became."""

from __future__ import annotations

from collections.abc import Sequence

from mmdesk.core.values import value

Box = tuple[float, float, float, float]
"""x0, y0, x1, y1."""
Pixels = tuple[int, int, int, int]
"""A box of whole pixels: x1 and y1 are not in it."""


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
        everything = (0, 0, self.width, self.height)
        unknown = Placement(self.width, self.height, everything, everything)
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
