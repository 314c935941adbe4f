"""Text that grows without end is cut where nobody sees it."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pygments.token import String
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from mmdesk.bench.long_answers import KINDS, tokens
from mmdesk.core.conversations import Entry, StopReason, Usage
from mmdesk.core.events import TurnFinished
from mmdesk.core.messages import assistant_message
from mmdesk.ui.chat import markdown, settling
from mmdesk.ui.chat.body import MarkdownBody
from mmdesk.ui.chat.code import CodeBlock, CodeText
from mmdesk.ui.chat.finder import Finder
from mmdesk.ui.chat.highlight import LIGHT
from mmdesk.ui.chat.pane import ChatPane
from mmdesk.ui.chat.prose import ProseView
from mmdesk.ui.chat.prose_style import MARKER, QUOTE_LEVEL
from mmdesk.ui.chat.text_view import TextView
from mmdesk.ui.theme import current

_WIDTH = 300


@pytest.fixture
def early(monkeypatch: pytest.MonkeyPatch, qapp: QApplication) -> Iterator[None]:
    """Cut after a few characters, so that short texts are cut often."""
    with monkeypatch.context() as patch:
        for module in (settling, markdown):
            patch.setattr(module, "LONG", 40)
            patch.setattr(module, "STEP", 1)
        patch.setattr(settling, "_KEPT", 8)
        yield


def _streamed(text: str, seed: int = 0) -> Iterator[tuple[MarkdownBody, int]]:
    """Yield a body and how many characters it shows, step by step; the last one is finished."""
    dice = random.Random(seed)
    body = MarkdownBody(current())
    start = 0
    while start < len(text):
        step = dice.randint(1, 9)
        body.append(text[start : start + step])
        body.height_for(_WIDTH)
        start = min(start + step, len(text))
        yield body, start
    body.finish()
    body.height_for(_WIDTH)
    yield body, start


def _whole(text: str) -> MarkdownBody:
    body = MarkdownBody(current())
    body.append(text)
    body.finish()
    body.height_for(_WIDTH)
    return body


def _look(body: MarkdownBody) -> list[object]:
    """Return all that is seen from top to bottom: blocks with their formats, and code."""
    seen: list[object] = []
    body.height_for(_WIDTH)
    children = [child for child in body.children() if isinstance(child, QWidget)]
    for child in sorted(children, key=lambda child: child.y()):
        if isinstance(child, ProseView) and not child.isHidden():
            seen.append(_blocks(child.document()))
        elif isinstance(child, CodeBlock) and not child.isHidden():
            seen.append((child.code, child.text.toPlainText()))
    return seen


def _blocks(document: QTextDocument) -> list[object]:
    made: list[object] = []
    block = document.begin()
    while block.isValid():
        form = block.blockFormat()
        look = (form.stringProperty(MARKER), form.intProperty(QUOTE_LEVEL), form.indent())
        pieces = []
        piece = block.begin()
        while not piece.atEnd():
            char = piece.fragment().charFormat()
            style = (char.fontWeight(), char.fontItalic(), char.fontFixedPitch(), char.isAnchor())
            pieces.append((piece.fragment().text(), style))
            piece += 1
        made.append((look, form.topMargin(), form.headingLevel(), pieces))
        block = block.next()
    return made


@pytest.mark.usefixtures("early")
@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"thought"}))
def test_what_was_cut_ends_as_the_whole(kind: str, seed: int) -> None:
    text = "".join(tokens(kind, 250, seed)).rstrip()
    *_, (body, _) = _streamed(text, seed)
    assert _look(body) == _look(_whole(text))


@pytest.mark.usefixtures("early")
@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"thought", "mixed", "table"}))
def test_nothing_is_missing_while_it_streams(kind: str) -> None:
    """Only a line's first characters are waited with: they may begin another block."""
    text = "".join(tokens(kind, 150, 3))
    for body, shown in _streamed(text, 3):
        seen, whole = (_letters(each.shown_text()) for each in (body, _whole(text[:shown])))
        assert whole.startswith(seen)
        assert len(whole) - len(seen) <= 8


def _letters(text: str) -> str:
    return re.sub(r"[\W_]", "", text)


@pytest.mark.parametrize("seed", [4, 5, 16])
def test_code_in_a_list_that_is_cut_twice_at_once_loses_no_line(
    seed: int, qapp: QApplication
) -> None:
    text = "".join(tokens("nested_code", 400, seed)).rstrip()
    *_, (body, _) = _streamed(text, seed)
    assert _look(body) == _look(_whole(text))


@pytest.mark.parametrize("indent", [1, 2, 3])
def test_code_of_an_indented_fence_stands_as_the_whole(indent: int, qapp: QApplication) -> None:
    text = " " * indent + "```py\nx = 1\n y\n\tz\n  \tz\n     w\n```\n"
    *_, (body, _) = _streamed(text)
    assert _look(body) == _look(_whole(text))
    assert _look(body)[0][1].startswith("x = 1\ny\n")  # type: ignore[index]


