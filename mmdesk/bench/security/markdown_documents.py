"""Markdown that is written to take long: deep, wide, endless, unfinished, or all of it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from itertools import count, cycle

SIZES = (12_000, 39_000, 5_000, 1_000_000, 20_000, 2_000, 99_000)
"""Characters, about: below and above where text is no longer taken for Markdown."""

_HEBREW = "שלום עולם "
_ZALGO = "\u0300\u0316\u0488\u1dc0\u20dd"


def documents(number: int, seed: int) -> Iterator[tuple[str, str]]:
    """Yield a name and a text ``number`` times: every kind in one size after the other."""
    dice = random.Random(seed)
    names = list(KINDS)
    for index in range(number):
        name = names[index % len(names)]
        size = SIZES[index // len(names) % len(SIZES)]
        yield f"{name}-{size}", document(name, size, dice)


def document(name: str, size: int, dice: random.Random) -> str:
    """Return one of about ``size`` characters."""
    made, length = [], 0
    for piece in KINDS[name](dice):
        made.append(piece)
        length += len(piece)
        if length >= size:
            break
    return "".join(made)


def _again(*pieces: str, first: str = "") -> Callable[[random.Random], Iterator[str]]:
    """Return what yields ``first``, then the pieces in turn without end."""

    def yielding(dice: random.Random) -> Iterator[str]:
        del dice
        yield first
        yield from cycle(pieces)

    return yielding


def _numbered(template: str, first: str = "") -> Callable[[random.Random], Iterator[str]]:
    def yielding(dice: random.Random) -> Iterator[str]:
        del dice
        yield first
        for number in count():
            yield template.format(n=number)

    return yielding


def _nested_items(dice: random.Random) -> Iterator[str]:
    while True:
        depth = dice.randint(0, 14)
        yield "  " * depth + dice.choice(("- ", "1. ", "> ", "* [ ] ")) + "item\n"


def _wide_table(dice: random.Random) -> Iterator[str]:
    columns = dice.randint(200, 900)
    yield "|a" * columns + "|\n" + "|-" * columns + "|\n"
    while True:
        yield "|b" * columns + "|\n"


def _table(dice: random.Random) -> Iterator[str]:
    yield "| a | b | c |\n|---|:-:|--:|\n"
    while True:
        yield f"| {dice.random()} | **b** `c` | http://a.example/{dice.random()} |\n"


def _table_words(dice: random.Random) -> Iterator[str]:
    yield "| a | b |\n|---|---|\n"
    while True:
        yield f"| {'word ' * dice.randint(1, 300)}| x |\n"


def _zalgo(dice: random.Random) -> Iterator[str]:
    while True:
        yield dice.choice("abc שלכ") + "".join(dice.choices(_ZALGO, k=dice.randint(0, 60)))


def _runs(mark: str) -> Callable[[random.Random], Iterator[str]]:
    def yielding(dice: random.Random) -> Iterator[str]:
        while True:
            yield mark * dice.randint(1, 90) + dice.choice((" ", "a", "a ", " a"))

    return yielding


def _soup(dice: random.Random) -> Iterator[str]:
    marks = ("*", "**", "_", "`", "``", "~~", "[", "](", ")", "!", "<", ">", "|", "\n", "\n\n",
             "- ", "1. ", "> ", "# ", "$", "$$", "\\", "&amp;", "a ", "http://a.b ", "\t", "    ",
             "```\n", "---\n", "\\[", "\\(")  # fmt: skip
    while True:
        yield dice.choice(marks)


def _fence_soup(language: str, marks: str) -> Callable[[random.Random], Iterator[str]]:
    def yielding(dice: random.Random) -> Iterator[str]:
        yield f"```{language}\n"
        while True:
            yield "".join(dice.choices(marks, k=40)) + dice.choice(("", "\n"))

    return yielding


def _formulas(dice: random.Random) -> Iterator[str]:
    for number in count():
        yield f"so $x_{{{number}}}^{{{dice.randint(0, 99)}}} + \\frac{{a}}{{b}}$ is "


def _formula_lines(dice: random.Random) -> Iterator[str]:
    for number in count():
        parts = " + ".join(f"\\sqrt{{x_{dice.randint(0, 9)}}}" for _ in range(9))
        yield f"$$\n{number} = {parts}\n$$\n\n"


def _nested_formula(dice: random.Random) -> Iterator[str]:
    while True:
        depth = dice.randint(20, 45)
        yield f"${'{' * depth}x{'}' * depth}^{dice.randint(0, 999)}$ "


def _deep_fractions(dice: random.Random) -> Iterator[str]:
    while True:
        depth = dice.randint(8, 24)
        yield "$" + "\\frac{1}{" * depth + str(dice.random()) + "}" * depth + "$\n\n"


KINDS: dict[str, Callable[[random.Random], Iterator[str]]] = {
    "quote-marks": _again(">"),
    "quotes-12-deep": _again("> " * 12 + "x\n"),
    "quotes-14-deep": _again("> " * 14 + "x\n"),
    "lazy-quotes": _again("lazy\n", first="> " * 12),
    "list-marks": _again("- "),
    "lists-12-deep": _again("- " * 12 + "x\n"),
    "nested-items": _nested_items,
    "items": _again("- a\n"),
    "loose-items": _again("1. a\n\n"),
    "empty-items": _again("-\n"),
    "rules": _again("---\n\n"),
    "headings": _again("# a\n"),
    "underlined": _again("a\n=\n"),
    "paragraphs": _again("a\n\n"),
    "lines": _again("a\n"),
    "hard-breaks": _again("a\\\n", "b  \n"),
    "newlines": _again("\n"),
    "spaces": _again(" ", first="a"),
    "tabs": _again("\t", first="a"),
    "words": _again("word "),
    "one-word": _again("word"),
    "one-word-wide": _again("字"),
    "stars": _again("*"),
    "star-runs": _runs("*"),
    "star-words": _again("*a "),
    "strong-open": _again("**a"),
    "emphasis-mixed": _again("*a_b"),
    "emphasis-closed": _again("*a* **b** _c_ ~~d~~ "),
    "emphasis-nested": _again("*a **b "),
    "strikes": _again("~~a"),
    "ticks": _again("`"),
    "tick-runs": _runs("`"),
    "tick-words": _again("`a` "),
    "brackets": _again("["),
    "bracket-pairs": _again("[]"),
    "link-starts": _again("[a]("),
    "image-starts": _again("![a]("),
    "links": _numbered("[a{n}](http://b.example/{n}) "),
    "links-in-links": _again("[[[a](b)](c)](d) "),
    "images": _numbered("![a{n}](http://b.example/{n} 'title') "),
    "bare-links": _numbered("http://a.example/{n} "),
    "one-long-link": _again("a/", first="http://a.example/"),
    "autolinks": _numbered("<http://a.example/{n}>\n"),
    "angle-starts": _again("<a "),
    "html": _again("<div><img src=x>", "</p>\n"),
    "references": _numbered("[r{n}]: http://a.example/{n} 'title'\n[r{n}] ", first="[r0]\n\n"),
    "footnotes": _numbered("[^{n}]: note\n"),
    "entities": _again("&amp;"),
    "entity-numbers": _numbered("&#{n};"),
    "entity-starts": _again("&a"),
    "escapes": _again("\\*"),
    "backslashes": _again("\\"),
    "dollars": _again("$a"),
    "dollar-pairs": _again("$$"),
    "formulas": _formulas,
    "formula-lines": _formula_lines,
    "formula-depth": _nested_formula,
    "fractions": _deep_fractions,
    "formula-starts": _again("$$\na\n\n"),
    "table": _table,
    "table-wide": _wide_table,
    "table-words": _table_words,
    "tables": _again("|a|b|\n|-|-|\n|1|2|\n\n"),
    "table-marks": _again("|"),
    "nested-tables": _again("- |a|b|\n  |-|-|\n  |1|2|\n"),
    "unclosed-fence": _again("code\n", first="```\n"),
    "fence-one-line": _again("code ", first="```\n"),
    "fence-language": _again("x", first="```"),
    "fences": _again("```py\na = 1\n```\n\n"),
    "fences-nested": _again("- ```\n  a\n  ```\n"),
    "code-python": _fence_soup("python", "\"'#(){}[]abc \\:f\n"),
    "code-html": _fence_soup("html", "<>/='\"ab !-[]&;"),
    "code-perl": _fence_soup("perl", "$@%/\\q{}m ~=s,#ab\n"),
    "code-javascript": _fence_soup("javascript", "`${}/\\'\"=>ab \n*"),
    "code-markdown": _fence_soup("markdown", "*_`[]()!<># \n-a"),
    "code-cpp": _fence_soup("cpp", "\"'/*#<>{}() a\\\nR"),
    "code-json": _fence_soup("json", '[{"\\:,1e.}] \n'),
    "code-bash": _fence_soup("bash", "$(){}`\"'<\\#a \n"),
    "code-sql": _fence_soup("sql", "'\"-/*();a $\n"),
    "indented-code": _again("    code\n"),
    "right-to-left": _again(_HEBREW),
    "both-directions": _again(_HEBREW, "left to right ", "123 "),
    "right-to-left-lines": _again(_HEBREW * 3 + "\n\n"),
    "marks": _again("\u200e", "\u200f", "\u061c"),
    "joiners": _again("\u200b", "\u200d", "a"),
    "zalgo": _zalgo,
    "combining": _again("\u0300", first="a"),
    "combining-mixed": _again("\u0316\u0300\u20dd", first="a"),
    "emoji": _again("👩\u200d👩\u200d👧\u200d👦"),
    "flags": _again("🇩🇪"),
    "controls": _again("\x00\u202e\u2066\ufdd0\ufffc\u2028\x85\v\f"),
    "soup": _soup,
    "thought": _again("deep ", first="<think>"),
    "thoughts": _again("<think>", "a</think>"),
    "boxes": _numbered('{{"bbox_2d": [{n}, 2, 3, 4], "label": "a{n}"}},\n', first="[\n"),
}
