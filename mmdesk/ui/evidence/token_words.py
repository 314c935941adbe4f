"""The words of an answer, and what else might have stood in their place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from PySide6.QtCore import QCoreApplication

from mmdesk.core.claims import has_han
from mmdesk.core.conversations import Entry
from mmdesk.core.examinations import ScoredToken
from mmdesk.core.values import value
from mmdesk.session.examining import places

_FENCE = re.compile(r"```\w*\s*\[?\s*\Z")
_INVISIBLE = {" ": "␣", "\n": "⏎", "\t": "⇥"}
"""How tokens are shown that nobody sees."""


@value
class Word:
    """A word of an answer.

    Attributes:
        probability: Of all its tokens, each given what stood before it.
        weakest: The least probable of them.
    """

    text: str
    probability: float
    weakest: ScoredToken


def words_of(entry: Entry, tokens: Sequence[ScoredToken]) -> Iterator[Word]:
    """Yield the words of an answer, without what stands for places."""
    text = entry.message.text
    found = places(entry)
    marks = [(each.start, each.end) for each in found.evidence]
    marks += [_around(text, start, end) for start, end in marks]
    group: list[ScoredToken] = []
    for token in tokens:
        if token.end <= token.start:  # the beginning of a character
            group.append(token)
            continue
        if group and _begins_word(text, token):
            yield from _word(text, group, marks)
            group = []
        group.append(token)
    yield from _word(text, group, marks)


def _around(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a place with the fence of a block of code around it."""
    opening = _FENCE.search(text[:start])
    return (opening.start() if opening else start), end


def _begins_word(text: str, token: ScoredToken) -> bool:
    first = text[token.start : token.start + 1]
    before = text[token.start - 1 : token.start]
    return not (first.isalnum() and before.isalnum()) or has_han(first) or has_han(before)


def _word(
    text: str, group: Sequence[ScoredToken], marks: Sequence[tuple[int, int]]
) -> Iterator[Word]:
    if not group:
        return
    start, end = min(each.start for each in group), max(each.end for each in group)
    written = text[start:end].strip()
    marked = any(start < last and first < end for first, last in marks)
    if marked or not any(letter.isalnum() for letter in written):
        return
    probability = 1.0
    for each in group:
        probability *= each.probability
    yield Word(written, probability, min(group, key=lambda each: each.probability))


def alternatives_text(token: ScoredToken) -> str:
    """Return what might have stood in a token's place, with probabilities; "" if nothing else."""
    others = [f"“{_visible(each.text)}” {each.probability:.2f}" for each in token.alternatives]
    detail = QCoreApplication.translate("evidence", "Might have been: {words}")
    return detail.format(words=", ".join(others)) if others else ""


def _visible(text: str) -> str:
    if not text:
        return QCoreApplication.translate("evidence", "(nothing)")
    return text.strip() or _INVISIBLE.get(text, "␣" * min(3, len(text)))
