"""Words that stand for each other in a claim about a picture, in English and Chinese.

Only what is common, and seldom means something else: a word that isn't here is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_ENGLISH = (
    "red blue green yellow black white orange purple pink gray brown",
    "circle square triangle star diamond cross rectangle oval heart",
    "cat dog bird horse rabbit cow elephant bear",
    "man woman boy girl",
    "car bus truck bicycle train boat plane motorcycle",
    "apple banana pear strawberry lemon",
    "chair table bed sofa lamp",
    "house church bridge tower tent",
    "tree flower bush",
    "big small",
    "large small",
    "tall short",
    "long short",
    "old young",
    "open closed",
    "full empty",
    "wet dry",
    "happy sad",
    "day night",
    "indoors outdoors",
    "inside outside",
    "sitting standing",
    "sunny rainy",
    "summer winter",
    "above below",
    "behind in_front_of",
    "left right",
    "top bottom",
    "upper lower",
)
_ENGLISH_SAME = {
    "grey": "gray", "violet": "purple", "rhombus": "diamond", "disc": "circle", "kitten": "cat",
    "puppy": "dog", "lady": "woman", "guy": "man", "bike": "bicycle", "lorry": "truck",
    "ship": "boat", "airplane": "plane", "aeroplane": "plane", "couch": "sofa", "huge": "large",
    "tiny": "small", "little": "small", "under": "below", "beneath": "below",
    "underneath": "below",
}  # fmt: skip
_PLURALS = {"man": "men", "woman": "women", "strawberry": "strawberries"}
_COUNTED = 9
"""So many of the first English groups, colours aside, have plurals."""
_CHINESE = (
    "红色 蓝色 绿色 黄色 黑色 白色 橙色 紫色 粉色 灰色 棕色",
    "圆形 正方形 三角形 星形 菱形 十字形 长方形",
    "猫 狗 鸟 兔子 大象 老虎",
    "男人 女人 男孩 女孩",
    "汽车 公交车 卡车 自行车 火车 轮船 飞机 摩托车",
    "苹果 香蕉 草莓 柠檬 西瓜",
    "椅子 桌子 沙发 台灯",
    "白天 夜晚",
    "室内 室外",
    "坐着 站着",
    "左 右",
    "上 下",
    "顶部 底部",
    "前面 后面",
    "里面 外面",
    "大的 小的",
)
_CHINESE_SAME = {
    "粉红色": "粉色", "橘色": "橙色", "褐色": "棕色", "圆圈": "圆形", "方形": "正方形",
    "方块": "正方形", "三角": "三角形", "星星": "星形", "五角星": "星形", "十字": "十字形",
    "矩形": "长方形", "晚上": "夜晚", "轿车": "汽车", "巴士": "公交车", "单车": "自行车",
}  # fmt: skip
_SHADES = "黑白黄红蓝绿灰紫橙粉棕"

COLOURS = frozenset((*_ENGLISH[0].split(), "grey", "violet"))
"""In English, where a colour alone names no thing."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """What may stand in the place of a word.

    Attributes:
        name: The word that it counts as: "grey" is "gray", "cats" is "cat".
        others: The words that stand for something else.
    """

    name: str
    others: tuple[str, ...]


def _english() -> dict[str, Exchange]:
    found: dict[str, Exchange] = {}
    for number, group in enumerate(_ENGLISH):
        words = [word.replace("_", " ") for word in group.split()]
        _add(found, words, words)
        if 0 < number < _COUNTED:
            _add(found, [_plural(word) for word in words], words)
    for word, name in _ENGLISH_SAME.items():
        found[word] = found[name]
        if _plural(name) in found:
            found[_plural(word)] = found[_plural(name)]
    return found


def _chinese() -> dict[str, Exchange]:
    found: dict[str, Exchange] = {}
    for group in _CHINESE:
        _add(found, group.split(), group.split())
    _add(found, list(_SHADES), list(_SHADES))
    for word, name in _CHINESE_SAME.items():
        found[word] = found[name]
    return found


def _add(found: dict[str, Exchange], words: list[str], names: list[str]) -> None:
    for word, name in zip(words, names, strict=True):
        others = tuple(other for other in words if other != word)
        found.setdefault(word, Exchange(name, others))


def _plural(word: str) -> str:
    return _PLURALS.get(word) or word + ("es" if word.endswith(("s", "sh")) else "s")


def _any(words: Mapping[str, object]) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


EXCHANGES: Mapping[str, Exchange] = {**_english(), **_chinese()}
"""By the word, in small letters."""

_LEFT = r"(?<=the )|(?<=top )|(?<=bottom )|(?<=upper )|(?<=lower )|(?<=far )|(?<=on )|(?<=at )"
_RIGHT = r"[ -](?:of|side|hand|corner|half|edge|left|right|center|centre|middle|row)\b"
# "right now", "has left", "a red top" tell no place.
_PLACES = rf"(?:(?:{_LEFT})(?:left|right|top|bottom)|(?:left|right|top|bottom)(?={_RIGHT}))"
_FREE = {word: None for word in _english() if word not in ("left", "right", "top", "bottom")}
_THINGS = {word: None for word in _chinese() if word not in "左右上下" + _SHADES}
_NOUNS = "|".join(word for group in _CHINESE[1:7] for word in group.split())
WORDS = re.compile(
    rf"(?<![a-z])(?:{_any(_FREE)}|{_PLACES})(?![a-z])"
    rf"|(?<!热)(?:{_any(_THINGS)})(?!头鹰)"
    rf"|[左右](?=[上下边侧面方])|(?<=[左右])[上下]|[上下](?=[方面边部])"
    rf"|[{_SHADES}](?=的|{_NOUNS})",
    re.IGNORECASE | re.ASCII,  # else the letter "ſ" would be taken for an "s"
)
"""Finds the words of :data:`EXCHANGES` where they mean what they mean there."""
