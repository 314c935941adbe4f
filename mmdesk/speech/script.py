"""Chinese in the characters that the person reads."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from opencc import OpenCC

from mmdesk.core.requests import Script

_CHINESE = frozenset(("zh", "yue"))


def in_script(pieces: Sequence[str], language: str, script: Script) -> tuple[str, ...]:
    """Return the pieces of a text in another script; what is not Chinese stays as it is.

    The text is converted as a whole, since 发 becomes 發 or 髮 by its neighbours.
    """
    if language not in _CHINESE:
        return tuple(pieces)
    converter = _converter(script)
    converted = converter.convert("".join(pieces))
    if len(converted) != sum(len(piece) for piece in pieces):
        return tuple(converter.convert(piece) for piece in pieces)
    parts: list[str] = []
    for piece in pieces:
        parts.append(converted[: len(piece)])
        converted = converted[len(piece) :]
    return tuple(parts)


@lru_cache(maxsize=2)
def _converter(script: Script) -> OpenCC:
    return OpenCC("t2s" if script is Script.SIMPLIFIED else "s2t")
