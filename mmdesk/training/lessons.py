"""A lesson is one training conversation: one or two pictures and as many turns as fit.

Turns are already words; which language, which wording and which pictures is decided here.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from PIL import Image

from mmdesk.training import questions, relations
from mmdesk.training.foreign import foreign_picture
from mmdesk.training.grammar import Ask, Lang, Noun, Reply, Skill, phrase, refusal, say
from mmdesk.training.unknown import Split, unknown_question
from mmdesk.training.world import Item, Scene, sample_scene

MAKERS: Mapping[Skill, questions.Maker] = {
    Skill.COLOUR: questions.colour,
    Skill.BACKGROUND: questions.background,
    Skill.SHAPE_AT_PLACE: questions.shape_at_place,
    Skill.PLACE: questions.place,
    Skill.COUNT_ALL: questions.count_all,
    Skill.COUNT_KIND: questions.count_kind,
    Skill.EXISTS: questions.exists,
    Skill.DESCRIPTION: questions.description,
    Skill.RELATION: relations.relation,
    Skill.SIZE: questions.size,
}
# How often each skill is asked; positions come last, so they are asked most.
DEFAULT_MIX: Mapping[Skill, float] = {
    Skill.COLOUR: 9,
    Skill.BACKGROUND: 4,
    Skill.SHAPE_AT_PLACE: 17,
    Skill.PLACE: 17,
    Skill.COUNT_ALL: 6,
    Skill.COUNT_KIND: 11,
    Skill.EXISTS: 10,
    Skill.DESCRIPTION: 8,
    Skill.RELATION: 16,
    Skill.FOLLOW_UP: 8,
    Skill.SIZE: 6,
    Skill.REFUSAL: 7,
}
SYSTEM_PROMPTS = (
    "You are a helpful assistant.",
    "Answer briefly.",
    "You are a helpful assistant that answers questions about pictures.",
    "你是一个乐于助人的助手。",
)


@dataclass(frozen=True)
class Said:
    """A question and its answer in words; the items that the answer is read from.

    `others` are those of a second noun ("left of the star"), or what lies on the side asked about;
    `counted` are one or two groups of which the answer needs to know how many they are.
    """

    question: str
    answer: str
    items: tuple[Item, ...] = ()
    others: tuple[Item, ...] = ()
    counted: tuple[tuple[Item, ...], ...] = ()


@dataclass(frozen=True)
class Turn:
    """One question with its answer; `pictures` index the lesson's list."""

    said: Said
    pictures: tuple[int, ...] = ()
    picture_first: bool = True


@dataclass
class Lesson:
    """A conversation; `scenes[i]` is None where picture i is not of the drawn world."""

    pictures: list[Image.Image | Scene]
    turns: list[Turn] = field(default_factory=list)
    system: str | None = None


def _languages(rng: random.Random) -> Callable[[], Lang]:
    """Mostly one language a conversation, at times a mix."""
    roll = rng.random()
    if roll < 0.4:
        return lambda: Lang.EN
    if roll < 0.8:
        return lambda: Lang.ZH
    return lambda: rng.choice((Lang.EN, Lang.ZH))


def _fitting(scenes: Sequence[Scene], noun: Noun) -> tuple[Item, ...]:
    return tuple(
        item for scene in scenes for item in scene.matching(noun.shape, noun.colour, noun.size)
    )


def pointed(ask: Ask, scenes: Sequence[Scene]) -> tuple[tuple[Item, ...], tuple[Item, ...]]:
    """(items, others) that a question names: where a reader would look for its answer."""
    slots = ask.slots
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


def _worded(ask: Ask, lang: Lang, rng: random.Random, scenes: Sequence[Scene]) -> Said:
    words = phrase(ask, lang, rng), say(ask.reply, lang)
    return Said(*words, *pointed(ask, scenes), counted(ask, scenes))


def _unknown(lang: Lang, rng: random.Random) -> Said:
    return Said(unknown_question(lang, rng, Split.TRAIN), refusal(lang))


def _followed(pair: tuple[Ask, Ask], lang: Lang, rng: random.Random, scene: Scene) -> list[Said]:
    """Both turns; "where is it?" is about what the first one named."""
    first, second = (_worded(ask, lang, rng, (scene,)) for ask in pair)
    if not pair[1].slots:
        second = replace(second, items=first.items)
    return [first, second]


