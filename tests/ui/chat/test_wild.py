"""What would take long is found out beforehand, and shown as it stands."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from mmdesk.bench.long_answers import tokens
from mmdesk.ui.chat.blocks import BlockKind
from mmdesk.ui.chat.grammar import too_wild
from mmdesk.ui.chat.long_text import LongText
from mmdesk.ui.chat.markdown import MarkdownStream

WILD = {
    "lines": "a\n" * 1300,
    "lines beside code": "```\n" + "a\n" * 900 + "```\n" + "a\n" * 1300,
    "deep lines": "- - - - - - a\n" * 130,
    "deeper lines": "> " * 13 + "a\n",
    "code blocks": "```\na\n```\n" * 110,
    "formulas": "$a$ " * 400,
    "links": "https://a.org " * 900,
    "emoji": "🦊" * 7000,
    "length": "word " * 8100,
}


@pytest.mark.parametrize("name", WILD)
def test_wild_text_stays_as_it_is(name: str) -> None:
    stream = MarkdownStream()
    blocks = [*stream.append(WILD[name]).closed, *stream.finish().closed]
    assert [(block.kind, block.source) for block in blocks] == [(BlockKind.PLAIN, WILD[name])]


@pytest.mark.parametrize(
    "text",
    [
        "".join(tokens("mixed", 6000)),
        "".join(tokens("list", 6000)),
        "".join(tokens("table", 4000)),
        "".join(tokens("nested_list", 6000)),
        "```py\n" + "value = value\n" * 2500 + "```\n",
        "The formula $x_1^2$ holds.\n\n" * 200,
        "字" * 30_000,
    ],
)
def test_long_answers_are_not_wild(text: str) -> None:
    assert not too_wild(text[:40_000])


def test_very_many_lines_come_in_pieces(qtbot: QtBot) -> None:
    view = LongText()
    qtbot.addWidget(view)
    view.resize(400, 300)
    text = "a line\n" * 30_000
    view.show_text(text)
    assert 1000 < view.document().blockCount() < 10_000
    view.show_text(text + "and the end")
    qtbot.waitUntil(lambda: view.toPlainText() == text + "and the end")
    view.show_text("Another.")
    assert view.toPlainText() == "Another."
