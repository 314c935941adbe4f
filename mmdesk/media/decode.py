"""Decodes one untrusted picture file to an upright sRGB picture; runs in the media child only.

Limits were measured with Pillow 13 on two 2.5 GHz cores: the largest allowed picture of each
format decodes inside the child's memory limit and within its deadline
(``tests/unit/media/test_bounds.py`` measures it again).
"""

from __future__ import annotations

import math
import os
import struct
import warnings
from dataclasses import dataclass
from typing import BinaryIO

from PIL import Image, ImageChops

from mmdesk.core.errors import (
    PictureDamaged,
    PictureTooHeavy,
    PictureTooLarge,
    PictureTooSlow,
    UnsupportedKind,
)
from mmdesk.core.phrases import QT_TRANSLATE_NOOP, Phrase
from mmdesk.media.colour import to_srgb
from mmdesk.media.frames import count_frames
from mmdesk.media.opening import read_failure
from mmdesk.media.sniff import HEAD_BYTES, webp_size

FIRST_OF = QT_TRANSLATE_NOOP("notes", "Only the first of its {count} frames is used.")
FIRST_PAGE_OF = QT_TRANSLATE_NOOP("notes", "Only the first of its {count} pages is used.")
REDUCED = QT_TRANSLATE_NOOP(
    "notes", "Reduced from {width} × {height} to {new_width} × {new_height} pixels."
)

FORMATS = frozenset({"BMP", "GIF", "JPEG", "MPO", "PNG", "TIFF", "WEBP"})
"""Pillow's plugins that may read a file. A phone's JPEG with a second picture inside is MPO."""
PIXEL_LIMIT = 100_000_000
WEBP_PIXEL_LIMIT = 50_331_648
"""libwebp holds two canvases and Pillow two copies: 16 bytes a pixel."""
EMPTY_PIXEL_LIMIT = 36_000_000
"""Of a file that has next to nothing for each of its pixels: photos have a byte for ten at most,
flat screenshots of 8K and A4 pages of 600 dots per inch are smaller than this."""
EMPTY_PIXELS_PER_BYTE = 32
SCAN_PIXELS = 400_000_000
"""A JPEG may show itself in many scans, each of which goes over all of it (LJT-01-004)."""
USUAL_SCANS = 24
"""A progressive CMYK picture has 18."""
CANONICAL_PIXELS = 50_331_648
"""A 50 MP camera's picture (8192 x 6144) stays whole; what is larger is reduced to this."""
CANONICAL_SIDE = 32_000
"""Qt's raster paint engine ends at 32,767."""

PILLOW_ERRORS = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    struct.error,
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
    ArithmeticError,
    RuntimeError,  # with RecursionError and NotImplementedError
    Image.DecompressionBombError,
)
"""What mutated files were seen to raise out of Pillow's decoders, and their kin."""

_DNG_VERSION = 50706
_ORIENTATION = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True, slots=True)
class Decoded:
    """An upright 8-bit RGB picture in sRGB, within the canonical bounds, without metadata."""

    image: Image.Image
    notes: tuple[Phrase, ...]


def prepare_pillow() -> None:
    """Load the allowed plugins, put all others out of reach, and take over the size check."""
    Image.preinit()
    from PIL import MpoImagePlugin, TiffImagePlugin, WebPImagePlugin  # noqa: F401

    for other in set(Image.OPEN) - FORMATS:
        del Image.OPEN[other]
    Image.ID[:] = [each for each in Image.ID if each in FORMATS]
    Image._initialized = 2  # whoever asks for more gets no more
    Image.MAX_IMAGE_PIXELS = None  # the declared size is checked here, with an error that tells it
    warnings.simplefilter("ignore")


def decode_picture(file: BinaryIO, picture_format: str, name: str) -> Decoded:
    """Decode a file's first frame.

    Args:
        picture_format: What :func:`~mmdesk.media.sniff.sniff` told.

    Raises:
        MediaError: whatever the file is; ``name`` is what it is called in the sentence.
    """
    try:
        if picture_format == "WEBP":
            file.seek(0)
            if size := webp_size(file.read(HEAD_BYTES)):
                _check_size(size, "WEBP", name)
        formats = ["JPEG", "MPO"] if picture_format == "JPEG" else [picture_format]
        file.seek(0)
        with Image.open(file, formats=formats) as image:
            _check_size(image.size, picture_format, name)
            _check_proportion(image, file, picture_format, name)
            if picture_format == "TIFF" and _DNG_VERSION in getattr(image, "tag_v2", {}):
                raise UnsupportedKind(name=name, kind_name="camera raw")
            decoded = _canonical(image)
        return Decoded(decoded.image, _frame_notes(file, picture_format) + decoded.notes)
    except MemoryError as error:
        raise PictureTooHeavy(name=name) from error
    except PILLOW_ERRORS as error:
        if isinstance(error, OSError) and error.errno is not None:  # the disk's, not Pillow's
            raise read_failure(error, name) from error
        raise PictureDamaged(name=name) from error


