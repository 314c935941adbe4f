"""Questions that offer a choice: what else could have been answered."""

from __future__ import annotations

import re

from mmdesk.core.values import value

_PAIRS = (
    ("yes", "no"), ("是的", "不是"), ("是", "不是"), ("有", "没有"), ("对", "不对"), ("能", "不能"),
    ("会", "不会"), ("可以", "不可以"), ("在", "不在"), ("像", "不像"),
)  # fmt: skip
_WORD = re.compile(r"[a-z]+", re.IGNORECASE)
_OR = re.compile(
    r"(?P<first>[^,.;:?!，。；：？！]{1,60}?)(?:,|，)?\s*(?:\bor\b|还是|或者)\s*"
    r"(?P<second>[^,.;:?!，。；：？！]{1,60})",
    re.IGNORECASE,
)
_LONGEST = 300
"""Characters of a question or an answer that are about a choice and nothing more."""
_ARTICLES = re.compile(r"^(?:an?|the)\s+|^(?:是|在)", re.IGNORECASE)


@value
class Choice:
    """One of several answers that exclude each other.

    Attributes:
        label: For people.
        text: The answer, or its beginning, as the model would have written it.
    """

    label: str
    text: str


def choices_of(question: str, answer: str) -> tuple[Choice, ...]:
    """Return what a question let choose between, the answer's own choice first; () if nothing.

    Yes and no by how the answer begins; "a cat or a dog?" where the answer names one of the two.
    """
    said = answer.strip()
    if len(question) > _LONGEST or len(said) > _LONGEST:
        return ()
    return _yes_or_no(said) or _either_or(question, said)


def _yes_or_no(answer: str) -> tuple[Choice, ...]:
    """The longest word first: 没有 begins no answer that says 有."""
    pairs = [*_PAIRS, *((no, yes) for yes, no in _PAIRS)]
    for own, other in sorted(pairs, key=lambda pair: -len(pair[0])):
        if not _begins(answer, own):
            continue
        beginning = answer[: len(own)]
        other = other.capitalize() if beginning[:1].isupper() else other
        return Choice(beginning, beginning), Choice(other, other)
    return ()


def _begins(answer: str, word: str) -> bool:
    if not answer.casefold().startswith(word):
        return False
    following = answer[len(word) : len(word) + 1]
    return not (_WORD.match(word) and following.isalpha())


def _either_or(question: str, answer: str) -> tuple[Choice, ...]:
    """The shortest words on both sides of "or" of which the answer has one, once."""
    for match in _OR.finditer(question):
        first, second = _units(match["first"]), _units(_ARTICLES.sub("", match["second"].strip()))
        for count in range(1, min(len(first), len(second)) + 1):
            one, other = "".join(first[-count:]).strip(), "".join(second[:count]).strip()
            found = _swapped(answer, one, other) or _swapped(answer, other, one)
            if found:
                return found
    return ()


def _swapped(answer: str, own: str, other: str) -> tuple[Choice, ...]:
    """Return the answer, and what it is with the other word in its place."""
    at = [match.start() for match in re.finditer(re.escape(own), answer, re.IGNORECASE)]
    if len(at) != 1 or other.casefold() in answer.casefold():
        return ()
    changed = answer[: at[0]] + other + answer[at[0] + len(own) :]
    return Choice(own, answer), Choice(other, changed)


def _units(phrase: str) -> list[str]:
    """Return words with the spaces behind them; of Chinese, characters."""
    return re.findall(r"[\u4e00-\u9fff]|[^\s\u4e00-\u9fff]+\s*", phrase.strip())
