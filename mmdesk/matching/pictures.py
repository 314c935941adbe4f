"""Canonical pictures, in a form that every image processor takes."""

from __future__ import annotations

import math
from typing import Any

from PIL import Image

from mmdesk.canonical_picture import as_picture_errors
from mmdesk.core.messages import Picture

_LEAST_SIDE = 4
"""Pixels; a processor can't tell the colours of fewer from the sides."""
_LONGEST = 8
"""Times the shorter side. Of a longer picture, CLIP would enlarge all and keep a square of it."""


def read_picture(picture: Picture) -> Image.Image:
    """Return a picture in RGB. Raises ``PictureError``."""
    with as_picture_errors(picture), Image.open(picture.path, formats=("PNG",)) as image:
        return image.convert("RGB")


def fitted(image: Image.Image, image_processor: Any) -> Image.Image:
    """Return what of a picture of odd shape the processor would keep.

    A line of 10,000 x 3 pixels would be enlarged to 750,000 x 224, for the square in its middle.
    """
    if _keeps_a_square(image_processor):
        image = _middle(image)
    times = math.ceil(_LEAST_SIDE / min(image.size))
    if times <= 1:
        return image
    size = image.width * times, image.height * times
    return image.resize(size, Image.Resampling.NEAREST)


def _keeps_a_square(image_processor: Any) -> bool:
    size = getattr(image_processor, "size", None)
    shortest = getattr(size, "shortest_edge", None)
    return shortest is not None and bool(getattr(image_processor, "do_center_crop", False))


def _middle(image: Image.Image) -> Image.Image:
    width, height = image.size
    longest = _LONGEST * min(width, height)
    if max(width, height) <= longest:
        return image
    # Both sides lose the same, so that the middle stays the middle.
    left = (max(0, width - longest) + 1) // 2
    top = (max(0, height - longest) + 1) // 2
    return image.crop((left, top, width - left, height - top))
