"""What a server wrote, made fit to be shown."""

from __future__ import annotations

import re

from mmdesk.core.messages import well_formed

REASON_CHARS = 200

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""All of category Cc but tab and line feed."""
_STEERING = re.compile("[\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
"""What changes the direction of writing, or can't be seen: UAX #9 and the zero-width ones."""


def printable(text: str) -> str:
    """Return streamed text without control characters; line feeds and tabs stay."""
    return _CONTROLS.sub("", text)


def one_line(text: str, most: int = REASON_CHARS) -> str:
    """Return a short line: no control or steering characters, no full stop at its end."""
    text = " ".join(_STEERING.sub("", _CONTROLS.sub(" ", well_formed(text[: 20 * most]))).split())
    text = text.rstrip(".")
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def size(count: int) -> str:
    """Return a number of bytes for people: ``2 MB``."""
    return f"{count / 2**20:.0f} MB" if count >= 2**20 else f"{max(1, count // 1024)} kB"
