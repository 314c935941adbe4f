"""The questions of `mmdesk eval starter`: fresh scenes, seeds that training never uses.

Training draws from `random.Random("dense ...")` and `("joint ...")`, this from `("eval ...")`.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from PIL import Image

from mmdesk.training import relations
from mmdesk.training.draw import draw_scene
from mmdesk.training.foreign import foreign_picture
from mmdesk.training.grammar import Ask, Lang, Skill, normalise, phrase, refusal, say
from mmdesk.training.lessons import MAKERS
from mmdesk.training.unknown import Split, unknown_question
from mmdesk.training.world import sample_scene

FIRST_EIGHT = (
    Skill.COLOUR, Skill.BACKGROUND, Skill.SHAPE_AT_PLACE, Skill.PLACE,
    Skill.COUNT_ALL, Skill.COUNT_KIND, Skill.EXISTS, Skill.DESCRIPTION,
)  # fmt: skip
LAST_FOUR = (Skill.RELATION, Skill.TWO_PICTURES, Skill.FOLLOW_UP, Skill.REFUSAL)
MEASURED = (*FIRST_EIGHT, *LAST_FOUR, Skill.SIZE)


@dataclass(frozen=True)
class Trial:
    """One question put to the model. `before` is asked first and answered by the model itself."""

    skill: Skill
    lang: Lang
    pictures: tuple[Image.Image, ...]
    question: str
    expected: str
    before: str | None = None
    kind: str = ""
    answer: str = ""

    def answered(self, answer: str) -> Trial:
        """The same with the model's answer."""
        return replace(self, answer=answer)

    @property
    def right(self) -> bool:
        """Normalised exact match."""
        return normalise(self.answer) == normalise(self.expected)

    @property
    def refused(self) -> bool:
        """Whether the model said that it does not know."""
        return normalise(self.answer) == normalise(refusal(self.lang))


def _refusal(lang: Lang, rng: random.Random) -> Trial:
    """Half are unknown questions about a scene, half any question about a foreign picture."""
    if rng.random() < 0.5:
        picture = draw_scene(sample_scene(rng))
        question = unknown_question(lang, rng, Split.TEST)
        return Trial(Skill.REFUSAL, lang, (picture,), question, refusal(lang), kind="question")
    picture = foreign_picture(rng, Split.TEST)
    ask: Ask | None = None
    while ask is None:
        scene = sample_scene(rng, count=rng.randint(2, 5))
        ask = MAKERS[rng.choice(tuple(MAKERS))](scene, rng)
    question = phrase(ask, lang, rng)
    return Trial(Skill.REFUSAL, lang, (picture,), question, refusal(lang), kind="picture")


def _two(lang: Lang, rng: random.Random) -> Trial:
    ask: Ask | None = None
    while ask is None:
        scenes = (sample_scene(rng), sample_scene(rng))
        ask = relations.two_pictures(scenes, rng)
    pictures = tuple(draw_scene(scene) for scene in scenes)
    text = phrase(ask, lang, rng)
    return Trial(Skill.TWO_PICTURES, lang, pictures, text, say(ask.reply, lang), kind=ask.kind)


def _follow(lang: Lang, rng: random.Random) -> Trial:
    pair: tuple[Ask, Ask] | None = None
    while pair is None:
        scene = sample_scene(rng)
        pair = relations.follow_up(scene, rng)
    first, second = (phrase(ask, lang, rng) for ask in pair)
    expected = say(pair[1].reply, lang)
    picture = draw_scene(scene)
    return Trial(Skill.FOLLOW_UP, lang, (picture,), second, expected, first, pair[1].kind)


def _single(skill: Skill, lang: Lang, rng: random.Random) -> Trial:
    ask: Ask | None = None
    while ask is None:
        scene = sample_scene(rng)
        ask = MAKERS[skill](scene, rng)
    text = phrase(ask, lang, rng)
    return Trial(skill, lang, (draw_scene(scene),), text, say(ask.reply, lang), kind=ask.kind)


def trial(skill: Skill, lang: Lang, seed: int, number: int) -> Trial:
    """Question `number` of a seed; the same every time."""
    rng = random.Random(f"eval {seed} {skill.value} {lang.value} {number}")
    if skill is Skill.REFUSAL:
        return _refusal(lang, rng)
    if skill is Skill.TWO_PICTURES:
        return _two(lang, rng)
    if skill is Skill.FOLLOW_UP:
        return _follow(lang, rng)
    return _single(skill, lang, rng)


def trials(skill: Skill, lang: Lang, seed: int, count: int) -> Sequence[Trial]:
    """The first `count` questions of a skill in a language."""
    return [trial(skill, lang, seed, number) for number in range(count)]
