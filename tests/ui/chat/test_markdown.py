"""Markdown that grows gives what the whole gives, loses nothing and stays quick."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmdesk.ui.chat.blocks import Block, BlockKind
from mmdesk.ui.chat.markdown import MarkdownStream
from mmdesk.ui.chat.safe_text import safe_text
from tests.ui.chat.conversation_samples import MIXED


def _blocks(text: str, step: int) -> list[Block]:
    stream = MarkdownStream()
    closed: list[Block] = []
    for start in range(0, len(text), step):
        closed += stream.append(text[start : start + step]).closed
    return [*closed, *stream.finish().closed]


def _outline(blocks: list[Block]) -> list[tuple[str, str]]:
    """Return every piece of content, with how the pieces of lists and tables are nested."""
    leaves = []
    for block in blocks:
        if block.kind is not BlockKind.PROSE:
            leaves.append((f"{block.kind} {block.language}", block.source))
        leaves += [(t.type, t.content) for t in block.tokens if t.content and not _header(block, t)]
    return leaves


def _header(block: Block, token: object) -> bool:
    """Tell whether a continuing table repeats its header for the parser only."""
    if not (block.continues and block.tokens[0].type == "table_open"):
        return False
    head = next(i for i, t in enumerate(block.tokens) if t.type == "thead_close")
    return any(token is t for t in block.tokens[:head])


@pytest.mark.parametrize("step", [1, 3, 7, 40])
def test_pieces_give_what_the_whole_gives(step: int) -> None:
    assert _outline(_blocks(MIXED, step)) == _outline(_blocks(MIXED, len(MIXED)))


def test_list_items_close_one_by_one_and_keep_counting() -> None:
    blocks = _blocks("".join(f"1. item {n}\n" for n in range(1, 6)), 4)
    assert [block.tokens[0].attrGet("start") or 1 for block in blocks] == [1, 2, 3, 4, 5]


def test_a_table_directly_behind_code_stays_a_table() -> None:
    text = "```\ncode\n```\n\n|a|b|\n|-|-|\n" + "|1|2|\n" * 4
    assert _outline(_blocks(text, 3)) == _outline(_blocks(text, len(text)))


def test_an_open_fence_is_code_at_once() -> None:
    stream = MarkdownStream()
    update = stream.append("```python\nprint(1)")
    assert [(b.kind, b.source, b.language) for b in update.tail] == [
        (BlockKind.CODE, "print(1)", "python")
    ]
    assert stream.append("\n```\nafter\n\nend").closed[0].source == "print(1)"


def test_a_shorter_fence_inside_does_not_close_it() -> None:
    blocks = _blocks("````\n```\ninner\n```\n````\n", 5)
    assert [block.source for block in blocks] == ["```\ninner\n```"]


@pytest.mark.parametrize(
    "text",
    ["costs $5 and $6", "$HOME/$USER", "a $ b $ c", "5$ or 6$", "\\$x\\$", "$$", "US$5/US$6"],
)
def test_dollars_that_are_no_formula_stay_text(text: str) -> None:
    inline = [t for block in _blocks(text, 99) for t in block.tokens if t.type == "inline"]
    assert all(child.type != "math" for token in inline for child in token.children or ())


@pytest.mark.parametrize(
    ("text", "latex"),
    [("so $x^2$.", "x^2"), (r"so \(a+b\) is", "a+b"), (r"so \[c\] is", "c"), ("so $$d$$ is", "d")],
)
def test_formulas_are_found(text: str, latex: str) -> None:
    inline = [t for block in _blocks(text, 3) for t in block.tokens if t.type == "inline"]
    assert [c.content for t in inline for c in t.children or () if c.type == "math"] == [latex]


def test_formulas_on_lines_of_their_own_are_blocks() -> None:
    tokens = [t for block in _blocks("$$\nx\n= y\n$$\n\n\\[z\\]\n", 4) for t in block.tokens]
    assert [(t.type, t.content) for t in tokens] == [("math", "x\n= y"), ("math", "z")]


HOSTILE = {
    "quotes": ">" * 10_000 + " deep",
    "quote lines": ("> " * 40 + "x\n") * 300,
    "lists": "".join("  " * n + "- x\n" for n in range(300)),
    "list line": "- " * 10_000 + "x",
    "brackets": "[" * 50_000,
    "links": "[a](" * 20_000,
    "stars": "*" * 20_000 + "a" + "*" * 20_000,
    "stars and letters": "*a" * 15_000,
    "ticks": "`" * 9_999 + " a " + "`" * 10_001,
    "tick runs": "".join("`" * n + " " for n in range(280)),
    "dollars": "$a" * 15_000,
    "table": "|a" * 100 + "|\n" + "|-" * 100 + "|\n" + ("|b" * 100 + "|\n") * 400,
    "long line": "word " * 200_000,
    "unclosed fence": "```\n" + "code\n" * 50_000,
    "angles": "<a " * 13_000,
    "entities": "&amp" * 10_000,
    "controls": "a\x00b\u202ec\u2066d\ufdd0e\ufffcf\r\ng\ud800h" * 1000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_takes_no_time(name: str) -> None:
    began = time.process_time()
    blocks = _blocks(HOSTILE[name], len(HOSTILE[name]))
    assert time.process_time() - began < 0.5
    assert blocks


def test_cells_beyond_the_header_are_not_lost() -> None:
    blocks = _blocks("|a|b|\n|-|-|\n|1|2|3 extra| |\n|4||5\\|6||\n|7|8||\n", 99)
    cells = [content for _, content in _outline(blocks)]
    assert cells == ["a", "b", "1", "2 | 3 extra", "4", " | 5|6", "7", "8"]


def test_dangerous_characters_become_visible() -> None:
    assert safe_text("a\x00b\u202ec\r\nd\ud800") == "a\ufffdb\ufffdc\nd\ufffd"
    assert safe_text("نص עברית 图\u200d👩") == "نص עברית 图\u200d👩"


_LINES = st.sampled_from(
    ["para", "- a", "  - b", "1. c", "", "", "> q", "```", "~~~py", "| a | b |", "|---|---|", "---",
     "# h", "    ind", "$$", "\\[x\\]", "$y$ *e* **s**", "![i](j)", "[k]: http://l", "<b>m</b>"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(_LINES, max_size=12).map("\n".join), st.integers(1, 9))
def test_no_word_is_lost_however_it_arrives(text: str, step: int) -> None:
    shown = "".join(
        block.source + "".join(token.content for token in block.tokens) + block.language
        for block in _blocks(text, step)
    )
    for word in ("para", "<b>m</b>", "[k]: http://l", "ind"):
        assert shown.count(word) >= text.count(word)
