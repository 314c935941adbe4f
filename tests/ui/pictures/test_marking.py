"""A region is marked by mouse or keys, and asked about."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from mmdesk.core.messages import Picture
from mmdesk.core.sight import Pixels, Placement, SeenPicture
from mmdesk.ui.pictures.marking import MarkingCanvas
from mmdesk.ui.pictures.viewer import PictureViewer
from tests.ui.conftest import Desk
from tests.ui.pictures.conftest import BLUE, RED

Key = Qt.Key
SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def marking(look: Callable[..., PictureViewer], halves: Callable[..., Picture]) -> PictureViewer:
    """The viewer, marking, over a picture of 400 x 200 at 100 %."""
    viewer = look(halves("a.png"), halves("b.png"))
    QTest.keyClick(viewer, Key.Key_M)
    assert viewer.canvas.scale == 1
    return viewer


def _drag(canvas: MarkingCanvas, start: tuple[int, int], end: tuple[int, int]) -> None:
    """Drag between two pixels of the picture."""
    first, last = (
        (canvas.box.topLeft() + QPointF(*each) * canvas.scale).toPoint() for each in (start, end)
    )
    QTest.mousePress(canvas, LEFT, pos=first)
    QTest.mouseMove(canvas, (first + last) / 2)
    QTest.mouseMove(canvas, last)
    QTest.mouseRelease(canvas, LEFT, pos=last)


def _region(viewer: PictureViewer) -> Pixels:
    assert viewer.canvas.region is not None
    return viewer.canvas.region


def _near(found: Pixels, wanted: Pixels) -> bool:
    """Whether two are the same but for a rounded pixel of the screen."""
    return all(abs(one - other) <= 1 for one, other in zip(found, wanted, strict=True))


def test_a_dragged_region_is_asked_about(desk: Desk, marking: PictureViewer) -> None:
    picture = marking.canvas.shown.picture if marking.canvas.shown is not None else None
    asked: list[tuple[object, object]] = []
    desk.window.regionWanted.connect(lambda *given: asked.append(given))
    _drag(marking.canvas, (40, 30), (240, 130))
    region = _region(marking)
    assert _near(region, (40, 30, 240, 130))
    size = f"{region[2] - region[0]} × {region[3] - region[1]}"
    assert marking.marking_bar.text.text() == f"Region {size} px"
    QTest.mouseClick(marking.marking_bar.ask, LEFT)
    assert asked == [(picture, region)]
    assert ("attach_region", "a.png", region) in desk.session.calls
    assert not marking.isVisible()
    assert desk.window.composer.input.hasFocus()


def test_a_region_by_the_keyboard_alone(desk: Desk, marking: PictureViewer) -> None:
    for key, held, wanted in (
        (Key.Key_Return, None, (100, 50, 300, 150)),
        (Key.Key_Right, None, (101, 50, 301, 150)),
        (Key.Key_Up, SHIFT, (101, 40, 301, 140)),
        (Key.Key_Right, CTRL, (101, 40, 302, 140)),
        (Key.Key_Down, CTRL | SHIFT, (101, 40, 302, 150)),
        (Key.Key_Left, CTRL | SHIFT, (101, 40, 292, 150)),
    ):
        focused = QApplication.focusWidget()
        assert focused is marking.canvas
        QTest.keyClick(focused, key, held or Qt.KeyboardModifier.NoModifier)
        assert _region(marking) == wanted
    QTest.keyClick(marking.canvas, Key.Key_Enter)
    assert ("attach_region", "a.png", (101, 40, 292, 150)) in desk.session.calls
    assert marking.index == 0


def test_a_new_drag_replaces_the_region_and_its_edges_can_be_pulled(
    marking: PictureViewer,
) -> None:
    canvas = marking.canvas
    _drag(canvas, (20, 20), (100, 100))
    _drag(canvas, (200, 40), (300, 140))
    assert _near(_region(marking), (200, 40, 300, 140))
    _drag(canvas, (300, 90), (350, 60))  # its right edge
    assert _near(_region(marking), (200, 40, 350, 140))
    _drag(canvas, (200, 40), (180, 30))  # its upper left corner
    assert _near(_region(marking), (180, 30, 350, 140))


def test_a_small_drag_makes_no_region(marking: PictureViewer) -> None:
    _drag(marking.canvas, (100, 100), (106, 160))
    assert marking.canvas.region is None
    assert not marking.marking_bar.ask.isVisible()
    assert "Drag over a part of the picture" in marking.marking_bar.text.text()


def test_a_region_ends_where_the_picture_ends(marking: PictureViewer) -> None:
    _drag(marking.canvas, (380, 150), (900, 900))
    assert _near(_region(marking), (380, 150, 400, 200))
    assert _region(marking)[2:] == (400, 200)


def test_the_wheel_zooms_and_the_region_stays_on_the_picture(marking: PictureViewer) -> None:
    canvas = marking.canvas
    QTest.keyClick(marking, Key.Key_Return)
    spot = canvas.box.topLeft() + QPointF(30, 30)
    none = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
    for _ in range(4):
        wheel = QWheelEvent(
            spot, spot, QPoint(), QPoint(0, 120), *none, Qt.ScrollPhase.NoScrollPhase, False
        )
        QApplication.sendEvent(canvas, wheel)
    assert canvas.scale == pytest.approx(1.2**4)
    assert _region(marking) == (100, 50, 300, 150)
    _drag(canvas, (10, 10), (90, 45))
    assert _near(_region(marking), (10, 10, 90, 45))


def test_the_middle_button_moves_the_picture(marking: PictureViewer) -> None:
    canvas, before = marking.canvas, marking.canvas.box
    start = before.center().toPoint()
    QTest.mousePress(canvas, Qt.MouseButton.MiddleButton, pos=start)
    QTest.mouseMove(canvas, start + QPoint(40, 10))
    QTest.mouseRelease(canvas, Qt.MouseButton.MiddleButton, pos=start + QPoint(40, 10))
    assert canvas.region is None
    moved = canvas.box.topLeft() - before.topLeft()
    assert (moved.x(), moved.y()) == pytest.approx((40, 10))


def test_outside_of_the_region_the_picture_is_darker(marking: PictureViewer) -> None:
    QTest.keyClick(marking, Key.Key_Return)
    canvas = marking.canvas
    image, origin = canvas.grab().toImage(), canvas.box.topLeft().toPoint()

    def at(x: int, y: int) -> tuple[int, int, int]:
        colour = QColor(image.pixel(origin + QPoint(x, y)))
        return colour.red(), colour.green(), colour.blue()

    assert at(150, 75) == RED
    assert at(250, 75) == BLUE
    assert max(at(50, 100)) < max(RED) * 0.7
    assert max(at(350, 100)) < max(BLUE) * 0.7
    outline = QColor("#5cc5b7")
    # 2 px on the edge; a handle stands in each corner and in the middle of each side.
    assert at(100, 75) == at(99, 75) == (outline.red(), outline.green(), outline.blue())


def test_the_cursor_tells_what_a_drag_does(marking: PictureViewer) -> None:
    canvas = marking.canvas
    assert canvas.cursor().shape() == Qt.CursorShape.CrossCursor
    QTest.keyClick(marking, Key.Key_Return)
    for spot, shape in (
        ((300, 100), Qt.CursorShape.SizeHorCursor),
        ((200, 50), Qt.CursorShape.SizeVerCursor),
        ((100, 50), Qt.CursorShape.SizeFDiagCursor),
        ((300, 50), Qt.CursorShape.SizeBDiagCursor),
        ((200, 100), Qt.CursorShape.CrossCursor),
    ):
        QTest.mouseMove(canvas, (canvas.box.topLeft() + QPointF(*spot)).toPoint())
        assert canvas.cursor().shape() == shape
    QTest.keyClick(marking, Key.Key_M)
    assert canvas.cursor().shape() == Qt.CursorShape.OpenHandCursor


def test_esc_ends_marking_and_then_closes(desk: Desk, marking: PictureViewer) -> None:
    QTest.keyClick(marking, Key.Key_Return)
    QTest.keyClick(marking, Key.Key_Escape)
    assert marking.isVisible()
    assert marking.canvas.region is None
    assert not marking.canvas.marking
    assert not marking.bar.mark.isChecked()
    QTest.keyClick(marking, Key.Key_Escape)
    assert not marking.isVisible()
    assert not [call for call in desk.session.calls if call[0] == "attach_region"]


def test_delete_drops_the_region_and_marking_goes_on(marking: PictureViewer) -> None:
    QTest.keyClick(marking, Key.Key_Return)
    QTest.keyClick(marking, Key.Key_Delete)
    assert marking.canvas.region is None
    assert marking.canvas.marking


def test_another_picture_has_no_region_yet(marking: PictureViewer) -> None:
    QTest.keyClick(marking, Key.Key_Return)
    QTest.mouseClick(marking.bar.next, LEFT)
    assert marking.index == 1
    assert marking.canvas.region is None
    assert marking.canvas.marking


def test_enter_does_nothing_while_nothing_is_marked(
    look: Callable[..., PictureViewer], halves: Callable[..., Picture]
) -> None:
    viewer = look(halves("a.png"))
    QTest.keyClick(viewer, Key.Key_Return)
    assert viewer.canvas.region is None
    assert viewer.isVisible()


def test_it_can_begin_with_marking_and_forgets_it(
    look: Callable[..., PictureViewer], halves: Callable[..., Picture]
) -> None:
    assert look(halves("a.png"), marking=True).canvas.marking
    viewer = look(halves("a.png"))
    assert not viewer.canvas.marking
    assert not viewer.marking_bar.isVisible()


@pytest.mark.parametrize(("side", "said"), [(100, True), (800, False)])
def test_how_large_the_model_saw_the_region(
    look: Callable[..., PictureViewer], halves: Callable[..., Picture], side: int, said: bool
) -> None:
    picture = halves("a.png")
    frame = Placement(side, side // 2, (0, 0, side, side // 2), (0.0, 0.0, 400.0, 200.0))
    seen = {picture.sha256: SeenPicture(picture.sha256, 400, 200, 10, (frame,))}
    viewer = look(picture, marking=True, seen=seen)
    QTest.keyClick(viewer, Key.Key_Return)
    text = viewer.marking_bar.text.text()
    assert text.startswith("Region 200 × 100 px")
    assert text.endswith("the model saw it as 50 × 25 px") is said
