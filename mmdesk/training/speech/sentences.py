"""Every sentence that the speech model hears, written the one way in which it is to write it down.

The starter's own templates (`sentences_en.QUESTIONS`, `sentences_zh.QUESTIONS`) and those of
`spoken_en` / `spoken_zh` are the only sources; slots get random values. What sounds the same is
written the same ("grey" becomes "gray"), a capital opens and one mark ends every sentence.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Mapping, Sequence

from mmdesk.training import grammar_en, grammar_zh, sentences_en, sentences_zh
from mmdesk.training.grammar import Lang, Noun, expand
from mmdesk.training.speech import spoken_en, spoken_zh
from mmdesk.training.world import CELLS, COLOURS, SHAPES, Size

Templates = Mapping[str, Sequence[str]]
_SLOT = re.compile(r"\{(\w+)\}")
_SLOT_KINDS = {
    "nouns": "noun", "a_noun": "noun", "the_noun": "noun", "the_other": "other",
    "at_cell": "cell",
}  # fmt: skip
_SAME_SOUND = (
    (re.compile(r"colour"), "color"),
    (re.compile(r"\bgrey\b"), "gray"),
    (re.compile(r"\bcentre\b"), "center"),
    (re.compile(r"(top|bottom)-(left|right)"), r"\1 \2"),
    (re.compile(r"\b(what|where)s\b"), r"\1's"),
    (re.compile(r"\bi\b"), "I"),
    (re.compile(r"\ba (?=[aeiou])"), "an "),
    (re.compile(r"(?<![什怎])么$"), "吗"),
)
_POLITE_EN = ("Please, ", "Can you tell me ", "Hey, ", "Tell me, ", "OK, ", "So, ")
_POLITE_ZH = ("请问，", "请问一下，", "告诉我，", "你好，", "帮我看看，")
_ORDER_EN = re.compile(r"(?:please )?(?:describe|count|tell|find|locate|say)\b")
_ORDER_ZH = re.compile(r"请?(?:描述|形容|说说|介绍|数一|找|用一句)")
HELD_OUT_SHARE = 20


def _noun(rng: random.Random) -> Noun:
    shape = rng.choice(SHAPES) if rng.random() < 0.88 else None
    colour = rng.choice(COLOURS) if rng.random() < 0.6 else None
    size = rng.choice((Size.BIG, Size.SMALL)) if rng.random() < 0.2 else None
    return Noun(shape, colour, size)


def _value(slot: str, lang: Lang, rng: random.Random) -> str:
    words = spoken_en.SPOKEN_WORDS if lang is Lang.EN else spoken_zh.SPOKEN_WORDS
    if slot in words:
        return rng.choice(words[slot])
    kind = _SLOT_KINDS.get(slot, slot)
    value: object
    if kind in ("noun", "other"):
        value = _noun(rng)
    elif kind == "cell":
        value = rng.choice(CELLS)
    elif kind == "colour":
        value = rng.choice(COLOURS)
    elif kind == "nth":
        value = rng.randrange(2)
    else:
        raise KeyError(slot)
    if lang is Lang.EN:
        return grammar_en.forms(kind, value, rng)[slot]
    return grammar_zh.forms(kind, value, rng)[slot]


def _fill(template: str, lang: Lang, rng: random.Random) -> str:
    text = expand(template, rng)
    return _SLOT.sub(lambda found: _value(found.group(1), lang, rng), text)


def _canonical(text: str) -> str:
    for pattern, instead in _SAME_SOUND:
        text = pattern.sub(instead, text)
    return re.sub(r" +", " ", re.sub(r" ([.,?])", r"\1", text)).strip()


def _question_en(text: str, rng: random.Random) -> str:
    mark = "." if _ORDER_EN.match(text) else "?"
    if rng.random() < 0.08:
        text = rng.choice(_POLITE_EN) + text
    elif rng.random() < 0.04:
        text += ", please"
    return text + mark


def _question_zh(text: str, rng: random.Random) -> str:
    mark = "。" if _ORDER_ZH.match(text) else "？"
    return (rng.choice(_POLITE_ZH) if rng.random() < 0.08 else "") + text + mark


def sources(lang: Lang) -> tuple[Templates, Templates]:
    """The templates of the starter's questions, and those of what else is said."""
    if lang is Lang.EN:
        return sentences_en.QUESTIONS, spoken_en.SPOKEN
    return sentences_zh.QUESTIONS, spoken_zh.SPOKEN


def sentence(lang: Lang, rng: random.Random) -> str:
    """A random sentence: half the time a question of the starter, half the time another.

    Kinds of the starter's questions are equally likely; of the others, kinds with more templates
    come more often.
    """
    questions, spoken = sources(lang)
    if rng.random() < 0.5:
        template = rng.choice(questions[rng.choice(list(questions))])
        text = _canonical(_fill(template, lang, rng))
        text = _question_en(text, rng) if lang is Lang.EN else _question_zh(text, rng)
    else:
        template = rng.choice([t for kind in spoken.values() for t in kind])
        text = _canonical(_fill(template, lang, rng))
    return text[0].upper() + text[1:]


def held_out(text: str) -> bool:
    """Whether the sentence is kept for the evaluation: a hash of its words decides, 5 % are.

    Sentences of fewer than three English words or five Chinese characters never are: there the
    sentence is the word, and a word that was never heard can't be written.
    """
    words = re.sub(r"[^\w' ]", "", text.lower())
    if len(words.split()) < 3 and not (len(words) >= 5 and not words.isascii()):
        return False
    return hashlib.sha256(words.encode()).digest()[0] * HELD_OUT_SHARE < 256


def spoken(lang: Lang, rng: random.Random, for_evaluation: bool) -> str:
    """A random sentence from the training's side of the split, or from the evaluation's."""
    while True:
        text = sentence(lang, rng)
        if held_out(text) is for_evaluation:
            return text
