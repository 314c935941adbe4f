"""The words of captions, on top of the nouns and places of `grammar_en` and `grammar_zh`."""

from __future__ import annotations

import random
from collections.abc import Sequence

from mmdesk.training import grammar_en, grammar_zh
from mmdesk.training.grammar import Lang, Noun, expand
from mmdesk.training.world import Cell, Colour, Item

_EN_COUNTS = ("no", "one", "two", "three", "four", "five", "six")
_ZH_COUNTS = ("零", "一", "两", "三", "四", "五", "六")

EN_FRAMES = (
    "{}", "{}", "{}",
    "[a picture|a picture|a photo|a drawing|an image] [of|of|with|showing] {}",
    "[the|this] [picture|image] shows {}",
)  # fmt: skip
ZH_FRAMES = (
    "{}", "{}", "{}",
    "[一张|]有{}的[图片|图片|照片|图]",
    "[图里|图中|图片里|画面里]有{}",
)  # fmt: skip


def _framed(text: str, lang: Lang, rng: random.Random) -> str:
    frames = EN_FRAMES if lang is Lang.EN else ZH_FRAMES
    return expand(rng.choice(frames), rng).format(text)


def _a_noun(noun: Noun, lang: Lang, rng: random.Random) -> str:
    if lang is Lang.EN:
        return grammar_en.forms("noun", noun, rng)["a_noun"]
    return grammar_zh.forms("noun", noun, rng)["noun"]


def _zh_cell(cell: Cell, rng: random.Random) -> str:
    return grammar_zh.forms("cell", cell, rng)["cell"]


def single(noun: Noun, lang: Lang, rng: random.Random) -> str:
    """ "a red circle", "a picture of a star", "红色的圆形"."""
    return _framed(_a_noun(noun, lang, rng), lang, rng)


def plain(noun: Noun, lang: Lang) -> str:
    """The noun in its first form: "a red circle", "红色圆形"."""
    if lang is Lang.EN:
        return grammar_en.forms("noun", noun, None)["a_noun"]
    return grammar_zh.forms("noun", noun, None)["noun"]


def placed(noun: Noun, cell: Cell, lang: Lang, rng: random.Random) -> str:
    """ "a red circle at the top left", "左上有红色圆形"."""
    if lang is Lang.EN:
        return _framed(_at(noun, cell, rng), lang, rng)
    place, thing = _zh_cell(cell, rng), _a_noun(noun, lang, rng)
    return expand(rng.choice(("{0}有{1}", "{0}[是|的]{1}", "{1}在{0}")), rng).format(place, thing)


def _at(noun: Noun, cell: Cell, rng: random.Random) -> str:
    place = grammar_en.at_cell(cell, rng if rng.random() < 0.4 else None)
    return f"{_a_noun(noun, Lang.EN, rng)} {place}"


def _joined(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]


def listing(
    items: Sequence[Item], background: Colour | None, lang: Lang, rng: random.Random
) -> str:
    """Every item with its place; on which background, if one is given."""
    if lang is Lang.EN:
        parts = [_at(Noun(item.shape, item.colour), item.cell, rng) for item in items]
        return _on_background(_framed(_joined(parts), lang, rng), background, lang, rng)
    order = "{1}在{0}" if rng.random() < 0.2 else "{0}有{1}"
    parts = [
        order.format(_zh_cell(i.cell, rng), _a_noun(Noun(i.shape, i.colour), lang, rng))
        for i in items
    ]
    return _on_background("，".join(parts), background, lang, rng)


def tally(
    counts: Sequence[tuple[Noun, int]],
    background: Colour | None,
    lang: Lang,
    rng: random.Random,
    *,
    exact: bool = False,
) -> str:
    """ "two red circles and a star", "两个红色圆形和一个星形"; `exact`: always with a number."""
    parts = [_counted(noun, count, lang, rng, exact) for noun, count in counts]
    text = _joined(parts) if lang is Lang.EN else "、".join(parts)
    return _on_background(_framed(text, lang, rng), background, lang, rng)


def _counted(noun: Noun, count: int, lang: Lang, rng: random.Random, exact: bool) -> str:
    if count == 1 and lang is Lang.EN and not exact:
        return _a_noun(noun, lang, rng)
    number = str(count) if rng.random() < 0.4 else None
    if lang is Lang.EN:
        only = rng.choice(("exactly ", "only ", "", "")) if exact else ""
        forms = grammar_en.forms("noun", noun, rng)
        return f"{only}{number or _EN_COUNTS[count]} {forms['noun' if count == 1 else 'nouns']}"
    return f"{number or _ZH_COUNTS[count]}个{_a_noun(noun, lang, rng)}"


def related(one: Noun, other: Noun, across: bool, lang: Lang, rng: random.Random) -> str:
    """`one` is left of (or, unless `across`, above) `other`, told from either end."""
    first, second = _a_noun(one, lang, rng), _a_noun(other, lang, rng)
    swapped = rng.random() < 0.5
    if swapped:
        first, second = second, first
    if lang is Lang.EN:
        ways = {
            (True, False): "[to the left of|left of|on the left of]",
            (True, True): "[to the right of|right of|on the right of]",
            (False, False): "[above|above|higher than|over]",
            (False, True): "[below|below|lower than|under]",
        }
        return _framed(f"{first} {expand(ways[across, swapped], rng)} {second}", lang, rng)
    ways = {
        (True, False): "[左边|左侧|左面]",
        (True, True): "[右边|右侧|右面]",
        (False, False): "[上方|上面|上边]",
        (False, True): "[下方|下面|下边]",
    }
    way = expand(ways[across, swapped], rng)
    return rng.choice(("{0}在{1}的{2}", "{0}在{1}{2}", "{1}的{2}有{0}")).format(first, second, way)


def empty(background: Colour, lang: Lang, rng: random.Random) -> str:
    """ "an empty red picture", "红色的空白图片"."""
    if lang is Lang.EN:
        colour = grammar_en.colour_word(background, rng)
        return expand(f"[an empty {colour} picture|nothing on a {colour} background]", rng)
    colour = grammar_zh.colour_word(background, rng)
    return expand(f"[{colour}的空白图片|什么都没有，{colour}背景]", rng)


def _on_background(text: str, background: Colour | None, lang: Lang, rng: random.Random) -> str:
    if background is None:
        return text
    if lang is Lang.EN:
        word = grammar_en.colour_word(background, rng)
        article = "an" if word[0] in "aeiou" else "a"
        return f"{text} on {article} {word} background"
    word = grammar_zh.colour_word(background, rng)
    return expand(rng.choice((f"{text}，{word}背景", f"{text}，背景是{word}")), rng)
