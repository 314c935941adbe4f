"""How a paragraph that grows without end is shown: all but its end is settled until it closes.

Then it is parsed as a whole and written again; nothing changes unless a mark at its beginning has
found its other half.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token

from mmdesk.ui.chat.joints import (
    PLACEHOLDER,
    first_line,
    groups,
    is_placeholder,
    last_children,
    reopened,
    without_prefix,
)

LONG = 600
"""Characters of a block that are parsed again at most, or about."""
STEP = 150
"""Characters that a block grows by before it is tried again to shorten it."""
_KEPT = 150
"""Characters at the end of a paragraph that stay open: what they mean may change."""
_TRIES = 4
_SEAM = re.compile(r"(?<=\n)(?=[^\n])|(?<=\w)(?= \w)|(?<=[\u4e00-\u9fff])(?=[\u4e00-\u9fff])")
"""The start of a line, or the end of a word, in a paragraph's source."""


@dataclass(frozen=True, slots=True)
class Settled:
    """A paragraph of which all but the end is settled, until it closes.

    Attributes:
        base: What opens its containers, and its first line's indentation.
        prefix: ``base`` and what stands for the settled text.
        length: Characters of the source that goes on when it was cut.
        inline: The settled text that is new, parsed.
        rest: What goes on, parsed.
    """

    base: str
    prefix: str
    length: int
    inline: Token
    rest: Token


def settle(
    parser: MarkdownIt, tokens: Sequence[Token], lines: Sequence[str], skipped: int
) -> tuple[tuple[Token, ...], Settled] | None:
    """Settle the beginning of a paragraph, alone in its containers.

    Returns:
        The tokens of its beginning, containers included, and what goes on.
    """
    path = last_children(tokens)
    leaf = tokens[path[-1]]
    at = first_line(leaf)
    if leaf.type != "paragraph_open" or at > max(skipped, first_line(tokens[0])):
        return None
    opened = reopened([t for t in (tokens[i] for i in path[:-1]) if first_line(t) < at], lines)
    inline = tokens[path[-1] + 1]
    start = inline.content.split("\n", 1)[0].rstrip()
    line = lines[at].rstrip()
    if opened is None or not line.endswith(start):
        return None
    indent = line[: len(line) - len(start)]
    source = "".join(lines[at:])[len(indent) :]
    made = _settle_inline(parser, inline, (opened + indent, "".join(lines[:at]) + indent), source)
    if made is None:
        return None
    whole = [token.copy() for token in tokens]
    whole[path[-1] + 1] = made.inline
    return without_prefix(whole, skipped), made


def settle_more(parser: MarkdownIt, settled: Settled, source: str) -> Settled | None:
    """Go on with a paragraph that is ``source`` by now; None if it isn't one any more."""
    rest = _paragraph(parser, settled.prefix + source)
    if rest is None:
        return None
    rest = _visible(rest)
    if len(source) > LONG and len(source) // STEP != settled.length // STEP:
        made = _settle_inline(parser, rest, (settled.base, settled.prefix), source)
        if made is not None:
            return made
    nothing = rest.copy(children=[])
    return Settled(settled.base, settled.prefix, len(source), nothing, rest)


def _settle_inline(
    parser: MarkdownIt, whole: Token, before: tuple[str, str], source: str
) -> Settled | None:
    """Cut ``source``, parsed as ``whole``, where its parts read the same.

    Args:
        before: What opens the containers, and what ``source`` stands behind now.
    """
    base, prefix = before
    for at in _seams(source):
        own = source[at - 1]
        again = f"{base}{PLACEHOLDER}{own}"
        head = _paragraph(parser, prefix + source[:at])
        rest = _paragraph(parser, again + source[at:])
        if head is None or rest is None:
            continue
        head, rest = _visible(head), _visible(rest)
        if _text(head) + _text(rest) == _text(whole):
            return Settled(base, again, len(source) - at, head, rest)
    return None


def _seams(source: str) -> list[int]:
    """Return where a paragraph may be cut, the best first."""
    last = len(source) - _KEPT
    found = [match.start() for match in _SEAM.finditer(source, last // 2, last)]
    lines = [at for at in found if source[at - 1] == "\n"]
    return [*reversed(lines[-_TRIES:]), *found[: -_TRIES - 1 : -1]]


def _paragraph(parser: MarkdownIt, source: str) -> Token | None:
    """Return the text of the only block in ``source``, if that is a paragraph."""
    tokens = parser.parse(source)
    if len(groups(tokens)) != 1:
        return None
    paragraphs = [i for i, token in enumerate(tokens) if token.type == "paragraph_open"]
    texts = [i for i in paragraphs if not is_placeholder(tokens[i + 1])]
    others = any(token.nesting == 0 and token.type != "inline" for token in tokens)
    if len(texts) != 1 or others or texts[0] != paragraphs[-1]:
        return None
    return tokens[texts[0] + 1]


def _visible(inline: Token) -> Token:
    """Return the text without what stands for its settled beginning."""
    children = list(inline.children or ())
    first = children[0] if children else None
    if first is None or not first.content.startswith(PLACEHOLDER):
        return inline
    hidden = 1 if first.content == PLACEHOLDER else 2
    text = first.content[hidden:]
    children[:1] = [first.copy(content=text)] if text else []
    return inline.copy(children=children, content=inline.content[hidden:])


def _text(inline: Token) -> tuple[tuple[str, str, str], ...]:
    return tuple(_runs(inline))


def _runs(inline: Token) -> Iterator[tuple[str, str, str]]:
    """Yield the parts of a text, with plain characters one by one."""
    for child in inline.children or ():
        if child.type == "text":
            yield from (("text", "", character) for character in child.content)
        else:
            kind = "break" if child.type.endswith("break") else child.type
            yield kind, child.markup, f"{child.content}{child.attrs}"
