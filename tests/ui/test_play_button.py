"""A spoken question can be heard again; the notice on voices comes once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from pytestqt.qtbot import QtBot

from mmdesk.core.conversations import Entry
from mmdesk.core.events import ConversationOpened, PlaybackChanged, TranscriptReady, TurnAdded
from mmdesk.core.messages import Picture, user_message
from mmdesk.core.speech import Recording, Transcript
from mmdesk.ui.chat.pane import ChatPane
from mmdesk.ui.chat.play_button import PlayButton, length_text
from mmdesk.ui.chat_page import ChatPage
from mmdesk.ui.controls import IconButton

HEARD = TranscriptReady("u1", Transcript("en"), b"")


@pytest.fixture
def recording(tmp_path: Path) -> Callable[..., Recording]:
    def make(digit: str = "a", seconds: float = 2.6) -> Recording:
        path = tmp_path / f"{digit}.flac"
        path.write_bytes(b"fLaC")
        return Recording(digit * 64, path, "", seconds)

    return make


@pytest.fixture
def page(qtbot: QtBot) -> ChatPage:
    made = ChatPage()
    made.retranslate()
    made.setMinimumSize(200, 200)  # its own, or Qt's offscreen plugin complains of each new one
    made.resize(800, 600)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    return made


def _ask(page: ChatPage, *recordings: Recording, text: str = "How many?", turn: str = "t") -> None:
    page.handle(TurnAdded(turn, Entry("", user_message(text, (), (), recordings))))


def _buttons(pane: ChatPane) -> list[PlayButton]:
    return pane.findChildren(PlayButton)


def test_a_spoken_question_shows_its_length_and_plays(
    page: ChatPage, recording: Callable[..., Recording], qtbot: QtBot
) -> None:
    said = recording()
    _ask(page, said)
    (button,) = _buttons(page.pane)
    assert button.text() == "0:03"
    assert button.accessibleName() == "Play what was said, 3 seconds"
    with qtbot.waitSignal(page.pane.recordingActivated) as asked:
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert asked.args == [said]
    button.setFocus()
    with qtbot.waitSignal(page.pane.recordingActivated):
        qtbot.keyClick(button, Qt.Key.Key_Space)


def test_a_typed_question_has_nothing_to_play(page: ChatPage) -> None:
    _ask(page)
    assert _buttons(page.pane) == []


def test_what_is_played_shows_that_it_can_be_stopped(
    page: ChatPage, recording: Callable[..., Recording]
) -> None:
    first, second = recording("a"), recording("b", 1.0)
    _ask(page, first, second)
    page.handle(PlaybackChanged(second.sha256))
    one, two = _buttons(page.pane)
    assert (one.playing, two.playing) == (False, True)
    assert two.accessibleName() == "Stop playing"
    page.handle(PlaybackChanged("u3/2"))
    assert not two.playing
    assert two.accessibleName() == "Play what was said, 1 second"


def test_a_view_that_is_made_later_knows_what_is_played(
    page: ChatPage, recording: Callable[..., Recording]
) -> None:
    said = recording()
    page.handle(PlaybackChanged(said.sha256))
    _ask(page, said)
    assert _buttons(page.pane)[0].playing


def test_a_recording_that_is_gone_can_not_be_played(
    page: ChatPage, recording: Callable[..., Recording], qtbot: QtBot
) -> None:
    gone, later = recording("a"), recording("b")
    gone.path.unlink()
    _ask(page, gone, later)
    first, second = _buttons(page.pane)
    assert not first.isEnabled()
    assert first.toolTip() == "The recording is no longer there"
    assert second.isEnabled()
    later.path.unlink()
    with qtbot.assertNotEmitted(page.pane.recordingActivated):
        qtbot.mouseClick(second, Qt.MouseButton.LeftButton)
    assert not second.isEnabled()


@pytest.mark.parametrize("text", ["图里有几个圆形？", "How many circles are in it? " * 30, "?"])
def test_the_button_stays_in_the_bubble(
    page: ChatPage,
    recording: Callable[..., Recording],
    picture: Callable[..., Picture],
    text: str,
) -> None:
    said = user_message(text, (picture(),), (), (recording(),))
    for width in (280, 800):
        page.resize(width, 600)
        page.handle(TurnAdded("t", Entry("", said), ()))
        page.pane.show_entries((Entry("1", said),))
        (view,) = page.pane._column.views
        (button,) = view.findChildren(PlayButton)
        assert view._bubble.toRect().contains(button.geometry())  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0.2, "0:01"), (2.5, "0:02"), (59.7, "1:00"), (2592.0, "43:12"), (36_005, "10:00:05")],
)
def test_lengths_are_those_of_a_player(seconds: float, shown: str) -> None:
    assert length_text(seconds) == shown


def test_the_starter_says_once_which_voices_it_knows(page: ChatPage, qtbot: QtBot) -> None:
    page.use_speech_model(starter=True)
    assert not page.voice_notice.isVisible()
    page.handle(HEARD)
    assert page.voice_notice.isVisible()
    assert "knows synthetic voices only" in page.voice_notice._sentence.plain
    assert "openai/whisper-base" in page.voice_notice._sentence.plain
    close = page.voice_notice.findChild(IconButton, "dismissVoiceNotice")
    assert isinstance(close, IconButton)
    close.setFocus()
    with qtbot.waitSignal(page.errors.focusFreed):
        qtbot.keyClick(close, Qt.Key.Key_Space)
    assert not page.voice_notice.isVisible()
    page.handle(HEARD)
    assert not page.voice_notice.isVisible()


def test_the_notice_leaves_with_the_conversation(page: ChatPage) -> None:
    page.use_speech_model(starter=True)
    page.handle(HEARD)
    page.handle(ConversationOpened(None))
    page.handle(HEARD)
    assert not page.voice_notice.isVisible()


def test_a_whisper_checkpoint_needs_no_notice(page: ChatPage) -> None:
    page.handle(HEARD)
    assert not page.voice_notice.isVisible()
    page.use_speech_model(starter=True)
    assert not page.voice_notice.isVisible()
    page.handle(HEARD)
    page.use_speech_model(starter=False)
    assert not page.voice_notice.isVisible()


def test_the_first_start_says_how_to_ask_by_voice(page: ChatPage) -> None:
    line = page.first_start._voice_line
    assert line.text() == "You can also ask by voice: hold F9 and speak."
    page.first_start.use_talk_keys(QKeySequence("Ctrl+Alt+T"))
    assert "hold Ctrl+Alt+T" in line.text()
    page.first_start.use_talk_keys(QKeySequence())
    assert line.text() == "You can also ask by voice: press the microphone and speak."
