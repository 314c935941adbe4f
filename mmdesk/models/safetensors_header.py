"""The header of a ``.safetensors`` file against the file's size, without reading the tensors.

Format: https://huggingface.co/docs/safetensors/index#format : eight bytes with the header's
length (little-endian), the header as JSON, then the tensors, end to end.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path

_LENGTH_BYTES = 8
_HEADER_LIMIT = 100_000_000  # the safetensors library's own
_BITS = {
    "BOOL": 8, "U8": 8, "I8": 8, "F8_E4M3": 8, "F8_E5M2": 8, "F8_E8M0": 8, "F8_E4M3FNUZ": 8,
    "F8_E5M2FNUZ": 8, "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6, "I16": 16, "U16": 16, "F16": 16,
    "BF16": 16, "I32": 32, "U32": 32, "F32": 32, "C64": 64, "F64": 64, "I64": 64, "U64": 64,
}  # fmt: skip


class MalformedHeader(Exception):
    """What is wrong with a file, as part of a sentence."""


@dataclass(frozen=True, slots=True)
class TensorEntry:
    """A tensor as the header declares it.

    Attributes:
        dtype: The format's name of it, such as ``BF16``.
    """

    dtype: str
    shape: tuple[int, ...]

    @property
    def elements(self) -> int:
        """Their number."""
        return math.prod(self.shape)


@dataclass(frozen=True, slots=True)
class SafetensorsHeader:
    """What one weight file holds, by the tensors' names; ``stored_bytes`` is all tensors' size."""

    tensors: dict[str, TensorEntry]
    stored_bytes: int


def read_header(file: Path) -> SafetensorsHeader:
    """Read the header of a weight file and hold it against the file's size.

    Raises:
        MalformedHeader: it makes no sense, or the file is shorter or longer than it says.
    """
    try:
        header, data_bytes = _split(file)
    except OSError as error:
        raise MalformedHeader(f"it can't be read ({error.strerror})") from error
    return _checked(header, data_bytes)


def _split(file: Path) -> tuple[dict[str, object], int]:
    """Return the header and the number of bytes that follow it."""
    size = file.stat().st_size
    with file.open("rb") as stream:
        length = int.from_bytes(stream.read(_LENGTH_BYTES), "little")
        if size < _LENGTH_BYTES or length > _HEADER_LIMIT:
            raise MalformedHeader("it does not begin like a .safetensors file")
        if length > size - _LENGTH_BYTES:
            raise MalformedHeader("it is cut off within its header")
        raw = stream.read(length)
    try:
        header = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError):
        raise MalformedHeader("its header is not valid JSON") from None
    if not isinstance(header, dict):
        raise MalformedHeader("its header is not a JSON object")
    return header, size - _LENGTH_BYTES - length


def _checked(header: dict[str, object], data_bytes: int) -> SafetensorsHeader:
    tensors: dict[str, TensorEntry] = {}
    expected = 0
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        tensors[name], end = _tensor(name, entry)
        expected = max(expected, end)
    if data_bytes < expected:
        raise MalformedHeader(f"it is truncated: {expected - data_bytes} bytes are missing")
    if data_bytes > expected:
        raise MalformedHeader(f"{data_bytes - expected} bytes follow its last tensor")
    return SafetensorsHeader(tensors, expected)


def _tensor(name: str, entry: object) -> tuple[TensorEntry, int]:
    """Return a tensor and the offset of its end."""
    match entry:
        case {"dtype": str(dtype), "shape": list(shape), "data_offsets": [int(begin), int(end)]}:
            pass
        case _:
            raise MalformedHeader(f"its header says nothing sensible about {name[:80]}")
    if not all(isinstance(side, int) and side >= 0 for side in shape) or not 0 <= begin <= end:
        raise MalformedHeader(f"its header says nothing sensible about {name[:80]}")
    tensor = TensorEntry(dtype, tuple(shape))
    if dtype not in _BITS:
        raise MalformedHeader(f"the type of {name[:80]} is unknown")
    if tensor.elements * _BITS[dtype] != (end - begin) * 8:
        raise MalformedHeader(f"the size of {name[:80]} does not fit its shape")
    return tensor, end