@pytest.mark.parametrize("above", ["", "```\nfirst\n```\n"])
def test_code_below_an_empty_line_waits_for_its_whole_language(
    above: str, qapp: QApplication
) -> None:
    body = MarkdownBody(current())
    for piece in (above, "\n", "```", "py", "thon", "\nx = 1\n```\n"):
        body.append(piece)
    body.finish()
    assert _look(body)[-1] == ("x = 1", "x = 1")


@pytest.mark.parametrize(
    "below",
    ["1. one\n2. two", "- a\n- b", "> q", "- - - deep", "~~s~~", "$$\nx\n= 1\n$$\nend",
     "\\[\n|x|\n\\]", "$$ a\n\nb $$ or so\n\nend", "| wide | row |\n| 3 |"],
)  # fmt: skip
def test_what_stands_right_below_a_table_is_there_once(below: str, qapp: QApplication) -> None:
    text = f"| a |\n|---|\n| 1 |\n| 2 |\n{below}"
    body = MarkdownBody(current())
    for character in text:
        body.append(character)
    body.finish()
    assert _look(body) == _look(_whole(text))


def test_a_line_that_begins_with_latin_stays_right_to_left_behind_a_seam(
    qapp: QApplication,
) -> None:
    body = MarkdownBody(current())
    for piece in ["שלום עולם ", *["English words only here "] * 80]:
        body.append(piece)
        body.height_for(_WIDTH)
    (view,) = (child for child in body.children() if isinstance(child, ProseView))
    assert view.seams()
    document = view.document()
    blocks = [document.findBlockByNumber(number) for number in range(document.blockCount())]
    assert {block.textDirection() for block in blocks} == {Qt.LayoutDirection.RightToLeft}


def test_what_stands_across_a_seam_is_found(pane: ChatPane) -> None:
    text = " ".join(f"w{number}" for number in range(900))
    pane.begin_answer("t", "M")
    for start in range(0, len(text), 11):
        pane.append_text("t", text[start : start + 11], 1)
    QApplication.processEvents()
    view = pane.findChildren(TextView)[0]
    seams = view.seams()
    assert len(seams) > 3
    finder = Finder(pane)
    counts: list[tuple[int, int]] = []
    finder.counted.connect(lambda *count: counts.append(count))
    for number, seam in enumerate(seams):
        needle = text[seam - number - 9 : seam - number + 9]
        finder.look_for(needle)
        assert counts[-1] == (1, 1)
        (mark,) = view.extraSelections()
        assert mark.cursor.selectedText().replace("\u2029", "") == needle


def test_code_of_many_lines_gets_its_colours_once_it_closes(pane: ChatPane, qtbot: QtBot) -> None:
    code = 'text = """\nfor a in b\n"""\n' + "x = 1\n" * 300
    whole = f"```python\n{code}```\n"

    def colour() -> str:
        (view,) = pane.findChildren(CodeText)
        cursor = view.document().find("for a")
        return cursor.charFormat().foreground().color().name()

    pane.begin_answer("t", "M")
    for start in range(0, len(whole), 13):
        pane.append_text("t", whole[start : start + 13], 1)
    usage = Usage(1, 1, 1.0, 1.0)
    pane.finish_answer("t", TurnFinished("t", StopReason.STOP, whole, usage))
    qtbot.waitUntil(lambda: colour() == LIGHT[String])
    assert code.rstrip("\n") == pane.findChildren(CodeText)[0].toPlainText()


def test_a_kept_answer_is_whole_however_little_was_made(pane: ChatPane) -> None:
    texts = ["".join(tokens("mixed", 500, seed)) for seed in range(30)]
    pane.show_entries(tuple(Entry(str(n), assistant_message(t)) for n, t in enumerate(texts)))
    for _ in range(4):
        QApplication.processEvents()
    made = {slot.index: slot.view.source() for slot in pane.slots if slot.view is not None}
    assert made == {index: texts[index] for index in made}
    pane.go_to(28, mark=False)
    for view in pane.views_in_sight():
        assert "writing" not in view.shown_text()
        assert "Part 1" in view.shown_text()


_PARTS = st.sampled_from(
    ["word and more", "- a", "  - b", "    - c", "1. c", "   2. d", "", "> q", "> - qi", "- > iq",
     "> > deep", "```", "  ```py", "   more of it", "  and *this* **too**", "| a | b |",
     "|---|---|",
     "---", "# h", "    ind", "$y$ `c` ~~s~~", "*open", "**open", "end*", "10. ten", "\ttab",
     "图里有三个红色的圆形", "-", "1)", "* * *", "+ x\n\n  y", "_a b c d e f g_ ", "word " * 9,
     "$$", "\\[", "x \\]", "$$ y $$", "| 1 | 2 | 3 |", "- $$"]
)  # fmt: skip


@pytest.mark.usefixtures("early")
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(_PARTS, min_size=2, max_size=14).map("\n".join), st.integers(0, 9))
def test_anything_ends_as_the_whole(text: str, seed: int) -> None:
    *_, (body, _) = _streamed(text, seed)
    assert _look(body) == _look(_whole(text))
