"""Links ask before anything is opened, and show what would be."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices, QGuiApplication, QTextCharFormat, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QTextEdit, QWidget
from pytestqt.qtbot import QtBot

from mmdesk.core.conversations import Conversation, ConversationSummary, Entry
from mmdesk.core.events import ConversationOpened, ConversationsListed
from mmdesk.core.messages import assistant_message
from mmdesk.ui.chat.prose import ProseView
from mmdesk.ui.controls import IconButton
from mmdesk.ui.links import LinkCard
from tests.ui.conftest import Desk
from tests.ui.test_main_window import NOW

Opened = list[str]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Opened:
    """What the system was asked to open."""
    found: Opened = []
    monkeypatch.setattr(
        QDesktopServices, "openUrl", lambda url: found.append(bytes(url.toEncoded()).decode())
    )
    return found


def _show(desk: Desk, text: str) -> ProseView:
    desk.session.conversation = "c1"
    summary = ConversationSummary("c1", "Where?", NOW)
    entries = (Entry("a", assistant_message(text)),)
    desk.window.handle(ConversationOpened(Conversation(summary, entries)))
    QApplication.processEvents()
    return next(v for v in desk.window.chat.pane.findChildren(ProseView) if v.isVisible())


def _formats(view: ProseView) -> list[QTextCharFormat]:
    """Return the format of each character."""
    cursor = QTextCursor(view.document())
    found = []
    while cursor.movePosition(QTextCursor.MoveOperation.NextCharacter):
        found.append(cursor.charFormat())
    return found


def _anchors(view: ProseView) -> list[str]:
    return list(dict.fromkeys(form.anchorHref() for form in _formats(view) if form.isAnchor()))


def _focused() -> QWidget:
    focused = QApplication.focusWidget()
    assert focused is not None
    return focused


def _choose(view: ProseView) -> None:
    """Go to the first link with Tab, and choose it with Enter."""
    view.setFocus(Qt.FocusReason.TabFocusReason)
    view.focusNextPrevChild(True)
    QTest.keyClick(view, Qt.Key.Key_Return)


def _asked(desk: Desk, text: str) -> LinkCard:
    _choose(_show(desk, text))
    card = desk.window.messages.link_card
    assert card.isVisible()
    return card


def _said(card: LinkCard, name: str) -> str:
    label = card.findChild(QLabel, name)
    return label.text() if label.isVisibleTo(card) else ""


def test_a_chosen_link_opens_nothing_but_asks(desk: Desk, opened: Opened) -> None:
    card = _asked(desk, "See [this](https://a.org/b?c=d#e).")
    assert not opened
    assert _said(card, "linkQuestion") == "Open this address in the browser?"
    assert card.findChild(QTextEdit, "linkTarget").toPlainText() == "https://a.org/b?c=d#e"
    assert "https://a.org/b?c=d#e" in card.accessibleName()
    assert not _said(card, "linkWarnings")


def test_a_click_asks_beside_the_link(desk: Desk, opened: Opened) -> None:
    view = _show(desk, "[this](https://a.org) is it")
    inside = view.textCursor()
    inside.setPosition(2)
    at = view.cursorRect(inside).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    card = desk.window.messages.link_card
    assert card.isVisible()
    pane = desk.window.chat.pane
    assert pane.rect().contains(card.geometry())
    link = view.viewport().mapTo(pane, view.cursorRect().bottomLeft())
    assert 0 <= card.y() - link.y() < 40
    assert not opened


def test_open_opens_exactly_what_is_shown(desk: Desk, opened: Opened) -> None:
    card = _asked(desk, "https://аpple.com/a")
    assert card.link.target == "https://xn--pple-43d.com/a"
    card.open.click()
    assert opened == ["https://xn--pple-43d.com/a"]
    assert card.isHidden()


def test_the_keyboard_reaches_all_of_it(desk: Desk, opened: Opened) -> None:
    card = _asked(desk, "[this](https://a.org)")
    names = []
    for _ in range(4):
        names.append(_focused().objectName())
        QTest.keyClick(_focused(), Qt.Key.Key_Tab)
    assert names == ["cancelLink", "linkTarget", "openLink", "copyLink"]
    QTest.keyClick(_focused(), Qt.Key.Key_Backtab)
    QTest.keyClick(_focused(), Qt.Key.Key_Return)
    assert QGuiApplication.clipboard().text() == "https://a.org"
    assert card.isHidden()
    assert isinstance(QApplication.focusWidget(), ProseView)
    assert not opened


def test_a_key_that_is_held_opens_nothing(desk: Desk, opened: Opened) -> None:
    card = _asked(desk, "[this](https://a.org)")
    QTest.keyClick(_focused(), Qt.Key.Key_Return)
    assert card.isHidden()
    assert not opened


def test_escape_opens_nothing(desk: Desk, opened: Opened) -> None:
    card = _asked(desk, "[this](https://a.org)")
    QTest.keyClick(_focused(), Qt.Key.Key_Escape)
    assert card.isHidden()
    assert not opened


def test_another_conversation_takes_the_question_away(desk: Desk) -> None:
    card = _asked(desk, "[this](https://a.org)")
    _show(desk, "Another.")
    assert card.isHidden()


@pytest.mark.parametrize(
    ("text", "host", "warning"),
    [
        (
            "https://xn--pple-43d.com",
            "(\u2068аpple.com\u2069)",
            "different scripts: Cyrillic, Latin",
        ),
        ("https://аррӏе.com", "(\u2068аррӏе.com\u2069)", "look like Latin ones: Cyrillic"),
        ("[a](https://b\u200dc.org)", "b⟨U+200D⟩c.org", "can't be seen"),
        ("https://bank.example@evil.example", "", "what opens is evil.example."),
        ("[a](https://a.org/%E2%80%AEgpj.exe)", "", "can't be seen"),
        ("[a](<mailto:a@b.org?attach=/etc/passwd>)", "", "attach a file"),
    ],
)
def test_what_may_deceive_is_said(desk: Desk, text: str, host: str, warning: str) -> None:
    card = _asked(desk, text)
    assert host in _said(card, "linkHost")
    assert warning in _said(card, "linkWarnings")


def test_sealed_links_can_only_be_copied(desk: Desk, opened: Opened) -> None:
    desk.window.messages.sealed = True
    card = _asked(desk, "[this](https://a.org)")
    assert card.open.isHidden()
    assert _said(card, "linkQuestion") == (
        "Sealed: a browser outside could be asked to open links, so they can only be copied."
    )
    card.open.click()
    card.openRequested.emit("https://a.org")
    assert not opened
    _choose(_show(desk, "[this](https://a.org)"))
    card.copy.click()
    assert QGuiApplication.clipboard().text() == "https://a.org"


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "javascript:alert(1)", "https:evil.org", "https:///x", "", " "]
)
def test_what_is_no_web_address_can_only_be_copied(desk: Desk, opened: Opened, target: str) -> None:
    _show(desk, "Nothing.")
    desk.window.chat.pane.linkActivated.emit(target)
    card = desk.window.messages.link_card
    assert card.open.isHidden()
    assert "it can be copied" in _said(card, "linkQuestion")
    card.open.click()
    card.openRequested.emit(target)
    assert not opened


@pytest.mark.parametrize(
    "text",
    [
        "[a](file:///etc/passwd)",
        "[a](javascript:alert(1))",
        "https://u:p@h@evil.org/",
        "<ftp://a.org>",
        "[a](//host/share)",
        "![a](https://a.org/b.png)",
    ],
)
def test_what_can_not_be_asked_for_is_no_link(desk: Desk, text: str) -> None:
    view = _show(desk, text)
    shown = view.shown_text()
    assert _anchors(view) in ([], ["https://a.org/b.png"])
    assert text.partition("(")[2].rstrip(")") in shown or text.strip("<>") in shown


def test_a_long_target_is_shown_whole_in_a_small_window(
    open_window: Callable[..., Desk], qtbot: QtBot
) -> None:
    desk = open_window(size=(640, 480))
    card = _asked(desk, f"https://a.org/{'b' * 5000}")
    assert len(card.findChild(QTextEdit, "linkTarget").toPlainText()) == 5014
    assert desk.window.chat.pane.rect().contains(card.geometry())


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_the_card_follows_the_language(open_window: Callable[..., Desk], language: str) -> None:
    desk = open_window()
    card = _asked(desk, "[this](https://a.org)")
    desk.language.use(language)
    QApplication.processEvents()
    assert card.open.accessibleName() == card.open.text() != ""


def test_the_tool_tip_shows_what_would_be_opened(desk: Desk) -> None:
    view = _show(desk, "[a](https://xn--pple-43d.com/b 'a title') and https://аpple.com/c")
    tips = {form.toolTip() for form in _formats(view)} - {""}
    assert tips == {
        "https://xn--pple-43d.com/b\nxn--pple-43d.com (аpple.com)\na title",
        "https://xn--pple-43d.com/c\nxn--pple-43d.com (аpple.com)",
    }


@pytest.mark.filterwarnings("ignore:path is deprecated:DeprecationWarning")  # in ziamath
@pytest.mark.parametrize(
    "text",
    [
        "[a](https://a.org/?&amp;lt; \"<img src='/etc/passwd'>\")",
        "so $a<img src=x>$ is",
        "[a](https://a.org/ '<img src=/etc/passwd>')",
    ],
)
def test_a_tool_tip_is_never_html(desk: Desk, text: str) -> None:
    view = _show(desk, text)
    tips = [form.toolTip() for form in _formats(view)]
    assert any(tips)
    assert not any("<" in tip for tip in tips)


def test_no_name_in_a_tool_tip_is_html(desk: Desk, qtbot: QtBot) -> None:
    name = "<img src='/etc/passwd'>"
    desk.window.handle(ConversationsListed((ConversationSummary("c1", name, NOW),)))
    model = desk.window.sidebar.list.model()
    places = [model.index(row, 0) for row in range(model.rowCount())]
    tips = [str(model.data(place, Qt.ItemDataRole.ToolTipRole) or "") for place in places]
    button = IconButton("removeAttachment", "close")
    qtbot.addWidget(button)
    button.describe(f"Remove {name}")
    assert "src='/etc/passwd'" in "".join(tips)
    assert not any("<" in tip for tip in (*tips, button.toolTip()))
