"""Hostile Markdown is shown, and the benchmark tells how long that took."""

from __future__ import annotations

import random

import pytest

from mmdesk.bench.security import markdown
from mmdesk.bench.security.markdown_documents import KINDS, SIZES, document, documents
from mmdesk.ui.chat.blocks import BlockKind
from mmdesk.ui.chat.grammar import too_wild
from mmdesk.ui.chat.markdown import MarkdownStream


def test_slow_documents_are_counted_and_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(markdown, "BAR_S", 0.0)
    count, worst = markdown.figures(2, 1)
    assert (count.value, count.n, worst.n) == (2, 2, 2)
    assert worst.value is not None
    assert worst.value > 0
    assert "quote-marks-" in capsys.readouterr().err


def test_documents_are_the_same_for_a_seed() -> None:
    count = len(KINDS) + 1
    made = list(documents(count, 1))
    assert made == list(documents(count, 1)) != list(documents(count, 2))
    assert made[0][0] != made[-1][0]


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_shown_as_markdown_is_never_much(kind: str) -> None:
    for size in SIZES:
        text = document(kind, size, random.Random(1))
        stream = MarkdownStream()
        blocks = [*stream.append(text).closed, *stream.finish().closed]
        assert blocks or not text.strip()
        if len(text) > 100_000 or too_wild(text):
            assert [block.kind for block in blocks] == [BlockKind.PLAIN]
        else:
            assert len(blocks) <= 2600
