"""The Chinese words that fill the sentences; same functions as `grammar_en`."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mmdesk.core.boxes import written_boxes
from mmdesk.training.vocabulary import as_typed
from mmdesk.training.world import Cell, Colour, Item, Shape, Size

if TYPE_CHECKING:
    from mmdesk.training.grammar import Noun

_CELL_WORDS: dict[Cell, tuple[str, ...]] = {
    Cell.TOP_LEFT: ("左上", "左上", "左上角", "左上方", "左上边"),
    Cell.TOP: ("上方", "上方", "上面", "上边", "顶部", "正上方", "最上面"),
    Cell.TOP_RIGHT: ("右上", "右上", "右上角", "右上方", "右上边"),
    Cell.LEFT: ("左边", "左边", "左侧", "左面", "左方", "最左边"),
    Cell.CENTER: ("中间", "中间", "中央", "正中间", "中心"),
    Cell.RIGHT: ("右边", "右边", "右侧", "右面", "右方", "最右边"),
    Cell.BOTTOM_LEFT: ("左下", "左下", "左下角", "左下方", "左下边"),
    Cell.BOTTOM: ("下方", "下方", "下面", "下边", "底部", "正下方", "最下面"),
    Cell.BOTTOM_RIGHT: ("右下", "右下", "右下角", "右下方", "右下边"),
}
_SHAPE_WORDS: dict[Shape, tuple[str, ...]] = {
    Shape.CIRCLE: ("圆形", "圆形", "圆形", "圆", "圆圈"),
    Shape.SQUARE: ("正方形", "正方形", "正方形", "方形", "方块"),
    Shape.TRIANGLE: ("三角形", "三角形", "三角形", "三角"),
    Shape.STAR: ("星形", "星形", "星形", "星星", "五角星"),
    Shape.DIAMOND: ("菱形",),
    Shape.CROSS: ("十字", "十字", "十字", "十字形"),
}
_COLOUR_WORDS: dict[Colour, str] = {
    Colour.RED: "红色",
    Colour.GREEN: "绿色",
    Colour.BLUE: "蓝色",
    Colour.YELLOW: "黄色",
    Colour.PURPLE: "紫色",
    Colour.ORANGE: "橙色",
    Colour.BLACK: "黑色",
    Colour.WHITE: "白色",
    Colour.GRAY: "灰色",
    Colour.PINK: "粉色",
}
_SPOKEN_COLOURS = {Colour.ORANGE: ("橙色", "橘色"), Colour.PINK: ("粉色", "粉红色")}
_ORDINALS = ("第一张", "第二张")


def _pick(rng: random.Random | None, words: Sequence[str]) -> str:
    return words[0] if rng is None else rng.choice(words)


def colour_word(colour: Colour, rng: random.Random | None = None) -> str:
    """The colour's name; in questions 橘色 and 粉红色 occur too."""
    if rng is not None and rng.random() < 0.3:
        return rng.choice(_SPOKEN_COLOURS.get(colour, (_COLOUR_WORDS[colour],)))
    return _COLOUR_WORDS[colour]


def _noun(noun: Noun, rng: random.Random | None) -> str:
    size = ""
    if noun.size is not None:
        size = "大" if noun.size is Size.BIG else "小"
    colour = "" if noun.colour is None else colour_word(noun.colour, rng)
    shape = "图形" if noun.shape is None else _pick(rng, _SHAPE_WORDS[noun.shape])
    if colour and (size or (rng is not None and rng.random() < 0.6)):
        colour += "的"
    if size and not colour:
        size += _pick(rng, ("", "的"))
    return colour + size + shape


def listing(items: Sequence[Item]) -> str:
    """ "左上有红色圆形，中间有蓝色星形"."""
    return "，".join(
        f"{_CELL_WORDS[item.cell][0]}有{_COLOUR_WORDS[item.colour]}{_SHAPE_WORDS[item.shape][0]}"
        for item in items
    )


def there_are(count: int, noun: Noun) -> str:
    """ "有3个红色圆形", "没有图形"."""
    word = _noun(noun, None)
    return f"有{count}个{word}" if count else f"没有{word}"


_NUMERALS = ("一", "二", "三", "四")


def _printed_forms(name: str, value: Any, rng: random.Random | None) -> dict[str, str]:
    if name in ("text", "number", "rows", "columns"):
        return {name: value}
    if name == "texts":
        return {"texts": "、".join(f"“{text}”" for text in value)}
    if name in ("name", "other_name"):
        return {name: as_typed(value, rng)}
    if name in ("row", "column"):
        return {name: str(value + 1), f"{name}_nth": _NUMERALS[value]}
    if name == "boxes":
        return {"boxes": written_boxes([(b, _noun(noun, None)) for b, noun in value])}
    raise KeyError(name)


def forms(name: str, value: Any, rng: random.Random | None) -> dict[str, str]:
    """The words that the slot `name` may be asked for in a template."""
    if name in ("noun", "other"):
        return {name: _noun(value, rng)}
    if name == "colour":
        return {"colour": colour_word(value, rng)}
    if name == "cell":
        return {"cell": _pick(rng, _CELL_WORDS[value])}
    if name == "items":
        return {"listing": listing(value)}
    if name == "tally":
        return {"there_are": there_are(*value)}
    if name == "nth":
        return {"nth": _ORDINALS[value]}
    if name == "size":
        return {"size": "大的" if value is Size.BIG else "小的"}
    return _printed_forms(name, value, rng)


_POLITE = ("请问", "请问一下，", "告诉我", "你好，", "帮我看看")


def finish(text: str, rng: random.Random) -> str:
    """Final mark and politeness as people type them."""
    if rng.random() < 0.08:
        text = rng.choice(_POLITE) + text
    roll = rng.random()
    if roll < 0.5:
        text += "？"
    elif roll < 0.65:
        text += "?"
    elif roll < 0.7:
        text += "。"
    return text
