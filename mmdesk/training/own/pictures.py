"""Pictures of a person's folder: looked at before training, decoded when they are needed."""

from __future__ import annotations

import hashlib
import math
import os
import unicodedata
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from PIL import Image, MpoImagePlugin, TiffImagePlugin, WebPImagePlugin  # noqa: F401

from mmdesk.core.errors import FileMissing, PictureDamaged, PictureTooLarge
from mmdesk.media.decode import PILLOW_ERRORS, PIXEL_LIMIT, WEBP_PIXEL_LIMIT, decode_picture
from mmdesk.media.opening import open_regular, read_failure, recognise
from mmdesk.media.sniff import HEAD_BYTES
from mmdesk.training.own.lines import Wrong

_TAIL_BYTES = 4096
_SHOWN = 120
_ENDS = {"JPEG": b"\xff\xd9", "PNG": b"IEND"}


@dataclass(frozen=True, slots=True)
class Checked:
    """A picture that is there. `digest` is of its size, beginning and end."""

    path: Path
    digest: str


def check_picture(folder: Path, name: str) -> Checked:
    """Looks at the header of a picture, and decodes it only where it seems to be cut off.

    `folder` is absolute and holds no link itself.

    Raises:
        Wrong: the name leads out of the folder, or nowhere.
        MediaError: there is a file, but no picture that can be used.
    """
    path = inside(folder, name)
    name = _short(name)
    with open_regular(path, name) as file:
        picture_format = recognise(file, name, sound=False).picture_format
        try:
            file.seek(0)
            head = file.read(HEAD_BYTES)
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _TAIL_BYTES))
            tail = file.read(_TAIL_BYTES)
        except OSError as error:
            raise read_failure(error, name) from error
        _check_header(file, picture_format, name)
        if _seems_cut(picture_format, head, tail, size):
            with _quiet_pillow():
                decode_picture(file, picture_format, name)
    return Checked(path, hashlib.sha256(b"%d\0" % size + head + tail).hexdigest()[:32])


def read_picture(path: Path, longest_side: int) -> Image.Image:
    """The upright picture as RGB in sRGB, its longer side at most `longest_side` pixels.

    Raises:
        MediaError: it can't be decoded.
    """
    with open_regular(path, path.name) as file, _quiet_pillow():
        picture_format = recognise(file, path.name, sound=False).picture_format
        image = decode_picture(file, picture_format, path.name).image
    if max(image.size) > longest_side:
        image.thumbnail((longest_side, longest_side), Image.Resampling.BICUBIC, reducing_gap=2.0)
    return image


@contextmanager
def _quiet_pillow() -> Iterator[None]:
    """Pillow warns of metadata and of sizes; what matters is checked, and told in a sentence."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def inside(folder: Path, name: str) -> Path:
    """The file that a name means. Raises `Wrong` if it is elsewhere, or not there."""
    if "\0" in name:
        raise Wrong("“picture” has a NUL character in it")
    if os.path.isabs(name):
        raise Wrong(
            f"“{_short(name)}” must be named as seen from the folder, not by its whole path"
        )
    for form in (name, *(unicodedata.normalize(kind, name) for kind in ("NFC", "NFD"))):
        path = Path(os.path.realpath(folder / form))
        if not path.is_relative_to(folder):
            raise Wrong(f"“{_short(name)}” lies outside the folder")
        if os.path.lexists(path):
            return path
    raise Wrong(_missing(folder, name))


def _missing(folder: Path, name: str) -> str:
    if "\\" in name and os.path.lexists(folder / name.replace("\\", "/")):
        return f"“{name}” is not there; write “{name.replace(chr(92), '/')}”"
    wanted = folder / name
    try:
        alike = [each for each in os.listdir(wanted.parent)
                 if each.casefold() == wanted.name.casefold()]  # fmt: skip
    except OSError:
        alike = []
    hint = f", “{Path(name).with_name(alike[0])}” is" if alike else ""
    return str(FileMissing(name=_short(name))).rstrip(".") + hint


def _short(name: str) -> str:
    return name if len(name) <= _SHOWN else name[: _SHOWN - 1] + "…"


def _check_header(file: BinaryIO, picture_format: str, name: str) -> None:
    limit = WEBP_PIXEL_LIMIT if picture_format == "WEBP" else PIXEL_LIMIT
    formats = ["JPEG", "MPO"] if picture_format == "JPEG" else [picture_format]
    try:
        file.seek(0)
        with _quiet_pillow(), Image.open(file, formats=formats) as image:
            pixels = image.width * image.height
    except Image.DecompressionBombError as error:
        raise Wrong(f"“{name}” has more than {limit // 1_000_000} megapixels") from error
    except (MemoryError, *PILLOW_ERRORS) as error:
        if isinstance(error, OSError) and error.errno is not None:  # the disk's, not Pillow's
            raise read_failure(error, name) from error
        raise PictureDamaged(name=name) from error
    if pixels > limit:
        raise PictureTooLarge(
            name=name, megapixels=math.ceil(pixels / 1e6), limit=round(limit / 1e6)
        )


def _seems_cut(picture_format: str, head: bytes, tail: bytes, size: int) -> bool:
    """Whether a file doesn't end as its format ends; what follows the end is no fault."""
    if picture_format == "WEBP":
        return int.from_bytes(head[4:8], "little") + 8 > size
    if picture_format == "BMP":
        return int.from_bytes(head[2:6], "little") > size
    if picture_format == "GIF":
        return not tail.rstrip(b"\0").endswith(b";")
    end = _ENDS.get(picture_format)
    return end is not None and end not in tail
