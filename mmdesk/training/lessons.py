"""A lesson is one training conversation: one or two pictures and as many turns as fit.

Turns are already words; which language, which wording and which pictures is decided here.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from mmdesk.training import pointing, questions, reading, relations
from mmdesk.training.charts import Chart, chart_ask, sample_chart
from mmdesk.training.flows import Flow, flow_ask, sample_flow
from mmdesk.training.foreign import foreign_picture
from mmdesk.training.grammar import Ask, Lang, Reply, Skill, phrase, refusal, say
from mmdesk.training.pages import Page
from mmdesk.training.pictures import Picture, sample_picture
from mmdesk.training.prompts import system_prompt
from mmdesk.training.said import Lesson, Said, Turn, worded
from mmdesk.training.split import Split
from mmdesk.training.tables import Table, sample_table, table_ask
from mmdesk.training.unknown import unknown_question
from mmdesk.training.world import Scene, sample_scene

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
    Skill.POINT: pointing.point,
    Skill.POINT_ALL: pointing.point_all,
    Skill.READ: reading.read,
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
    Skill.POINT: 8,
    Skill.POINT_ALL: 8,
    Skill.READ: 2,
}
READ_WHERE_PRINTED = 40  # instead, in a scene with words


PAGE_MAKERS: Mapping[type, Callable[[Page, random.Random], Ask]] = {
    Table: table_ask,
    Chart: chart_ask,
    Flow: flow_ask,
}


def _languages(rng: random.Random) -> Callable[[], Lang]:
    """Mostly one language a conversation, at times a mix."""
    roll = rng.random()
    if roll < 0.4:
        return lambda: Lang.EN
    if roll < 0.8:
        return lambda: Lang.ZH
    return lambda: rng.choice((Lang.EN, Lang.ZH))


def _unknown(lang: Lang, rng: random.Random, page: Page | None = None) -> Said:
    """A question that can't be answered; at times about a page that isn't there."""
    if page is None and rng.random() < 0.2:
        return Said(phrase(_page_ask(sample_page(rng), rng), lang, rng), refusal(lang))
    return Said(unknown_question(lang, rng, Split.TRAIN), refusal(lang))


def sample_page(rng: random.Random, split: Split = Split.TRAIN) -> Page:
    """A table, a chart or a flowchart."""
    return rng.choice((sample_table, sample_chart, sample_flow))(rng, split)


def _page_ask(page: Page, rng: random.Random) -> Ask:
    return PAGE_MAKERS[type(page.facts)](page, rng)


def page_described(page: Page) -> Ask:
    """What is in the picture? A table, a chart, a flowchart, and how large."""
    facts = page.facts
    if isinstance(facts, Table):
        rows, columns = len(facts.rows), len(facts.rows[0])
        reply = Reply("table_page", {"rows": str(rows), "columns": str(columns)})
    elif isinstance(facts, Chart):
        reply = Reply("chart_page", {"number": str(len(facts.bars))})
    else:
        reply = Reply("flow_page")
    return Ask(Skill.DESCRIPTION, "describe", reply)


def about_page(page: Page, rng: random.Random, lang: Callable[[], Lang]) -> Iterator[Said]:
    """Questions about what stands on a page, about shapes that don't, and unknown ones."""
    seen: set[str] = set()
    empty = sample_scene(rng, count=0)
    while True:
        spoken, roll = lang(), rng.random()
        if roll < 0.06:
            yield _unknown(spoken, rng, page)
            continue
        ask: Ask | None = page_described(page) if roll < 0.12 else _page_ask(page, rng)
        if roll > 0.94:
            ask = rng.choice((questions.colour, questions.place, pointing.point))(empty, rng)
        if ask is None or (f"{ask.kind} {ask.slots}" in seen and rng.random() < 0.8):
            continue
        seen.add(f"{ask.kind} {ask.slots}")
        yield worded(ask, spoken, rng, ())


def _followed(pair: tuple[Ask, Ask], lang: Lang, rng: random.Random, scene: Scene) -> list[Said]:
    """Both turns; "where is it?" is about what the first one named."""
    first, second = (worded(ask, lang, rng, (scene,)) for ask in pair)
    if not pair[1].slots:
        second = replace(second, items=first.items)
    return [first, second]


def about_scene(
    scene: Scene, rng: random.Random, mix: Mapping[Skill, float], lang: Callable[[], Lang]
) -> Iterator[Said]:
    """Endless questions with answers about one scene, few of them twice."""
    if scene.words:
        mix = {**mix, Skill.READ: READ_WHERE_PRINTED}
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
                yield worded(ask, spoken, rng, (scene,))


def about_foreign(rng: random.Random, lang: Callable[[], Lang]) -> Iterator[Said]:
    """Questions as about a drawn scene, all answered with the refusal."""
    scene = sample_scene(rng, count=rng.randint(2, 5), words=rng.randint(0, 1))
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
        yield worded(ask, lang(), rng, scenes)


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


def _picture(rng: random.Random, foreign: float, printed: bool) -> Picture:
    if printed:
        return sample_picture(rng, foreign)
    return foreign_picture(rng, Split.TRAIN) if rng.random() < foreign else sample_scene(rng)


def _pairs(
    picture: Picture, rng: random.Random, mix: Mapping[Skill, float],
    lang: Callable[[], Lang],
) -> Iterator[Said]:  # fmt: skip
    if isinstance(picture, Scene):
        return about_scene(picture, rng, mix, lang)
    if isinstance(picture, Page):
        return about_page(picture, rng, lang)
    return about_foreign(rng, lang)


def one_picture(
    rng: random.Random, mix: Mapping[Skill, float], foreign: float, printed: bool = False
) -> Lesson:
    """Turns about one picture; the caller cuts them to length."""
    lang = _languages(rng)
    picture = _picture(rng, foreign, printed)
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


def two_picture(
    rng: random.Random, mix: Mapping[Skill, float], foreign: float, printed: bool = False
) -> Lesson:
    """Either both in one message, compared; or the second one arrives in a later turn."""
    lang = _languages(rng)
    if rng.random() < 0.65:
        first = sample_scene(rng)
        second = _related(first, rng)
        lesson = Lesson([first, second], system=_system(rng))
        lesson.turns += _turns(about_two((first, second), rng, lang), 14, (0, 1), rng)
        return lesson
    pictures = [_picture(rng, foreign, printed), _picture(rng, foreign, printed)]
    lesson = Lesson(pictures, system=_system(rng))
    lesson.turns += _turns(_pairs(pictures[0], rng, mix, lang), rng.randint(1, 2), (0,), rng)
    lesson.turns += _turns(_pairs(pictures[1], rng, mix, lang), 12, (1,), rng)
    return lesson


def _system(rng: random.Random) -> str | None:
    return system_prompt(rng) if rng.random() < 0.2 else None
