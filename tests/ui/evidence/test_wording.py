"""How sure a model was: tinted tokens, choices, and the words it was least sure of."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor, QHelpEvent, QTextCursor
from PySide6.QtWidgets import QApplication, QLabel, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from mmdesk.core.conversations import Entry
from mmdesk.core.examinations import Alternative, AnswerScored, ScoredToken
from mmdesk.core.messages import assistant_message
from mmdesk.ui.evidence.panel import EvidencePanel
from mmdesk.ui.evidence.tinted import TintedText, stretches, tint
from mmdesk.ui.evidence.token_words import words_of
from mmdesk.ui.theme import DARK, LIGHT, Tokens, contrast
from tests.ui.conftest import Desk
from tests.ui.evidence.recording_examining import RecordingExamining
from tests.ui.evidence.samples import SAID


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[TintedText]:
    """An empty one, 300 px wide."""
    around = QWidget()
    qtbot.addWidget(around)
    around.resize(300, 100)
    made = TintedText()
    made.setParent(around)
    made.resize(300, 40)
    around.show()
    qtbot.waitExposed(around)
    yield made
    around.close()


def test_the_least_sure_words_are_listed(
    desk: Desk, opened: EvidencePanel, looks: RecordingExamining
) -> None:
    opened.evidence.wording.toggle.click()
    assert looks.calls == [("score", "a0")]
    others = (Alternative(" red", 0.3), Alternative(" yellow", 0.25))
    tokens = [
        ScoredToken(0, 5, 0.99),
        ScoredToken(5, 8, 0.95),
        ScoredToken(8, 10, 0.97),
        ScoredToken(10, 14, 0.5, others),
        ScoredToken(14, 17, 0.5),
        ScoredToken(SAID.index("50,"), SAID.index("50,") + 2, 0.1),
    ]
    desk.window.handle(AnswerScored(looks.last, tuple(tokens)))
    assert opened.evidence.wording.bars.shown == ["yellow 0.25"]
    labels = opened.evidence.wording.findChildren(QLabel)
    assert any("not truth" in each.text() for each in labels if each.isVisible())
    opened.evidence.wording.toggle.click()
    assert not opened.evidence.wording.bars.isVisible()


def test_words_of_chinese_and_of_split_characters() -> None:
    entry = Entry("a", assistant_message("黄星 😀ok"))
    tokens = [
        ScoredToken(0, 1, 0.5),
        ScoredToken(1, 2, 0.4),
        ScoredToken(2, 2, 0.9),
        ScoredToken(2, 4, 0.9),
        ScoredToken(4, 6, 0.8),
    ]
    assert [(each.text, each.probability) for each in words_of(entry, tokens)] == [
        ("黄", 0.5),
        ("星", pytest.approx(0.4 * 0.9)),
        ("ok", 0.8),
    ]


SPLIT = (
    ScoredToken(0, 2, 0.9),
    ScoredToken(2, 2, 0.5, (Alternative("x", 0.3),)),
    ScoredToken(2, 4, 0.8),
    ScoredToken(5, 6, 0.1),
)


def test_stretches_are_all_of_the_text() -> None:
    text = "黄😀 星 ok!"
    found = list(stretches(text, SPLIT))
    assert "".join(each.text for each in found) == text
    assert [(each.text, each.probability) for each in found] == [
        ("黄😀", 0.9),
        (" 星", pytest.approx(0.4)),
        (" ", 1.0),
        ("o", 0.1),
        ("k!", 1.0),
    ]
    assert found[1].weakest == SPLIT[1]
    assert found[2].weakest is None


def test_a_thought_is_left_out() -> None:
    text = "<think>Hm.</think>Red"
    tokens = [ScoredToken(0, 10, 0.1), ScoredToken(10, 18, 0.9), ScoredToken(18, 21, 0.4)]
    assert [each.text for each in stretches(text, tokens, 18)] == ["Red"]


def test_the_text_is_tinted_where_it_was_unsure(view: TintedText) -> None:
    view.show_stretches(list(stretches("黄😀 星 ok!", SPLIT)))
    assert view.toPlainText() == "黄😀 星 ok!"
    cursor = QTextCursor(view.document())
    grounds = []
    for place in range(1, view.document().characterCount()):
        cursor.setPosition(place)
        grounds.append(round(cursor.charFormat().background().color().alphaF(), 2))
    assert grounds[:3] == [0.04, 0.04, 0.04]  # an emoji has two places
    assert grounds[3:6] == [0.27, 0.27, 1.0]  # no background is black, which nobody paints
    assert view.told(0) == ""
    assert "“x” 0.30" in view.told(3)


def test_the_tool_tip_belongs_to_the_letter_below_the_mouse(
    view: TintedText, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "MMMM"
    tokens = [
        ScoredToken(at, at + 1, 0.5, (Alternative(f"<b>{at}", 0.5),)) for at in range(len(text))
    ]
    view.show_stretches(list(stretches(text, tokens)))
    QApplication.processEvents()
    told: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda _at, said, _widget: told.append(said))
    cursor = QTextCursor(view.document())
    for place in range(len(text)):
        cursor.setPosition(place)
        left = view.cursorRect(cursor)
        cursor.setPosition(place + 1)
        right = view.cursorRect(cursor)
        for x in (left.x() + 2, right.x() - 2):
            at = QPoint(x, left.center().y())
            view.viewportEvent(QHelpEvent(QHelpEvent.Type.ToolTip, at, at))
            assert told.pop() == f"Might have been: “‹b›{place}” 0.50"


@pytest.mark.parametrize("tokens", [LIGHT, DARK])
def test_text_can_be_read_on_every_tint(tokens: Tokens) -> None:
    over, ground = tint(0.0), QColor(tokens.panel)
    share = over.alphaF()
    mixed = QColor.fromRgbF(
        share * over.redF() + (1 - share) * ground.redF(),
        share * over.greenF() + (1 - share) * ground.greenF(),
        share * over.blueF() + (1 - share) * ground.blueF(),
    )
    assert contrast(tokens.text, mixed.name()) >= 4.5


def test_choices_come_with_their_probabilities(
    desk: Desk, opened: EvidencePanel, looks: RecordingExamining
) -> None:
    wording = opened.evidence.wording
    wording.toggle.click()
    choices = (Alternative("Yes", 0.97), Alternative("No", 0.03))
    desk.window.handle(AnswerScored(looks.last, (ScoredToken(0, 5, 0.99),), choices))
    assert wording.choices.shown == ["Yes 0.97", "No 0.03"]
    assert wording.tinted.toPlainText() == SAID
    wording.toggle.click()
    assert not wording.choices.isVisible()
    assert not wording.tinted.isVisible()
