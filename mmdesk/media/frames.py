"""Counts what follows a file's first picture, without decoding and without being led in circles.

Pillow reads every frame's whole description for that: 20,000 empty pages took it 5 s.
Sources: TIFF 6.0, section 2 (and BigTIFF's wider fields); GIF89a, sections 18 to 26.
"""

from __future__ import annotations

import struct
from typing import BinaryIO

MOST = 100_000
"""Frames that are counted; of more nobody needs the number."""


def count_frames(file: BinaryIO, picture_format: str) -> int:
    """Return the frames of a GIF or the pages of a TIFF, as far as the file is whole.

    Returns:
        0 where there are more than :data:`MOST`.

    Raises:
        OSError: the disk's.
    """
    file.seek(0)
    count = _tiff_pages(file) if picture_format == "TIFF" else _gif_frames(file)
    return count if count <= MOST else 0


def _tiff_pages(file: BinaryIO) -> int:
    head = file.read(16)
    order = "<" if head[:2] == b"II" else ">"
    big = head[2:4] in (b"+\0", b"\0+")
    count_field, offset_field, entry = ("Q", "Q", 20) if big else ("H", "I", 12)

    def field(code: str, data: bytes) -> int:
        size = struct.calcsize(order + code)
        return int(struct.unpack(order + code, data[:size])[0]) if len(data) >= size else 0

    seen: set[int] = set()
    offset = field(offset_field, head[8:] if big else head[4:])
    while offset and offset not in seen and len(seen) <= MOST:
        seen.add(offset)
        try:
            file.seek(offset)
            entries = field(count_field, file.read(struct.calcsize(count_field)))
            file.seek(entries * entry, 1)
        except (OverflowError, ValueError):  # beyond what a file can have
            break
        offset = field(offset_field, file.read(struct.calcsize(offset_field)))
    return len(seen)


def _gif_frames(file: BinaryIO) -> int:
    head = file.read(13)
    if len(head) < 13:
        return 0
    _skip_palette(file, head[10])
    count = 0
    while count <= MOST:
        kind = file.read(1)
        if kind == b"!":
            file.seek(1, 1)
        elif kind == b",":
            place = file.read(9)
            if len(place) < 9:
                break
            _skip_palette(file, place[8])
            file.seek(1, 1)
            count += 1
        else:  # the end, or nonsense
            break
        while size := file.read(1):
            if size == b"\0":
                break
            file.seek(size[0], 1)
    return count


def _skip_palette(file: BinaryIO, flags: int) -> None:
    if flags & 0x80:
        file.seek(3 << (flags & 7) + 1, 1)
