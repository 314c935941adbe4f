"""Changes whole files as fuzzers do, so that most of them still get past the first checks.

The changes are those of AFL's havoc stage, and splices.
"""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Callable, Sequence
from typing import Literal

_NUMBERS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
_WORDS = (
    b"IHDR", b"IDAT", b"PLTE", b"tRNS", b"iCCP", b"zTXt", b"acTL", b"fdAT", b"IEND",
    b"\xff\xd8", b"\xff\xc0", b"\xff\xc2", b"\xff\xc4", b"\xff\xda", b"\xff\xdb", b"\xff\xdd",
    b"\xff\xe1", b"\xff\xd9", b"Exif\0\0", b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANMF", b"ICCP",
    b"!\xf9\x04", b"!\xff\x0b", b",", b";", b"II*\0", b"MM\0*", b"\x01\x01", b"\x44\x01",
)  # fmt: skip
_HEAD = 200
"""Where the structure is: half of the changes are made there."""

Change = Callable[[bytearray, random.Random], None]


def mutated(data: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    """Return a changed copy of a file.

    Args:
        others: What it may be spliced with.
    """
    result = bytearray(data)
    if chance.random() < 0.1:
        other = chance.choice(others)
        at = chance.randrange(1, len(result))
        result[at:] = other[chance.randrange(len(other)) :]
    for _ in range(chance.choice((1, 1, 2, 4, 8, 32))):
        chance.choice(_CHANGES)(result, chance)
        if not result:
            result += data[:8]
    if result[:4] == b"\x89PNG" and chance.random() < 0.7:
        _mend_sums(result)
    return bytes(result)


def _place(data: bytearray, chance: random.Random) -> int:
    return chance.randrange(len(data) if chance.random() < 0.5 else min(len(data), _HEAD))


def _flip(data: bytearray, chance: random.Random) -> None:
    data[_place(data, chance)] ^= 1 << chance.randrange(8)


def _byte(data: bytearray, chance: random.Random) -> None:
    data[_place(data, chance)] = chance.randrange(256)


def _number(data: bytearray, chance: random.Random) -> None:
    """A length, an offset or a size becomes an extreme one."""
    code = chance.choice((">H", "<H", ">I", "<I", "<Q"))
    size = struct.calcsize(code)
    number = chance.choice(_NUMBERS) & (256**size - 1)
    at = _place(data, chance)
    data[at : at + size] = struct.pack(code, number)


def _add(data: bytearray, chance: random.Random) -> None:
    """A number becomes a little larger or smaller."""
    at = _place(data, chance)
    orders: tuple[Literal["big", "little"], ...] = ("big", "little")
    order = chance.choice(orders)
    size = chance.choice((1, 2, 4))
    value = int.from_bytes(data[at : at + size], order) + chance.randint(-35, 35)
    data[at : at + size] = (value % 256**size).to_bytes(size, order)


def _word(data: bytearray, chance: random.Random) -> None:
    at, word = _place(data, chance), chance.choice(_WORDS)
    end = at + (len(word) if chance.random() < 0.5 else 0)
    data[at:end] = word


def _remove(data: bytearray, chance: random.Random) -> None:
    at = _place(data, chance)
    del data[at : at + chance.choice((1, 2, 4, 8, 64, 512))]


def _repeat(data: bytearray, chance: random.Random) -> None:
    at = _place(data, chance)
    data[at:at] = data[at : at + chance.choice((1, 4, 16, 128))] * chance.choice((1, 2, 20))


def _move(data: bytearray, chance: random.Random) -> None:
    """A chunk, or a piece of one, is somewhere else."""
    start = _place(data, chance)
    piece = data[start : start + chance.choice((8, 16, 64, 512))]
    del data[start : start + len(piece)]
    at = chance.randrange(len(data) + 1)
    data[at:at] = piece


def _noise(data: bytearray, chance: random.Random) -> None:
    at = _place(data, chance)
    size = chance.choice((2, 8, 64, 400))
    data[at : at + size] = chance.randbytes(size)


def _cut(data: bytearray, chance: random.Random) -> None:
    if chance.random() < 0.3:
        del data[chance.randrange(1, len(data) + 1) :]


_CHANGES: tuple[Change, ...] = (
    _flip, _flip, _byte, _number, _number, _add, _word, _remove, _repeat, _move, _noise, _cut,
)  # fmt: skip


def _mend_sums(data: bytearray) -> None:
    """Make the check sums of a PNG's chunks right, without which most changes end there."""
    at = 8
    while at + 12 <= len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        end = at + 8 + length
        if end + 4 > len(data):
            return
        data[end : end + 4] = struct.pack(">I", zlib.crc32(data[at + 4 : end]))
        at = end + 4
