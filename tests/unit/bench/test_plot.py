"""Figures drawn beside their bars."""

from __future__ import annotations

import math
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from PIL import Image

from mmdesk.bench.plot import check_plot, rows_of, times_better, write_plot
from mmdesk.core.errors import PlotNeedsPackage, PlotUnwritable
from mmdesk.core.figures import Figure

HOLDS = Figure("quick_ratio", 0.05, "x", 3, bar=0.1, lower=True)
MISSED = Figure("int4_speedup", 2.0, "x", 3, bar=4)
UNKNOWN = Figure("gpu_speedup_7b", None, "x", 3, bar=3)
GAP = Figure("gap_ms", 8.0, "ms", 3, bar=16, lower=True)
PLAIN = Figure("tokens_read", 99.0, "tokens", 3)
ALL = (PLAIN, GAP, HOLDS, MISSED, UNKNOWN)


@pytest.mark.parametrize(
    ("figure", "better"),
    [
        (HOLDS, 2.0),
        (MISSED, 0.5),
        (UNKNOWN, None),
        (PLAIN, None),
        (Figure("lost", 0, "turns", 1, bar=0, lower=True), 1.0),
        (Figure("lost", 3, "turns", 1, bar=0, lower=True), 0.0),
        (Figure("left", 0, "KB", 1, bar=2, lower=True), math.inf),
        (Figure("left", -5, "KB", 1, bar=2, lower=True), math.inf),
        (Figure("share", 0, "share", 1, bar=1), 0.0),
    ],
)
def test_a_figure_is_told_as_times_its_bar(figure: Figure, better: float | None) -> None:
    assert times_better(figure) == better


def test_ratios_come_first_and_what_has_no_bar_is_left_out() -> None:
    labels = [row.label for row in rows_of(ALL)]
    assert labels == [
        "Ratios", "quick_ratio", "int4_speedup", "gpu_speedup_7b", "Others", "gap_ms",
    ]  # fmt: skip
    assert [row.label for row in rows_of((PLAIN, GAP))] == ["gap_ms"]


def test_a_png_shows_what_holds_and_what_does_not(tmp_path: Path) -> None:
    path = tmp_path / "figures.png"
    write_plot(ALL, path, "mmdesk bench decode")
    with Image.open(path) as picture:
        colours = {colour for _, colour in picture.convert("RGB").getcolors(1 << 20)}
    assert {(0x00, 0x72, 0xB2), (0xD5, 0x5E, 0x00)} <= colours
    write_plot((HOLDS,), path, "mmdesk bench decode")
    with Image.open(path) as picture:
        colours = {colour for _, colour in picture.convert("RGB").getcolors(1 << 20)}
    assert (0xD5, 0x5E, 0x00) not in colours


def test_an_svg_says_everything_and_is_the_same_each_time(tmp_path: Path) -> None:
    path, again = tmp_path / "figures.svg", tmp_path / "again.SVG"
    write_plot(ALL, path, "mmdesk bench decode")
    texts = [each.text for each in ET.parse(path).iter("{http://www.w3.org/2000/svg}text")]
    for words in ("mmdesk bench decode", "quick_ratio", "0.05 x", "≤ 0.1", "holds", "missed"):
        assert words in texts
    assert "not measured" in texts
    assert "tokens_read" not in texts
    write_plot(ALL, again, "mmdesk bench decode")
    assert path.read_bytes() == again.read_bytes()


def test_no_two_texts_overlap(tmp_path: Path) -> None:
    """Of a plot with the longest names and numbers that there are."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    from mmdesk.bench.plot import drawing_of

    long = Figure("exported_imported_differing_500m", 123456, "conversations", 1, bar=0.05)
    drawing = drawing_of((long, *ALL), "mmdesk bench durability")
    canvas = FigureCanvasAgg(drawing)
    canvas.draw()
    (axes,) = drawing.axes
    texts = [
        each for each in (*axes.texts, *drawing.texts, *axes.get_xticklabels()) if each.get_text()
    ]
    boxes = [(each.get_text(), each.get_window_extent()) for each in texts]
    for number, (one, box) in enumerate(boxes):
        assert drawing.bbox.x0 <= box.x0, one
        assert box.x1 <= drawing.bbox.x1, one
        for other, another in boxes[number + 1 :]:
            assert not box.overlaps(another), (one, other)


def test_nothing_to_draw_is_drawn(tmp_path: Path) -> None:
    write_plot((PLAIN,), tmp_path / "none.png", "mmdesk bench fit")
    with Image.open(tmp_path / "none.png") as picture:
        assert picture.width > 1000


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("plot.jpg", ".png, .svg"),
        ("plot", ".png, .svg"),
        ("folder.png", "it is a folder"),
        ("absent/plot.png", "its folder isn't there"),
    ],
)
def test_what_cannot_be_written_is_said_at_once(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(PlotUnwritable) as refused:
        check_plot(tmp_path / name)
    assert reason in refused.value.message


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is full")
def test_a_full_disk_is_said(tmp_path: Path) -> None:
    path = tmp_path / "plot.png"
    path.symlink_to("/dev/full")
    with pytest.raises(PlotUnwritable) as refused:
        write_plot(ALL, path, "mmdesk bench decode")
    assert "No space left" in refused.value.message


def test_without_matplotlib_a_sentence_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(PlotNeedsPackage) as refused:
        check_plot(tmp_path / "plot.png")
    assert "matplotlib" in refused.value.message
