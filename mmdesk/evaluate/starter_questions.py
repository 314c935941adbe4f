"""The questions of `mmdesk eval starter`: fresh scenes, seeds that training never uses.

Training draws from `random.Random("dense ...")` and `("joint ...")`, this from `("eval ...")`.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from PIL import Image

from mmdesk.core.boxes import Corners, parsed_boxes, without_boxes
from mmdesk.evaluate.pointed import matched
from mmdesk.training import reading, relations
from mmdesk.training.charts import sample_chart
from mmdesk.training.draw import draw_scene
from mmdesk.training.flows import sample_flow
from mmdesk.training.foreign import foreign_picture
from mmdesk.training.grammar import Ask, Lang, Skill, normalise, phrase, refusal, say
from mmdesk.training.lessons import MAKERS, PAGE_MAKERS
from mmdesk.training.pages import draw_page
from mmdesk.training.pictures import sample_sign
from mmdesk.training.pointing import located
from mmdesk.training.split import Split
from mmdesk.training.tables import sample_table
from mmdesk.training.unknown import unknown_question
from mmdesk.training.world import sample_scene

FIRST_EIGHT = (
    Skill.COLOUR, Skill.BACKGROUND, Skill.SHAPE_AT_PLACE, Skill.PLACE,
    Skill.COUNT_ALL, Skill.COUNT_KIND, Skill.EXISTS, Skill.DESCRIPTION,
)  # fmt: skip
LAST_FOUR = (Skill.RELATION, Skill.TWO_PICTURES, Skill.FOLLOW_UP, Skill.REFUSAL)
TWELVE = (*FIRST_EIGHT, *LAST_FOUR)
POINTING = (Skill.POINT, Skill.POINT_ALL)
PRINTED = (Skill.READ, Skill.TABLE, Skill.CHART, Skill.FLOW)
MEASURED = (*TWELVE, Skill.SIZE, *POINTING, *PRINTED)
_QUOTED = re.compile("“(.*?)”")
_PAGES = {Skill.TABLE: sample_table, Skill.CHART: sample_chart, Skill.FLOW: sample_flow}
_YES_OR_NO = (("Yes.", "No."), ("有。", "没有。"), ("是的。", "不是。"))


@dataclass(frozen=True)
class Trial:
    """One question put to the model. `before` is asked first and answered by the model itself.

    `sure` is the probability that it gives the right one of yes and no, where that is the question.
    """

    skill: Skill
    lang: Lang
    pictures: tuple[Image.Image, ...]
    question: str
    expected: str
    before: str | None = None
    kind: str = ""
    answer: str = ""
    sure: float | None = None

    def answered(self, answer: str) -> Trial:
        """The same with the model's answer."""
        return replace(self, answer=answer)

    @property
    def right(self) -> bool:
        """Normalised exact match of the words; boxes, where they are the answer, are found."""
        if self.expected == refusal(self.lang):
            return self.refused
        if self.skill in POINTING and self.boxes:
            return matched(self.found, self.boxes) == len(self.boxes) == len(self.found)
        words = without_boxes(self.answer), without_boxes(self.expected)
        return normalise(words[0]) == normalise(words[1])

    @property
    def refused(self) -> bool:
        """Whether the model said that it does not know: the first sentence of the refusal."""
        return normalise(self.answer).startswith(first_words(refusal(self.lang)))

    @property
    def boxes(self) -> list[Corners]:
        """The boxes of the right answer."""
        return [box for box, _ in parsed_boxes(self.expected)]

    @property
    def found(self) -> list[Corners]:
        """The boxes of the model's answer."""
        return [box for box, _ in parsed_boxes(self.answer)]

    @property
    def printed(self) -> list[str]:
        """The printed words of the right answer."""
        return _QUOTED.findall(self.expected)

    @property
    def choices(self) -> tuple[str, str] | None:
        """The right and the wrong one of yes and no; None where another answer is right."""
        for pair in _YES_OR_NO:
            if self.expected in pair:
                return self.expected, pair[1 - pair.index(self.expected)]
        return None


def first_words(text: str) -> str:
    """The first sentence as the scorer compares it."""
    return normalise(re.split("[.。]", text)[0])


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
    expected = say(located(pair[1], scene).reply, lang)
    picture = draw_scene(scene)
    return Trial(Skill.FOLLOW_UP, lang, (picture,), second, expected, first, pair[1].kind)


def _printed(skill: Skill, lang: Lang, rng: random.Random) -> Trial:
    """About words in a scene, or a page; the common words among them are the test's."""
    ask: Ask | None = None
    if skill is Skill.READ:
        while ask is None:
            scene = sample_sign(rng, Split.TEST)
            ask = reading.read(scene, rng)
        picture = draw_scene(scene)
    else:
        page = _PAGES[skill](rng, Split.TEST)
        ask = PAGE_MAKERS[type(page.facts)](page, rng)
        picture = draw_page(page)
    text = phrase(ask, lang, rng)
    return Trial(skill, lang, (picture,), text, say(ask.reply, lang), kind=ask.kind)


def _single(skill: Skill, lang: Lang, rng: random.Random) -> Trial:
    ask: Ask | None = None
    while ask is None:
        scene = sample_scene(rng)
        ask = MAKERS[skill](scene, rng)
    ask = located(ask, scene)
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
    if skill in PRINTED:
        return _printed(skill, lang, rng)
    return _single(skill, lang, rng)


def trials(skill: Skill, lang: Lang, seed: int, count: int) -> Sequence[Trial]:
    """The first `count` questions of a skill in a language."""
    return [trial(skill, lang, seed, number) for number in range(count)]
