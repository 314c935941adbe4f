"""Files of at most three megabytes that ask for a lot of time or memory."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable

from PIL import Image

from mmdesk.bench.security.picture_files import encoded, png, png_chunk

_DIMENSIONS = (65_500, 65_500)


def bombs() -> tuple[tuple[str, Callable[[], bytes]], ...]:
    """Return small files that ask for a lot, each with a name; made when they are wanted."""
    return (
        ("png-81-megapixels", lambda: _empty_png(9000, 9000)),
        ("png-99-megapixels-alpha", lambda: _empty_png(9900, 9900, bits=8, colour=6, channels=4)),
        ("png-36-megapixels-alpha", lambda: _empty_png(5990, 5990, bits=8, colour=6, channels=4)),
        ("png-36-megapixels-16", lambda: _empty_png(5990, 5990, bits=16, colour=2, channels=6)),
        ("gif-36-megapixels", lambda: _large("GIF", "L", 5990)),
        ("jpeg-36-megapixels", lambda: _large("JPEG", "CMYK", 5990, progressive=True)),
        ("tiff-36-megapixels", lambda: _large("TIFF", "F", 5990, compression="tiff_adobe_deflate")),
        ("webp-36-megapixels", lambda: _large("WEBP", "RGBA", 5990, lossless=True, method=0)),
        ("jpeg-scans-36", lambda: _scans_jpeg(5990, 10)),
        ("png-16-bits", lambda: _empty_png(9900, 9900, bits=16, colour=2, channels=6)),
        ("png-interlaced", lambda: _empty_png(9900, 9900, bits=8, interlaced=1)),
        ("png-4-gigapixels", lambda: png(*_DIMENSIONS, zlib.compress(b"\0" * 1000))),
        ("png-one-row", lambda: png(2**31 - 1, 1, zlib.compress(b"\0" * 1000))),
        ("png-texts", _text_png),
        ("png-profile", _profile_png),
        ("png-frames", lambda: _many_frames("PNG")),
        ("gif-frames", _frames_gif),
        ("gif-huge", _huge_gif),
        ("gif-lzw", lambda: _large("GIF", "L", 9900)),
        ("jpeg-huge", _huge_jpeg),
        ("jpeg-99-megapixels", lambda: _large("JPEG", "RGB", 9900)),
        ("jpeg-progressive-cmyk", lambda: _large("JPEG", "CMYK", 9900, progressive=True)),
        ("jpeg-scans", _scans_jpeg),
        ("webp-huge", _huge_webp),
        ("webp-50-megapixels", lambda: _large("WEBP", "RGB", 7000, lossless=True, method=0)),
        ("webp-frames", lambda: _many_frames("WEBP")),
        ("bmp-huge", lambda: _bmp_header(*_DIMENSIONS)),
        ("bmp-rle", _rle_bomb),
        ("tiff-circle", lambda: _tiff_pages(circle=True)),
        ("tiff-pages", lambda: _tiff_pages(circle=False)),
        ("tiff-strips", _strips_tiff),
        ("tiff-deflate", lambda: _large("TIFF", "RGB", 9900, compression="tiff_adobe_deflate")),
        ("tiff-float", lambda: _large("TIFF", "F", 9900, compression="tiff_adobe_deflate")),
        ("tiff-group4", lambda: _large("TIFF", "1", 9900, compression="group4")),
        ("exif-deep", _deep_exif),
        ("exif-circle", _circular_exif),
    )


def _empty_png(width: int, height: int, *, bits: int = 1, colour: int = 0, channels: int = 1,
               interlaced: int = 0) -> bytes:  # fmt: skip
    depth = 8 if channels > 1 else bits
    length = (1 + (width * depth * channels + 7) // 8) * (height + 8 * interlaced)
    packer = zlib.compressobj(9)
    block = b"\0" * (1 << 20)
    packed = [packer.compress(block) for _ in range(length >> 20)]
    packed += [packer.compress(block[: length & 0xFFFFF]), packer.flush()]
    return png(width, height, b"".join(packed), bits=bits, colour=colour, interlaced=interlaced)


def _large(kind: str, mode: str, side: int, **options: object) -> bytes:
    return encoded("", Image.new(mode, (side, side)), kind, **options).data


def _many_frames(kind: str) -> bytes:
    frames = [Image.new("RGB", (64, 64), (each % 256, each // 256, 0)) for each in range(3000)]
    return encoded("", frames[0], kind, save_all=True, append_images=frames[1:]).data


def _frames_gif() -> bytes:
    """A hundred thousand frames of one pixel."""
    head = b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
    return head + frame * 100_000 + b";"


def _huge_gif() -> bytes:
    """A screen of four gigapixels with a frame of one."""
    head = b"GIF89a" + struct.pack("<HHBBB", *_DIMENSIONS, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
    return head + frame + b";"


def _huge_jpeg() -> bytes:
    data = bytearray(_large("JPEG", "RGB", 16))
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", *_DIMENSIONS)
    return bytes(data)


def _scans_jpeg(side: int = 4500, scans: int = 1000) -> bytes:
    """A progressive JPEG whose last scan comes again and again.

    Each goes over all the coefficients: libjpeg-turbo's issue of 2015 (LJT-01-004).
    """
    data = _large("JPEG", "L", side, progressive=True)
    at = data.rindex(b"\xff\xda")
    scan = data[at:-2]
    return data[:at] + scan * scans + data[-2:]


def _huge_webp() -> bytes:
    data = bytearray(encoded("", Image.new("RGBA", (16, 16)), "WEBP", lossless=True).data)
    at = data.index(b"VP8L") + 9
    data[at : at + 4] = struct.pack("<I", 0x0FFFFFFF)
    return bytes(data)


def _bmp_header(width: int, height: int, method: int = 0, body: bytes = b"") -> bytes:
    header = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 8, method, len(body), 0, 0, 256, 0)
    start = 14 + len(header) + 1024
    head = struct.pack("<2sIII", b"BM", start + len(body), 0, start) + header
    return head + bytes(range(256)) * 4 + body


def _rle_bomb() -> bytes:
    """Runs of 255 pixels, two bytes each."""
    return _bmp_header(9900, 9900, 1, (b"\xff\x01" * 39 + b"\0\0") * 9900 + b"\0\1")


def _text_png() -> bytes:
    packed = zlib.compress(b"A" * 64_000_000, 9)
    chunk = png_chunk(b"zTXt", b"k\0\0" + packed)
    whole = png(8, 8, zlib.compress(b"\0\0" * 8))
    return whole[:33] + chunk * 20 + whole[33:]


def _profile_png() -> bytes:
    chunk = png_chunk(b"iCCP", b"p\0\0" + zlib.compress(b"\0" * 400_000_000, 9))
    whole = png(8, 8, zlib.compress(b"\0\0" * 8))
    return whole[:33] + chunk + whole[33:]


_ENTRY = "<HHII"


def _ifd(entries: list[tuple[int, int, int, int]], following: int) -> bytes:
    body = b"".join(struct.pack(_ENTRY, *entry) for entry in sorted(entries))
    return struct.pack("<H", len(entries)) + body + struct.pack("<I", following)


def _page(data_at: int, width: int = 1, height: int = 1) -> list[tuple[int, int, int, int]]:
    return [
        (256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1),
        (273, 4, 1, data_at), (277, 3, 1, 1), (278, 4, 1, height), (279, 4, 1, width * height),
    ]  # fmt: skip


def _tiff_pages(*, circle: bool) -> bytes:
    """Pages that lead to each other without end, or 20,000 of them."""
    size = len(_ifd(_page(0), 0))
    count = 2 if circle else 20_000
    starts = [12 + number * size for number in range(count)]
    following = [*starts[1:], starts[0] if circle else 0]
    pages = (_ifd(_page(8), each) for each in following)
    return b"II*\0" + struct.pack("<I", 12) + b"\0\0\0\0" + b"".join(pages)


def _strips_tiff() -> bytes:
    """Ninety million rows of one pixel, each a strip; a table of them that isn't there."""
    rows = 90_000_000
    page = [each for each in _page(8, 1, rows) if each[0] not in (273, 278, 279)]
    page += [(273, 4, rows, 400), (278, 4, 1, 1), (279, 4, rows, 400)]
    return b"II*\0" + struct.pack("<I", 8) + _ifd(page, 0) + b"\0" * 4096


def _with_exif(exif: bytes) -> bytes:
    data = _large("JPEG", "RGB", 16)
    segment = b"Exif\0\0" + exif
    return data[:2] + b"\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment + data[2:]


def _deep_exif() -> bytes:
    """Three thousand directories, each inside the one before."""
    size = len(_ifd([(0x8769, 4, 1, 0)], 0))
    body = b"".join(_ifd([(0x8769, 4, 1, 8 + size * number)], 0) for number in range(1, 3000))
    return _with_exif(b"II*\0" + struct.pack("<I", 8) + body)


def _circular_exif() -> bytes:
    """A directory that is inside itself, with values of four gigabytes."""
    entries = [(0x010F, 2, 0xFFFFFFFF, 8), (0x8769, 4, 1, 8), (0x8825, 4, 1, 8)]
    return _with_exif(b"II*\0" + struct.pack("<I", 8) + _ifd(entries, 8))
