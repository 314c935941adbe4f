"""Press to talk: with the button, with the key, hands-free, and how each of them ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from mmdesk.core.errors import MicrophoneGone, MicrophoneMissing, PlaybackFailed
from mmdesk.core.events import (
    MicrophoneLevel,
    NothingHeard,
    PlaybackChanged,
    RecordingKept,
    VoiceState,
)
from mmdesk.core.requests import VoiceSettings
from mmdesk.ui.talk import HOLD_S, REPEAT_MS
from tests.ui.conftest import Desk

Key = Qt.Key
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Let seconds pass for whatever is held."""
    now = [100.0]
    monkeypatch.setattr("mmdesk.ui.talk.time.monotonic", lambda: now[0])

    def wait(seconds: float) -> None:
        now[0] += seconds

    return wait


def _press(desk: Desk, key: Key, modifiers: Qt.KeyboardModifier) -> None:
    """As the system does: to the window, not to a field."""
    QTest.keyPress(desk.window.windowHandle(), key, modifiers)


def _release(desk: Desk, key: Key) -> None:
    QTest.keyRelease(desk.window.windowHandle(), key)
    QTest.qWait(REPEAT_MS + 40)
    QApplication.processEvents()  # on a busy machine the wait may end without the timer


NONE = Qt.KeyboardModifier.NoModifier


def test_holding_the_button_talks_until_it_is_released(
    desk: Desk, qtbot: QtBot, later: Callable[[float], None]
) -> None:
    voice, mic = desk.session.voice, desk.window.composer.voice.mic
    qtbot.mousePress(mic, LEFT)
    assert voice.called("start") == [("start", False)]
    voice.opened("USB")
    assert mic.accessibleName() == "Listening: release to stop (USB)"
    qtbot.mouseMove(mic, QPoint(-200, -200))  # a hand that wanders off still holds it
    later(HOLD_S + 0.1)
    assert not voice.called("finish")
    qtbot.mouseRelease(mic, LEFT)
    assert voice.called("finish") == [("finish",)]


def test_a_click_starts_and_another_one_stops(desk: Desk, qtbot: QtBot) -> None:
    voice, mic = desk.session.voice, desk.window.composer.voice.mic
    qtbot.mouseClick(mic, LEFT)
    voice.opened()
    assert voice.called("start")
    assert not voice.called("finish")
    assert mic.accessibleName().startswith("Listening: press to stop")
    qtbot.mouseClick(mic, LEFT)
    assert len(voice.called("finish")) == 1
    assert len(voice.called("start")) == 1


def test_a_click_gives_up_what_is_being_written_down(desk: Desk, qtbot: QtBot) -> None:
    voice, mic = desk.session.voice, desk.window.composer.voice.mic
    voice.show(VoiceState.TRANSCRIBING)
    assert mic.accessibleName() == "Writing down what was said: press to cancel"
    qtbot.mouseClick(mic, LEFT)
    assert voice.called("cancel")
    assert not voice.called("start")


def test_a_screen_reader_presses_without_holding(desk: Desk) -> None:
    voice, mic = desk.session.voice, desk.window.composer.voice.mic
    mic.click()
    voice.opened()
    mic.click()
    assert [call[0] for call in voice.calls if call[0] in ("start", "finish")] == [
        "start",
        "finish",
    ]


def test_the_key_talks_while_it_is_held(desk: Desk, later: Callable[[float], None]) -> None:
    voice = desk.session.voice
    _press(desk, Key.Key_F9, NONE)
    voice.opened()
    later(2.0)
    _release(desk, Key.Key_F9)
    assert [call[0] for call in voice.calls if call[0] != "stop_playing"] == ["start", "finish"]


def test_the_key_pressed_briefly_goes_on_listening(desk: Desk) -> None:
    voice = desk.session.voice
    _press(desk, Key.Key_F9, NONE)
    _release(desk, Key.Key_F9)
    voice.opened()
    assert not voice.called("finish")
    _press(desk, Key.Key_F9, NONE)
    _release(desk, Key.Key_F9)
    assert len(voice.called("finish")) == 1


def test_a_key_that_repeats_is_pressed_once(desk: Desk, later: Callable[[float], None]) -> None:
    voice, handle = desk.session.voice, desk.window.windowHandle()
    _press(desk, Key.Key_F9, NONE)
    voice.opened()
    later(1.0)
    for flagged in (True, False):  # Qt doesn't notice every repetition
        for kind in (QEvent.Type.KeyRelease, QEvent.Type.KeyPress):
            QGuiApplication.sendEvent(handle, QKeyEvent(kind, Key.Key_F9, NONE, "", flagged))
    QTest.qWait(REPEAT_MS + 40)
    QApplication.processEvents()  # on a busy machine the wait may end without the timer
    assert not voice.called("finish")
    assert len(voice.called("start")) == 1
    _release(desk, Key.Key_F9)
    assert len(voice.called("finish")) == 1


