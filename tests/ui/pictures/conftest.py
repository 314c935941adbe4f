"""The window and pictures to be looked at in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from mmdesk.core.messages import Picture
from mmdesk.ui.pictures.comparison import ComparisonView
from mmdesk.ui.pictures.viewer import PictureViewer
from tests.ui.conftest import Desk

RED, GREEN, BLUE, WHITE = (200, 30, 30), (30, 160, 60), (30, 60, 200), (255, 255, 255)


def painted(widget: QWidget, colour: str) -> int:
    """Return how many pixels of a widget have exactly a colour."""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixels = memoryview(image.constBits()).cast("I")
    return pixels.tolist().count(QColor(colour).rgb())


@pytest.fixture
def halves(tmp_path: Path) -> Callable[..., Picture]:
    """Make a decoded picture whose left and right half have a colour each."""

    def make(
        name: str,
        left: tuple[int, int, int] = RED,
        right: tuple[int, int, int] = BLUE,
        size: tuple[int, int] = (400, 200),
    ) -> Picture:
        image = Image.new("RGB", size, left)
        image.paste(right, (size[0] // 2, 0, *size))
        path, thumbnail = tmp_path / name, tmp_path / f"small-{name}"
        image.save(path)
        image.resize((size[0] // 4, size[1] // 4)).save(thumbnail)
        return Picture(name.ljust(64, "0"), path, thumbnail, name, *size)

    return make


@pytest.fixture
def viewer(desk: Desk) -> PictureViewer:
    """The window's viewer, closed."""
    return desk.window.viewer


@pytest.fixture
def look(viewer: PictureViewer, qtbot: QtBot) -> Callable[..., PictureViewer]:
    """Open the viewer and wait until the picture is read; arguments are those of ``open``."""

    def open_(*pictures: Picture, index: int = 0, **how: object) -> PictureViewer:
        viewer.open(pictures, index, **how)  # type: ignore[arg-type]
        qtbot.waitUntil(lambda: viewer.canvas.shown is not None and viewer.canvas.shown.whole)
        return viewer

    return open_


@pytest.fixture
def compare(look: Callable[..., PictureViewer], qtbot: QtBot) -> Callable[..., ComparisonView]:
    """Open the viewer, compare, and wait until both pictures are read."""

    def open_(*pictures: Picture, index: int = 0, **how: object) -> ComparisonView:
        viewer = look(*pictures, index=index, **how)
        viewer.compare()
        comparison = viewer.comparison
        qtbot.waitUntil(lambda: all(each.whole for each in comparison.canvas.sides))
        return comparison

    return open_
