"""Scroll areas that show what is behind them."""

from __future__ import annotations

from PySide6.QtWidgets import QAbstractScrollArea, QWidget


def clear_viewport(area: QAbstractScrollArea) -> None:
    """Give a scroll area without contents a viewport of ours that paints no ground.

    For one that Qt has made, PySide goes through every class of widgets that there is in search
    of its own, and makes Python classes of all of them: a tenth of the window's start.
    """
    viewport = QWidget()
    viewport.setObjectName("qt_scrollarea_viewport")  # as Qt calls it
    area.setViewport(viewport)
