"""Below a picture that is being marked: how large the region is, and the button that asks."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton

from mmdesk.core.sight import Pixels, SeenPicture
from mmdesk.ui.controls import plain_label
from mmdesk.ui.evidence.facts import size_text

_HEIGHT = 50


class MarkingBar(QFrame):
    """Says what to do until there is a region."""

    asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("markingBar")
        self.setFixedHeight(_HEIGHT)
        self._region: Pixels | None = None
        self._seen: SeenPicture | None = None
        self.text = plain_label("markingText", wrap=True)
        self.ask = QPushButton()
        self.ask.setObjectName("askRegion")
        self.ask.setProperty("primary", True)
        self.ask.setCursor(Qt.CursorShape.PointingHandCursor)
        self.ask.clicked.connect(self.asked)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 0, 8, 0)
        row.setSpacing(12)
        row.addWidget(self.text, 1)
        row.addWidget(self.ask)
        self.hide()

    def show_region(self, region: Pixels | None, seen: SeenPicture | None) -> None:
        """Show a region's size, and how large the model saw it, where that is known."""
        self._region, self._seen = region, seen
        self.ask.setEnabled(region is not None)
        self.ask.setVisible(region is not None)
        self.text.setText(self._sentence())

    def retranslate(self) -> None:
        """Set every text anew."""
        self.setAccessibleName(self.tr("Region of the picture"))
        self.ask.setText(self.tr("Ask about this region"))
        self.ask.setAccessibleName(self.ask.text())
        self.ask.setToolTip(self.tr("{name} (Enter)").format(name=self.ask.text()))
        self.setToolTip(
            self.tr(
                "Arrow keys move the region by one pixel, with Shift by ten; "
                "with Ctrl they move its right and lower edges."
            )
        )
        self.text.setText(self._sentence())

    def _sentence(self) -> str:
        if self._region is None:
            return self.tr("Drag over a part of the picture, or press Enter to mark its middle.")
        x0, y0, x1, y1 = self._region
        width, height = x1 - x0, y1 - y0
        parts = [self.tr("Region {size} px").format(size=size_text(width, height))]
        if self._seen is not None and 0 < self._seen.scale < 1:
            shrunk = (max(1, round(side * self._seen.scale)) for side in (width, height))
            parts.append(self.tr("the model saw it as {size} px").format(size=size_text(*shrunk)))
        return "  ·  ".join(parts)
