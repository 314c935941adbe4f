"""Where a list, quote or nested fence that grows without end is cut.

What goes on is parsed behind a prefix that opens the same containers again. A cut is made only
where both parts read as the whole did: it is tried, and compared.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token

from mmdesk.ui.chat.joints import (
    LISTS,
    Joint,
    first_line,
    groups,
    last_children,
    reopened,
    visible_number,
    without_prefix,
)

_FENCE_END = re.compile(r"[ \t>]*(`{3,}|~{3,})[ \t]*\n?")


@dataclass(frozen=True, slots=True)
class Cut:
    """A container cut in two: ``head`` is closed, ``rest`` is the source that goes on."""

    head: tuple[Token, ...]
    joint: Joint
    rest: str


def cut_container(
    parser: MarkdownIt, tokens: Sequence[Token], lines: Sequence[str], skipped: int
) -> Cut | None:
    """Cut a list or quote before the last block in it, or within it if that is a fence.

    Args:
        tokens: Of the container, as parsed from ``lines``, of which the first ``skipped`` are
            the prefix.
    """
    path = last_children(tokens)
    leaf = tokens[path[-1]]
    at = first_line(leaf)
    if at > max(skipped, first_line(tokens[0])):
        depth = next(d for d, index in enumerate(path) if first_line(tokens[index]) == at)
        begin = path[depth]
        prefix = reopened([tokens[index] for index in path[:depth]], lines)
        old = tokens[begin : len(tokens) - depth]
        head = [*tokens[:begin], *tokens[len(tokens) - depth :]]
    elif leaf.type == "fence" and len(lines) - at > 4 and not _may_be_closed(lines):
        depth, fence_line, at = len(path) - 1, at, len(lines) - 2
        opening = reopened([tokens[index] for index in path[:depth]], lines, fence_line)
        prefix = "".join(lines[:skipped]) if fence_line < skipped else opening
        code = leaf.content.splitlines(keepends=True)
        kept = at - fence_line - 1
        old = [leaf.copy(content="".join(code[kept:]), info="")]
        closed = leaf.copy(content="".join(code[:kept]))
        head = [closed if token is leaf else token for token in tokens]
    else:
        return None
    if prefix is None:
        return None
    rest = "".join(lines[at:])
    joint = Joint(prefix, _numbers(tokens, path, depth, skipped))
    again = groups(parser.parse(prefix + rest))
    if len(again) != 1:
        return None
    new = without_prefix(again[0], prefix.count("\n"))
    around = sum(tokens[index].type != "list_item_open" for index in path[:depth])
    if _outline(new[around : len(new) - around]) != _outline(old):
        return None
    return Cut(without_prefix(head, skipped), joint, rest)


def _numbers(
    tokens: Sequence[Token], path: Sequence[int], depth: int, skipped: int
) -> tuple[int, ...]:
    """Return the next number of each list that goes on."""
    made = []
    for place in range(depth):
        if tokens[path[place]].type in LISTS:
            item = path[place + 1]
            inside = tokens[path[place] + 1 : item]
            level = tokens[item].level
            before = sum(t.type == "list_item_open" and t.level == level for t in inside)
            goes_on = place + 1 < depth
            made.append(visible_number(tokens, path[place], before + goes_on, skipped))
    return tuple(made)


def _may_be_closed(lines: Sequence[str]) -> bool:
    return any(_FENCE_END.fullmatch(line) for line in lines[-3:])


def _outline(tokens: Sequence[Token]) -> list[tuple[str, str, str]]:
    return [(token.type, token.markup, token.content) for token in tokens]
