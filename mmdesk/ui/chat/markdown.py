"""Markdown that grows: closed blocks are handed out once, only the open tail is parsed again.

A top-level block is closed when another one follows it. The items of a list and the rows of a
table close one by one, and the lines of a fence are only looked at once; what grows without end
inside of them is cut (:mod:`~mmdesk.ui.chat.cutting`) or settled
(:mod:`~mmdesk.ui.chat.settling`). So the cost of one step does not grow with the answer.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from markdown_it.token import Token

from mmdesk.ui.chat.blocks import Block, BlockKind, Update
from mmdesk.ui.chat.cutting import cut_container
from mmdesk.ui.chat.grammar import MAX_NESTING, make_parser, too_wild, unfinished_formula
from mmdesk.ui.chat.joints import (
    Joint,
    first_line,
    groups,
    renumber,
    visible_number,
    without_prefix,
)
from mmdesk.ui.chat.safe_text import safe_text
from mmdesk.ui.chat.settling import LONG, STEP, Settled, settle, settle_more

LONGEST_MARKDOWN = 100_000
"""Characters; the rest of a longer message is shown as plain text."""
MOST_TABLE_CELLS = 1500
_UNDECIDED = re.compile(r"[ \t]*[-*+_=`~#>|:$\\\d.) \t]{0,8}")
_CLOSING_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})[ \t]*\n?")


@dataclass(slots=True)
class _Fence:
    mark: str
    language: str
    indent: int

    def code(self, lines: str) -> Block:
        """Return what is shown of its lines: without the indentation that it has itself."""
        if most := self.indent:
            rest = " " * (4 - most)  # of a tab that is part of it
            own = re.compile(f"^(?: {{0,{most - 1}}}(\t)| {{1,{most}}})", re.MULTILINE)
            lines = own.sub(lambda found: rest if found[1] else "", lines)
        return Block(BlockKind.CODE, lines.removesuffix("\n"), (), self.language)


class MarkdownStream:
    """The blocks of one message, as its text arrives; ``literal`` text is one plain block."""

    def __init__(self, *, literal: bool = False) -> None:
        self._parser = make_parser()
        self._open = ""
        self._length = 0
        self._fence: _Fence | None = None
        self._joint: Joint | None = None
        self._settled: Settled | None = None
        self._settled_end = 0  # characters of the open text
        self._tried = self._looked = 0
        self._plain = literal
        self._grows = False

    def append(self, text: str) -> Update:
        """Take more text; cheap unless it closes something."""
        text = safe_text(text)
        self._grows = self._length > 0
        self._length += len(text)
        self._open += text
        return self._go_on() or self._advance(final=False)

    def finish(self) -> Update:
        """Close what is open."""
        self._settled = None
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
        if final:
            self._open, closed, tail = "", [*closed, *tail], []
        rest = self._settled.rest if self._settled is not None else None
        return Update(tuple(closed), tuple(tail), rest=rest)

    def _go_on(self) -> Update | None:
        """Go on with a paragraph whose beginning is settled; None if it may have ended."""
        before, self._settled = self._settled, None
        if before is None or self._is_wild():
            return None
        source = self._open[self._settled_end :]
        line = source.rfind("\n") + 1
        if line and _UNDECIDED.fullmatch(source, line):
            source = source[:line]  # it may be the first of another block: wait for it
        made = settle_more(self._parser, before, source)
        if made is not None:
            self._settled = made
            self._settled_end += len(source) - made.length
            return Update(goes_on=True, settled=made.inline, rest=made.rest)
        return None

    def _in_fence(self) -> bool:
        return self._fence is not None

    def _watch(self) -> None:
        if self._fence is None and not self._plain:
            self._plain = self._is_wild()

    def _is_wild(self) -> bool:
        """Tell whether the open text is no Markdown; it is looked through now and then."""
        before, self._looked = self._looked, len(self._open) // STEP
        if self._length > LONGEST_MARKDOWN:
            return True
        return not (self._grows and self._looked == before) and too_wild(self._open)

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
                return True, fence.code(code)
            at = self._open.find(fence.mark, max(stop, at + 1))
        block = fence.code(self._open)
        if final:
            self._fence, self._open = None, ""
        return final, block

    def _split(self, *, final: bool) -> tuple[list[Block], list[Block]]:
        """Parse the open text; return the closed blocks and the open ones, keep the latter."""
        joint = self._joint or Joint()
        lines = re.findall(r"[^\n]*\n|[^\n]+", joint.prefix + self._open)
        skipped = joint.prefix.count("\n")
        parsed = groups(self._parser.parse("".join(lines)))
        if not parsed:
            return [], []
        renumber(parsed[0], joint.numbers)
        starts = [max(first_line(group[0]), skipped) for group in parsed]
        starts[0] = skipped
        blocks = [
            self._block(group, lines[start:stop], skipped, first=index == 0)
            for index, (group, start, stop) in enumerate(
                zip(parsed, starts, [*starts[1:], len(lines)], strict=True)
            )
        ]
        if final:
            return blocks, []
        first = _first_undecided(lines, starts)
        if first < len(blocks):
            if first:
                self._joint = None
            self._open = "".join(lines[starts[first] :])
            return blocks[:first], blocks[first:]
        if len(blocks) > 1:
            self._joint = None
        open_lines = lines[starts[-1] :]
        self._open = "".join(open_lines)
        own_lines = lines[max(first_line(parsed[-1][0]), skipped) :]  # without empty ones above
        if self._enter_fence(parsed[-1], own_lines):
            return blocks[:-1], []
        done, rest = self._split_block(parsed[-1], blocks[-1], open_lines, starts[-1])
        if len(blocks) == 1 and not done:
            done, rest = self._shorten(parsed[0], rest, lines, skipped)
        return blocks[:-1] + done, [rest]

    def _shorten(
        self, group: Sequence[Token], block: Block, lines: Sequence[str], skipped: int
    ) -> tuple[list[Block], Block]:
        """Cut what has grown long, or settle its beginning."""
        before, self._tried = self._tried, len(self._open) // STEP
        if not self._grows or len(self._open) <= LONG or self._tried == before:
            return [], block
        if block.kind is not BlockKind.PROSE:
            return [], block
        cut = cut_container(self._parser, group, lines, skipped)
        if cut is not None:
            self._joint, self._open = cut.joint, cut.rest
            return self._closed_and_open(block, cut.head)
        settled = settle(self._parser, group, lines, skipped)
        if settled is not None:
            tokens, self._settled = settled
            self._settled_end = len(self._open) - self._settled.length
            return [], replace(block, tokens=tokens)
        return [], block

    def _closed_and_open(self, block: Block, head: tuple[Token, ...]) -> tuple[list[Block], Block]:
        """Return a container's closed part, and what of it is still open."""
        done, (rest,) = self._split(final=False)  # what goes on may be long enough for a cut again
        return [replace(block, tokens=head), *done], rest

    def _enter_fence(self, group: Sequence[Token], lines: Sequence[str]) -> bool:
        token = group[0]
        if token.type != "fence" or not lines[0].endswith("\n"):
            return False
        indent = len(lines[0]) - len(lines[0].lstrip(" "))
        self._fence = _Fence(token.markup, token.info.strip(), indent)
        self._open = "".join(lines[1:])
        return True

    def _block(
        self, group: Sequence[Token], lines: Sequence[str], skipped: int, *, first: bool
    ) -> Block:
        source = "".join(lines)
        token = group[0]
        if token.type in ("fence", "code_block"):
            code = token.content.removesuffix("\n")
            return Block(BlockKind.CODE, code, (), token.info.strip())
        if _cut_by_parser(group):
            return Block(BlockKind.PLAIN, source.rstrip("\n"))
        goes_on = first and self._joint is not None
        shown = without_prefix(group, skipped) if goes_on else tuple(group)
        return Block(BlockKind.PROSE, source, shown, "", goes_on)

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
        offset = first_line(group[cut]) - start
        skipped = self._joint.prefix.count("\n") if self._joint else 0
        self._joint = Joint(numbers=(visible_number(group, 0, len(items) - 1, skipped),))
        self._open = "".join(lines[offset:])
        head = without_prefix((*group[:cut], group[-1]), skipped)
        rest = (group[0].copy(attrs=dict(group[0].attrs)), *group[cut:])
        renumber(rest, self._joint.numbers)
        return (
            [replace(block, tokens=head, source="".join(lines[:offset]))],
            replace(block, tokens=rest, source=self._open, continues=True),
        )

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
        header = first_line(group[0]) - start
        prefix = self._joint.prefix if self._joint else "".join(lines[header : header + 2])
        body = next(i for i, t in enumerate(group) if t.type == "tbody_open")
        self._joint = Joint(prefix)
        self._open = "".join(lines[first_line(group[cut]) - start :])
        head = replace(block, tokens=(*group[:cut], *group[-2:]))
        rest = replace(block, tokens=(*group[: body + 1], *shown), continues=True)
        return [head], rest


def _first_undecided(lines: Sequence[str], starts: Sequence[int]) -> int:
    """Return the number of the first block that more text may make part of another one.

    Args:
        starts: Of the blocks, by line.
    """
    last = lines[-1]
    if not last.endswith("\n") and _UNDECIDED.fullmatch(last):
        return 0
    line = unfinished_formula(lines)
    if line is None:
        return len(starts)
    if line and lines[line - 1].strip():
        line -= 1  # what stands above goes on there, if it is none
    return max(0, bisect_right(starts, line) - 1)


def _cut_by_parser(group: Sequence[Token]) -> bool:
    """Tell whether the parser dropped something, or a table is too large to be laid out."""
    if max(token.level for token in group) >= MAX_NESTING - 2:
        return True
    return group[0].type == "table_open" and len(group) > 3 * MOST_TABLE_CELLS
