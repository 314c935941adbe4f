"""The header of a ``.safetensors`` file against the file's size, without reading the tensors.

Format: https://huggingface.co/docs/safetensors/index#format : eight bytes with the header's
length (little-endian), the header as JSON, then the tensors, end to end.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path

from mmdesk.core.errors import ModelDamaged

_LENGTH_BYTES = 8
_HEADER_LIMIT = 100_000_000  # the safetensors library's own
_BITS = {
    "BOOL": 8, "U8": 8, "I8": 8, "F8_E4M3": 8, "F8_E5M2": 8, "F8_E8M0": 8, "F4": 4,
    "F6_E2M3": 6, "F6_E3M2": 6, "I16": 16, "U16": 16, "F16": 16, "BF16": 16, "I32": 32,
    "U32": 32, "F32": 32, "C64": 64, "F64": 64, "I64": 64, "U64": 64,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class WeightsSummary:
    """Numbers of a checkpoint's tensors; summaries of several files add up.

    Attributes:
        elements: Tensor elements; the parameters, unless the weights are packed.
        stored_bytes: Their size on disk.
    """

    elements: int = 0
    stored_bytes: int = 0

    def __add__(self, other: WeightsSummary) -> WeightsSummary:
        return WeightsSummary(
            self.elements + other.elements, self.stored_bytes + other.stored_bytes
        )


def read_header(directory: Path, name: str) -> WeightsSummary:
    """Check one weight file of the checkpoint in ``directory``.

    Raises:
        ModelDamaged: the header is malformed, or the file is shorter or longer than it says.
    """
    try:
        header, data_bytes = _split(directory / name)
        return _sum_up(header, data_bytes)
    except OSError as error:
        reason = f"it can't be read ({error.strerror})"
    except _Malformed as error:
        reason = str(error)
    raise ModelDamaged(path=str(directory), file=name, reason=reason)


class _Malformed(Exception):
    """What is wrong, as part of a sentence."""


def _split(file: Path) -> tuple[dict[str, object], int]:
    """Return the header and the number of bytes that follow it."""
    size = file.stat().st_size
    with file.open("rb") as stream:
        length = int.from_bytes(stream.read(_LENGTH_BYTES), "little")
        if size < _LENGTH_BYTES or length > _HEADER_LIMIT:
            raise _Malformed("it does not begin like a .safetensors file")
        if length > size - _LENGTH_BYTES:
            raise _Malformed("it is cut off within its header")
        raw = stream.read(length)
    try:
        header = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError):
        raise _Malformed("its header is not valid JSON") from None
    if not isinstance(header, dict):
        raise _Malformed("its header is not a JSON object")
    return header, size - _LENGTH_BYTES - length


def _sum_up(header: dict[str, object], data_bytes: int) -> WeightsSummary:
    elements = 0
    expected = 0
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        count, end = _tensor(name, entry)
        elements += count
        expected = max(expected, end)
    if data_bytes < expected:
        raise _Malformed(f"it is truncated: {expected - data_bytes} bytes are missing")
    if data_bytes > expected:
        raise _Malformed(f"{data_bytes - expected} bytes follow its last tensor")
    return WeightsSummary(elements, expected)


def _tensor(name: str, entry: object) -> tuple[int, int]:
    """Return a tensor's number of elements and the offset of its end."""
    match entry:
        case {"dtype": str(dtype), "shape": list(shape), "data_offsets": [int(begin), int(end)]}:
            pass
        case _:
            raise _Malformed(f"its header says nothing sensible about {name[:80]}")
    if not all(isinstance(side, int) and side >= 0 for side in shape) or not 0 <= begin <= end:
        raise _Malformed(f"its header says nothing sensible about {name[:80]}")
    count = math.prod(shape)
    bits = _BITS.get(dtype)
    if bits is not None and count * bits != (end - begin) * 8:
        raise _Malformed(f"the size of {name[:80]} does not fit its shape")
    return count, end
