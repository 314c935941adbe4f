"""The icons: own SVG files, drawn in a colour of the theme when they are first shown."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from mmdesk.paths import resources


def icon(name: str, colour: str, size: int = 20) -> QIcon:
    """Return ``resources/icons/<name>.svg`` in ``colour``, sharp at ``size`` px on each screen.

    Raises:
        OSError: there is no such icon, which is a bug.
    """
    return icon_row(((name, colour),), size)


def icon_row(glyphs: tuple[tuple[str, str], ...], size: int, gap: int = 0) -> QIcon:
    """Return several glyphs, each a name and a colour, beside each other as one icon."""
    ratios = {screen.devicePixelRatio() for screen in QGuiApplication.screens()} | {1.0}
    return _drawn(glyphs, size, gap, tuple(sorted(ratios)))


@cache
def _drawn(
    glyphs: tuple[tuple[str, str], ...], size: int, gap: int, ratios: tuple[float, ...]
) -> QIcon:
    made = QIcon()
    for ratio in ratios:
        side, step = round(size * ratio), round((size + gap) * ratio)
        pixmap = QPixmap(step * (len(glyphs) - 1) + side, side)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        for place, (name, colour) in enumerate(glyphs):
            drawing = _source(name).replace("currentColor", colour).encode()
            renderer = QSvgRenderer(QByteArray(drawing))
            renderer.render(painter, QRectF(place * step, 0, side, side))
        painter.end()
        pixmap.setDevicePixelRatio(ratio)
        made.addPixmap(pixmap)
    return made


@cache
def _source(name: str) -> str:
    return (_folder() / f"{name}.svg").read_text(encoding="utf-8")


@cache
def _folder() -> Path:
    return resources() / "icons"
