"""An answer as people read it: what it says of places as phrases instead of numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mmdesk.core.evidence import Evidence, Pointed
from mmdesk.core.values import value

SCHEME = "evidence:"
"""Of the links that phrases become; behind it the numbers of what they stand for, with commas."""

_OPENING = re.compile(r"(?:```(?:json)?\s*)?\[\s*\Z")
_BETWEEN = re.compile(r"\s*[,;]?\s*")
_CLOSING = re.compile(r"\s*\](?:\s*```)?")
_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~])")
_PUNCTUATION = 40
"""Characters before a list, at most."""
_LEAST_PHRASE = 2
"""Characters of a label that is looked for in the rest of the answer."""
_NOTHING = r"(?!)"
"""A pattern that is nowhere."""
_MOST_PHRASES = 200
"""Labels that are looked for: an answer with more of them is a list."""


@value
class Piece:
    """A piece of an answer.

    Attributes:
        text: As it is read.
        numbers: Of the evidence that it stands for; () is plain text.
    """

    text: str
    numbers: tuple[int, ...] = ()


def pieces(answer: str, found: Pointed) -> tuple[Piece, ...]:
    """Return an answer in pieces; without evidence it is one."""
    if not found.evidence:
        return (Piece(answer),)
    phrases = _Phrases(found.evidence)
    groups = list(_groups(answer, found.evidence))
    named = phrases.named_in(_without(answer, groups))
    parts: list[Piece] = []
    at = 0
    for start, end, marked in groups:
        said = answer[start] in "[`" and all(each.text.casefold() in named for each in marked)
        parts += phrases.linked(answer[at:start].rstrip() if said else answer[at:start])
        for count, piece in enumerate(() if said else marked):
            parts += [Piece(", ")] * bool(count) + [piece]
        at = end
    return (*parts, *phrases.linked(answer[at:]))


def _without(answer: str, groups: Sequence[tuple[int, int, list[Piece]]]) -> str:
    ends = [0, *(end for _, end, _ in groups)]
    starts = [*(start for start, _, _ in groups), len(answer)]
    return " ".join(answer[begin:end] for begin, end in zip(ends, starts, strict=True))


def as_markdown(answer: str, found: Pointed) -> str:
    """Return an answer whose phrases are links to their evidence."""
    return "".join(_link(piece) if piece.numbers else piece.text for piece in pieces(answer, found))


def _link(piece: Piece) -> str:
    phrase = _SPECIAL.sub(r"\\\1", piece.text)
    return f"[{phrase}]({SCHEME}{','.join(map(str, piece.numbers))})"


def as_plain(answer: str, found: Pointed) -> str:
    """Return an answer with phrases in the place of boxes."""
    return "".join(piece.text for piece in pieces(answer, found))


def numbers_of(target: str) -> tuple[int, ...]:
    """Return the evidence that a link stands for; () where it is none of these."""
    if not target.startswith(SCHEME):
        return ()
    written = target.removeprefix(SCHEME).split(",")
    return tuple(int(each) for each in written if each.isascii() and each.isdigit())


def _groups(answer: str, evidence: Sequence[Evidence]) -> Iterator[tuple[int, int, list[Piece]]]:
    """Yield runs of marks with nothing but punctuation between: where, and what to read there."""
    group: list[Piece] = []
    start = end = first = 0
    for number, each in enumerate(evidence):
        if group and (each.start, each.end) == (first, end):  # several of one label
            group[-1] = Piece(group[-1].text, (*group[-1].numbers, number))
            continue
        if group and not _BETWEEN.fullmatch(answer, end, each.start):
            yield start, _closed(answer, end), group
            group = []
        if not group:
            start = _opened(answer, each.start)
        first, end = each.start, each.end
        group.append(Piece(each.text or str(number + 1), (number,)))
    if group:
        yield start, _closed(answer, end), group


def _opened(answer: str, start: int) -> int:
    """Return where the brackets before a mark begin."""
    near = max(0, start - _PUNCTUATION)
    found = _OPENING.search(answer[near:start])
    return near + found.start() if found else start


def _closed(answer: str, end: int) -> int:
    found = _CLOSING.match(answer, end)
    return found.end() if found else end


class _Phrases:
    """Finds the labels of evidence where the rest of an answer says them."""

    def __init__(self, evidence: Sequence[Evidence]) -> None:
        self._numbers: dict[str, tuple[int, ...]] = {}
        for number, each in enumerate(evidence):
            name = each.text.casefold()
            known = name in self._numbers
            if len(name) >= _LEAST_PHRASE and (known or len(self._numbers) < _MOST_PHRASES):
                self._numbers[name] = (*self._numbers.get(name, ()), number)
        longest = sorted(self._numbers, key=len, reverse=True)
        words = (rf"(?<![a-z]){re.escape(each)}(?![a-z])" for each in longest)
        self._pattern = re.compile("|".join(words) or _NOTHING, re.IGNORECASE)

    def named_in(self, text: str) -> frozenset[str]:
        """Return the labels that a text says, in small letters."""
        return frozenset(match.group().casefold() for match in self._pattern.finditer(text))

    def linked(self, text: str) -> list[Piece]:
        """Cut a text at what it says of them."""
        parts: list[Piece] = []
        at = 0
        for match in self._pattern.finditer(text):
            numbers = self._numbers.get(match.group().casefold())
            if numbers is None:
                continue
            parts += [Piece(text[at : match.start()])] * (match.start() > at)
            parts.append(Piece(match.group(), numbers))
            at = match.end()
        return parts + [Piece(text[at:])] * (at < len(text))
