"""What opens the containers of a block again, so that only its end is parsed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from markdown_it.token import Token

PLACEHOLDER = "\ue000"
"""Stands for text that is closed already; of a private use area, so neither space nor marker."""
LISTS = ("bullet_list_open", "ordered_list_open")
_CONTAINERS = (*LISTS, "list_item_open", "blockquote_open")
_ITEM_MARKER = re.compile(r"[ \t]*(?:[-+*]|\d{1,9}[.)])[ \t]+")
_QUOTE_MARKER = re.compile(r"[ \t]*> ?")


@dataclass(frozen=True, slots=True)
class Joint:
    """The list, item, quote, fence or table that the open text goes on with.

    Attributes:
        prefix: Lines that are parsed before the open text, and never shown.
        numbers: Those that the next item of each open list has, from the outermost.
    """

    prefix: str = ""
    numbers: tuple[int, ...] = ()


def groups(tokens: Sequence[Token]) -> list[list[Token]]:
    """Return the tokens of each top-level block."""
    made: list[list[Token]] = []
    depth = 0
    for token in tokens:
        if depth == 0:
            made.append([])
        made[-1].append(token)
        depth += token.nesting
    return made


def first_line(token: Token) -> int:
    """Return the number of a block's first line."""
    return token.map[0] if token.map else 0


def renumber(tokens: Sequence[Token], numbers: Sequence[int]) -> None:
    """Give the lists that go on the numbers of their next items."""
    lists = (token for token in tokens if token.type in LISTS)
    for token, number in zip(lists, numbers, strict=False):
        token.attrSet("start", number)


def without_prefix(tokens: Sequence[Token], skipped: int) -> tuple[Token, ...]:
    """Return the tokens without the items and texts of the first ``skipped`` lines.

    The lists and quotes stay: they indent what goes on.
    """
    if not skipped:
        return tuple(tokens)
    made: list[Token] = []
    dropped: list[int] = []
    index = 0
    while index < len(tokens):
        token = tokens[index]
        early = token.map is not None and token.map[0] < skipped
        if early and token.type == "paragraph_open" and is_placeholder(tokens[index + 1]):
            index += 2
        elif early and token.type == "list_item_open":
            dropped.append(token.level)
        elif token.type == "list_item_close" and dropped and dropped[-1] == token.level:
            dropped.pop()
        elif early and token.type == "fence":
            made.append(token.copy(info=""))
        else:
            made.append(token)
        index += 1
    return tuple(made)


def visible_number(tokens: Sequence[Token], at: int, item: int, skipped: int) -> int:
    """Return the number that an item of the list at ``at`` is shown with.

    Args:
        item: Counts the list's items from 0, one that stands in the prefix included.
    """
    start = tokens[at].attrGet("start")
    hidden = at + 1 < len(tokens) and first_line(tokens[at + 1]) < skipped
    return int(1 if start is None else start) + item - hidden


def is_placeholder(token: Token) -> bool:
    return token.content == PLACEHOLDER


def last_children(tokens: Sequence[Token]) -> list[int]:
    """Return the indexes of the last block, of the last block in it, and so on."""
    path = [0]
    while tokens[path[-1]].type in _CONTAINERS:
        last, depth = None, 0
        for index in range(path[-1] + 1, len(tokens)):
            if depth == 0 and tokens[index].nesting >= 0:
                last = index
            depth += tokens[index].nesting
            if depth < 0:
                break
        if last is None:
            break
        path.append(last)
    return path


def reopened(
    containers: Sequence[Token], lines: Sequence[str], before: int | None = None
) -> str | None:
    """Return lines that open the items again; the quotes' own lines do it for them.

    Args:
        before: A fence's line, which is taken whole.
    """
    items = {first_line(token) for token in containers if token.type == "list_item_open"}
    made = ""
    for start in sorted(items - {before}):
        last = max(
            index
            for index, token in enumerate(containers)
            if token.type == "list_item_open" and first_line(token) == start
        )
        opened = _markers(containers[: last + 1], lines[start], start)
        if opened is None:
            return None
        marker, blank = opened
        made += f"{marker}{PLACEHOLDER}\n{blank.rstrip()}\n"
    return made + (lines[before] if before is not None else "")


def _markers(containers: Sequence[Token], line: str, start: int) -> tuple[str, str] | None:
    """Return what stands before an item's text, and the same of an empty line behind it."""
    marker = blank = ""
    for token in containers:
        if token.type == "blockquote_open":
            found = _QUOTE_MARKER.match(line, len(marker))
        elif token.type == "list_item_open" and first_line(token) == start:
            found = _ITEM_MARKER.match(line, len(marker))
        else:
            continue
        if found is None:
            return None
        marker += found[0]
        blank += found[0] if token.type == "blockquote_open" else " " * len(found[0])
    return marker, blank