def _check_size(size: tuple[int, int], picture_format: str, name: str) -> None:
    limit = WEBP_PIXEL_LIMIT if picture_format == "WEBP" else PIXEL_LIMIT
    pixels = size[0] * size[1]
    if pixels > limit:
        raise PictureTooLarge(
            name=name, megapixels=math.ceil(pixels / 1e6), limit=round(limit / 1e6)
        )


def _check_proportion(image: Image.Image, file: BinaryIO, picture_format: str, name: str) -> None:
    """Refuse what is small and asks for a lot. Pages of black and white ask for little."""
    pixels = image.size[0] * image.size[1]
    scans = _scans(file) if picture_format == "JPEG" else 0
    if scans > USUAL_SCANS and scans * pixels > SCAN_PIXELS:
        raise PictureTooSlow(name=name, seconds=2)
    if pixels <= EMPTY_PIXEL_LIMIT or image.mode == "1":
        return
    if pixels > EMPTY_PIXELS_PER_BYTE * os.fstat(file.fileno()).st_size:
        raise PictureTooLarge(
            name=name, megapixels=math.ceil(pixels / 1e6), limit=round(EMPTY_PIXEL_LIMIT / 1e6)
        )


def _scans(file: BinaryIO) -> int:
    """Count the markers at which a JPEG's scans begin; its pixels can't have that pair of bytes."""
    place, count, last = file.tell(), 0, b""
    file.seek(0)
    while block := file.read(1 << 20):
        count += (last + block).count(b"\xff\xda")
        last = block[-1:] if block[-1:] == b"\xff" else b""
    file.seek(place)
    return count


def _canonical(image: Image.Image) -> Decoded:
    """Load, reduce, convert and turn upright, in the order that needs the least memory."""
    image.load()
    # After loading: Pillow turns TIFF files itself then, and a PNG's EXIF may follow its pixels.
    orientation = _orientation(image)
    profile = image.info.get("icc_profile")
    original = image.size
    small = _reduced(image)
    reduced = small.size != original
    if reduced:
        _let_go(image)
    rgb, notes = to_srgb(small, profile if isinstance(profile, bytes) else None)
    del small
    turn = _UPRIGHT.get(orientation)
    if turn is not None:
        rgb = rgb.transpose(turn)
        original = original[::-1] if orientation >= 5 else original
    if reduced:
        notes = (_reduced_note(original, rgb.size), *notes)
    rgb.info = {}
    return Decoded(rgb, notes)


def _orientation(image: Image.Image) -> int:
    try:
        value = image.getexif().get(_ORIENTATION, 1)
    except PILLOW_ERRORS:  # broken metadata beside whole pixels
        return 1
    return value if isinstance(value, int) else 1


def _reduced(image: Image.Image) -> Image.Image:
    """Return the picture within the canonical bounds; itself if it is so already."""
    width, height = image.size
    scale = min(
        1.0, math.sqrt(CANONICAL_PIXELS / (width * height)), CANONICAL_SIDE / max(width, height)
    )
    if scale == 1.0:
        return image
    if image.mode in {"P", "PA", "1"}:
        indexed, image = image, _resizable(image)
        _let_go(indexed)
    size = (max(1, math.floor(width * scale)), max(1, math.floor(height * scale)))
    if image.mode == "RGBA":
        return _reduced_alpha(image, size)
    return _resized(image, size)


def _reduced_alpha(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Reduce with the colours weighed by alpha, band by band: Pillow would copy all four first."""
    alpha = image.getchannel("A")
    bands = [
        _resized(ImageChops.multiply(image.getchannel(band), alpha), size)
        for band in ("R", "G", "B")
    ]
    bands.append(_resized(alpha, size))
    del alpha
    _let_go(image)
    return Image.merge("RGBa", bands).convert("RGBA")


def _let_go(image: Image.Image) -> None:
    """Free a picture's pixels before its owner does: they would stay beside all that follows."""
    image.im = Image.new("1", (1, 1)).im


def _resized(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    return image.resize(size, Image.Resampling.HAMMING, reducing_gap=1.5)


def _resizable(image: Image.Image) -> Image.Image:
    if image.mode == "1":
        return image.convert("L")
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _reduced_note(original: tuple[int, int], size: tuple[int, int]) -> Phrase:
    fields = ("width", "height", "new_width", "new_height")
    return Phrase(REDUCED, dict(zip(fields, (*original, *size), strict=True)))


def _frame_notes(file: BinaryIO, picture_format: str) -> tuple[Phrase, ...]:
    """Count the frames in a second look, so that a damaged later frame costs nothing."""
    if picture_format in {"JPEG", "BMP"}:
        return ()
    if picture_format in {"GIF", "TIFF"}:
        count = count_frames(file, picture_format)
    else:
        count = _declared_frames(file, picture_format)
    if count < 2:
        return ()
    return (Phrase(FIRST_PAGE_OF if picture_format == "TIFF" else FIRST_OF, {"count": count}),)


def _declared_frames(file: BinaryIO, picture_format: str) -> int:
    try:
        file.seek(0)
        with Image.open(file, formats=[picture_format]) as image:
            return int(getattr(image, "n_frames", 1))
    except (MemoryError, *PILLOW_ERRORS):
        return 0
