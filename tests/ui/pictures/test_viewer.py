"""Pictures in full size: read while the window goes on, with their boxes."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from mmdesk.core.evidence import Evidence
from mmdesk.core.messages import Picture
from mmdesk.ui.pictures.reading import PictureReader
from mmdesk.ui.pictures.viewer import PictureViewer
from mmdesk.ui.theme import EVIDENCE
from tests.ui.conftest import Desk
from tests.ui.evidence.recording_examining import RecordingExamining
from tests.ui.evidence.samples import exchange, scene, show
from tests.ui.pictures.conftest import BLUE, RED, painted

Key = Qt.Key
ON_FIRST = Evidence("left part", 0, 4, 0, (20.0, 40.0, 180.0, 160.0))


def _colour(viewer: PictureViewer, x: float, y: float) -> tuple[int, ...]:
    """Return what is painted at a spot of the picture."""
    box, image = viewer.canvas.box, viewer.canvas.grab().toImage()
    at = QColor(image.pixel(round(box.x() + x * box.width()), round(box.y() + y * box.height())))
    return at.red(), at.green(), at.blue()


def test_the_window_goes_on_while_a_large_picture_is_read(
    viewer: PictureViewer, qtbot: QtBot, tmp_path: Path
) -> None:
    path, thumbnail = tmp_path / "noise.png", tmp_path / "thumbnail.png"
    Image.frombytes("RGB", (3000, 2500), os.urandom(3000 * 2500 * 3)).save(path, compress_level=1)
    Image.new("RGB", (300, 250), RED).save(thumbnail)
    ticks: list[bool] = []
    timer = QTimer(viewer)
    timer.timeout.connect(
        lambda: ticks.append(viewer.canvas.shown is not None and viewer.canvas.shown.whole)
    )
    timer.start(0)
    viewer.open((Picture("0" * 64, path, thumbnail, "noise.png", 3000, 2500),), 0)
    assert _colour(viewer, 0.5, 0.5) == RED
    qtbot.waitUntil(lambda: bool(ticks) and ticks[-1], timeout=60_000)
    timer.stop()
    assert ticks.count(False) >= 3
    assert _colour(viewer, 0.5, 0.5) != RED


def test_only_what_is_still_wanted_is_told(
    qapp: QApplication, qtbot: QtBot, halves: Callable[..., Picture]
) -> None:
    parent = QObject()
    reader = PictureReader(parent)
    told: list[str] = []
    reader.read.connect(lambda picture, images: told.append(picture.name))
    first, second, third = (halves(f"{name}.png") for name in "abc")
    reader.want((first, second))
    reader.want((third,))
    qtbot.waitUntil(lambda: told == ["c.png"])


def test_a_damaged_picture_says_so_and_the_next_one_is_shown(
    look: Callable[..., PictureViewer], halves: Callable[..., Picture], qtbot: QtBot
) -> None:
    broken = halves("broken.png")
    broken.path.write_bytes(b"no picture at all")
    viewer = look(broken, halves("b.png"))
    assert "“broken.png” is damaged or incomplete." in viewer._error.text()
    assert viewer._error.isVisible()
    assert not viewer.bar.mark.isEnabled()
    QTest.keyClick(viewer, Key.Key_M)
    assert not viewer.canvas.marking
    QTest.keyClick(viewer, Key.Key_Right)
    assert not viewer._error.isVisible()
    qtbot.waitUntil(lambda: viewer.canvas.shown is not None and viewer.canvas.shown.whole)
    assert viewer.bar.mark.isEnabled()


def test_a_pipe_in_a_pictures_place_is_not_waited_for(
    look: Callable[..., PictureViewer], halves: Callable[..., Picture]
) -> None:
    picture = halves("pipe.png")
    picture.path.unlink()
    os.mkfifo(picture.path)
    assert "“pipe.png” is not there." in look(picture)._error.text()


def test_in_a_tiny_picture_nothing_can_be_marked(
    look: Callable[..., PictureViewer], halves: Callable[..., Picture]
) -> None:
    viewer = look(halves("dot.png", size=(40, 7)))
    assert not viewer.bar.mark.isEnabled()
    QTest.keyClick(viewer, Key.Key_M)
    assert not viewer.canvas.marking


def test_boxes_are_shown_and_hidden(
    look: Callable[..., PictureViewer], halves: Callable[..., Picture]
) -> None:
    viewer = look(halves("a.png"), halves("b.png"), evidence=((2, ON_FIRST),))
    assert painted(viewer.canvas, EVIDENCE[2]) > 300
    QTest.keyClick(viewer, Key.Key_B)
    assert painted(viewer.canvas, EVIDENCE[2]) == 0
    QTest.mouseClick(viewer.bar.boxes, Qt.MouseButton.LeftButton)
    assert painted(viewer.canvas, EVIDENCE[2]) > 300
    QTest.keyClick(viewer, Key.Key_Right)
    assert painted(viewer.canvas, EVIDENCE[2]) == 0


def test_without_evidence_there_is_no_button_for_boxes(
    look: Callable[..., PictureViewer], halves: Callable[..., Picture]
) -> None:
    viewer = look(halves("a.png"))
    assert not viewer.bar.boxes.isVisible()
    assert not viewer.bar.compare.isVisible()


def test_the_panels_picture_opens_with_boxes_and_what_the_model_saw(
    desk: Desk, tmp_path: Path, qtbot: QtBot
) -> None:
    desk.session.examining = RecordingExamining()  # type: ignore[attr-defined]
    show(desk, *exchange(scene(tmp_path)))
    panel = desk.window.evidence.panel
    assert panel is not None
    QTest.keyClick(panel.evidence.picture, Key.Key_Return)
    viewer = desk.window.viewer
    assert viewer.bar.boxes.isVisible()
    assert painted(viewer.canvas, EVIDENCE[0]) > 300
    QTest.keyClick(viewer, Key.Key_M)
    QTest.keyClick(viewer, Key.Key_Return)
    said = viewer.marking_bar.text.text()
    assert said == "Region 240 × 240 px  ·  the model saw it as 80 × 80 px"


def test_every_button_has_a_name_and_is_reached_by_tab(
    look: Callable[..., PictureViewer], halves: Callable[..., Picture]
) -> None:
    viewer = look(halves("a.png"), halves("b.png"), marking=True, evidence=((0, ON_FIRST),))
    QTest.keyClick(viewer, Key.Key_Return)
    reached = set()
    for _ in range(20):
        QTest.keyClick(viewer, Key.Key_Tab)
        focused = QApplication.focusWidget()
        assert focused is not None
        assert viewer.isAncestorOf(focused)
        assert focused.accessibleName()
        reached.add(focused.objectName())
    for button in viewer.findChildren(QToolButton):
        if button.isVisible() and button.isEnabled():
            assert button.objectName() in reached
    assert {"pictureCanvas", "askRegion"} <= reached


def test_keys_with_ctrl_are_left_alone(
    look: Callable[..., PictureViewer], halves: Callable[..., Picture]
) -> None:
    viewer = look(halves("a.png"), halves("b.png"))
    for key in (Key.Key_C, Key.Key_M, Key.Key_B):
        QTest.keyClick(viewer, key, Qt.KeyboardModifier.ControlModifier)
    assert not viewer.canvas.marking
    assert viewer._comparison is None


@pytest.mark.parametrize("width", [640, 1280])
def test_nothing_is_clipped(
    desk: Desk, look: Callable[..., PictureViewer], halves: Callable[..., Picture], width: int
) -> None:
    desk.window.resize(width, 480)
    name = "a-name-as-long-as-some-programs-make-them-with-date-and-place-and-more.png"
    viewer = look(
        halves(name), halves("b.png"), halves("c.png"), marking=True, evidence=((0, ON_FIRST),)
    )
    QTest.keyClick(viewer, Key.Key_Return)
    QApplication.processEvents()
    shown = [each for each in viewer.bar.buttons if each.isVisible()]
    assert len(shown) == len(viewer.bar.buttons)
    right = 0
    for button in shown:
        assert button.x() >= right
        right = button.x() + button.width()
    assert right <= viewer.bar.width() <= width
    ask = viewer.marking_bar.ask
    assert ask.x() + ask.width() <= viewer.marking_bar.width() <= width
    assert ask.width() >= ask.sizeHint().width()


def test_right_to_left_does_not_mirror_the_picture(
    desk: Desk, look: Callable[..., PictureViewer], halves: Callable[..., Picture]
) -> None:
    desk.window.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    viewer = look(halves("a.png"), marking=True)
    assert (_colour(viewer, 0.25, 0.5), _colour(viewer, 0.75, 0.5)) == (RED, BLUE)
    assert viewer.bar.close_button.x() < viewer.bar.mark.x()
    start, end = viewer.canvas.box.topLeft().toPoint(), viewer.canvas.box.center().toPoint()
    QTest.mousePress(viewer.canvas, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(viewer.canvas, end)
    QTest.mouseRelease(viewer.canvas, Qt.MouseButton.LeftButton, pos=end)
    assert viewer.canvas.region is not None
    assert viewer.canvas.region[:2] == (0, 0)
