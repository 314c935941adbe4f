"""Model text is untrusted: characters that could break or spoof the page are made visible."""

from __future__ import annotations

import re

_CODE_POINTS = (
    "\x00-\x08\x0b-\x1f\x7f"  # controls; a text document would cut or reorder lines at some
    "\u2028\u2029"  # Qt breaks lines and blocks at them
    "\u202a-\u202e\u2066-\u2069"  # bidi embeddings, overrides and isolates: can hide a target
    "\ufdd0-\ufdef\ufffc"  # QTextDocument marks frames (U+FDD0) and objects (U+FFFC) with them
    "\ud800-\udfff"  # half a surrogate pair
)
_UNSAFE = re.compile(f"[{_CODE_POINTS}]")
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def safe_text(text: str) -> str:
    """Return ``text`` with ``\\n`` line ends and a U+FFFD for every dangerous character."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _UNSAFE.sub(_REPLACEMENT, text)
