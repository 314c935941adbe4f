"""What a person looks for: the words of a query, and where they stand in a text."""

from __future__ import annotations

import re
import unicodedata

_TERM = re.compile(r'"([^"]*)"|(\S+)')


def query_words(query: str) -> list[str]:
    """Return the words of a query; "quoted ones" together are one."""
    return [quoted or word for quoted, word in _TERM.findall(query) if quoted or word]


def folded(text: str) -> str:
    """Return a text of the same length without case and accents, to look for words in."""
    return text.lower() if text.isascii() else "".join(map(_folded, text))


def _folded(character: str) -> str:
    return unicodedata.normalize("NFKD", character)[0].casefold()[0]