def about_scene(
    scene: Scene, rng: random.Random, mix: Mapping[Skill, float], lang: Callable[[], Lang]
) -> Iterator[Said]:
    """Endless questions with answers about one scene, few of them twice."""
    skills, weights = list(mix), list(mix.values())
    seen: dict[str, int] = {}
    while True:
        skill = rng.choices(skills, weights)[0]
        spoken = lang()
        if skill is Skill.REFUSAL:
            yield _unknown(spoken, rng)
        elif skill is Skill.FOLLOW_UP:
            pair = relations.follow_up(scene, rng)
            if pair is not None:
                yield from _followed(pair, spoken, rng, scene)
        else:
            ask = MAKERS[skill](scene, rng)
            if ask is None:
                continue
            key = f"{ask.kind} {ask.slots}"
            seen[key] = seen.get(key, 0) + 1
            if seen[key] == 1 or rng.random() < 0.15:
                yield _worded(ask, spoken, rng, (scene,))


def about_foreign(rng: random.Random, lang: Callable[[], Lang]) -> Iterator[Said]:
    """Questions as about a drawn scene, all answered with the refusal."""
    scene = sample_scene(rng, count=rng.randint(2, 5))
    skills = list(MAKERS)
    while True:
        spoken = lang()
        if rng.random() < 0.2:
            yield _unknown(spoken, rng)
            continue
        skill = Skill.DESCRIPTION if rng.random() < 0.25 else rng.choice(skills)
        ask = MAKERS[skill](scene, rng)
        if ask is not None:
            yield Said(phrase(ask, spoken, rng), refusal(spoken))


def about_two(
    scenes: Sequence[Scene], rng: random.Random, lang: Callable[[], Lang]
) -> Iterator[Said]:
    """Questions that compare two pictures or name one of them."""
    seen: set[str] = set()
    while True:
        ask = relations.two_pictures(scenes, rng)
        if ask is None or (f"{ask.kind} {ask.slots}" in seen and rng.random() < 0.9):
            continue
        seen.add(f"{ask.kind} {ask.slots}")
        yield _worded(ask, lang(), rng, scenes)


def without_picture(rng: random.Random, lang: Callable[[], Lang]) -> Iterator[Said]:
    """Questions before any picture is there."""
    scene = sample_scene(rng, count=3)
    while True:
        spoken = lang()
        if rng.random() < 0.4:
            yield _unknown(spoken, rng)
            continue
        ask = MAKERS[rng.choice(list(MAKERS))](scene, rng)
        if ask is not None:
            yield Said(phrase(ask, spoken, rng), say(Reply("no_picture"), spoken))


def _turns(
    pairs: Iterator[Said], count: int, pictures: tuple[int, ...], rng: random.Random
) -> list[Turn]:
    turns = []
    for number in range(count):
        shown = pictures if number == 0 else ()
        turns.append(Turn(next(pairs), shown, rng.random() < 0.9))
    return turns


def _picture(rng: random.Random, foreign: float) -> Scene | Image.Image:
    return foreign_picture(rng, Split.TRAIN) if rng.random() < foreign else sample_scene(rng)


def _pairs(
    picture: Scene | Image.Image, rng: random.Random, mix: Mapping[Skill, float],
    lang: Callable[[], Lang],
) -> Iterator[Said]:  # fmt: skip
    if isinstance(picture, Scene):
        return about_scene(picture, rng, mix, lang)
    return about_foreign(rng, lang)


def one_picture(rng: random.Random, mix: Mapping[Skill, float], foreign: float) -> Lesson:
    """Turns about one picture; the caller cuts them to length."""
    lang = _languages(rng)
    picture = _picture(rng, foreign)
    lesson = Lesson([picture], system=_system(rng))
    if rng.random() < 0.05:
        lesson.turns += _turns(without_picture(rng, lang), 1, (), rng)
    lesson.turns += _turns(_pairs(picture, rng, mix, lang), 16, (0,), rng)
    return lesson


def _related(scene: Scene, rng: random.Random) -> Scene:
    """A second scene; half of them with nearly as many items, so that comparing is not trivial."""
    if rng.random() < 0.5:
        return sample_scene(rng)
    return sample_scene(rng, count=max(0, min(6, len(scene.items) + rng.randint(-1, 1))))


def two_picture(rng: random.Random, mix: Mapping[Skill, float], foreign: float) -> Lesson:
    """Either both in one message, compared; or the second one arrives in a later turn."""
    lang = _languages(rng)
    if rng.random() < 0.65:
        first = sample_scene(rng)
        second = _related(first, rng)
        lesson = Lesson([first, second], system=_system(rng))
        lesson.turns += _turns(about_two((first, second), rng, lang), 14, (0, 1), rng)
        return lesson
    pictures = [_picture(rng, foreign), _picture(rng, foreign)]
    lesson = Lesson(pictures, system=_system(rng))
    lesson.turns += _turns(_pairs(pictures[0], rng, mix, lang), rng.randint(1, 2), (0,), rng)
    lesson.turns += _turns(_pairs(pictures[1], rng, mix, lang), 12, (1,), rng)
    return lesson


def _system(rng: random.Random) -> str | None:
    return rng.choice(SYSTEM_PROMPTS) if rng.random() < 0.05 else None
