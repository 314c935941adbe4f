"""What Markdown is handed out in: blocks, and how they change as text arrives."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from markdown_it.token import Token


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
    """

    kind: BlockKind
    source: str
    tokens: tuple[Token, ...] = ()
    language: str = ""
    continues: bool = False


@dataclass(frozen=True, slots=True)
class Update:
    """What changed: the tail of before goes, ``closed`` comes for good, ``tail`` for now.

    Attributes:
        goes_on: Nothing goes but ``rest``: ``settled`` and a new one come behind the tail.
        settled: Text of the tail's paragraph that stays until the paragraph closes.
        rest: Its text behind that, which goes with the next update.
    """

    closed: tuple[Block, ...] = ()
    tail: tuple[Block, ...] = ()
    goes_on: bool = False
    settled: Token | None = None
    rest: Token | None = None
