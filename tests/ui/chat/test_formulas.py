"""Many formulas don't hold the window up: the rest is set while it is served."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from mmdesk.core.conversations import Entry
from mmdesk.core.messages import assistant_message
from mmdesk.ui.chat import formula
from mmdesk.ui.chat.formula import Formula, Formulas, formulas, weight
from mmdesk.ui.chat.pane import ChatPane
from mmdesk.ui.chat.text_view import TextView

_OBJECT = "\N{OBJECT REPLACEMENT CHARACTER}"
pytestmark = pytest.mark.usefixtures("qapp")


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """What sets formulas takes long and warns; here it doesn't matter what is made."""

    def made(latex: str, displayed: bool) -> Formula | None:
        del displayed
        if latex == "wrong":
            return None
        svg = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'/>"
        return Formula(svg, 9.0, 9.0, 0.0)

    monkeypatch.setattr(formula, "set_formula", made)


def test_a_few_are_set_at_once_the_rest_later(qtbot: QtBot) -> None:
    made = Formulas()
    texts = [f"x_{{{number}}}" * 20 for number in range(30)]
    first = [made.ask(text, False) is not None for text in texts]
    assert first[0]
    assert not all(first)
    assert made.postponed == first.count(False)
    with qtbot.waitSignal(made.settled):
        pass
    assert all(made.ask(text, False) is not None for text in texts)
    assert made.postponed == first.count(False)


def test_a_long_one_alone_is_set_at_once() -> None:
    assert Formulas().ask("x" * 1000, True) is not None


def test_one_that_can_not_be_set_is_asked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Formulas()
    assert made.ask("wrong", False) is None
    monkeypatch.setattr(formula, "set_formula", lambda *_: pytest.fail("asked again"))
    assert made.ask("wrong", False) is None
    assert made.postponed == 0


def test_the_text_is_written_again_with_the_others(pane: ChatPane, qtbot: QtBot) -> None:
    text = " and ".join(f"$x_{{{number}}}^{{some long exponent}}$" for number in range(40))
    pane.show_entries((Entry("a", assistant_message(text)),))
    pane.view_of(0)

    def shown() -> int:
        views = [view for view in pane.findChildren(TextView) if view.isVisible()]
        return sum(view.document().toPlainText().count(_OBJECT) for view in views)

    assert 0 < shown() < 40
    qtbot.waitUntil(lambda: shown() == 40)
    assert pane.view_of(0).source() == text
    assert formulas().ask("x_{39}^{some long exponent}", False) is not None


def test_each_level_doubles_the_weight() -> None:
    assert weight("x" * 10) == 10
    assert weight("") == weight("{}") - 3 == 0
    assert weight("{" * 9 + "x" + "}" * 9) > 2 * weight("{" * 8 + "x" + "}" * 8) - 9
    assert weight(r"\left(" * 9) > 2**9
    assert weight(r"\{\{\{x") == 7
    assert weight("{" * 300) < 300 << 21


def test_what_nests_too_deep_is_shown_as_source(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    usual = r"\sqrt{\frac{1}{N}\sum_{i=1}^{N}\left(x_{i}-\frac{1}{N}\sum_{j}x_{j}\right)^{2}}"
    assert weight(usual) <= formula._HEAVIEST
    assert formula.set_formula("\\frac{1}{" * 12 + "x" + "}" * 12, False) is None
    assert formula.set_formula("x^{" * 12 + "x" + "}" * 12, True) is None
