"""File names from titles: readable, and fit for every system that the files may get to."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 120
"""Bytes in UTF-8, which leaves room for a number and an ending in the usual 255."""

_UNFIT = re.compile('[<>:"/\\\\|?*\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)


def file_stem(title: str) -> str:
    """Return a title as a file name without its ending; never empty.

    Source of what doesn't fit: learn.microsoft.com/windows/win32/fileio/naming-a-file, which is
    stricter than any other.
    """
    text = title.encode("utf-8", "replace").decode("utf-8")
    text = _UNFIT.sub(" ", unicodedata.normalize("NFC", text))
    name = _shortened(" ".join(text.split())).strip(". ")
    if _RESERVED.fullmatch(name):
        name = f"{name}_" if "." not in name else f"_{name}"
    return name or "conversation"


def _shortened(text: str) -> str:
    return text.encode()[:LONGEST].decode("utf-8", "ignore")
