"""Canonical pictures as they leave the computer: all pixels, no metadata, few bytes.

Drawings, screenshots and small pictures stay lossless; JPEG blurs the edges of letters, and PNG
is smaller for them. Photos as PNG are five times the size that many servers take, so they become
JPEG at a quality whose difference nobody sees, with the colours at full resolution.
"""

from __future__ import annotations

import base64
import io

from PIL import Image

from mmdesk.canonical_picture import as_picture_errors
from mmdesk.core.messages import Picture

FEW_COLOURS = 65_536
_JPEG_QUALITY = 95
_JPEG_SIDE = 65_500
"""The longest side that libjpeg writes."""
_STRIP_PIXELS = 2**18
_PIECE_BYTES = 3 * 2**16
"""Of base64 (a multiple of 3), and a strip's pixels: neither holds Python's lock for long."""


def data_url(picture: Picture) -> tuple[bytes, ...]:
    """Return a picture as ``data:`` URL, in pieces. Raises ``PictureError``."""
    with as_picture_errors(picture), Image.open(picture.path, formats=("PNG",)) as image:
        pixels = image if image.mode == "RGB" else image.convert("RGB")
        pixels.load()
        pixels.info.clear()  # Pillow would write colour profile and comment again
        file = io.BytesIO()
        if _has_few_colours(pixels) or max(pixels.size) > _JPEG_SIDE:
            kind = b"png"
            pixels.save(file, "PNG")
        else:
            kind = b"jpeg"
            pixels.save(file, "JPEG", quality=_JPEG_QUALITY, subsampling="4:4:4")
    data = file.getbuffer()
    pieces = (data[start : start + _PIECE_BYTES] for start in range(0, len(data), _PIECE_BYTES))
    return (b"data:image/" + kind + b";base64,", *map(base64.b64encode, pieces))


def _has_few_colours(image: Image.Image) -> bool:
    colours: set[object] = set()
    rows = max(1, _STRIP_PIXELS // image.width)
    for top in range(0, image.height, rows):
        strip = image.crop((0, top, image.width, min(top + rows, image.height)))
        found = strip.getcolors(FEW_COLOURS)
        if found is None:
            return False
        colours.update(colour for _, colour in found)
        if len(colours) > FEW_COLOURS:
            return False
    return True
