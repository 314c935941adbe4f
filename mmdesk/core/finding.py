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
    return text.lower() if text.isascii() else text.translate(_FOLDS)


def utf16_length(text: str) -> int:
    """Return the length in UTF-16 code units, as Qt counts."""
    return len(text) + sum(character > "\uffff" for character in text)


class _Folds(dict[int, str]):
    """What each character is folded to; each is worked out once."""

    def __missing__(self, code: int) -> str:
        made = unicodedata.normalize("NFKD", chr(code))[0].casefold()[0]
        self[code] = made
        return made


_FOLDS = _Folds()