def test_the_key_pressed_again_at_once_talks_again(
    desk: Desk, later: Callable[[float], None]
) -> None:
    """The end of the last hold is still being taken in for a moment."""
    voice = desk.session.voice
    _press(desk, Key.Key_F9, NONE)
    voice.opened()
    later(1.0)
    _release(desk, Key.Key_F9)
    _press(desk, Key.Key_F9, NONE)
    assert len(voice.called("start")) == 1
    voice.show(VoiceState.TRANSCRIBING)
    assert len(voice.called("start")) == 2
    voice.opened()
    later(1.0)
    _release(desk, Key.Key_F9)
    assert len(voice.called("finish")) == 2


def test_another_key_can_be_chosen_and_its_modifier_may_come_up_first(
    open_window: Callable[..., Desk], later: Callable[[float], None]
) -> None:
    desk = open_window(shortcuts={"talk": "Ctrl+M"})
    voice = desk.session.voice
    _press(desk, Key.Key_F9, NONE)
    _press(desk, Key.Key_M, NONE)
    assert not voice.called("start")
    assert desk.window.composer.input.toPlainText() == "m"
    _press(desk, Key.Key_M, Qt.KeyboardModifier.ControlModifier)
    voice.opened()
    later(1.0)
    _release(desk, Key.Key_Control)
    _release(desk, Key.Key_M)
    assert voice.called("finish")
    assert desk.window.composer.input.toPlainText() == "m"
    assert "Ctrl+M" not in desk.window.composer.voice.mic.toolTip()  # it listens
    voice.closed()
    assert desk.window.composer.voice.mic.toolTip().startswith("Talk: hold Ctrl+M")


def test_without_a_key_the_button_is_left(open_window: Callable[..., Desk]) -> None:
    desk = open_window(shortcuts={"talk": ""})
    _press(desk, Key.Key_F9, NONE)
    assert not desk.session.voice.called("start")
    assert desk.window.composer.voice.mic.toolTip() == "Talk: hold, or press to start and stop"


def test_a_window_that_loses_the_keyboard_lets_go(desk: Desk, qtbot: QtBot) -> None:
    voice = desk.session.voice
    _press(desk, Key.Key_F9, NONE)
    voice.opened()
    other = QWidget()
    qtbot.addWidget(other)
    other.show()
    other.activateWindow()
    qtbot.waitUntil(lambda: bool(voice.called("finish")))
    _release(desk, Key.Key_F9)
    assert len(voice.called("finish")) == 1


def test_what_was_only_clicked_goes_on_without_the_keyboard(desk: Desk, qtbot: QtBot) -> None:
    voice = desk.session.voice
    qtbot.mouseClick(desk.window.composer.voice.mic, LEFT)
    voice.opened()
    other = QWidget()
    qtbot.addWidget(other)
    other.show()
    other.activateWindow()
    qtbot.waitUntil(other.isActiveWindow)
    assert not voice.called("finish")


def test_esc_cancels_before_it_means_anything_else(desk: Desk) -> None:
    voice, window = desk.session.voice, desk.window
    window.show_settings()
    _press(desk, Key.Key_F9, NONE)
    voice.opened()
    _press(desk, Key.Key_Escape, NONE)
    _release(desk, Key.Key_Escape)
    assert voice.called("cancel")
    assert window.page is not None
    _press(desk, Key.Key_Escape, NONE)
    assert window.page is None
    _release(desk, Key.Key_F9)
    assert not voice.called("finish")


def test_esc_gives_up_what_is_written_down_before_it_stops_an_answer(desk: Desk) -> None:
    desk.session.busy = True
    desk.window.composer.refresh()
    desk.session.voice.show(VoiceState.TRANSCRIBING)
    _press(desk, Key.Key_Escape, NONE)
    assert desk.session.voice.called("cancel")
    assert ("stop",) not in desk.session.calls


def test_hands_free_is_seen_and_ends_with_the_key_that_began_it(desk: Desk, qtbot: QtBot) -> None:
    voice, composer = desk.session.voice, desk.window.composer
    control = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    assert not composer.voice.bar.isVisible()
    qtbot.keyClick(desk.window, Key.Key_H, control)
    assert voice.called("start") == [("start", True)]
    voice.opened()
    assert composer.voice.bar.isVisible()
    assert composer.voice.hands_free.isChecked()
    qtbot.keyClick(desk.window, Key.Key_H, control)
    assert voice.called("finish")
    voice.closed()
    assert not composer.voice.bar.isVisible()
    assert not composer.voice.hands_free.isChecked()


def test_esc_ends_hands_free(desk: Desk, qtbot: QtBot) -> None:
    voice = desk.session.voice
    qtbot.mouseClick(desk.window.composer.voice.hands_free, LEFT)
    voice.opened()
    _press(desk, Key.Key_Escape, NONE)
    assert voice.called("cancel")
    assert not desk.window.composer.voice.bar.isVisible()


