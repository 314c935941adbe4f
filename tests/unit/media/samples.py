"""Pictures that tests draw, and files that they make of them."""

from __future__ import annotations

import io
import random
import struct
import zlib

from PIL import Image

from mmdesk.core.messages import Picture

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")


def noise(width: int, height: int, seed: int = 0) -> Image.Image:
    """Return a picture in which every pixel tells where it is."""
    data = random.Random(seed).randbytes(width * height * 3)
    return Image.frombytes("RGB", (width, height), data)


def corners(width: int = 24, height: int = 16) -> Image.Image:
    """Return a picture whose four quarters are red, green, blue and white, in reading order."""
    image = Image.new("RGB", (width, height))
    half = (width // 2, height // 2)
    for colour, left, top in (
        ("red", 0, 0),
        ("lime", half[0], 0),
        ("blue", 0, half[1]),
        ("white", *half),
    ):
        image.paste(colour, (left, top, left + half[0], top + half[1]))
    return image


def encode(image: Image.Image, picture_format: str, **options: object) -> bytes:
    """Return the bytes of a file."""
    file = io.BytesIO()
    image.save(file, picture_format, **options)
    return file.getvalue()


def canonical(picture: Picture) -> Image.Image:
    """Return the canonical file's pixels."""
    with Image.open(picture.path) as image:
        image.load()
        return image.copy()


def empty_png(width: int, height: int, *, bits: int = 1) -> bytes:
    """Return a black greyscale PNG of any size, made without holding its pixels."""
    row = b"\0" * (1 + (width * bits + 7) // 8)
    packer = zlib.compressobj(9)
    rows = [packer.compress(row * 1000) for _ in range(height // 1000)]
    rows += [packer.compress(row * (height % 1000)), packer.flush()]
    header = struct.pack(">IIBBBBB", width, height, bits, 0, 0, 0, 0)
    chunks = (_chunk(b"IHDR", header), _chunk(b"IDAT", b"".join(rows)), _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
