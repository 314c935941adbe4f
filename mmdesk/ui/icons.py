"""The icons: own SVG files, drawn in a colour of the theme when they are first shown."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from mmdesk.paths import resources


def icon(name: str, colour: str, size: int = 20) -> QIcon:
    """Return ``resources/icons/<name>.svg`` in ``colour``, sharp at ``size`` px on each screen.

    Raises:
        OSError: there is no such icon, which is a bug.
    """
    ratios = {screen.devicePixelRatio() for screen in QGuiApplication.screens()} | {1.0}
    return _drawn(name, colour, size, tuple(sorted(ratios)))


@cache
def _drawn(name: str, colour: str, size: int, ratios: tuple[float, ...]) -> QIcon:
    renderer = QSvgRenderer(QByteArray(_source(name).replace("currentColor", colour).encode()))
    made = QIcon()
    for ratio in ratios:
        side = round(size * ratio)
        pixmap = QPixmap(side, side)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        renderer.render(painter, QRectF(0, 0, side, side))
        painter.end()
        pixmap.setDevicePixelRatio(ratio)
        made.addPixmap(pixmap)
    return made


@cache
def _source(name: str) -> str:
    return (resources() / "icons" / f"{name}.svg").read_text(encoding="utf-8")
