"""The chat pane through its interface: what is shown, where it scrolls, what it tells."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QSize, Qt, QUrl
from PySide6.QtGui import QGuiApplication, QTextDocument
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from mmdesk.core.conversations import Entry, EntryStatus, StopReason
from mmdesk.core.errors import EngineCrashed
from mmdesk.core.events import TurnFinished
from mmdesk.core.messages import assistant_message, user_message
from mmdesk.ui.chat import pane as pane_module
from mmdesk.ui.chat.actions import QuietButton
from mmdesk.ui.chat.code import CodeBlock
from mmdesk.ui.chat.message_view import MessageView
from mmdesk.ui.chat.pane import ChatPane
from mmdesk.ui.chat.text_view import TextView
from mmdesk.ui.chat.thumbnails import Thumbnail
from mmdesk.ui.theme import theme
from tests.ui.chat.conversation_samples import MIXED, USAGE, conversation, picture
from tests.ui.chat.work import Work, WorkMeter


@pytest.fixture
def meter(monkeypatch: pytest.MonkeyPatch) -> WorkMeter:
    return WorkMeter(monkeypatch)


def _finished(text: str, reason: StopReason = StopReason.STOP) -> TurnFinished:
    return TurnFinished("t", reason, text, USAGE, "Starter")


def _answer(pane: ChatPane, text: str, step: int = 5) -> None:
    pane.begin_answer("t", "Starter")
    for start in range(0, len(text), step):
        pane.append_text("t", text[start : start + step], 1)


def _settle() -> None:
    QApplication.processEvents()


def _button(pane: ChatPane, name: str) -> QuietButton:
    found = [b for b in pane.findChildren(QuietButton, name) if b.isVisibleTo(pane)]
    return found[-1]


def test_it_has_the_names_that_tools_rely_on(pane: ChatPane) -> None:
    assert pane.objectName() == "chatPane"
    assert pane.accessibleName() == "Conversation"
    assert pane.is_empty()
    assert pane.plain_text() == ""


def test_a_streamed_answer_looks_like_a_kept_one(pane: ChatPane, qtbot: QtBot) -> None:
    entry = Entry("q", user_message("why?"))
    pane.add_question(entry)
    _answer(pane, MIXED)
    pane.finish_answer("t", _finished(MIXED))
    _settle()
    live, height = pane.plain_text(), pane.widget().height()
    image = pane.grab().toImage()
    kept = Entry("a", assistant_message(MIXED), usage=USAGE, model="Starter")
    pane.show_entries((entry, kept))
    _settle()
    assert pane.plain_text() == live
    assert pane.widget().height() == height
    assert pane.grab().toImage() == image


def test_nothing_of_the_text_is_lost(pane: ChatPane) -> None:
    _answer(pane, MIXED)
    shown = pane.plain_text()
    for words in ("What it does", "wide", "return width > 480", "nested", "a quotation", "菱形",
                  "It costs $5 and $6, and $E=mc^2$ holds."):  # fmt: skip
        assert words in shown


def test_the_status_line_tells_what_happens_and_what_it_took(pane: ChatPane) -> None:
    pane.begin_answer("t", "Starter")
    assert "waiting for the model" in pane.plain_text()
    pane.set_progress("t", "reading picture 2 of 3")
    assert "Starter  ·  reading picture 2 of 3" in pane.plain_text()
    pane.append_text("t", "Two", 1)
    assert "Starter  ·  writing…" in pane.plain_text()
    pane.finish_answer("t", _finished("Two"))
    assert "Starter  ·  31 tokens  ·  first word 0.18 s  ·  64 tokens/s" in pane.plain_text()


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (EntryStatus.STOPPED, "stopped"),
        (EntryStatus.INTERRUPTED, "interrupted when mmdesk ended"),
    ],
)
def test_an_answer_that_is_not_whole_says_so(
    pane: ChatPane, status: EntryStatus, words: str
) -> None:
    pane.show_entries((Entry("a", assistant_message("half"), status=status, model="M"),))
    assert f"M  ·  {words}\nhalf" in pane.plain_text()


def test_a_failure_stands_in_the_answer_with_hint_and_retry(pane: ChatPane, qtbot: QtBot) -> None:
    _answer(pane, "There are")
    pane.fail_answer("t", EngineCrashed(reason="killed"))
    _settle()
    text = pane.plain_text()
    assert "There are\nThe model's process stopped: killed.\nIt is being started" in text
    retry = pane.findChild(QPushButton, "retryButton")
    assert retry is not None
    assert retry.isVisible()
    with qtbot.waitSignal(pane.retryRequested):
        qtbot.mouseClick(retry, Qt.MouseButton.LeftButton)


def test_a_thought_is_folded_and_can_be_read(pane: ChatPane, qtbot: QtBot) -> None:
    _answer(pane, "<think>one, two")
    assert "thinking…" in pane.plain_text()
    assert "one, two" not in pane.plain_text()
    pane.append_text("t", "</think>There are two.", 1)
    pane.finish_answer("t", _finished("<think>one, two</think>There are two."))
    assert "Thought for 1 s\nThere are two." in pane.plain_text()
    height = pane.widget().height()
    qtbot.mouseClick(_button(pane, "thoughtButton"), Qt.MouseButton.LeftButton)
    assert "one, two" in pane.plain_text()
    assert pane.widget().height() > height


def test_copy_gives_the_markdown_without_the_thought(pane: ChatPane, qtbot: QtBot) -> None:
    _answer(pane, f"<think>hm</think>{MIXED}")
    pane.finish_answer("t", _finished(f"<think>hm</think>{MIXED}"))
    _settle()
    with qtbot.waitSignal(pane.copied):
        _button(pane, "copyButton").click()
    assert QGuiApplication.clipboard().text() == MIXED
    code = pane.findChild(CodeBlock)
    assert code is not None
    code.copy()
    assert (
        QGuiApplication.clipboard().text()
        == "def keep(width: int) -> bool:\n    return width > 480"
    )


def test_only_the_last_answer_offers_regenerate(pane: ChatPane, qtbot: QtBot) -> None:
    pane.show_entries(conversation(3))
    buttons = [b for b in pane.findChildren(QuietButton, "regenerateButton")]
    assert [b.isVisibleTo(pane) for b in buttons] == [True]
    assert pane.views[-1].isAncestorOf(buttons[0])
    with qtbot.waitSignal(pane.regenerateRequested):
        _button(pane, "regenerateButton").click()
    pane.add_question(Entry("q", user_message("more")))
    shown = [b.isVisibleTo(pane) for b in pane.findChildren(QuietButton, "regenerateButton")]
    assert not any(shown)


def test_actions_appear_with_the_keyboard_and_shift_nothing(pane: ChatPane, qtbot: QtBot) -> None:
    pane.show_entries(conversation(1))
    _settle()
    qtbot.waitExposed(pane)
    pane.activateWindow()
    copy = _button(pane, "copyButton")
    height = pane.widget().height()
    assert not copy.revealed
    text = pane.views[-1].findChildren(TextView)[-1]
    text.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(lambda: copy.revealed)
    assert pane.widget().height() == height
    pane.setFocus()
    qtbot.waitUntil(lambda: not copy.revealed)


def test_it_follows_the_end_until_the_person_scrolls_up(pane: ChatPane, qtbot: QtBot) -> None:
    pane.show_entries(conversation(6))
    bar = pane.verticalScrollBar()
    assert pane.following
    assert bar.value() == bar.maximum() > 0
    bar.setValue(bar.maximum() - 400)
    assert not pane.following
    jump = pane.findChild(QPushButton, "jumpButton")
    assert jump is not None
    assert jump.isVisible()
    first = pane.grab().toImage().copy(0, 0, 880, 480)
    _answer(pane, MIXED)
    _settle()
    assert pane.grab().toImage().copy(0, 0, 880, 480) == first
    qtbot.mouseClick(jump, Qt.MouseButton.LeftButton)
    assert pane.following
    assert bar.value() == bar.maximum()
    assert not jump.isVisible()


def test_lines_above_the_one_being_written_stay(pane: ChatPane) -> None:
    pane.begin_answer("t", "M")
    pane.append_text("t", "# Title\n\nA paragraph that is done.\n\nNext ", 9)
    _settle()
    before = pane.grab().toImage().copy(0, 0, 880, 100)
    pane.append_text("t", "one with | a | b |\n\n- item\n- other\n\n```\ncode", 9)
    _settle()
    assert pane.grab().toImage().copy(0, 0, 880, 100) == before


def test_truncate_drops_what_comes_after(pane: ChatPane) -> None:
    pane.show_entries(conversation(3))
    pane.truncate_after(3)
    assert "question 1" in pane.plain_text()
    assert "answer 1" not in pane.plain_text()
    assert "question 2" not in pane.plain_text()
    pane.truncate_after(0)
    assert pane.is_empty()


def test_pictures_open_by_keyboard_and_are_named(
    pane: ChatPane, qtbot: QtBot, tmp_path: Path
) -> None:
    pictures = (picture(tmp_path, "one.png"), picture(tmp_path, "two.png", 900, 200))
    pane.add_question(Entry("q", user_message("which?", pictures)))
    _settle()
    thumbnails = pane.findChildren(Thumbnail)
    assert [t.accessibleName() for t in thumbnails] == ["one.png", "two.png"]
    assert "one.png: first of 12" in pane.plain_text()
    with qtbot.waitSignal(pane.pictureActivated) as caught:
        qtbot.keyClick(thumbnails[1], Qt.Key.Key_Space)
    assert caught.args == [pictures, 1]


def test_a_missing_thumbnail_shows_the_name(pane: ChatPane, tmp_path: Path) -> None:
    lost = picture(tmp_path, "lost.png")
    lost.path.unlink()
    pane.add_question(Entry("q", user_message("what?", (lost,))))
    assert not pane.grab().isNull()
    assert "lost.png" in pane.plain_text()


def test_links_are_told_and_nothing_is_loaded(pane: ChatPane, qtbot: QtBot, tmp_path: Path) -> None:
    secret = picture(tmp_path, "secret.png", 300, 300)
    local = f"![x]({secret.path}) ![y](https://e.org/p.png) <img src='{secret.path}'> [z](/etc/p)"
    _answer(pane, f"{local} [site](https://example.org/a)")
    _settle()
    text = pane.plain_text()
    for words in (str(secret.path), "https://e.org/p.png", "<img src=", "/etc/p"):
        assert words in text
    view = pane.findChildren(TextView)[-1]
    assert view.height() < 120
    for kind in (QTextDocument.ResourceType.ImageResource, QTextDocument.ResourceType.HtmlResource):
        loaded = view.document().resource(kind.value, QUrl.fromLocalFile(str(secret.path)))
        assert loaded.size() == QSize(1, 1)
    with qtbot.waitSignal(pane.linkActivated) as caught:
        view.anchorClicked.emit(QUrl("https://example.org/a"))
    assert caught.args == ["https://example.org/a"]
    assert "[z]" not in text
    assert "site" in view.toPlainText()


@pytest.mark.parametrize("size", [(640, 480), (300, 200), (1600, 900)])
@pytest.mark.parametrize(
    "direction", [Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft]
)
def test_it_fits_every_width_and_direction(
    pane: ChatPane, tmp_path: Path, size: tuple[int, int], direction: Qt.LayoutDirection
) -> None:
    pane.setLayoutDirection(direction)
    pane.resize(*size)
    pane.add_question(Entry("q", user_message("שלום? " * 30, (picture(tmp_path, "a.png"),))))
    _answer(pane, MIXED)
    pane.fail_answer("t", EngineCrashed(reason="killed"))
    _settle()
    for child in pane.findChildren(QWidget):
        if isinstance(child.parent(), MessageView) and child.isVisibleTo(pane):
            # A flat button's ground may stand out by its padding, so that its icon lines up.
            assert child.parent().rect().adjusted(-6, 0, 6, 0).contains(child.geometry())
    assert pane.widget().width() <= pane.viewport().width()


def test_the_theme_changes_at_run_time(pane: ChatPane) -> None:
    pane.show_entries(conversation(1))
    _answer(pane, MIXED[:60])
    text, height = pane.plain_text(), pane.widget().height()
    theme().set_mode("dark")
    _settle()
    assert (pane.plain_text(), pane.widget().height()) == (text, height)
    block = pane.findChildren(TextView)[-1].document().begin()
    colour = block.begin().fragment().charFormat().foreground().color()
    assert colour.lightness() > 180
    pane.append_text("t", MIXED[60:], 3)
    pane.finish_answer("t", _finished(MIXED))
    assert "菱形" in pane.plain_text()


@pytest.mark.parametrize("text", ["word " * 200_000, "x" * 1_000_000, "> " * 10_000])
def test_a_megabyte_shows_quickly(pane: ChatPane, text: str) -> None:
    began = time.process_time()
    pane.show_entries((Entry("a", assistant_message(text)), Entry("q", user_message(text))))
    pane.grab()
    assert time.process_time() - began < 1.0
    assert pane.widget().height() < 20_000


def test_the_way_back_to_the_end_wears_the_theme_and_language_of_now(pane: ChatPane) -> None:
    pane.show_entries(conversation(20))
    _settle()
    pane.jump_to_first()
    _settle()
    jump = pane.findChild(QPushButton, "jumpButton")
    assert jump is not None
    assert jump.isVisible()
    before = jump.icon().pixmap(16, 16).toImage()
    theme().set_mode("dark")
    assert jump.icon().pixmap(16, 16).toImage() != before
    jump.setText("another language")
    QApplication.sendEvent(pane, QEvent(QEvent.Type.LanguageChange))
    assert jump.text() == "Jump to latest"


def test_a_step_costs_the_same_at_the_end_of_a_long_answer(
    meter: WorkMeter, pane: ChatPane
) -> None:
    text = "".join(f"{MIXED}\nparagraph {n} of plain words\n\n" for n in range(60))[:16_000]
    pane.begin_answer("t", "M")

    def step(token: int) -> None:
        pane.append_text("t", text[4 * token : 4 * token + 4], 1)
        _settle()

    def cost(first: int, last: int) -> Work:
        """Return the work of a step, of tokens ``first`` to ``last`` of 4 characters."""
        return meter.mean([partial(step, token) for token in range(first, last)])

    cost(0, 100)
    early = cost(100, 400)
    pane.append_text("t", text[4 * 400 : 4 * 3700], 3300)
    late = cost(3700, 4000)
    assert late.at_most(1.2, early), f"{early}, then {late}"


def test_a_rule_and_the_gap_behind_a_table_stay_while_text_follows(pane: ChatPane) -> None:
    text = "a\n\n---\n\nb\n\n| t |\n|---|\n| 1 |\n\nafter\n"
    heights = []
    for step in (1, len(text)):
        pane.clear()
        _answer(pane, text, step)
        pane.finish_answer("t", _finished(text))
        heights.append(pane.widget().height())
    assert heights[0] == heights[1]


def test_an_endless_paragraph_costs_no_more_as_it_grows(meter: WorkMeter, pane: ChatPane) -> None:
    pane.begin_answer("t", "Starter")

    def cost(first: int, last: int) -> Work:
        words = [f"word{number % 7} " for number in range(first, last)]
        return meter.mean([partial(pane.append_text, "t", word, 1) for word in words])

    cost(0, 200)
    early = cost(200, 400)
    cost(400, 1300)
    late = cost(1300, 1500)
    assert late.at_most(1.2, early), f"{early}, then {late}"


def test_formulas_are_prepared_for_before_anything_is_shown(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared: list[bool] = []
    monkeypatch.setattr(pane_module, "_CALM_MS", 0)
    monkeypatch.setattr(pane_module, "_warm_up", lambda: prepared.append(True))
    hidden = ChatPane()
    qtbot.addWidget(hidden)
    qtbot.waitUntil(lambda: bool(prepared))
    assert not hidden.isVisible()


def test_the_seams_of_a_streaming_paragraph_are_never_seen(pane: ChatPane) -> None:
    text = "".join(f"word{number} " for number in range(1200)).strip()
    _answer(pane, text, step=11)
    assert text in pane.plain_text()
    pane.resize(600, 600)
    _settle()
    assert text in pane.plain_text()
    pane.finish_answer("t", _finished(text))
    (view,) = pane.findChildren(TextView)
    assert view.document().blockCount() == 1


def test_a_conversation_can_be_left_while_the_keyboard_is_in_a_message(pane: ChatPane) -> None:
    long = assistant_message("Word.\n\n```py\na = 1\n```\n\n" * 30)
    short = user_message("Where?")
    entries = [Entry(f"m{index}", long if index % 2 else short) for index in range(4)]
    for index in range(len(entries)):
        pane.show_entries(tuple(entries))
        _settle()
        view = pane.view_of(index)
        pane.ensureWidgetVisible(view)
        _settle()
        view.findChildren(TextView)[-1].setFocus(Qt.FocusReason.MouseFocusReason)
        _settle()
        pane.clear()
        _settle()
        assert pane.is_empty()
        assert not [view for view in pane.findChildren(MessageView) if view.isVisible()]
