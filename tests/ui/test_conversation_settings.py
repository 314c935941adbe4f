"""A system prompt, sampling and presets for one conversation."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from mmdesk.core.conversations import (
    NO_SETTINGS,
    Conversation,
    ConversationSettings,
    ConversationSummary,
    Preset,
)
from mmdesk.core.events import ConversationOpened, ConversationSettingsChanged, Event
from mmdesk.core.requests import GenerationSettings
from mmdesk.settings import MAX_PRESET_NAME
from mmdesk.ui.conversation_settings.page import ConversationSettingsPage
from mmdesk.ui.conversation_settings.prompt import MAX_PROMPT
from tests.ui.conftest import Desk
from tests.ui.test_main_window import NOW

BRIEF = Preset("Brief", ConversationSettings("Answer in one short sentence."))
GUIDE = Preset("讲解员", ConversationSettings("请逐条讲解。", GenerationSettings(0.7, 0.9, 512, 7)))
OWN = ConversationSettings("You are a botanist.")


@pytest.fixture
def desk(open_window: Callable[..., Desk]) -> Desk:
    return open_window(presets=(BRIEF, GUIDE), generation=GenerationSettings(0.3, 0.8, 256))


@pytest.fixture
def page(desk: Desk, qtbot: QtBot) -> ConversationSettingsPage:
    qtbot.mouseClick(desk.window.header.own_settings, Qt.MouseButton.LeftButton)
    found = desk.window.own_settings.page
    assert isinstance(found, ConversationSettingsPage)
    return found


def _choose(page: ConversationSettingsPage, name: str) -> None:
    menu = page.presets.menu
    index = menu.findText(name)
    assert index >= 0
    menu.setCurrentIndex(index)
    menu.activated.emit(index)


def _undo(page: ConversationSettingsPage) -> None:
    assert page.presets.news.isVisible()
    page.presets.news.linkActivated.emit("#")


def _say_name(page: ConversationSettingsPage, qtbot: QtBot, name: str) -> None:
    field = page.presets.namer.field
    assert field.hasFocus()
    field.setText(name)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def test_the_button_opens_and_leaves_the_page(desk: Desk, qtbot: QtBot) -> None:
    button = desk.window.header.own_settings
    assert button.accessibleName() == "Settings of this conversation"
    assert button.text() == ""
    qtbot.keyClick(button, Qt.Key.Key_Space)
    page = desk.window.own_settings.page
    assert desk.window.page is page
    assert page.prompt.hasFocus()
    assert desk.window.composer.input.isVisible()
    qtbot.keyClick(desk.window, Qt.Key.Key_Escape)
    assert desk.window.page is None


def test_a_system_prompt_holds_after_a_pause(
    desk: Desk, page: ConversationSettingsPage, qtbot: QtBot
) -> None:
    page.prompt.setPlainText("你是植物学家。\nBe brief.")
    wanted = ConversationSettings("你是植物学家。\nBe brief.")
    qtbot.waitUntil(lambda: desk.session.settings == wanted)
    button = desk.window.header.own_settings
    assert button.text() == "Own settings"
    assert "你是植物学家。 Be brief." in button.toolTip()
    assert "你是植物学家。 Be brief." in button.accessibleDescription()


def test_a_system_prompt_holds_for_a_question_that_is_sent_at_once(
    desk: Desk, page: ConversationSettingsPage
) -> None:
    page.prompt.setPlainText("Be brief.")
    desk.window.composer.put_text("Where?")
    desk.window.composer.submit()
    names = [call[0] for call in desk.session.calls]
    assert names.index("use_conversation_settings") < names.index("submit")
    assert desk.session.settings == ConversationSettings("Be brief.")
    assert desk.window.page is None


@pytest.mark.parametrize("leave", ["focus", "escape", "new", "open", "close"])
def test_nothing_that_is_written_is_lost(
    desk: Desk, page: ConversationSettingsPage, qtbot: QtBot, leave: str
) -> None:
    page.prompt.setPlainText("Be brief.")
    act = {
        "focus": page.presets.menu.setFocus,
        "escape": lambda: qtbot.keyClick(page.prompt, Qt.Key.Key_Escape),
        "new": desk.window.new_chat,
        "open": lambda: desk.window.conversations.open("other"),
        "close": desk.window.close,
    }[leave]
    act()
    wanted = ("use_conversation_settings", ConversationSettings("Be brief."))
    assert wanted in desk.session.calls
    if leave == "new":
        assert desk.session.calls.index(wanted) < desk.session.calls.index(("new",))


def test_the_numbers_are_the_settings_until_they_are_switched_off(
    desk: Desk, page: ConversationSettingsPage
) -> None:
    assert page.following.follow.isChecked()
    assert page.answers.temperature.value() == 0.3
    assert not page.answers.temperature.isEnabled()
    page.following.follow.click()
    assert desk.session.settings.generation == GenerationSettings(0.3, 0.8, 256)
    page.answers.temperature.setValue(1.2)
    page.answers.fixed_seed.setChecked(True)
    page.answers.seed.setValue(9)
    own = GenerationSettings(1.2, 0.8, 256, 9)
    assert desk.session.settings.generation == own
    assert "temperature 1.2" in desk.window.header.own_settings.toolTip()
    assert "seed 9" in desk.window.header.own_settings.toolTip()
    page.following.follow.click()
    assert desk.session.settings == NO_SETTINGS
    assert page.answers.temperature.value() == 0.3
    page.following.follow.click()  # what was chosen was not lost by it
    assert desk.session.settings.generation == own


def test_no_two_controls_have_the_same_name(desk: Desk, page: ConversationSettingsPage) -> None:
    desk.window.show_settings()
    for part in page.answers.findChildren(QWidget):
        if part.objectName().startswith("own"):
            assert len(desk.window.findChildren(QWidget, part.objectName())) == 1
    assert len(desk.window.findChildren(QWidget, "temperatureChoice")) == 1


def test_a_preset_is_taken(desk: Desk, page: ConversationSettingsPage) -> None:
    _choose(page, "讲解员")
    assert desk.session.settings == GUIDE.settings
    assert page.prompt.toPlainText() == "请逐条讲解。"
    assert page.answers.max_tokens.value() == 512
    assert page.answers.isEnabled()
    assert desk.window.header.own_settings.text() == "讲解员"
    assert not page.presets.news.isVisible()
    _choose(page, "None")
    assert desk.session.settings == NO_SETTINGS
    assert page.prompt.toPlainText() == ""


@pytest.mark.parametrize("choice", ["Brief", "None"])
def test_own_settings_that_a_preset_replaces_can_be_had_back(
    desk: Desk, page: ConversationSettingsPage, choice: str
) -> None:
    page.prompt.setPlainText(OWN.system_prompt)
    page.flush()
    assert page.presets.menu.currentText() == "Own settings"
    _choose(page, choice)
    assert desk.session.settings != OWN
    _undo(page)
    assert desk.session.settings == OWN
    assert page.prompt.toPlainText() == OWN.system_prompt
    assert not page.presets.news.isVisible()


def test_settings_are_saved_as_a_preset(
    desk: Desk, page: ConversationSettingsPage, qtbot: QtBot
) -> None:
    assert not page.presets.save.isVisible()
    page.prompt.setPlainText(OWN.system_prompt)
    page.flush()
    page.presets.save.click()
    assert page.presets.namer.field.text() == OWN.system_prompt
    _say_name(page, qtbot, "  Plants\tand  more ")
    assert desk.saved[-1].presets == (BRIEF, GUIDE, Preset("Plants and more", OWN))
    assert page.presets.menu.currentText() == "Plants and more"
    assert desk.window.header.own_settings.text() == "Plants and more"
    assert not page.presets.namer.isVisible()


def test_a_preset_that_was_changed_is_saved_under_its_name(
    desk: Desk, page: ConversationSettingsPage, qtbot: QtBot
) -> None:
    _choose(page, "Brief")
    page.prompt.setPlainText("Answer in two words.")
    page.flush()
    page.presets.save.click()
    assert page.presets.namer.field.text() == "Brief"
    _say_name(page, qtbot, "Brief")
    changed = Preset("Brief", ConversationSettings("Answer in two words."))
    assert desk.saved[-1].presets == (changed, GUIDE)
    _undo(page)
    assert desk.saved[-1].presets == (BRIEF, GUIDE)
    assert desk.session.settings == changed.settings


def test_a_preset_is_renamed(desk: Desk, page: ConversationSettingsPage, qtbot: QtBot) -> None:
    _choose(page, "Brief")
    page.presets.rename.click()
    _say_name(page, qtbot, "讲解员")
    assert page.presets.namer._refusal.isVisible()
    assert not desk.saved
    _say_name(page, qtbot, "Short & sweet")
    assert desk.saved[-1].presets == (Preset("Short & sweet", BRIEF.settings), GUIDE)
    assert page.presets.menu.currentText() == "Short & sweet"
    assert desk.window.header.own_settings.text() == "Short && sweet"


def test_a_name_can_be_given_up(desk: Desk, page: ConversationSettingsPage, qtbot: QtBot) -> None:
    _choose(page, "Brief")
    page.presets.rename.click()
    field = page.presets.namer.field
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert desk.window.page is page  # Esc has left the line, not the page
    assert not field.isVisible()
    assert page.presets.menu.hasFocus()
    page.presets.rename.click()
    field.setText("  ")
    assert not page.presets.namer.done.isEnabled()
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert field.isVisible()
    assert not desk.saved
    field.setText("x" * 500)
    assert len(field.text()) == MAX_PRESET_NAME


def test_deleting_a_preset_can_be_undone(desk: Desk, page: ConversationSettingsPage) -> None:
    _choose(page, "Brief")
    page.presets.delete.click()
    assert [preset.name for preset in desk.saved[-1].presets] == ["讲解员"]
    assert desk.session.settings == BRIEF.settings  # the conversation keeps what holds for it
    assert page.presets.menu.currentText() == "Own settings"
    assert "Brief" in page.presets.news.plain
    assert page.presets.menu.hasFocus()
    _undo(page)
    assert desk.saved[-1].presets == (BRIEF, GUIDE)
    assert page.presets.menu.currentText() == "Brief"


def test_another_conversation_shows_its_own(
    desk: Desk, page: ConversationSettingsPage, qtbot: QtBot
) -> None:
    page.prompt.setPlainText(OWN.system_prompt)
    page.flush()
    _choose(page, "Brief")
    desk.session.conversation, desk.session.settings = "other", GUIDE.settings
    desk.window.handle(ConversationOpened(None))
    desk.window.handle(ConversationSettingsChanged(GUIDE.settings))
    assert desk.window.header.own_settings.text() == "讲解员"
    assert page.prompt.toPlainText() == "请逐条讲解。"
    assert page.presets.news.isHidden()  # what could be undone was another conversation's


def test_what_is_being_written_is_not_overwritten_by_what_held_before(
    desk: Desk, page: ConversationSettingsPage
) -> None:
    page.prompt.setPlainText("Be brief, and")
    desk.window.handle(ConversationSettingsChanged(ConversationSettings("Be brief")))
    assert page.prompt.toPlainText() == "Be brief, and"
    page.flush()
    assert desk.session.settings == ConversationSettings("Be brief, and")


def test_an_event_of_before_takes_nothing_back(desk: Desk, page: ConversationSettingsPage) -> None:
    events: list[Event] = []
    desk.session.emit = events.append  # as the real one's: they come a frame later
    page.following.follow.click()
    page.answers.temperature.setValue(1.0)
    page.answers.top_p.setValue(0.5)
    desk.window.handle(events[0])
    page.answers.max_tokens.setValue(64)
    assert desk.session.settings.generation == GenerationSettings(1.0, 0.5, 64)


def test_too_much_is_not_pasted(desk: Desk, page: ConversationSettingsPage) -> None:
    mime = QMimeData()
    mime.setText("x" * (MAX_PROMPT + 1))
    QGuiApplication.clipboard().setMimeData(mime)
    QTest.keySequence(page.prompt, QKeySequence(QKeySequence.StandardKey.Paste))
    # Qt would let go of a Python object only after Python has ended, and crash.
    QGuiApplication.clipboard().clear()
    assert page.prompt.toPlainText() == ""
    assert "100,001" in page._refusal.text()
    assert page._refusal.isVisible()
    page.prompt.insertPlainText("x")
    assert not page._refusal.isVisible()


def test_half_a_character_is_no_harm(desk: Desk, page: ConversationSettingsPage) -> None:
    page.prompt.setPlainText("a\ud83d")
    page.flush()
    desk.session.settings.system_prompt.encode()
    before = len(desk.session.calls)
    page.flush()
    assert len(desk.session.calls) == before


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_the_button_has_room_in_every_window(
    open_window: Callable[..., Desk], qtbot: QtBot, language: str, theme: str
) -> None:
    long = Preset("名字很长的预设" * 8, OWN)
    desk = open_window(size=(640, 480), theme=theme, language=language, presets=(long,))
    desk.session.use_conversation_settings(OWN)
    window, button = desk.window, desk.window.header.own_settings
    for width in (640, 820, 1280):
        window.resize(width, 480)
        qtbot.wait(30)
        assert bool(button.text()) == (width > 640)
        for name in ("conversationSettingsButton", "settingsButton", "helpButton", "modelButton"):
            control = window.findChild(QWidget, name)
            box = control.rect().translated(control.mapTo(window, QPoint()))
            assert window.rect().contains(box), name
    assert long.name in button.toolTip()


def test_every_control_can_be_reached_and_has_a_name(
    desk: Desk, page: ConversationSettingsPage
) -> None:
    page.following.follow.click()
    _choose(page, "Brief")
    page.following.follow.click()
    seen = []
    page.prompt.setFocus()
    for _ in range(60):
        focused = desk.window.focusWidget()
        if focused is not None and focused.objectName() and focused not in seen:
            seen.append(focused)
        desk.window.focusNextChild()
    names = {each.objectName() for each in seen}
    for name in ("presetMenu", "systemPrompt", "followSettings", "ownTemperature", "ownMaxTokens"):
        assert name in names
    for each in seen:
        if page.isAncestorOf(each):
            assert each.accessibleName(), each.objectName()


def test_what_is_typed_while_another_conversation_opens_is_not_set_there(
    desk: Desk, page: ConversationSettingsPage, qtbot: QtBot
) -> None:
    page.prompt.setFocus()
    qtbot.keyClicks(page.prompt, "for the first")
    desk.session.settings = OWN  # the session shows the other one already
    summary = ConversationSummary("c2", "Another", NOW)
    desk.window.handle(ConversationOpened(Conversation(summary, (), OWN)))
    desk.window.handle(ConversationSettingsChanged(OWN))
    assert not [call for call in desk.session.calls if call[0] == "use_conversation_settings"]
    assert page.prompt.toPlainText() == OWN.system_prompt
