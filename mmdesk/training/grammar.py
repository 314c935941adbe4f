"""What is asked and what is answered, in no language yet; `phrase` and `say` put it into words.

An `Ask` names a template of `sentences_en` / `sentences_zh` and fills its slots with values of the
world; its `Reply` does the same for the answer. The words, both languages, live only there, and
the speech model's sentences come from the same place.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from mmdesk.training import (
    grammar_en,
    grammar_zh,
    reading_en,
    reading_zh,
    sentences_en,
    sentences_zh,
)
from mmdesk.training.world import Colour, Shape, Size


class Lang(Enum):
    """The languages of the starter model."""

    EN = "en"
    ZH = "zh"


class Skill(Enum):
    """What the evaluation tells apart, in its order; SIZE and FLOW have no bars of their own."""

    COLOUR = "colour"
    BACKGROUND = "background"
    SHAPE_AT_PLACE = "shape_at_place"
    PLACE = "place"
    COUNT_ALL = "count_all"
    COUNT_KIND = "count_kind"
    EXISTS = "exists"
    DESCRIPTION = "description"
    RELATION = "relation"
    TWO_PICTURES = "two_pictures"
    FOLLOW_UP = "follow_up"
    REFUSAL = "refusal"
    SIZE = "size"
    POINT = "point"
    POINT_ALL = "point_all"
    READ = "read"
    TABLE = "table"
    CHART = "chart"
    FLOW = "flow"


@dataclass(frozen=True)
class Noun:
    """What a question is about: "big red circle", "red shapes", "star"."""

    shape: Shape | None = None
    colour: Colour | None = None
    size: Size | None = None


@dataclass(frozen=True)
class Reply:
    """An answer: the name of its template and what fills it."""

    kind: str
    slots: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Ask:
    """A question with its one right answer.

    `items` and `others` are where a reader looks first; `traced` are the parts of the picture that
    the printed letters of the answer, or its boxes, are read from, one by one.
    """

    skill: Skill
    kind: str
    reply: Reply
    slots: Mapping[str, Any] = field(default_factory=dict)
    items: tuple[Any, ...] = ()
    others: tuple[Any, ...] = ()
    traced: tuple[Any, ...] = ()


_CHOICE = re.compile(r"\[([^\[\]]*)\]")


def expand(template: str, rng: random.Random) -> str:
    """Takes one of each `[a|b|c]`, inner ones first; `[a|]` may be nothing."""
    while found := _CHOICE.search(template):
        choice = rng.choice(found.group(1).split("|"))
        template = template[: found.start()] + choice + template[found.end() :]
    return re.sub(r" {2,}", " ", template).strip()


def every(template: str) -> list[str]:
    """All texts that `expand` can make of a template, each once."""
    found = _CHOICE.search(template)
    if found is None:
        return [re.sub(r" {2,}", " ", template).strip()]
    texts: list[str] = []
    for choice in found.group(1).split("|"):
        texts += every(template[: found.start()] + choice + template[found.end() :])
    return list(dict.fromkeys(texts))


def templates(lang: Lang, kind: str) -> tuple[str, ...]:
    """The question templates of a kind."""
    return QUESTIONS[lang][kind]


QUESTIONS: Mapping[Lang, Mapping[str, tuple[str, ...]]] = {
    Lang.EN: sentences_en.QUESTIONS | reading_en.QUESTIONS,
    Lang.ZH: sentences_zh.QUESTIONS | reading_zh.QUESTIONS,
}
ANSWERS: Mapping[Lang, Mapping[str, str]] = {
    Lang.EN: sentences_en.ANSWERS | reading_en.ANSWERS,
    Lang.ZH: sentences_zh.ANSWERS | reading_zh.ANSWERS,
}


def _forms(lang: Lang) -> Callable[[str, Any, random.Random | None], dict[str, str]]:
    return grammar_en.forms if lang is Lang.EN else grammar_zh.forms


def _fill(template: str, lang: Lang, slots: Mapping[str, Any], rng: random.Random | None) -> str:
    words: dict[str, str] = {}
    for name, value in slots.items():
        words |= _forms(lang)(name, value, rng)
    return template.format(**words)


def phrase(ask: Ask, lang: Lang, rng: random.Random) -> str:
    """The question in everyday words, the way people type: case, marks and politeness vary."""
    template = expand(rng.choice(templates(lang, ask.kind)), rng)
    text = _fill(template, lang, ask.slots, rng)
    finish = grammar_en.finish if lang is Lang.EN else grammar_zh.finish
    return finish(text, rng)


def plain(ask: Ask, lang: Lang) -> str:
    """The question in its first, textbook form."""
    text = _fill(every(templates(lang, ask.kind)[0])[0], lang, ask.slots, None)
    return text[:1].upper() + text[1:] + ("?" if lang is Lang.EN else "？")


def say(reply: Reply, lang: Lang) -> str:
    """The canonical answer; there is exactly one."""
    text = _fill(ANSWERS[lang][reply.kind], lang, reply.slots, None)
    return text[:1].upper() + text[1:]


def refusal(lang: Lang) -> str:
    """What the starter says when it does not know."""
    return say(Reply("unknown"), lang)


_QUOTES = str.maketrans({"\u2019": "'", "\uff1f": "?", "\uff0c": ",", "\u3002": "."})


def normalise(text: str) -> str:
    """Text as the scorer compares it: case, outer spaces, final marks and spacing ignored.

    Digits and number words, or two orders of a list, are different answers.
    """
    folded = re.sub(r"\s+", " ", text.translate(_QUOTES).casefold()).strip()
    return folded.rstrip(" .!?").strip()
