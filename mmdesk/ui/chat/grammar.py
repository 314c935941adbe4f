"""The Markdown that answers are written in: CommonMark, tables, strikethrough, formulas.

Nothing of a message may disappear, so what Markdown would swallow stays text: inline HTML and
link reference definitions.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, table
from markdown_it.rules_block.table import escapedSplit
from markdown_it.rules_inline import StateInline

MAX_NESTING = 30
_LONGEST_FORMULA = 2000
_MOST_FORMULA_LINES = 61
_FENCES = {"$$": "$$", "\\[": "\\]"}
_FORMULA_BEGINS = re.compile(r"[ \t>]*(?:(?:[-+*]|\d{1,9}[.)])[ \t>]+)*(\$\$|\\\[)")


def make_parser() -> MarkdownIt:
    """Return a parser whose tokens :mod:`mmdesk.ui.chat.prose_writer` understands.

    Formulas become ``math`` tokens with the LaTeX as content, the delimiter as markup, and
    ``block`` True for those on lines of their own.
    """
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True, "maxNesting": MAX_NESTING})
    parser.enable(["table", "strikethrough"])
    parser.disable(["reference", "html_block", "html_inline"])
    parser.inline.ruler.before("escape", "formula", _inline_formula)
    parser.block.ruler.before(
        "fence", "formula", _block_formula, {"alt": ["paragraph", "blockquote", "list"]}
    )
    parser.block.ruler.at("table", _table, {"alt": ["paragraph", "reference"]})
    return parser


def _inline_formula(state: StateInline, silent: bool) -> bool:
    """``$…$``, ``$$…$$``, ``\\(…\\)`` and ``\\[…\\]`` inside a paragraph."""
    start = state.pos
    head = state.src[start : start + 2]
    if head in ("\\(", "\\["):
        end = _find(state.src, "\\)" if head == "\\(" else "\\]", start + 2)
        opening = head
    elif head == "$$":
        end, opening = _find(state.src, "$$", start + 2), head
    elif head[:1] == "$":
        end, opening = _closing_dollar(state.src, start), "$"
    else:
        return False
    if end < 0 or not state.src[start + len(opening) : end].strip():
        return False
    if not silent:
        token = state.push("math", "", 0)
        token.content = state.src[start + len(opening) : end]
        token.markup = opening
        token.meta = {"source": state.src[start : end + len(opening)]}
    state.pos = end + len(opening)
    return True


def _find(text: str, closing: str, start: int) -> int:
    return text.find(closing, start, start + _LONGEST_FORMULA)


def _closing_dollar(text: str, start: int) -> int:
    """Return where ``$…$`` closes, or -1 where it is money, a variable or lone dollars.

    As in Pandoc, no space inside the dollars; and no letter or digit directly outside, so that
    "$5 and $6" and "$HOME/$USER" stay text.
    """
    before, after = text[start - 1 : start], text[start + 1 : start + 2]
    if before.isalnum() or not after or after.isspace():
        return -1
    position = start + 1
    while (position := _find(text, "$", position)) >= 0:
        if position > start + _LONGEST_FORMULA:
            return -1
        if text[position - 1] == "\\":
            position += 1
            continue
        outside = text[position + 1 : position + 2]
        spaced = text[position - 1].isspace() or outside.isalnum()
        return -1 if spaced or "\n" in text[start:position] else position
    return -1


def _block_formula(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    """A formula that begins a line with ``$$`` or ``\\[`` and ends one with its closing."""
    if state.is_code_block(first):
        return False
    line = state.src[state.bMarks[first] + state.tShift[first] : state.eMarks[first]]
    opening = line[:2]
    closing = _FENCES.get(opening)
    if closing is None:
        return False
    lines = [line[2:]]
    number = first
    while closing not in lines[-1]:
        number += 1
        if number >= last or number - first >= _MOST_FORMULA_LINES:
            return False
        if state.sCount[number] < state.blkIndent:
            return False
        lines.append(state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]])
    inner, _, rest = lines[-1].partition(closing)
    if rest.strip() or _length(lines) > _LONGEST_FORMULA:
        return False
    if silent:
        return True
    token = state.push("math", "", 0)
    token.content = "\n".join([*lines[:-1], inner]).strip()
    token.markup = opening
    token.block = True
    token.map = [first, number + 1]
    token.meta = {"source": opening + "\n".join(lines)}
    state.line = number + 1
    return True


def unfinished_formula(lines: Sequence[str]) -> int | None:
    """Return the number of the first line that may begin a formula whose end hasn't come yet.

    Args:
        lines: With their ends; the last one may go on.
    """
    for number, line in enumerate(lines):
        begins = _FORMULA_BEGINS.match(line)
        if begins is None:
            continue
        rest = [line[begins.end() :], *lines[number + 1 : number + 1 + _MOST_FORMULA_LINES]]
        closing = _FENCES[begins[1]]
        end = next((at for at, each in enumerate(rest) if closing in each), None)
        if end is not None:
            if not rest[end].endswith("\n"):  # what comes behind it decides
                return number
        elif len(rest) <= _MOST_FORMULA_LINES and _length(rest) <= _LONGEST_FORMULA:
            return number
    return None


def _length(lines: Sequence[str]) -> int:
    return sum(len(line.strip(" \t>\n")) for line in lines)


def _table(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    """A table whose rows lose nothing: cells beyond the header's stand in the last one."""
    before = len(state.tokens)
    if not table(state, first, last, silent):
        return False
    columns, cell = 0, None
    for token in state.tokens[before:]:
        columns += token.type == "th_open"
        if token.type == "inline":
            cell = token
        elif token.type == "tr_close" and cell is not None and cell.map is not None:
            more = _cells(state, cell.map[0])[columns - 1 :]
            if len(more) > 1:
                cell.content = " | ".join(more)
    return True


def _cells(state: StateBlock, line: int) -> list[str]:
    """Return the texts of a row's cells, split as the table rule does it."""
    begin = state.bMarks[line] + state.tShift[line]
    cells = [each.strip() for each in escapedSplit(state.src[begin : state.eMarks[line]].strip())]
    while cells and not cells[-1]:
        cells.pop()
    return cells if not cells or cells[0] else cells[1:]


_CONTAINER = r"[ \t]*(?:>|[-+*](?=[ \t])|\d{1,9}[.)](?=[ \t]))"
_NESTED = re.compile(rf"^(?:{_CONTAINER}){{13}}", re.MULTILINE)
_DEEP = re.compile(rf"^(?:{_CONTAINER}){{6}}", re.MULTILINE)
_MOST_DEEP = 120
"""Lines in six containers or more."""
_FENCED = re.compile(r"^ {0,3}(`{3,}|~{3,}).*?(?:^ {0,3}\1|\Z)", re.MULTILINE | re.DOTALL)
_MOST_FENCED = 100
_MOST_LINES = 1200
"""Outside of code: each may be a block of its own."""
_MOST = {"[": 800, "*": 4000, "_": 4000, "`": 4000, "<": 1000, "~": 4000, "|": 8000, "!": 4000,
         "&": 1500, "://": 800, "$": 600, "\\(": 150, "\\[": 100}  # fmt: skip
_EMOJI = re.compile("[\U00010000-\U0010ffff]")
_MOST_EMOJI = 6000
"""Characters beyond the basic plane: to shape and to draw them takes far longer."""
_LONGEST_PARSED = 40_000


def too_wild(text: str) -> bool:
    """Tell whether ``text`` nests or repeats markers as no answer does.

    Some constructs cost quadratic time or are cut at the parser's nesting limit, and thousands of
    blocks take Qt a second; such text is shown as it stands.
    """
    if len(text) > _LONGEST_PARSED or _NESTED.search(text):
        return True
    if any(text.count(mark) > most for mark, most in _MOST.items()):
        return True
    found = ((_DEEP, _MOST_DEEP), (_FENCED, _MOST_FENCED), (_EMOJI, _MOST_EMOJI))
    if any(_more(pattern, text, most) for pattern, most in found):
        return True
    return text.count("\n") > _MOST_LINES and _FENCED.sub("", text).count("\n") > _MOST_LINES


def _more(pattern: re.Pattern[str], text: str, most: int) -> bool:
    """Tell whether a pattern is found more than ``most`` times."""
    return next(islice(pattern.finditer(text), most, None), None) is not None
