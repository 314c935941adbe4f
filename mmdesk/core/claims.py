"""What is said about a picture: its opposites, what can't be judged of it, and labels as texts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice, zip_longest

from mmdesk.core.claim_words import COLOURS, EXCHANGES, WORDS
from mmdesk.core.phrases import QT_TRANSLATE_NOOP, Phrase

MOST_CONTRASTS = 8
_COUNTS = QT_TRANSLATE_NOOP(
    "notes",
    "It is about how many there are: models that compare pictures with texts count badly.",
)
_DENIES = QT_TRANSLATE_NOOP(
    "notes",
    "It says what is not so: to models that compare pictures with texts, “no dog” is much the "
    "same as “dog”.",
)
_READS = QT_TRANSLATE_NOOP(
    "notes",
    "It is about writing in the picture: models that compare pictures with texts hardly read, "
    "small letters least of all.",
)
_RELATES = QT_TRANSLATE_NOOP(
    "notes",
    "It is about where one thing is beside another: models that compare pictures with texts "
    "hardly tell “left of” from “right of”.",
)
_PLACES = QT_TRANSLATE_NOOP(
    "notes",
    "It is about where something is: most models that compare pictures with texts can't tell left "
    "from right, or top from bottom.",
)
_SEPARATORS = re.compile("[,，、;；]")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_ARTICLE = re.compile(r"(?<![a-z])(an?)( +)$", re.IGNORECASE)
_NUMBERS = (
    "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|both|several|many|few|pair"
)
_COUNTING = re.compile(
    rf"\b(?:{_NUMBERS})\b|\b(?:only|exactly|just|at (?:least|most)) (?:one|a single|\d+)\b"
    r"|\bhow many\b|\bnumber of\b|\b(?:more|fewer|less) than\b|(?<![\w.:/-])\d{1,3} +[a-z]{2,}"
    r"|[两二三四五六七八九十几多数\d]+ ?[个只条张把本辆匹头朵棵颗座件位名架艘双对]"
    r"|(?:只有|仅有|恰好)一|多少|几个|许多|很多",
    re.IGNORECASE,
)
_DENYING = re.compile(
    r"\b(?:no|not|never|without|nobody|nothing|none|neither|nor|cannot|absent|missing)\b"
    r"|n['’]t\b|没|沒|[並并]?非(?![洲常])|无人|無人|不(?![锈同断久少仅但倒])",
    re.IGNORECASE,
)
_READING = re.compile(
    r"\b(?:says?|saying|written|writing|spells?|spelled|labell?ed|titled)\b"
    r"|\breads? (?-i:[A-Z\d])|\bthe (?:word|words|text|letter|letters|number|digit|title|caption)\b"
    r"|[“\"「『][^”\"」』]+[”\"」』]|写着|寫著|字样|文字|印着|标着|单词|字母|标题",
    re.IGNORECASE,
)
_PLACING = re.compile(
    r"\b(?:left|right|top|bottom|upper|lower) ?-?(?:of|side|hand|corner|half|edge|left|right)\b"
    r"|\b(?:on|at|in|to) (?:the|its|his|her) (?:far |very )?(?:left|right|top|bottom)\b"
    r"|[左右][上下边侧面方]|[上下][方面边部]|顶部|底部|[前后][面方]",
    re.IGNORECASE,
)
_PICTURE = r"(?:the |this )?(?:picture|image|photo|screen)"
_RELATING = re.compile(
    rf"\b(?:left|right)(?: side)? of (?!{_PICTURE})"
    r"|\b(?:above|below|under|beneath|underneath|behind|between|beside|next to|on top of"
    r"|in front of)\b"
    r"|在(?!图|画面|照片|最?[左右上下前后])[^，。]+[左右上下前后][边侧面方]"
    r"|(?<![图片面中])的[左右上下前后][边侧面方]"
    r"|(?<![图片面中最在的 ，。])(?<!^)[上下前后]面|旁边|之间",
    re.IGNORECASE,
)
_SOUNDS_A = re.compile(
    r"eu|ew|one\b|once\b|u(?:ni(?![nmd])|s[aeiu]|ti|r[aio]|k|\b|-|fo)", re.IGNORECASE
)
_SOUNDS_AN = re.compile(
    r"[aeiou]|h(?:our|onest|onou?r|eir)|8|11\b|18\b|[fhlmnrsx](?:\b|-|\d)", re.IGNORECASE
)
_SPELLED_AN = re.compile(r"[AEFHILMNORSX](?:[A-Z]|\b)")
_SPELLED = re.compile(r"[A-Z]{2,4}\b")
_DETERMINED = re.compile(
    rf"(?:an?|the|this|that|these|those|my|your|his|her|its|our|their|some|one|no|{_NUMBERS})\b(?!-)"
    r"|\d+(?![\w-])",
    re.IGNORECASE,
)
_PLURAL = re.compile(r"(?:[^siu]s|[aeo]?ies|[sx]es|ches|shes|men|people|children|mice|feet)$")


def contrasts(claim: str) -> tuple[str, ...]:
    """Return texts that differ from a claim in one thing, at most :data:`MOST_CONTRASTS`.

    A colour for a colour, a shape or thing for another of its kind, a side for the other; how
    many there are stays. (), where nothing is known that could be another.
    """
    places = list(islice(WORDS.finditer(claim), MOST_CONTRASTS))
    named = {EXCHANGES[place[0].lower()].name for place in places}
    rounds = zip_longest(*(_exchanged(claim, place, named) for place in places))
    known = {_folded(claim)}
    found = []
    for text in chain.from_iterable(rounds):
        if text is not None and _folded(text) not in known:
            known.add(_folded(text))
            found.append(text)
    return tuple(found[:MOST_CONTRASTS])


def unfit(claim: str, *, places: bool = False) -> tuple[Phrase, ...]:
    """Return why a contrastive model can't judge a claim, a sentence each; () where it may.

    Args:
        places: Whether the model was taught where in the picture things are. The starter's was,
            and tells left from right in 78 to 100 % of drawn scenes; "left of" from "right of" in
            no more than 54 to 72 %, and it counts hardly better than others.
    """
    relates = _RELATING.search(claim)
    reasons = (
        (_COUNTS, _COUNTING.search(claim)),
        (_DENIES, _DENYING.search(claim)),
        (_READS, _READING.search(claim)),
        (_RELATES, relates),
        (_PLACES, None if places or relates else _PLACING.search(claim)),
    )
    return tuple(Phrase(template) for template, found in reasons if found)


def labels_in(written: str) -> tuple[str, ...]:
    """Return what commas part, Chinese ones and semicolons too, each on one line."""
    found = (" ".join(label.split()) for label in _SEPARATORS.split(written))
    return tuple(label for label in found if label)


def label_texts(labels: Iterable[str]) -> tuple[str, ...]:
    """Return the text of a picture of each label, in order: "a photo of a cat", "一张猫的照片".

    Of the templates in Radford et al. 2021 (https://arxiv.org/abs/2103.00020) the first. The
    starter tells shapes and colours by it as well as by any other that it was taught with.
    """
    return tuple(map(_label_text, labels))


def with_article(words: str) -> str:
    """Return "an apple", "a unicorn", "an X-ray", "a UFO"; what needs no article stays."""
    if _DETERMINED.match(words) or _PLURAL.search(words):
        return words
    return f"{_article(words)} {words}"


def has_han(text: str) -> bool:
    """Whether there is a Chinese character."""
    return _HAN.search(text) is not None


def _label_text(label: str) -> str:
    label = " ".join(label.split())
    if has_han(label):
        return f"一张{label}的照片"
    if label.lower() in COLOURS:  # which no picture is of
        return f"a photo of {_article(label)} {label} thing"
    return f"a photo of {with_article(label)}"


def _article(words: str) -> str:
    if _SPELLED.match(words):
        return "an" if _SPELLED_AN.match(words) else "a"
    return "an" if _SOUNDS_AN.match(words) and not _SOUNDS_A.match(words) else "a"


def _exchanged(claim: str, place: re.Match[str], named: set[str]) -> Iterator[str]:
    """Yield the claim with other words in one place, of which it has none yet."""
    word = place[0]
    before, after = claim[: place.start()], claim[place.end() :]
    for other in EXCHANGES[word.lower()].others:
        if EXCHANGES[other].name not in named:
            yield _fitting(before, other) + _cased(word, other) + after


def _fitting(before: str, word: str) -> str:
    """Return what stands before a word, with its article."""
    found = _ARTICLE.search(before)
    if found is None:
        return before
    return before[: found.start()] + _cased(found[1], _article(word)) + found[2]


def _cased(before: str, word: str) -> str:
    if before.isupper() and len(before) > 1:
        return word.upper()
    return word.capitalize() if before[:1].isupper() else word


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
