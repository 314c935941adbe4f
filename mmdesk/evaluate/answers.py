"""Short answers against those that people gave: VQA accuracy, and exact match.

VQA accuracy is that of Antol et al. 2015, "VQA: Visual Question Answering", section 5
(https://arxiv.org/abs/1505.00468), in the form of the official evaluation
(https://visualqa.org/evaluation.html): of ten people's answers each is left out once, and an answer
is fully right where at least three of the other nine gave it.

Answers are compared in the official normal form for English: case, articles, punctuation, number
words up to ten, contractions. Two differences: the official programme leaves the people's answers
as they are where all ten are the same, here they are always normalised; and it knows no Chinese.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence

from mmdesk.core.claims import has_han

PEOPLE = 10
"""Answers to a question of VQA."""
_ENOUGH = 3
_PUNCTUATION = ';/[]"{}()=+\\_-><@`,?!'
_COMMA_IN_NUMBER = re.compile(r"\d,\d")
_PERIOD = re.compile(r"\.(?!\d)")
_ARTICLES = frozenset({"a", "an", "the"})
_NUMBERS = {
    word: str(number)
    for number, word in enumerate(
        ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    )
} | {"none": "0"}
_ENDINGS = {
    "n't": "ai are ca could did does do had has have is might must need ought sha should was were "
    "wo would",
    "'ve": "could i might must not should they we what where who would you",
    "'d": "he how it someone something there they where who you",
    "'ll": "how it somebody someone something they what who why you",
    "'re": "there they what why you",
    "'s": "he how somebody someone that there what when where who why",
    "'m": "i",
    "'am": "ma",
    "'clock": "o",
    "'all": "y",
    "'twas": "",
}
"""English contractions by their ends; those that make another word without the apostrophe (it's,
we'll, she'd, I'd) are left out, as they are officially."""
_TWICE = ("couldn't hadn't mightn't shouldn't wouldn't he'd i'd it'd she'd somebody'd someone'd "
          "something'd there'd they'd we'd who'd you'd")  # fmt: skip
_ZH_DIGITS = "零一二三四五六七八九"
_ZH_NUMBER = re.compile(r"(?:([一二两三四五六七八九])?(十))?([零一二两三四五六七八九])?")


def vqa_accuracy(answer: str, expected: Sequence[str]) -> float:
    """Return between 0 and 1 how right an answer is.

    With ten expected answers the soft score, min(n / 3, 1) averaged over the ten ways to leave one
    out, where n of the others are the same; else 1 where the answer is one of them.
    """
    given = normal_form(answer)
    same = [normal_form(each) == given for each in expected]
    if len(same) != PEOPLE:
        return float(any(same))
    alike = sum(same)
    return sum(min(1.0, (alike - one) / _ENOUGH) for one in same) / PEOPLE


def exact_match(answer: str, expected: Sequence[str]) -> bool:
    """Whether an answer is, but for case, spacing and marks at the end, what most people gave."""
    return _trimmed(answer) == Counter(map(_trimmed, expected)).most_common(1)[0][0]


def normal_form(text: str) -> str:
    """Return an answer as :func:`vqa_accuracy` compares it; Chinese where it has Han characters."""
    return chinese_form(text) if has_han(text) else english_form(text)


def english_form(text: str) -> str:
    """Return the official normal form: "The two dogs." is "2 dogs"."""
    text = " ".join(text.replace("’", "'").split())
    within_numbers = _COMMA_IN_NUMBER.search(text) is not None
    bare = text
    for mark in _PUNCTUATION:
        beside_space = f"{mark} " in text or f" {mark}" in text
        bare = bare.replace(mark, "" if beside_space or within_numbers else " ")
    words = (_NUMBERS.get(word, word) for word in _PERIOD.sub("", bare).lower().split())
    return " ".join(_CONTRACTIONS.get(word, word) for word in words if word not in _ARTICLES)


def chinese_form(text: str) -> str:
    """Return a Chinese answer without what it may be written with or without.

    Full-width signs are as their narrow ones; marks and spaces don't count, nor does 的 at the end;
    a number up to 99, with 个 or without, is in digits: "两个。" is "2".
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    bare = _PERIOD.sub("", re.sub(r"[^\w.]|_", "", folded))
    if len(bare) > 1:
        bare = bare.removesuffix("的")
    counted = bare.removesuffix("个") if len(bare) > 1 else bare
    if counted.isdecimal():
        return counted
    found = _ZH_NUMBER.fullmatch(counted)
    if not counted or found is None:
        return bare
    tens, ten, ones = found.groups()
    return str((10 * _zh_digit(tens or "一") if ten else 0) + _zh_digit(ones or "零"))


def _zh_digit(sign: str) -> int:
    return 2 if sign == "两" else _ZH_DIGITS.index(sign)


def _trimmed(text: str) -> str:
    folded = " ".join(unicodedata.normalize("NFKC", text).replace("’", "'").casefold().split())
    return folded.rstrip(" .!?。")


def _contractions() -> Iterator[tuple[str, str]]:
    for ending, stems in _ENDINGS.items():
        for stem in stems.split() or [""]:
            yield (stem + ending).replace("'", ""), stem + ending
    for word in _TWICE.split():
        whole = f"{word}'ve"
        yield f"{word}ve", whole
        yield f"{word.replace(chr(39), '')}'ve", whole


_CONTRACTIONS = dict(_contractions())
