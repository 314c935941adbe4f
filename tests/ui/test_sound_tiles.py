"""Sound files of the question: progress, transcript, and the page that shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from mmdesk.core.events import AttachmentRemoved, AudioProgress, AudioTranscribed
from mmdesk.core.messages import Picture, TranscriptPart
from mmdesk.core.speech import Recording
from mmdesk.session.draft_contents import Attachment
from mmdesk.ui.attachment_strip import AttachmentTile
from mmdesk.ui.sound_tile import SoundTile
from tests.ui.conftest import Desk

LEFT = Qt.MouseButton.LeftButton
LONG = Recording("a" * 64, Path("long.flac"), "<b>talk.m4a", 2592.0)
PART = TranscriptPart("<b>talk.m4a", "[0:00] Good morning.\n[43:01] The end.", 2592.0, "en")


def _draft(desk: Desk, *attachments: Attachment) -> None:
    desk.session.attachments = attachments
    desk.window.handle(AudioProgress("s", 0.0, 1.0))


def test_a_file_becomes_a_sound_tile_once_it_is_known(
    desk: Desk, picture: Callable[..., Picture]
) -> None:
    strip = desk.window.composer.strip
    before, after = Attachment("p", "a.png", picture()), Attachment("q", "b.png", picture("b.png"))
    reading = Attachment("s", LONG.name)
    _draft(desk, before, reading, after)
    assert [type(tile) for tile in strip.tiles] == [AttachmentTile] * 3
    _draft(desk, before, replace(reading, recording=LONG), after)
    row = [strip._row.itemAt(index).widget() for index in range(3)]
    assert [type(tile) for tile in row] == [AttachmentTile, SoundTile, AttachmentTile]


def test_progress_is_said_and_a_cross_cancels(desk: Desk, qtbot: QtBot) -> None:
    strip = desk.window.composer.strip
    _draft(desk, Attachment("s", LONG.name, recording=LONG))
    (tile,) = strip.tiles
    assert isinstance(tile, SoundTile)
    _draft(desk, Attachment("s", LONG.name, recording=LONG, done=200.0))
    assert strip.tiles == [tile]
    assert tile.text == "3:20 of 43:12"
    assert tile.button.accessibleName() == "<b>talk.m4a, 3:20 of 43:12"
    assert "<" not in tile.button.toolTip()
    qtbot.mouseClick(tile.button, LEFT)
    assert desk.window.page is None
    qtbot.mouseClick(tile.remove, LEFT)
    assert ("detach", "s") in desk.session.calls
    assert not strip.tiles


def test_a_transcript_opens_and_can_be_copied(desk: Desk, qtbot: QtBot) -> None:
    window = desk.window
    desk.session.attachments = (Attachment("s", PART.name, recording=LONG, transcript=PART),)
    window.handle(AudioTranscribed("s", PART))
    (tile,) = window.composer.strip.tiles
    assert isinstance(tile, SoundTile)
    assert tile.text == "43:12 · Good morning. The end."
    qtbot.mouseClick(tile.button, LEFT)
    page = window.messages.transcript
    assert window.page is page
    assert page._title.text() == "<b>talk.m4a"
    assert page._facts.text() == "43:12 · English"
    assert page.text.toPlainText() == PART.text
    copy = page.findChild(QPushButton, "copyTranscript")
    qtbot.mouseClick(copy, LEFT)
    assert QGuiApplication.clipboard().text() == PART.text
    QGuiApplication.clipboard().clear()
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert window.page is None


def test_a_short_file_leaves_when_its_words_stand_in_the_question(desk: Desk) -> None:
    short = replace(LONG, seconds=3.0, name="q.wav")
    _draft(desk, Attachment("s", "q.wav", recording=short))
    desk.session.attachments = ()
    desk.window.handle(AttachmentRemoved("s"))
    desk.session.voice.heard(("Where", 0.9), (" is", 0.9), utterance="s")
    assert not desk.window.composer.strip.isVisible()
    assert desk.window.composer.input.toPlainText() == "Where is"


def test_a_question_waits_for_its_sound(desk: Desk, qtbot: QtBot) -> None:
    composer = desk.window.composer
    _draft(desk, Attachment("s", LONG.name, recording=LONG))
    qtbot.keyClicks(composer.input, "Summary?")
    qtbot.keyClick(composer.input, Qt.Key.Key_Return)
    assert composer._hint.text() == "The question is sent as soon as its files are read."
    assert composer.stop.isVisible()
