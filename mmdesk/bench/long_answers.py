"""Generated answers of any number of tokens: mixed Markdown, and one block that never ends."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator

EARLY, LATE = 250, 4000
"""Tokens at which the cost of one more is compared."""
AROUND = 125
"""Tokens before and after each of the two places that are averaged over."""
_TEXT = "the red circle stands left of a blue square while three small green triangles point to it"
_WORDS = tuple(_TEXT.split())
_HAN = "图里有三个红色的圆形左上角是绿色的星形下面写着今天的日期和天气"
_MARKED = ("**very large**", "*perhaps*", "`width > 480`", "$x_1^2$", "🎉", "[docs](https://a.org)")
_TOKEN = re.compile(r" ?[A-Za-z]{1,7}|[\u4e00-\u9fff]{1,2}|\n+|[^A-Za-z\u4e00-\u9fff\n]{1,3}")
"""About what byte-pair encodings of today make of text: 3 to 4 Latin letters a token."""


def tokens(kind: str, count: int, seed: int = 0) -> list[str]:
    """Return an answer's first ``count`` tokens as text; ``kind`` is one of :data:`KINDS`."""
    dice = random.Random(seed)
    made: list[str] = []
    for piece in KINDS[kind](dice):
        made += _TOKEN.findall(piece)
        if len(made) >= count:
            break
    return made[:count]


def _sentence(dice: random.Random, words: int = 14) -> str:
    parts = dice.choices(_WORDS, k=words)
    if dice.random() < 0.5:
        parts[words // 2] = dice.choice(_MARKED)
    if dice.random() < 0.2:
        parts[words // 3] = "".join(dice.choices(_HAN, k=12))
    return " ".join(parts) + "."


def _code_line(dice: random.Random, number: int) -> str:
    depth = "    " * (1 + number % 3)
    return (
        f"{depth}if width[{number}] > {dice.randint(1, 999)} and name != '{dice.choice(_WORDS)}':"
        f"  # {dice.choice(_WORDS)}\n"
    )


def _row(dice: random.Random, number: int) -> str:
    words = dice.choice(_WORDS), dice.choice(_HAN) * 3, dice.choice(_MARKED)
    return f"| {number} | {' | '.join(words)} |\n"


def _paragraph(dice: random.Random) -> Iterator[str]:
    while True:
        yield " ".join(dice.choices(_WORDS, k=14)) + ". "


def _marked_paragraph(dice: random.Random) -> Iterator[str]:
    while True:
        yield _sentence(dice) + " "


def _han(dice: random.Random) -> Iterator[str]:
    while True:
        yield "".join(dice.choices(_HAN, k=dice.randint(8, 30))) + "，"


def _lines(dice: random.Random) -> Iterator[str]:
    while True:
        yield _sentence(dice, dice.randint(4, 9)) + "\n"


def _code(dice: random.Random) -> Iterator[str]:
    yield "```python\ndef keep(width: list[int]) -> bool:\n"
    number = 0
    while True:
        yield _code_line(dice, number := number + 1)


def _table(dice: random.Random) -> Iterator[str]:
    yield "| Number | Shape | 名称 | Where |\n|---:|:---|---|---|\n"
    number = 0
    while True:
        yield _row(dice, number := number + 1)


def _list(dice: random.Random) -> Iterator[str]:
    number = 0
    while True:
        yield f"{(number := number + 1)}. {_sentence(dice)}\n"


def _nested_list(dice: random.Random) -> Iterator[str]:
    yield "- All of them:\n"
    while True:
        yield f"  - {_sentence(dice)}\n"


def _quote(dice: random.Random) -> Iterator[str]:
    while True:
        yield f"> {_sentence(dice)}\n" + ">\n" * (dice.random() < 0.2)


def _nested_code(dice: random.Random) -> Iterator[str]:
    yield "1. Run this:\n\n   ```python\n"
    number = 0
    while True:
        yield f"   {_code_line(dice, number := number + 1)}"


def _thought(dice: random.Random) -> Iterator[str]:
    yield "<think>"
    while True:
        yield _sentence(dice) + "\n\n" * (dice.random() < 0.3)


def _mixed(dice: random.Random) -> Iterator[str]:
    number = 0
    while True:
        number += 1
        yield f"## Part {number}\n\n"
        yield " ".join(_sentence(dice) for _ in range(dice.randint(2, 12))) + "\n\n"
        yield "".join(f"{n}. {_sentence(dice)}\n   - {_sentence(dice, 6)}\n" for n in range(1, 5))
        yield "\n```python\n" + "".join(_code_line(dice, n) for n in range(12)) + "```\n\n"
        yield "| Number | Shape | 名称 | Where |\n|---:|:---|---|---|\n"
        yield "".join(_row(dice, n) for n in range(6))
        yield "\n$$\\sum_{i=1}^{n} x_i = \\frac{n(n+1)}{2}$$\n\n"
        yield f"> {_sentence(dice)}\n\n"
        yield "".join(dice.choices(_HAN, k=60)) + "。\n\n"


KINDS: dict[str, Callable[[random.Random], Iterator[str]]] = {
    "mixed": _mixed,
    "paragraph": _paragraph,
    "marked_paragraph": _marked_paragraph,
    "han": _han,
    "lines": _lines,
    "code": _code,
    "table": _table,
    "list": _list,
    "nested_list": _nested_list,
    "nested_code": _nested_code,
    "quote": _quote,
    "thought": _thought,
}
"""``mixed`` has every block; each of the others is a single one."""
