"""Dropping and pasting: what is taken, and why something isn't."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from mmdesk.ui.dropped import CarriedKind, image_bytes, judge, refusal
from mmdesk.ui.pickers import pick_pictures
from tests.ui.conftest import Desk

PNG = b"\x89PNG\r\n\x1a\n and so on"
_COPY, _LEFT = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
_NONE = Qt.KeyboardModifier.NoModifier


def _files(*names: str) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(name) for name in names])
    return mime


def _web(address: str, image: bytes = b"") -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl(address)])
    if image:
        mime.setData("image/png", image)
    return mime


def _enter(desk: Desk, mime: QMimeData) -> bool:
    """Drag over the window; return whether a drop would be taken."""
    place = QPoint(400, 300)
    QApplication.sendEvent(desk.window, QDragEnterEvent(place, _COPY, mime, _LEFT, _NONE))
    move = QDragMoveEvent(place, _COPY, mime, _LEFT, _NONE)
    QApplication.sendEvent(desk.window, move)
    return move.isAccepted()


def test_files_are_taken_anywhere_on_the_window(desk: Desk) -> None:
    mime = _files("/pictures/a.png", "/pictures/b.JPG")
    assert _enter(desk, mime)
    overlay = desk.window.overlay
    assert overlay.isVisible()
    assert overlay.geometry() == desk.window.rect()
    assert overlay._title.text() == "Drop 2 pictures"
    drop = QDropEvent(QPointF(10, 10), _COPY, mime, _LEFT, _NONE, QEvent.Type.Drop)
    QApplication.sendEvent(desk.window, drop)
    assert not overlay.isVisible()
    assert ("attach", (Path("/pictures/a.png"), Path("/pictures/b.JPG"))) in desk.session.calls
    assert desk.window.composer.input.hasFocus()


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("report.pdf", "is PDF"),
        ("photo.HEIC", "is HEIC"),
        ("clip.mp4", "is a video"),
        ("song.wma", "is a sound file of a rare kind, which mmdesk can't read yet. Save it as WAV"),
        ("tune.MID", "is MIDI"),
        ("notes.txt", "is neither a picture nor a sound file"),
        ("all.zip", "is an archive"),
    ],
)
def test_a_refused_kind_is_explained_before_the_drop(desk: Desk, name: str, says: str) -> None:
    assert not _enter(desk, _files(f"/x/{name}"))
    assert says in desk.window.overlay._detail.text()
    QApplication.sendEvent(desk.window, QDragLeaveEvent())
    assert not desk.window.overlay.isVisible()
    assert not desk.session.calls


@pytest.mark.parametrize(
    "name", ["q.wav", "q.FLAC", "q.ogg", "q.oga", "q.opus", "q.mp3", "q.m4a", "q.aac"]
)
def test_a_sound_file_is_taken(desk: Desk, name: str) -> None:
    assert _enter(desk, _files(f"/x/{name}"))
    assert desk.window.overlay._title.text() == "Drop the sound file"
    assert "stays on this computer" in desk.window.overlay._detail.text()


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (("/x/a.wav", "/x/b.mp3"), "Drop 2 sound files"),
        (("/x/a.wav", "/x/b.pdf"), "Drop the sound file"),
        (("/x/a.wav", "/x/b.png"), "Drop 2 pictures and sound files"),
    ],
)
def test_the_overlay_says_what_would_be_taken(
    desk: Desk, names: tuple[str, ...], says: str
) -> None:
    assert _enter(desk, _files(*names))
    assert desk.window.overlay._title.text() == says


@pytest.mark.qt_log_ignore("propagateSizeHints")
def test_the_dialog_offers_pictures_and_sound(desk: Desk) -> None:
    chosen: list[list[Path]] = []
    dialog = pick_pictures(desk.window, chosen.append)
    filters = dialog.nameFilters()
    assert filters[0].startswith("Pictures and sound (")
    assert {"*.png", "*.wav", "*.m4a"} <= set(re.findall(r"\*\.\w+", filters[0]))
    assert "*.png" not in filters[2]
    assert filters[-1] == "All files (*)"
    dialog.reject()
    assert not chosen


def test_a_folder_is_refused(desk: Desk, tmp_path: Path) -> None:
    assert not _enter(desk, _files(str(tmp_path)))
    assert "is not a regular file" in desk.window.overlay._detail.text()


def test_of_a_mixed_drop_the_pictures_are_taken(desk: Desk) -> None:
    assert _enter(desk, _files("/x/a.png", "/x/b.pdf"))
    assert desk.window.overlay._title.text() == "Drop the picture"
    assert "b.pdf" in desk.window.overlay._detail.text()


def test_a_web_address_alone_is_never_fetched(desk: Desk) -> None:
    mime = _web("https://example.org/cat.png")
    assert not _enter(desk, mime)
    assert "never fetches" in desk.window.overlay._detail.text()
    desk.window.composer.take(mime)
    assert desk.window.composer.errors.cards[0].error.kind == "web_address_refused"
    assert not desk.session.calls


def test_an_image_from_a_browser_is_taken_as_data(desk: Desk) -> None:
    desk.window.composer.take(_web("https://example.org/cat.png", PNG))
    assert ("attach_bytes", PNG, "cat.png") in desk.session.calls


def test_text_with_a_picture_of_itself_is_text() -> None:
    mime = QMimeData()
    mime.setText("a table from an office program")
    mime.setData("image/png", PNG)
    assert judge(mime).kind is CarriedKind.TEXT


def test_a_copied_image_whose_text_is_its_address_is_an_image() -> None:
    mime = QMimeData()
    mime.setText("https://example.org/cat.png")
    mime.setData("image/png", PNG)
    assert judge(mime).kind is CarriedKind.IMAGE
    assert image_bytes(mime) == (PNG, "pasted.png")


def test_an_unknown_ending_is_left_to_the_reader() -> None:
    assert refusal(Path("/x/scan.0001")) is None
    assert refusal(Path("/x/photo")) is None


def test_nothing_useful_is_refused(desk: Desk) -> None:
    assert not _enter(desk, QMimeData())
    assert desk.window.overlay._detail.text().startswith("There is no picture or sound in")
