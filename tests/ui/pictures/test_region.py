"""Regions are whole pixels of the picture, at least 8 a side."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mmdesk.core.sight import Pixels
from mmdesk.ui.pictures.region import LEAST, grown, middle, moved, pulled, spanned

SIDES = st.integers(LEAST, 500)
SPOTS = st.floats(-100, 600)
STEPS = st.integers(-700, 700)


def _is_sound(region: Pixels, size: tuple[int, int]) -> bool:
    x0, y0, x1, y1 = region
    inside = x0 >= 0 and y0 >= 0 and x1 <= size[0] and y1 <= size[1]
    return inside and x1 - x0 >= LEAST and y1 - y0 >= LEAST


def test_a_region_holds_the_pixels_of_both_spots() -> None:
    assert spanned((10.2, 20.7), (30.1, 40.0), (100, 100)) == (10, 20, 31, 40)
    assert spanned((30.1, 40.0), (10.2, 20.7), (100, 100)) == (10, 20, 31, 40)


def test_what_is_outside_the_picture_is_cut_off() -> None:
    assert spanned((-50, -3), (500, 20), (100, 60)) == (0, 0, 100, 20)
    assert spanned((-50, -50), (-10, -10), (100, 60)) is None


def test_a_side_under_8_px_is_no_region() -> None:
    assert spanned((10, 10), (17, 50), (100, 100)) is None
    assert spanned((10, 10), (18, 50), (100, 100)) == (10, 10, 18, 50)


def test_the_middle_half() -> None:
    assert middle((400, 200)) == (100, 50, 300, 150)
    assert middle((10, 9)) == (1, 0, 9, 8)
    assert middle((7, 100)) is None


def test_moving_stops_at_the_edge() -> None:
    assert moved((10, 10, 30, 30), 5, -20, (100, 100)) == (15, 0, 35, 20)
    assert moved((10, 10, 30, 30), 500, 0, (100, 100)) == (80, 10, 100, 30)


def test_growing_moves_the_right_and_lower_edge() -> None:
    assert grown((10, 10, 30, 30), 5, -4, (100, 100)) == (10, 10, 35, 26)
    assert grown((10, 10, 30, 30), -50, 500, (100, 100)) == (10, 10, 18, 100)


def test_a_pulled_edge_does_not_pass_the_other() -> None:
    assert pulled((10, 10, 30, 30), (-1, 0), (90, 90), (100, 100)) == (22, 10, 30, 30)
    assert pulled((10, 10, 30, 30), (1, 1), (-9, 40.4), (100, 100)) == (10, 10, 18, 40)


@given(st.tuples(SIDES, SIDES), st.tuples(SPOTS, SPOTS), st.tuples(SPOTS, SPOTS), STEPS, STEPS)
def test_whatever_is_done_the_region_stays_on_the_picture(
    size: tuple[int, int],
    first: tuple[float, float],
    second: tuple[float, float],
    right: int,
    down: int,
) -> None:
    region = spanned(first, second, size) or middle(size)
    assert region is not None
    assert _is_sound(region, size)
    assert _is_sound(moved(region, right, down, size), size)
    assert _is_sound(grown(region, right, down, size), size)
    for across in (-1, 0, 1):
        assert _is_sound(pulled(region, (across, -1), second, size), size)
