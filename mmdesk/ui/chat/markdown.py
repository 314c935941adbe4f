"""Markdown that grows: closed blocks are handed out once, only the open tail is parsed again.

A top-level block is closed when another one follows it. The items of a list and the rows of a
table close one by one, and the lines of a fence are only looked at once, so that the cost of
one step does not grow with the answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from markdown_it.token import Token

from mmdesk.ui.chat.grammar import MAX_NESTING, make_parser, too_wild
from mmdesk.ui.chat.safe_text import safe_text

LONGEST_MARKDOWN = 100_000
"""Characters; the rest of a longer message is shown as plain text."""
MOST_TABLE_CELLS = 1500
_LONG_PARAGRAPH = 3000
_UNDECIDED = re.compile(r"[ \t]*[-*+_=`~#>|:$\\\d.) \t]{0,8}")
_CELL_BORDER = re.compile(r"(?<!\\)\|")
_CLOSING_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})[ \t]*\n?")


class BlockKind(StrEnum):
    """What a block is shown as."""

    PROSE = "prose"
    CODE = "code"
    PLAIN = "plain"
    """Shown as it stands: wild, too long or too large for Markdown."""


@dataclass(frozen=True, slots=True)
class Block:
    """A top-level block, or the next items or rows of one.

    Attributes:
        source: Its Markdown; for code and plain text what is shown.
        tokens: markdown-it's, for prose.
        language: The info string of a fence.
        continues: It goes on with the list or table before it.
        number: The first number of an ordered list's items here.
    """

    kind: BlockKind
    source: str
    tokens: tuple[Token, ...] = ()
    language: str = ""
    continues: bool = False
    number: int = 1


@dataclass(frozen=True, slots=True)
class Update:
    """What changed: the tail of before goes, ``closed`` comes for good, ``tail`` for now.

    With ``typed``, nothing goes and nothing closes: the text is added to the tail's end.
    """

    closed: tuple[Block, ...] = ()
    tail: tuple[Block, ...] = ()
    typed: str = ""


@dataclass(slots=True)
class _Fence:
    mark: str
    language: str


@dataclass(slots=True)
class _Joint:
    """The list or table that the open text goes on with."""

    prefix: str = ""
    number: int = 1


class MarkdownStream:
    """The blocks of one message, as its text arrives; ``literal`` text is one plain block."""

    def __init__(self, *, literal: bool = False) -> None:
        self._parser = make_parser()
        self._open = ""
        self._length = 0
        self._fence: _Fence | None = None
        self._joint: _Joint | None = None
        self._plain = literal
        self._paragraph = False

    def append(self, text: str) -> Update:
        """Take more text; cheap unless it closes something."""
        text = safe_text(text)
        self._length += len(text)
        self._open += text
        if self._paragraph and "\n" not in text and len(self._open) > _LONG_PARAGRAPH:
            return Update(typed=text)
        return self._advance(final=False)

    def finish(self) -> Update:
        """Close what is open."""
        return self._advance(final=True)

    def _advance(self, *, final: bool) -> Update:
        closed: list[Block] = []
        tail: list[Block] = []
        while True:
            self._watch()
            if self._plain:
                tail = [Block(BlockKind.PLAIN, self._open)] if self._open else []
            elif self._fence is not None:
                ended, block = self._read_fence(final=final)
                if ended:
                    closed.append(block)
                    continue
                tail = [block]
            else:
                done, tail = self._split(final=final)
                closed += done
                if self._in_fence():
                    continue
            break
        self._paragraph = len(tail) == 1 and _is_paragraph(tail[0])
        if final:
            self._open, closed, tail = "", [*closed, *tail], []
        return Update(tuple(closed), tuple(tail))

    def _in_fence(self) -> bool:
        return self._fence is not None

    def _watch(self) -> None:
        if self._fence is None and not self._plain:
            self._plain = self._length > LONGEST_MARKDOWN or too_wild(self._open)

    def _read_fence(self, *, final: bool) -> tuple[bool, Block]:
        """Return whether the fence has ended, and its code so far; ``_open`` is the rest."""
        fence = self._fence
        assert fence is not None
        at = self._open.find(fence.mark)
        while at >= 0:
            start = self._open.rfind("\n", 0, at) + 1
            stop = self._open.find("\n", at) + 1 or len(self._open)
            line = self._open[start:stop]
            found = _CLOSING_FENCE.fullmatch(line)
            complete = line.endswith("\n") or final
            if found and complete and found[1][0] == fence.mark[0]:
                self._fence = None
                code, self._open = self._open[:start], self._open[stop:]
                return True, Block(BlockKind.CODE, code.removesuffix("\n"), (), fence.language)
            at = self._open.find(fence.mark, max(stop, at + 1))
        code = self._open
        if final:
            self._fence, self._open = None, ""
            return True, Block(BlockKind.CODE, code.removesuffix("\n"), (), fence.language)
        return False, Block(BlockKind.CODE, code.removesuffix("\n"), (), fence.language)

    def _split(self, *, final: bool) -> tuple[list[Block], list[Block]]:
        """Parse the open text; return the closed blocks and the open ones, keep the latter."""
        prefix = self._joint.prefix if self._joint else ""
        lines = re.findall(r"[^\n]*\n|[^\n]+", prefix + self._open)
        skipped = prefix.count("\n")
        groups = _groups(self._parser.parse("".join(lines)))
        if not groups:
            return [], []
        starts = [max(_first_line(group), skipped) for group in groups]
        starts[0] = skipped
        blocks = [
            self._block(group, lines[start:stop], first=index == 0)
            for index, (group, start, stop) in enumerate(
                zip(groups, starts, [*starts[1:], len(lines)], strict=True)
            )
        ]
        last_line = lines[-1]
        undecided = not last_line.endswith("\n") and _UNDECIDED.fullmatch(last_line)
        if final:
            return blocks, []
        if undecided:
            return [], blocks
        if len(blocks) > 1:
            self._joint = None
        open_lines = lines[starts[-1] :]
        self._open = "".join(open_lines)
        if self._enter_fence(groups[-1], open_lines):
            return blocks[:-1], []
        done, rest = self._split_block(groups[-1], blocks[-1], open_lines, starts[-1])
        return blocks[:-1] + done, [rest]

    def _enter_fence(self, group: Sequence[Token], lines: Sequence[str]) -> bool:
        token = group[0]
        if token.type != "fence" or not lines[0].endswith("\n"):
            return False
        self._fence = _Fence(token.markup, token.info.strip())
        self._open = "".join(lines[1:])
        return True

    def _block(self, group: Sequence[Token], lines: Sequence[str], *, first: bool) -> Block:
        source = "".join(lines)
        token = group[0]
        joint = self._joint if first else None
        if token.type in ("fence", "code_block"):
            code = token.content.removesuffix("\n")
            return Block(BlockKind.CODE, code, (), token.info.strip())
        if _cut_by_parser(group, lines):
            return Block(BlockKind.PLAIN, source.rstrip("\n"))
        number = joint.number if joint else int(token.attrGet("start") or 1)
        return Block(BlockKind.PROSE, source, tuple(group), "", joint is not None, number)

    def _split_block(
        self, group: Sequence[Token], block: Block, lines: Sequence[str], start: int
    ) -> tuple[list[Block], Block]:
        """Close all but the last item or row of a list or table."""
        if block.kind is not BlockKind.PROSE:
            return [], block
        opening = group[0].type
        if opening in ("bullet_list_open", "ordered_list_open"):
            return self._split_list(group, block, lines, start)
        if opening == "table_open":
            return self._split_table(group, block, lines, start)
        return [], block

    def _split_list(
        self, group: Sequence[Token], block: Block, lines: Sequence[str], start: int
    ) -> tuple[list[Block], Block]:
        items = [i for i, t in enumerate(group) if t.type == "list_item_open" and t.level == 1]
        if len(items) < 2:
            return [], block
        cut = items[-1]
        offset = _line(group[cut]) - start
        self._joint = _Joint(number=block.number + len(items) - 1)
        self._open = "".join(lines[offset:])
        head = replace(block, tokens=(*group[:cut], group[-1]), source="".join(lines[:offset]))
        rest = replace(
            block,
            tokens=(group[0], *group[cut:]),
            source=self._open,
            continues=True,
            number=self._joint.number,
        )
        return [head], rest

    def _split_table(
        self, group: Sequence[Token], block: Block, lines: Sequence[str], start: int
    ) -> tuple[list[Block], Block]:
        rows = [i for i, t in enumerate(group) if t.type == "tr_open"][1:]
        if not rows:
            return [], block
        cut = rows[-1]
        # Every new row lays the table out anew: a row is shown once it is complete.
        shown = group[cut:] if lines[-1].endswith("\n") else group[-2:]
        if len(rows) == 1:
            return [], replace(block, tokens=(*group[:cut], *shown))
        prefix = self._joint.prefix if self._joint else "".join(lines[:2])
        body = next(i for i, t in enumerate(group) if t.type == "tbody_open")
        self._joint = _Joint(prefix=prefix)
        self._open = "".join(lines[_line(group[cut]) - start :])
        head = replace(block, tokens=(*group[:cut], *group[-2:]))
        rest = replace(block, tokens=(*group[: body + 1], *shown), continues=True)
        return [head], rest


def _groups(tokens: Sequence[Token]) -> list[list[Token]]:
    """Return the tokens of each top-level block."""
    groups: list[list[Token]] = []
    depth = 0
    for token in tokens:
        if depth == 0:
            groups.append([])
        groups[-1].append(token)
        depth += token.nesting
    return groups


def _line(token: Token) -> int:
    return token.map[0] if token.map else 0


def _first_line(group: Sequence[Token]) -> int:
    return _line(group[0])


def _is_paragraph(block: Block) -> bool:
    return bool(block.tokens) and block.tokens[0].type == "paragraph_open"


def _cut_by_parser(group: Sequence[Token], lines: Sequence[str]) -> bool:
    """Tell whether the parser dropped something: too deep, or cells beyond the header's."""
    if max(token.level for token in group) >= MAX_NESTING - 2:
        return True
    if group[0].type != "table_open":
        return False
    columns = sum(token.type == "th_open" for token in group)
    rows = (_CELL_BORDER.split(line.strip().strip("|")) for line in lines)
    return len(group) > 3 * MOST_TABLE_CELLS or any(len(row) > columns for row in rows)
