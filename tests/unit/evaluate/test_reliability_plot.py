"""The reliability diagram, as PNG and SVG."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import pytest
from PIL import Image

from mmdesk.core.errors import PlotNeedsPackage, PlotUnwritable
from mmdesk.evaluate.reliability_plot import write_reliability

SURE = [0.55, 0.72, 0.74, 0.91, 0.97, 0.99, 1.0]
RIGHT = [False, True, False, True, True, True, True]


@pytest.fixture(autouse=True)
def quiet_fonts(caplog: pytest.LogCaptureFixture) -> None:
    """matplotlib warns where it needs more than 5 s to look for fonts, on a busy machine."""
    caplog.set_level(logging.ERROR, "matplotlib.font_manager")


def test_the_same_figures_make_the_same_file(tmp_path: Path):
    for name in ("a.svg", "b.svg"):
        write_reliability(SURE, RIGHT, tmp_path / name, "Model")
    text = (tmp_path / "a.svg").read_text(encoding="utf-8")
    assert text == (tmp_path / "b.svg").read_text(encoding="utf-8")
    # |0 - 0.55| + |1 - 0.72| + |0 - 0.74| + |1 - 0.91| + |3 - 2.96|, over 7.
    assert "7 yes/no questions: right 71.4%, mean probability 84.0%, ECE 0.243" in text


def test_a_picture_of_one_answer(tmp_path: Path):
    write_reliability([0.5], [False], tmp_path / "one.png", "Model")
    with Image.open(tmp_path / "one.png") as image:
        assert image.size == (900, 990)
        colours = image.convert("RGB").getcolors(1 << 20)
    assert colours is not None
    assert len(colours) > 10


def test_where_it_can_not_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(PlotUnwritable):
        write_reliability(SURE, RIGHT, tmp_path / "a.gif", "Model")
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(PlotNeedsPackage):
        write_reliability(SURE, RIGHT, tmp_path / "a.png", "Model")