def test_hands_free_waits_for_what_is_being_said(desk: Desk, qtbot: QtBot) -> None:
    voice = desk.session.voice
    qtbot.mouseClick(desk.window.composer.voice.mic, LEFT)
    voice.opened()
    qtbot.mouseClick(desk.window.composer.voice.hands_free, LEFT)
    assert voice.called("finish")
    voice.closed(VoiceState.TRANSCRIBING)
    assert voice.called("start") == [("start", False), ("start", True)]


def test_the_level_is_painted_in_the_button(desk: Desk) -> None:
    voice, mic = desk.session.voice, desk.window.composer.voice.mic
    idle = mic.grab().toImage()
    voice.opened()
    silent = mic.grab().toImage()
    desk.window.handle(MicrophoneLevel(0.9, True))
    loud = mic.grab().toImage()
    voice.show(VoiceState.TRANSCRIBING)
    writing = mic.grab().toImage()
    pictures = [idle, silent, loud, writing]
    assert all(a != b for i, a in enumerate(pictures) for b in pictures[i + 1 :])


def test_nothing_moves_by_itself_where_the_system_asks_for_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mmdesk.ui.mic_button.reduced_motion", lambda: True)
    desk.session.voice.show(VoiceState.TRANSCRIBING)
    assert not desk.window.composer.voice.mic._timer.isActive()


def test_a_microphone_that_fails_is_told_with_a_way_to_choose_another(
    desk: Desk, qtbot: QtBot
) -> None:
    voice, composer = desk.session.voice, desk.window.composer
    qtbot.mouseClick(composer.voice.mic, LEFT)
    voice.closed(error=MicrophoneGone(device="USB"))
    (card,) = composer.errors.cards
    assert "“USB” is not there" in card.accessibleName()
    button = card.findChild(QWidget, "voiceSettings")
    assert button is not None
    qtbot.mouseClick(button, LEFT)
    assert desk.window.page is desk.window.pages.settings_page
    qtbot.mouseClick(composer.voice.mic, LEFT)
    assert not composer.errors.cards


def test_a_card_has_room_for_its_buttons(desk: Desk, qtbot: QtBot) -> None:
    composer = desk.window.composer
    desk.session.voice.closed(error=MicrophoneMissing())
    button = composer.errors.cards[0].findChild(QWidget, "voiceSettings")
    assert button is not None

    def whole() -> bool:
        corner = button.mapTo(composer._shelf, QPoint(0, button.height()))
        return button.isVisible() and corner.y() <= composer._shelf.height()

    qtbot.waitUntil(whole)


@pytest.mark.parametrize("event", ["kept", "playback"])
def test_what_fails_around_a_recording_is_told(desk: Desk, event: str) -> None:
    error = PlaybackFailed(reason="no speaker")
    if event == "kept":
        desk.window.handle(RecordingKept("u1", None, error))
    else:
        desk.window.handle(PlaybackChanged(None, error))
    assert "no speaker" in desk.window.composer.errors.cards[0].accessibleName()


def test_nothing_heard_is_a_quiet_line_until_the_next_action(desk: Desk, qtbot: QtBot) -> None:
    composer = desk.window.composer
    desk.window.handle(NothingHeard("u1"))
    assert composer._hint.isVisible()
    assert composer._hint.text().startswith("Nothing was heard.")
    assert not composer.errors.cards
    qtbot.keyClicks(composer.input, "x")
    assert not composer._hint.isVisible()


def test_settings_reach_the_voice_session(desk: Desk) -> None:
    voice, window = desk.session.voice, desk.window
    assert voice.model.path == desk.places.starter_speech
    chosen = VoiceSettings(device="USB", send_at_once=True)
    window.apply_settings(replace(window._settings, voice=chosen))
    assert voice.settings == chosen


def test_the_keyboard_walks_from_the_question_to_send(desk: Desk) -> None:
    composer = desk.window.composer
    chain: list[str] = []
    reached = composer.input.nextInFocusChain()
    while len(chain) < 4 and reached is not composer.input:
        if reached.focusPolicy() & Qt.FocusPolicy.TabFocus and reached.isVisible():
            chain.append(reached.objectName())
        reached = reached.nextInFocusChain()
    assert chain == ["attachButton", "micButton", "handsFreeButton", "sendButton"]


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_nothing_is_clipped_in_the_smallest_window(
    open_window: Callable[..., Desk], qtbot: QtBot, language: str
) -> None:
    desk = open_window(size=(640, 480), language=language)
    voice = desk.session.voice
    voice.heard(("What", 0.9), (" is", 0.5), (" it?", 0.2))
    voice.start(hands_free=True)
    voice.opened()
    qtbot.wait(30)
    window = desk.window
    assert (window.width(), window.height()) == (640, 480)
    for name in ("listeningBar", "heardStrip", "composer", "micButton", "handsFreeButton"):
        part = window.findChild(QWidget, name)
        assert part is not None
        assert part.isVisible(), name
        assert window.rect().contains(part.rect().translated(part.mapTo(window, QPoint(0, 0))))
