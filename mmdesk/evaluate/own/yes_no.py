"""Questions that are answered with yes or no, in English and Chinese."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mmdesk.evaluate.answers import normal_form

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

WORDS = {
    False: (("yes",), ("no",)),
    True: (("是", "对", "有"), ("不", "没", "否")),
}
"""What an answer that says yes or no begins with, in English and, under true, in Chinese."""
_YES = frozenset({"yes", "是", "对", "有"})
_NO = frozenset({"no", "不", "不是", "不对", "没有", "没", "否"})
"""In :func:`~mmdesk.evaluate.answers.normal_form`."""


def expected(answers: Sequence[str]) -> bool | None:
    """Return whether most people said yes; None where yes or no isn't what most said.

    >>> expected(["Yes.", "yes", "no"]), expected(["没有。"]), expected(["red"])
    (True, False, None)
    """
    most = Counter(map(_first_word, answers)).most_common(1)[0][0]
    return True if most in _YES else False if most in _NO else None


def _first_word(answer: str) -> str:
    """The normal form, or of "Yes, there is one." what stands before the comma."""
    head = answer.replace("，", ",").partition(",")[0]
    return normal_form(head)


def first_tokens(
    tokenizer: PreTrainedTokenizerBase, *, chinese: bool
) -> tuple[frozenset[int], frozenset[int]] | None:
    """Return the tokens that a yes and a no may begin with: small, with a capital, after a space.

    Where a word is one token, that is it: "y" begins yellow, too. A token that begins both tells
    nothing and is left out: a space of its own, the first byte of a Chinese character. None where
    no other token begins one of the words.
    """
    yes, no = ([_starts(tokenizer, word) for word in words] for words in WORDS[chinese])
    shared = frozenset().union(*yes) & frozenset().union(*no)
    if not all(starts - shared for starts in (*yes, *no)):
        return None
    return frozenset().union(*yes) - shared, frozenset().union(*no) - shared


def _starts(tokenizer: PreTrainedTokenizerBase, word: str) -> frozenset[int]:
    forms = (word, word.capitalize(), f" {word}", f" {word.capitalize()}")
    encoded = [tokenizer.encode(form, add_special_tokens=False) for form in forms]
    whole = frozenset(ids[0] for ids in encoded if len(ids) == 1)
    return whole or frozenset(ids[0] for ids in encoded if ids)
