"""What is said in a lesson: questions and answers in words, and where answers are read from."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from mmdesk.training import pointing
from mmdesk.training.grammar import Ask, Lang, Noun, Skill, phrase, say
from mmdesk.training.pictures import Picture
from mmdesk.training.world import Item, Scene

_BOX = re.compile(r"\{.*?\}")
_QUOTED = re.compile("“(.*?)”")


@dataclass(frozen=True)
class Said:
    """A question and its answer in words; the items that the answer is read from.

    `others` are those of a second noun ("left of the star"), or what lies on the side asked about;
    `counted` are one or two groups of which the answer needs to know how many they are. `traced`
    says which characters of the answer are read from which letter, item or part of the picture.
    """

    question: str
    answer: str
    items: tuple[Any, ...] = ()
    others: tuple[Any, ...] = ()
    counted: tuple[tuple[Item, ...], ...] = ()
    traced: tuple[tuple[int, Any], ...] = ()


@dataclass(frozen=True)
class Turn:
    """One question with its answer; `pictures` index the lesson's list."""

    said: Said
    pictures: tuple[int, ...] = ()
    picture_first: bool = True


@dataclass
class Lesson:
    """A conversation about `pictures`; turns show them in their order."""

    pictures: list[Picture]
    turns: list[Turn] = field(default_factory=list)
    system: str | None = None


def _fitting(scenes: Sequence[Scene], noun: Noun) -> tuple[Item, ...]:
    return tuple(
        item for scene in scenes for item in scene.matching(noun.shape, noun.colour, noun.size)
    )


def pointed(ask: Ask, scenes: Sequence[Scene]) -> tuple[tuple[Item, ...], tuple[Item, ...]]:
    """(items, others) that a question names: where a reader would look for its answer."""
    slots = ask.slots
    if ask.items:
        return ask.items, ask.others
    if "nth" in slots:
        scenes = scenes[slots["nth"] : slots["nth"] + 1]
    others: tuple[Item, ...] = ()
    if "other" in slots:
        others = _fitting(scenes, slots["other"])
    elif ask.skill is Skill.RELATION and ask.reply.kind == "thing":
        others = _fitting(scenes, ask.reply.slots["noun"])
    if "cell" in slots:
        return scenes[0].at(slots["cell"]), others
    if "noun" in slots:
        return _fitting(scenes, slots["noun"]), others
    if ask.kind == "shape_of":
        return scenes[0].matching(None, slots["colour"]), others
    return (scenes[0].items if ask.kind == "count_all" else ()), others


_COUNTING = ("count_kind", "count_all", "count_in", "exists", "then_nouns")


def counted(ask: Ask, scenes: Sequence[Scene]) -> tuple[tuple[Item, ...], ...]:
    """The groups that a question compares or counts: of each picture for "which has more?"."""
    noun = ask.slots.get("noun", Noun())
    if ask.kind == "more":
        return _fitting(scenes[:1], noun), _fitting(scenes[1:], noun)
    if ask.kind in _COUNTING or ask.reply.kind == "missing":
        return (pointed(ask, scenes)[0],)
    return ()


def traced(ask: Ask, answer: str) -> tuple[tuple[int, Any], ...]:
    """Which characters of the answer are read from which of `ask.traced`.

    Boxes are traced whole; else what stands between quotation marks, letter by letter; else digits.
    """
    if ask.reply.kind in ("boxes", "place_box"):
        found = [range(*match.span()) for match in _BOX.finditer(answer)]
        return tuple(
            (at, item) for span, item in zip(found, ask.traced, strict=True) for at in span
        )
    spots = [at for match in _QUOTED.finditer(answer) for at in range(*match.span(1))]
    spots = spots or [at for at, sign in enumerate(answer) if sign.isdigit()]
    return tuple(zip(spots, ask.traced, strict=True)) if ask.traced else ()


def worded(ask: Ask, lang: Lang, rng: random.Random, scenes: Sequence[Scene]) -> Said:
    """The question in everyday words with its answer; a place in one scene comes with its box."""
    if len(scenes) == 1:
        ask = pointing.located(ask, scenes[0])
    question, answer = phrase(ask, lang, rng), say(ask.reply, lang)
    where = pointed(ask, scenes)
    return Said(question, answer, *where, counted(ask, scenes), traced(ask, answer))
