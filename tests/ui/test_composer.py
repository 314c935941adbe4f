"""Writing and sending a question."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QColor, QGuiApplication, QImage, QInputMethodEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from mmdesk.core.conversations import Entry, StopReason
from mmdesk.core.errors import PictureDamaged
from mmdesk.core.events import AttachmentRefused, Event, TurnAdded, TurnFinished
from mmdesk.core.messages import Picture, user_message
from mmdesk.core.phrases import Phrase
from mmdesk.ui.first_start import Sample
from tests.ui.conftest import Desk

Key = Qt.Key


def test_enter_sends_and_shift_enter_breaks_the_line(desk: Desk, qtbot: QtBot) -> None:
    field = desk.window.composer.input
    qtbot.keyClicks(field, "How many")
    qtbot.keyClick(field, Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClicks(field, "stars?")
    qtbot.keyClick(field, Key.Key_Return)
    assert ("submit", "How many\nstars?") in desk.session.calls
    assert field.toPlainText() == ""
    assert field.hasFocus()


def test_enter_does_neither_while_an_input_method_composes(desk: Desk, qtbot: QtBot) -> None:
    field = desk.window.composer.input
    QApplication.sendEvent(field, QInputMethodEvent("xing", []))
    qtbot.keyClick(field, Key.Key_Return)
    assert not desk.session.calls
    assert field.toPlainText() == ""
    committed = QInputMethodEvent("", [])
    committed.setCommitString("星形")
    QApplication.sendEvent(field, committed)
    qtbot.keyClick(field, Key.Key_Return)
    assert ("submit", "星形") in desk.session.calls


def test_an_empty_question_is_not_sent_and_looks_so(desk: Desk, qtbot: QtBot) -> None:
    composer = desk.window.composer
    assert composer.send.property("empty") is True
    qtbot.mouseClick(composer.send, Qt.MouseButton.LeftButton)
    assert not desk.session.calls
    qtbot.keyClicks(composer.input, "x")
    assert composer.send.property("empty") is False


def test_stop_takes_the_place_of_send_while_busy(desk: Desk, qtbot: QtBot) -> None:
    composer = desk.window.composer
    qtbot.keyClicks(composer.input, "Where?")
    qtbot.keyClick(composer.input, Key.Key_Return)
    assert composer.stop.isVisible()
    assert not composer.send.isVisible()
    qtbot.keyClicks(composer.input, "more")
    qtbot.keyClick(composer.input, Key.Key_Return)
    assert composer.input.toPlainText() == "more"
    assert "Esc" in composer._hint.text()
    qtbot.keyClick(composer.input, Key.Key_Escape)
    assert ("stop",) in desk.session.calls


def test_a_question_waits_for_its_pictures(
    desk: Desk, qtbot: QtBot, picture: Callable[..., Picture]
) -> None:
    composer = desk.window.composer
    composer.attach_files([Path("/pictures/a.png")])
    qtbot.keyClicks(composer.input, "What?")
    qtbot.keyClick(composer.input, Key.Key_Return)
    assert composer.input.toPlainText() == "What?"
    assert composer.stop.isVisible()
    assert composer._hint.isVisible()
    desk.session.decoded(desk.session.attachments[0].id, picture())
    desk.session.send("What?")
    assert composer.input.toPlainText() == ""
    assert not composer._hint.isVisible()


def test_a_refused_picture_is_explained_in_the_strip(desk: Desk, qtbot: QtBot) -> None:
    composer = desk.window.composer
    desk.window.handle(AttachmentRefused("1", "a.png", PictureDamaged(name="<b>a.png")))
    (card,) = composer.errors.cards
    assert (
        card.accessibleName() == "“<b>a.png” is damaged or incomplete. Copy or download it again."
    )
    assert composer.errors.isVisible()
    close = card.findChild(type(composer.send), "dismissError")
    assert close is not None
    qtbot.mouseClick(close, Qt.MouseButton.LeftButton)
    assert not composer.errors.cards


def test_thumbnails_open_and_can_be_removed(
    desk: Desk, qtbot: QtBot, picture: Callable[..., Picture]
) -> None:
    composer = desk.window.composer
    for name in ("a.png", "b.png"):
        desk.session.add(name, picture(name))
    composer.refresh()
    assert composer.strip.isVisible()
    first, second = composer.strip.tiles
    qtbot.mouseClick(second.button, Qt.MouseButton.LeftButton)
    assert desk.window.viewer.isVisible()
    assert desk.window.viewer.index == 1
    desk.window.viewer.close_viewer()
    qtbot.mouseClick(first.remove, Qt.MouseButton.LeftButton)
    assert composer.strip.tiles == [second]
    assert second.button.accessibleName().startswith("b.png")


def test_notes_about_a_picture_are_shown(desk: Desk, picture: Callable[..., Picture]) -> None:
    made = picture("anim.gif")
    note = Phrase("Only the first of its {count} frames is used.", {"count": 12})
    noted = Picture(made.sha256, made.path, made.thumbnail, made.name, 480, 320, (note,))
    desk.session.add("anim.gif", noted)
    desk.window.composer.refresh()
    assert desk.window.composer._notes.text() == (
        "anim.gif: Only the first of its 12 frames is used."
    )


def test_up_edits_the_last_question_and_esc_leaves_it(desk: Desk, qtbot: QtBot) -> None:
    field = desk.window.composer.input
    desk.session.last_question = "And the circle?"
    qtbot.keyClick(field, Key.Key_Up)
    assert field.toPlainText() == "And the circle?"
    assert desk.window.composer._editing.isVisible()
    qtbot.keyClick(field, Key.Key_Escape)
    assert ("cancel_edit",) in desk.session.calls
    assert field.toPlainText() == ""
    assert not desk.window.composer._editing.isVisible()


def test_up_moves_the_cursor_where_there_is_text(desk: Desk, qtbot: QtBot) -> None:
    qtbot.keyClicks(desk.window.composer.input, "text")
    qtbot.keyClick(desk.window.composer.input, Key.Key_Up)
    assert ("edit_last",) not in desk.session.calls


@pytest.mark.parametrize("letter", ["x", "图"])
def test_the_field_grows_to_eight_lines(desk: Desk, qtbot: QtBot, letter: str) -> None:
    field = desk.window.composer.input
    line = field.fontMetrics().lineSpacing()
    one = field.height()
    for line_count in range(2, 9):
        field.insertPlainText(f"{letter}\n")
        assert field.firstVisibleBlock().blockNumber() == 0  # no line is scrolled away
        assert one + (line_count - 1) * line <= field.height() <= one + line_count * line
    eight = field.height()
    field.insertPlainText(f"{letter}\n")
    assert field.height() == pytest.approx(eight, abs=4)
    field.setPlainText(letter * 20_000)
    assert field.height() == pytest.approx(eight, abs=8)
    field.clear()
    assert field.height() == one


def _paste(desk: Desk, mime: QMimeData) -> None:
    QGuiApplication.clipboard().setMimeData(mime)
    QTest.keySequence(desk.window.composer.input, QKeySequence(QKeySequence.StandardKey.Paste))
    # Qt would let go of a Python object only after Python has ended, and crash.
    QGuiApplication.clipboard().clear()


def test_paste_takes_text_files_and_images(desk: Desk) -> None:
    text, files, image = QMimeData(), QMimeData(), QMimeData()
    text.setText("plain")
    files.setUrls([QUrl.fromLocalFile("/pictures/a.png")])
    shot = QImage(8, 8, QImage.Format.Format_RGB32)
    shot.fill(QColor("red"))
    image.setImageData(shot)
    for mime in (text, files, image):
        _paste(desk, mime)
    assert desk.window.composer.input.toPlainText() == "plain"
    assert ("attach", (Path("/pictures/a.png"),)) in desk.session.calls
    ((_, data, name),) = [call for call in desk.session.calls if call[0] == "attach_bytes"]
    assert isinstance(data, bytes)
    assert data.startswith(b"\x89PNG")
    assert name == "pasted.png"


def test_a_pasted_megabyte_is_refused_in_a_sentence(desk: Desk) -> None:
    mime = QMimeData()
    mime.setText("x" * 1_000_000)
    _paste(desk, mime)
    assert desk.window.composer.input.toPlainText() == ""
    (card,) = desk.window.composer.errors.cards
    assert card.error.kind == "question_too_long"


def test_a_question_that_is_too_long_stays_in_the_field(desk: Desk) -> None:
    composer = desk.window.composer
    composer.put_text("word " * 45_000)
    composer.submit()
    assert composer.errors.cards[0].error.kind == "question_too_long"
    assert len(composer.input.toPlainText()) == 225_000
    composer.put_text("short")
    composer.submit()
    assert not composer.errors.cards


def test_what_is_typed_until_the_question_leaves_is_kept(desk: Desk, qtbot: QtBot) -> None:
    window, field = desk.window, desk.window.composer.input
    events: list[Event] = []
    desk.session.emit = events.append  # as the real one's: they come a frame later
    qtbot.keyClicks(field, "Where is ")
    field.insertPlainText("🎉?")
    qtbot.keyClick(field, Key.Key_Return)
    qtbot.keyClicks(field, "And the star?")
    for event in events:
        window.handle(event)
    assert field.toPlainText() == "And the star?"
    assert field.textCursor().atEnd()


def test_a_regenerated_answer_and_a_sample_leave_the_draft_alone(desk: Desk, qtbot: QtBot) -> None:
    field = desk.window.composer.input
    qtbot.keyClicks(field, "half a question")
    desk.window.handle(TurnAdded("turn", Entry("", user_message("Where?"))))
    desk.window.handle(TurnFinished("turn", StopReason.STOP, "Left.", None))
    assert field.toPlainText() == "half a question"
    desk.window.ask_sample(Sample("Shapes", (), "How many?"))
    assert ("submit", "How many?") in desk.session.calls
    assert field.toPlainText() == "half a question"


def test_up_does_not_replace_pictures_of_a_new_question(
    desk: Desk, qtbot: QtBot, picture: Callable[..., Picture]
) -> None:
    desk.session.last_question = "Where?"
    desk.session.add("new.png", picture())
    qtbot.keyClick(desk.window.composer.input, Key.Key_Up)
    assert ("edit_last",) not in desk.session.calls
