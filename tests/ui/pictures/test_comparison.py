"""Two pictures compared: side by side, with a slider, in turn."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from mmdesk.core.events import ConversationOpened
from mmdesk.core.evidence import Evidence
from mmdesk.core.messages import Picture
from mmdesk.ui.pictures.comparison import ComparisonView
from mmdesk.ui.pictures.comparison_canvas import CompareMode
from mmdesk.ui.pictures.viewer import PictureViewer
from mmdesk.ui.theme import EVIDENCE
from tests.ui.conftest import Desk
from tests.ui.pictures.conftest import BLUE, GREEN, RED, WHITE, painted

Key = Qt.Key
LEFT = Qt.MouseButton.LeftButton
EVIDENCE_ON_BOTH = (
    (0, Evidence("left", 0, 4, 0, (40.0, 60.0, 160.0, 140.0))),
    (1, Evidence("right", 5, 9, 1, (240.0, 60.0, 360.0, 140.0))),
)


@pytest.fixture
def pair(compare: Callable[..., ComparisonView], halves: Callable[..., Picture]) -> ComparisonView:
    """A red and blue picture, and a white and green one of twice the size, compared."""
    return compare(halves("a.png"), halves("b.png", WHITE, GREEN, (800, 400)))


def _colour(view: ComparisonView, at: QPointF) -> tuple[int, int, int]:
    colour = QColor(view.canvas.grab().toImage().pixel(at.toPoint()))
    return colour.red(), colour.green(), colour.blue()


def _spot(view: ComparisonView, side: int, x: float, y: float) -> QPointF:
    box = view.canvas.box(side)
    return box.topLeft() + QPointF(x * box.width(), y * box.height())


def _names(view: ComparisonView) -> list[str]:
    return [each.name.text() for each in view.choices]


def test_side_by_side_with_the_numbers_that_the_model_was_told(pair: ComparisonView) -> None:
    assert pair.isVisible()
    assert _names(pair) == ["1  ·  a.png", "2  ·  b.png"]
    assert pair.canvas.box(0).right() < pair.canvas.box(1).left()
    found = [_colour(pair, _spot(pair, side, x, 0.5)) for side in (0, 1) for x in (0.25, 0.75)]
    assert found == [RED, BLUE, WHITE, GREEN]


def test_zoom_and_place_are_shared_in_fractions(pair: ComparisonView) -> None:
    canvas = pair.canvas
    assert canvas.box(0).size() == canvas.box(1).size()
    spot = _spot(pair, 1, 0.2, 0.3)
    for _ in range(4):
        canvas.zoom(1.2, spot)
    assert (spot - _spot(pair, 1, 0.2, 0.3)).manhattanLength() < 0.01
    start = QPoint(100, 100)
    QTest.mousePress(canvas, LEFT, pos=start)
    QTest.mouseMove(canvas, start + QPoint(-30, 20))
    QTest.mouseRelease(canvas, LEFT, pos=start + QPoint(-30, 20))
    moved = canvas.box(1).topLeft() - canvas.box(0).topLeft()
    halves = [canvas.view(QPointF(x, 0)).topLeft() for x in (0.0, float(canvas.width()))]
    assert (moved - (halves[1] - halves[0])).manhattanLength() < 0.01
    assert canvas.scale_of(0) == pytest.approx(2 * canvas.scale_of(1))
    QTest.keyClick(pair, Key.Key_0)
    assert canvas.framing.fits


def test_the_slider_is_moved_by_mouse_and_keys(pair: ComparisonView) -> None:
    QTest.keyClick(pair, Key.Key_2)
    canvas = pair.canvas
    assert canvas.box(0) == canvas.box(1)
    left, right = _spot(pair, 0, 0.3, 0.1), _spot(pair, 0, 0.7, 0.1)
    assert (_colour(pair, left), _colour(pair, right)) == (RED, GREEN)
    line = _spot(pair, 0, 0.5, 0.5).toPoint()
    to = _spot(pair, 0, 0.1, 0.5).toPoint()
    QTest.mousePress(canvas, LEFT, pos=line)
    QTest.mouseMove(canvas, to)
    QTest.mouseRelease(canvas, LEFT, pos=to)
    assert canvas.split == pytest.approx(0.1, abs=0.01)
    assert canvas.framing.fits
    assert (_colour(pair, left), _colour(pair, right)) == (WHITE, GREEN)
    QTest.keyClick(pair, Key.Key_End)
    assert (_colour(pair, left), _colour(pair, right)) == (RED, BLUE)
    QTest.keyClick(pair, Key.Key_Left)
    assert canvas.split == pytest.approx(0.98)
    QTest.keyClick(pair, Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert canvas.split == pytest.approx(0.88)


def test_blinking_takes_turns_until_it_is_done_by_hand(pair: ComparisonView, qtbot: QtBot) -> None:
    QTest.keyClick(pair, Key.Key_3)
    spot = _spot(pair, 0, 0.25, 0.5)
    assert pair.blinking
    assert _colour(pair, spot) == RED
    qtbot.waitUntil(lambda: pair.canvas.front == 1)
    assert _colour(pair, spot) == WHITE
    QTest.keyClick(pair, Key.Key_Space)
    assert not pair.blinking
    front = pair.canvas.front
    QTest.keyClick(pair, Key.Key_Space)
    assert pair.canvas.front == 1 - front
    QTest.keyClick(pair, Key.Key_1)
    QTest.keyClick(pair, Key.Key_Space)
    assert pair.canvas.mode is CompareMode.SIDES
    assert not pair.blinking


def test_nothing_moves_by_itself_where_that_is_asked_for(
    pair: ComparisonView, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mmdesk.ui.pictures.comparison.reduced_motion", lambda: True)
    QTest.mouseClick(pair.bar.modes[CompareMode.BLINK], LEFT)
    assert not pair.blinking
    assert pair.canvas.front == 0
    QTest.keyClick(pair, Key.Key_Space)
    assert pair.canvas.front == 1


def test_closed_it_does_not_blink(pair: ComparisonView, viewer: PictureViewer) -> None:
    QTest.keyClick(pair, Key.Key_3)
    viewer.close_viewer()
    assert not pair.blinking
    assert not pair.isVisible()


def test_boxes_on_both(
    compare: Callable[..., ComparisonView], halves: Callable[..., Picture]
) -> None:
    view = compare(halves("a.png"), halves("b.png"), evidence=EVIDENCE_ON_BOTH)
    assert painted(view.canvas, EVIDENCE[0])
    assert painted(view.canvas, EVIDENCE[1])
    QTest.keyClick(view, Key.Key_B)
    assert not painted(view.canvas, EVIDENCE[0])
    assert not painted(view.canvas, EVIDENCE[1])


def test_a_side_goes_through_the_other_pictures(
    compare: Callable[..., ComparisonView], halves: Callable[..., Picture]
) -> None:
    view = compare(*(halves(f"{name}.png") for name in "abc"), index=2)
    assert view.pair == (1, 2)
    QTest.mouseClick(view.choices[0].next, LEFT)
    assert view.pair == (0, 2)
    assert _names(view) == ["1  ·  a.png", "3  ·  c.png"]
    QTest.mouseClick(view.choices[1].next, LEFT)
    assert view.pair == (0, 1)
    QTest.mouseClick(view.choices[1].previous, LEFT)
    assert view.pair == (0, 2)


def test_two_pictures_leave_nothing_to_choose(pair: ComparisonView) -> None:
    assert not pair.choices[0].next.isVisible()
    pair.step(0, 1)
    assert pair.pair == (0, 1)


def test_a_picture_that_is_gone_says_so_on_its_side(
    compare: Callable[..., ComparisonView], halves: Callable[..., Picture]
) -> None:
    gone = halves("gone.png")
    gone.path.unlink()
    view = compare(gone, halves("b.png", WHITE, GREEN))
    assert view.choices[0].accessibleDescription().startswith("“gone.png” is not there.")
    assert _colour(view, _spot(view, 1, 0.25, 0.5)) == WHITE
    assert _colour(view, _spot(view, 0, 0.25, 0.05)) not in (RED, WHITE)
    for key in (Key.Key_2, Key.Key_3):
        QTest.keyClick(view, key)
        view.grab()


def test_esc_goes_back_to_the_viewer_and_then_closes(
    desk: Desk, pair: ComparisonView, viewer: PictureViewer
) -> None:
    QTest.keyClick(pair, Key.Key_Escape)
    assert not pair.isVisible()
    assert viewer.isVisible()
    assert viewer.canvas.hasFocus()
    QTest.keyClick(viewer.canvas, Key.Key_Escape)
    assert not viewer.isVisible()
    assert desk.window.composer.input.hasFocus()


def test_another_conversation_closes_both(
    desk: Desk, pair: ComparisonView, viewer: PictureViewer
) -> None:
    desk.window.handle(ConversationOpened(None))
    assert not pair.isVisible()
    assert not viewer.isVisible()
    assert desk.window.composer.input.hasFocus()


def test_one_picture_is_not_compared(
    look: Callable[..., PictureViewer], halves: Callable[..., Picture]
) -> None:
    viewer = look(halves("a.png"))
    QTest.keyClick(viewer, Key.Key_C)
    assert viewer._comparison is None


def test_right_to_left_the_first_picture_is_on_the_left(
    desk: Desk, compare: Callable[..., ComparisonView], halves: Callable[..., Picture]
) -> None:
    desk.window.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    view = compare(halves("a.png"), halves("b.png", WHITE, GREEN))
    assert view.choices[0].x() < view.choices[1].x()
    assert view.canvas.box(0).right() < view.canvas.box(1).left()
    assert _colour(view, _spot(view, 0, 0.25, 0.5)) == RED


def test_tab_goes_through_it_and_nothing_below(
    compare: Callable[..., ComparisonView], halves: Callable[..., Picture]
) -> None:
    view = compare(
        *(halves(f"{name}.png") for name in "abc"), evidence=EVIDENCE_ON_BOTH, marking=True
    )
    reached = set()
    for _ in range(20):
        QTest.keyClick(view, Key.Key_Tab)
        focused = QApplication.focusWidget()
        assert focused is not None
        assert view.isAncestorOf(focused)
        assert focused.accessibleName(), focused.objectName()
        reached.add(focused.objectName())
    wanted = {each.objectName() for each in view.ring()}
    assert reached == wanted
    assert len(wanted) == 13
