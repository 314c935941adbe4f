"""What the bars of the viewer and of the comparison have in common: boxes, zoom, close."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QKeySequence, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from mmdesk.ui.pictures.canvas import STEP, ZoomCanvas
from mmdesk.ui.pictures.overlay import BarButton

GAP = 12
"""Px between groups of buttons."""

Naming = tuple[BarButton, str, Qt.Key | None]
"""A button, its name, and the key that does the same."""


class PictureBar(QWidget):
    """Serves a canvas; words stand beside the glyphs where there is room for them."""

    def __init__(self, prefix: str, canvas: ZoomCanvas, words_from: int) -> None:
        """
        Args:
            prefix: Of the object names.
            words_from: Px of width, from which on there is room for words.
        """
        super().__init__()
        self.setObjectName(f"{prefix}Bar")
        self._canvas, self._words_from = canvas, words_from
        self.boxes = BarButton(f"{prefix}Boxes", "boxes", wordy=True, checkable=True)
        self.boxes.setChecked(canvas.boxes)
        self.boxes.toggled.connect(canvas.show_boxes)
        self.out = BarButton(f"{prefix}Out", "zoom-out")
        self.out.clicked.connect(lambda: canvas.zoom(1 / STEP))
        self.into = BarButton(f"{prefix}In", "zoom-in")
        self.into.clicked.connect(lambda: canvas.zoom(STEP))
        self.fit = BarButton(f"{prefix}Fit", "fit")
        self.fit.clicked.connect(canvas.toggle_fit)
        self.close_button = BarButton(f"{prefix}Close", "close")

    @property
    def buttons(self) -> Sequence[BarButton]:
        """The buttons, in order, shown or not."""
        return (self.boxes, self.out, self.into, self.fit, self.close_button)

    def keys(self) -> Mapping[Qt.Key, Callable[[], None]]:
        """Return what keys do that both have."""
        return {
            Qt.Key.Key_Plus: partial(self._canvas.zoom, STEP),
            Qt.Key.Key_Equal: partial(self._canvas.zoom, STEP),
            Qt.Key.Key_Minus: partial(self._canvas.zoom, 1 / STEP),
            Qt.Key.Key_0: self._canvas.fit,
            Qt.Key.Key_B: self.boxes.press,
        }

    def names(self) -> Sequence[Naming]:
        """Return what the buttons are called."""
        return (
            (self.boxes, QCoreApplication.translate("PictureBar", "Boxes"), Qt.Key.Key_B),
            (self.out, QCoreApplication.translate("PictureBar", "Smaller"), Qt.Key.Key_Minus),
            (self.into, QCoreApplication.translate("PictureBar", "Larger"), Qt.Key.Key_Plus),
            (self.fit, QCoreApplication.translate("PictureBar", "Fit the window, or 100 %"), None),
            (
                self.close_button,
                QCoreApplication.translate("PictureBar", "Close"),
                Qt.Key.Key_Escape,
            ),
        )

    def retranslate(self) -> None:
        """Set every text anew."""
        for button, name, key in self.names():
            button.describe(name, None if key is None else QKeySequence(key))
            button.setText(name)
        self._show_words()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show words where there is room."""
        super().resizeEvent(event)
        self._show_words()

    def add_buttons(self, row: QHBoxLayout, *starts: BarButton) -> None:
        """Add the buttons to a row, with a gap before those that start a group."""
        for button in self.buttons:
            if button in (*starts, self.out, self.close_button):
                row.addSpacing(GAP)
            row.addWidget(button)

    def _show_words(self) -> None:
        for button in self.buttons:
            button.show_word(self.width() >= self._words_from)
